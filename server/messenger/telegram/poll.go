// Receiving by asking, https://core.telegram.org/bots/api#getupdates. The library decodes a batch as a whole, so that one
// update it cannot read blocks all others for ever; here each is read alone.

package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// maxBatch is the most updates that one call brings.
const maxBatch = 100

// Poll asks for updates. next is one more than the id of the last update, which may be lower than offset: after a quiet
// week Telegram chooses ids anew. It is offset when nothing came.
func (c *Client) Poll(ctx context.Context, offset int64, wait time.Duration) (messenger.Delivery, int64, error) {
	parameters, err := json.Marshal(map[string]any{
		"offset": offset, "limit": maxBatch, "timeout": int(wait / time.Second), "allowed_updates": allowedUpdates(),
	})
	if err != nil {
		return messenger.Delivery{}, offset, errors.Wrap(err, "telegram: writing getUpdates")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.methods+"getUpdates", bytes.NewReader(parameters))
	if err != nil {
		return messenger.Delivery{}, offset, errors.New("telegram: no address for getUpdates") // err would hold the token
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.caller.Do(request)
	if err != nil {
		return messenger.Delivery{}, offset, err
	}
	defer func() { _ = response.Body.Close() }() // it is in memory
	var batch struct {
		Result []json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(response.Body).Decode(&batch); err != nil {
		return messenger.Delivery{}, offset, unreadable("getUpdates")
	}
	d, next := splitBatch(batch.Result, offset)
	return d, next, nil
}

// splitBatch reads each update alone. One without a readable id counts as the id that was due: that confirms no other.
func splitBatch(batch []json.RawMessage, offset int64) (messenger.Delivery, int64) {
	var d messenger.Delivery
	next := offset
	for _, raw := range batch {
		u, id := splitOne(raw)
		d.Updates = append(d.Updates, u)
		switch {
		case id != nil:
			next = *id + 1
		case next > 0:
			next++
		}
	}
	return d, next
}
