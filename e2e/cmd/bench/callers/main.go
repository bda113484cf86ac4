// Command callers is a plugin that does nothing but create thread replies as fast as its callers can: the platform's own
// limit, beside which the benchmark puts msgbot.
package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// order is one measurement: each caller works off threads of its own, round by round.
type order struct {
	UserID    string   `json:"user_id"`
	ChannelID string   `json:"channel_id"`
	Roots     []string `json:"roots"`
	Rounds    int      `json:"rounds"`
	Callers   int      `json:"callers"`
	Text      string   `json:"text"`
}

// report says for each post how long it took from the call to the post's own time, in milliseconds.
type report struct {
	ToCreateAt []float64 `json:"to_create_at"`
	Failed     int       `json:"failed"`
}

type callers struct {
	plugin.MattermostPlugin
}

// ServeHTTP answers 401 without a session, as the harness expects of a running plugin, and else carries out an order.
func (c *callers) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Mattermost-User-Id") == "" {
		http.Error(w, "a session is needed", http.StatusUnauthorized)
		return
	}
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(c.run(o))
}

func (c *callers) run(o order) report {
	var (
		mu    sync.Mutex
		total report
		all   sync.WaitGroup
	)
	for caller := range o.Callers {
		all.Go(func() {
			for range o.Rounds {
				for i := caller; i < len(o.Roots); i += o.Callers {
					began := time.Now()
					post, err := c.API.CreatePost(&model.Post{
						UserId: o.UserID, ChannelId: o.ChannelID, RootId: o.Roots[i], Message: o.Text,
					})
					mu.Lock()
					if err != nil || post == nil {
						total.Failed++
					} else {
						total.ToCreateAt = append(total.ToCreateAt, float64(time.UnixMilli(post.CreateAt).Sub(began).Microseconds())/1000)
					}
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	return total
}

func main() {
	plugin.ClientMain(&callers{})
}
