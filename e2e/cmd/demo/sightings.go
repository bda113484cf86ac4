package main

// When an agent's Mattermost shows a post. A post's own time is older: the server sets it before it stores the post.

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// sightings notes when the server told an agent's app of each new post.
type sightings struct {
	client *model.WebSocketClient

	mu sync.Mutex
	at map[string]time.Time
}

// watch begins to note what is posted in the agent's channels, until close.
func watch(agent *lab.Session) (*sightings, error) {
	address := "ws" + strings.TrimPrefix(agent.Client.URL, "http")
	client, err := model.NewWebSocketClient4(address, agent.Client.AuthToken)
	if err != nil {
		return nil, errors.Wrap(err, "listening as an agent's app")
	}
	s := &sightings{client: client, at: map[string]time.Time{}}
	client.Listen()
	go func() {
		for event := range client.EventChannel {
			s.note(event)
		}
	}()
	return s, nil
}

func (s *sightings) note(event *model.WebSocketEvent) {
	now := time.Now()
	text, _ := event.GetData()["post"].(string)
	var post model.Post
	if event.EventType() != model.WebsocketEventPosted || json.Unmarshal([]byte(text), &post) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at[post.Id] = now
}

// await waits until the post was shown and returns when.
func (s *sightings) await(ctx context.Context, postID string) (time.Time, error) {
	var at time.Time
	err := lab.Eventually(ctx, "the agent's app to show a message", func() (bool, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		var seen bool
		at, seen = s.at[postID]
		return seen, nil
	})
	return at, err
}

func (s *sightings) close() { s.client.Close() }
