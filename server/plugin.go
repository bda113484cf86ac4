// The hooks: what Mattermost tells us, handed to the services. No logic lives here.

package main

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/metrics"
)

// The cluster events, whose data is a bot's id: it has work, its automatic answers were changed.
const (
	wakeEvent   = "wake"
	scriptEvent = "script"
)

// Plugin is what Mattermost talks to.
type Plugin struct {
	plugin.MattermostPlugin

	// config is nil until the first valid settings are read.
	config  atomic.Pointer[configuration]
	running atomic.Pointer[app]
	metrics *metrics.Metrics
	stop    context.CancelFunc
	stopped chan struct{}
}

// OnActivate never fails for a reason that may pass: Mattermost would not try again. All that needs the database or
// the server begins in the background; until then webhooks are answered 503, so that the messengers keep their updates.
func (p *Plugin) OnActivate() error {
	ctx, stop := context.WithCancel(context.Background())
	p.metrics, p.stop, p.stopped = metrics.New(), stop, make(chan struct{})
	go watchParent()
	go func() {
		defer close(p.stopped)
		p.run(ctx)
	}()
	return nil
}

// stopTime is how long OnDeactivate may take: Mattermost kills the process after ten seconds.
const stopTime = 9 * time.Second

// OnDeactivate finishes what was begun, as far as there is time.
func (p *Plugin) OnDeactivate() error {
	if p.stop == nil {
		return nil
	}
	p.stop()
	select {
	case <-p.stopped:
	case <-time.After(stopTime):
	}
	return nil
}

// OnConfigurationChange puts valid settings in force and keeps the good ones before them otherwise.
func (p *Plugin) OnConfigurationChange() error {
	c, err := p.readConfiguration()
	if err != nil {
		p.API.LogError("A setting cannot be used; the settings stay as they were", "error", err.Error())
		return errors.Wrap(err, "the settings stay as they were")
	}
	p.config.Store(c)
	if a := p.running.Load(); a != nil {
		a.reconfigure(context.Background())
	}
	return nil
}

// ServeHTTP is the way in for webhooks, REST, buttons and dialogs.
func (p *Plugin) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	a := p.running.Load()
	if a == nil {
		w.Header().Set("Retry-After", "2")
		http.Error(w, `{"error":{"code":"starting","message":"msgbot is starting"}}`, http.StatusServiceUnavailable)
		return
	}
	a.http.ServeHTTP(w, r)
}

// ServeMetrics answers Mattermost's metrics server.
func (p *Plugin) ServeMetrics(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	p.metrics.Handler().ServeHTTP(w, r)
}

// ExecuteCommand answers /msgbot.
func (p *Plugin) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	a := p.running.Load()
	if a == nil {
		return &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: "msgbot is starting; try again in a moment."}, nil
	}
	return a.command(context.Background(), args), nil
}

// MessageHasBeenPosted is a hint that an agent may have written: the scan finds out.
func (p *Plugin) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) { p.hintOfPost(post) }

// MessageHasBeenUpdated is the same hint for an edit.
func (p *Plugin) MessageHasBeenUpdated(_ *plugin.Context, post, _ *model.Post) { p.hintOfPost(post) }

// MessageHasBeenDeleted is the same hint for a deletion.
func (p *Plugin) MessageHasBeenDeleted(_ *plugin.Context, post *model.Post) { p.hintOfPost(post) }

// ReactionHasBeenAdded is a hint that an agent may have reacted to a message.
func (p *Plugin) ReactionHasBeenAdded(_ *plugin.Context, r *model.Reaction) {
	p.hint(r.ChannelId, r.UserId)
}

// ReactionHasBeenRemoved is the same hint. A person's removal does not tell its channel (read in Mattermost's source): the
// scan finds it within a second by itself.
func (p *Plugin) ReactionHasBeenRemoved(_ *plugin.Context, r *model.Reaction) {
	p.hint(r.ChannelId, r.UserId)
}

func (p *Plugin) hintOfPost(post *model.Post) {
	if post.RootId != "" {
		p.hint(post.ChannelId, post.UserId)
	}
}

// hint wakes the bots whose inbox the channel is, unless the user is msgbot itself. For any other channel it is a look
// into a map.
func (p *Plugin) hint(channelID, userID string) {
	a := p.running.Load()
	if a == nil {
		return
	}
	ids := a.bots.Channel(channelID)
	if ids == nil || userID == a.desk.BotUserID() {
		return
	}
	a.relay.Posted(ids)
}

// OnPluginClusterEvent is a hint of another node.
func (p *Plugin) OnPluginClusterEvent(_ *plugin.Context, e model.PluginClusterEvent) {
	a := p.running.Load()
	if a == nil {
		return
	}
	switch e.Id {
	case wakeEvent:
		a.relay.WakeLocal(string(e.Data))
	case scriptEvent:
		a.answers.Wake()
	}
}

// announce tells the other nodes that a bot has work.
func (p *Plugin) announce(botID string) { p.tellNodes(wakeEvent, botID) }

// announceScript tells them that its automatic answers were changed.
func (p *Plugin) announceScript(botID string) { p.tellNodes(scriptEvent, botID) }

// tellNodes sends an event; one that is lost heals by itself, as every node also looks every few seconds.
func (p *Plugin) tellNodes(event, botID string) {
	_ = p.API.PublishPluginClusterEvent(
		model.PluginClusterEvent{Id: event, Data: []byte(botID)},
		model.PluginClusterEventSendOptions{SendType: model.PluginClusterEventSendTypeBestEffort},
	)
}

// recovered counts and logs a panic of a goroutine of ours, so that it does not end the process.
func (p *Plugin) recovered(where string) {
	if v := recover(); v != nil {
		p.metrics.Panic(where)
		p.API.LogError("A panic", "where", where, "stack", string(debug.Stack()))
	}
}
