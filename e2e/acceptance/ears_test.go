// Ears: what one person alone is told, which reaches him by the web socket only.

package acceptance

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// ears collect the ephemeral posts that a person gets.
type ears struct {
	mu    sync.Mutex
	posts []*model.Post
}

// listens opens a person's ears until the test ends.
func (s *scene) listens(who *lab.Session) *ears {
	s.Helper()
	client, err := model.NewWebSocketClient4(strings.Replace(who.Client.URL, "http", "ws", 1), who.Client.AuthToken)
	require.NoError(s, err)
	client.Listen()
	s.Cleanup(client.Close)
	e := &ears{}
	go e.listen(client)
	return e
}

func (e *ears) listen(client *model.WebSocketClient) {
	for event := range client.EventChannel {
		if event.EventType() != model.WebsocketEventEphemeralMessage {
			continue
		}
		text, _ := event.GetData()["post"].(string)
		var post model.Post
		if json.Unmarshal([]byte(text), &post) == nil {
			e.mu.Lock()
			e.posts = append(e.posts, &post)
			e.mu.Unlock()
		}
	}
}

func (e *ears) find(words string) *model.Post {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, post := range e.posts {
		if strings.Contains(post.Message, words) {
			return post
		}
	}
	return nil
}

// hears waits for an ephemeral post with these words in it.
func (s *scene) hears(e *ears, words string) *model.Post {
	s.Helper()
	require.NoError(s, eventually(s.ctx, "an ephemeral post with "+words, func() bool { return e.find(words) != nil }))
	return e.find(words)
}
