// Albums: several messages of the messenger that are one post. They arrive one by one and in any order, so the first one
// waits in the inbox for the others; which rows are in the post is written down before it is made.

package relay

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const (
	// albumQuiet is how long after its last message an album is taken for complete: messages of one album have been seen two
	// seconds apart. albumLongest is how long after the first.
	albumQuiet   = 2500 * time.Millisecond
	albumLongest = 10 * time.Second
	// albumSize is how many messages an album has at most, and how many files a post.
	albumSize = 10
)

// gather returns the rows that become one post together with row: itself, or its album. A wait says that the album may not
// be complete yet.
func (in *inbound) gather(ctx context.Context, row InboxRow) (rows []InboxRow, wait time.Duration, err error) {
	if row.Album == "" {
		return []InboxRow{row}, 0, nil
	}
	album, err := in.store.Album(ctx, in.lease.BotID, row.Lane, row.Album, row.Bound)
	if err != nil {
		return nil, 0, err
	}
	if row.Bound != "" {
		return album.Rows, 0, nil
	}
	if wait := album.wait(); wait > 0 {
		return nil, wait, nil
	}
	rows = album.Rows[:min(albumSize, len(album.Rows))]
	ids := make([]int64, len(rows))
	post := conversation.PostID(in.lease.BotID, rows[0].EventID)
	for i := range rows {
		ids[i], rows[i].Bound = rows[i].ID, post
	}
	return rows, 0, in.store.BindAlbum(ctx, in.lease, ids, post)
}

// wait is how long an album may still grow.
func (a AlbumRows) wait() time.Duration {
	if len(a.Rows) >= albumSize {
		return 0
	}
	return min(albumQuiet-a.SinceLast, albumLongest-a.SinceFirst)
}

// item is an update with what it says.
type item struct {
	row   InboxRow
	event messenger.Event
}

// together is an album as one event: the files in the order in which they were sent, the captions one below the other.
func together(items []item) messenger.Event {
	slices.SortStableFunc(items, func(a, b item) int {
		return cmp.Compare(number(a.event.ExternalID), number(b.event.ExternalID))
	})
	whole := items[0].event
	for _, i := range items[1:] {
		whole.Files = slices.Concat(whole.Files, i.event.Files)
		whole.Labels = appendNew(whole.Labels, i.event.Labels)
		switch {
		case whole.Text.Plain == "":
			whole.Text = i.event.Text
		case i.event.Text.Plain != "":
			whole.Text = richtext.Concat(whole.Text, richtext.Plain("\n"), i.event.Text)
		}
	}
	return whole
}

// number is a message's place by its id; ids that are no numbers stay in their order.
func number(externalID string) int64 {
	n, err := strconv.ParseInt(externalID, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// appendNew adds the labels that are not there yet: each message of a forwarded album says from whom.
func appendNew(labels, more []messenger.Label) []messenger.Label {
	for _, l := range more {
		if !slices.ContainsFunc(labels, func(known messenger.Label) bool { return digest(known) == digest(l) }) {
			labels = append(labels, l)
		}
	}
	return labels
}
