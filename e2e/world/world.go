// Package world brings up everything msgbot lives among: PostgreSQL, Mattermost with the plugin, both messengers
// emulated, a team with an inbox channel, and agents. The demo, the end-to-end tests and the benchmark start from it and
// drive it from outside: as customers through the emulators, as agents and admins through REST.
//
//	w, err := world.Start(ctx, world.Options{})
//	bot, err := w.Telegram(ctx, world.Webhook)
//	oksana := bot.NewCustomer("Оксана Шевченко")
//	oksana.Says("Добрий день!")
//	c, err := w.AwaitConversation(ctx, oksana)
//	post, err := w.Agents[0].Reply(ctx, c.ChannelID, c.RootPostID, "Вітаю!")
//	line, err := oksana.AwaitReceived(ctx, "Вітаю!")
package world

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// PluginID is msgbot's id in Mattermost.
const PluginID = "msgbot"

// Names of what Start makes.
const (
	TeamName  = "support"
	InboxName = "inbox"
)

// Options says what to bring up; the zero value is right for most tests.
type Options struct {
	// Lab is PostgreSQL and Mattermost.
	Lab lab.Options
	// Bundle is the plugin's .tar.gz; empty is FindBundle.
	Bundle string
	// Settings are the plugin's settings, by their names in plugin.json in lower case, on top of what points it at the
	// emulators. "publicurl", where the emulators reach the plugin, is the server's own address unless set.
	Settings map[string]any
	// Agents are the user names of the agents; nil is one, "olena".
	Agents []string
	// TelegramOptions and ViberOptions change the emulators.
	TelegramOptions []telegramtest.Option
	ViberOptions    []vibertest.Option
	// Step, unless nil, is called before each of the steps, in words.
	Step func(what string)
}

// World is everything, running. Postgres, Server and Admin are the lab's.
type World struct {
	*lab.Lab

	TelegramCloud *telegramtest.Server
	ViberCloud    *vibertest.Server

	// Plugin is msgbot's REST as the administrator.
	Plugin *Client
	Team   *model.Team
	// Inbox is a private channel with the administrator and all agents in it.
	Inbox  *model.Channel
	Agents []*lab.Session

	settings map[string]any
	made     int // bots
	closing  sync.Once
	closed   error
}

// Start brings up a world with the plugin enabled and no bot connected. Close ends it; when this process dies without
// that, on Linux, everything ends too.
func Start(ctx context.Context, options Options) (*World, error) {
	w := &World{}
	if err := w.start(ctx, options); err != nil {
		if w.Lab != nil {
			err = fmt.Errorf("%w\nthe server's last words:\n%s", err, w.Server.Log())
		}
		_ = w.Close() // the first error says more
		return nil, err
	}
	return w, nil
}

func (w *World) start(ctx context.Context, options Options) error {
	bundle := options.Bundle
	var err error
	if bundle == "" {
		// Before all that takes time: without a bundle nothing can be done.
		if bundle, err = FindBundle(); err != nil {
			return err
		}
	}
	step := options.Step
	if step == nil {
		step = func(string) {}
	}
	step("PostgreSQL and Mattermost")
	w.TelegramCloud = telegramtest.NewServer(options.TelegramOptions...)
	w.ViberCloud = vibertest.NewServer(options.ViberOptions...)
	if w.Lab, err = lab.Start(ctx, options.Lab); err != nil {
		return err
	}
	w.Plugin = NewClient(w.Admin)
	step("team, channel and agents")
	if err = w.people(ctx, options.Agents); err != nil {
		return err
	}
	step("plugin")
	return w.install(ctx, bundle, options.Settings)
}

// people makes the team, its inbox channel and the agents.
func (w *World) people(ctx context.Context, agents []string) error {
	var err error
	if w.Team, err = w.Admin.CreateTeam(ctx, TeamName); err != nil {
		return err
	}
	if w.Inbox, err = w.CreatePrivateChannel(ctx, InboxName); err != nil {
		return err
	}
	if agents == nil {
		agents = []string{"olena"}
	}
	for _, name := range agents {
		agent, err := w.Admin.CreateAgent(ctx, name, w.Team, w.Inbox)
		if err != nil {
			return err
		}
		w.Agents = append(w.Agents, agent)
	}
	return nil
}

// CreatePrivateChannel makes a private channel of the team with the administrator in it.
func (w *World) CreatePrivateChannel(ctx context.Context, name string) (*model.Channel, error) {
	channel, _, err := w.Admin.Client.CreateChannel(ctx, &model.Channel{
		TeamId: w.Team.Id, Name: name, DisplayName: name, Type: model.ChannelTypePrivate,
	})
	return channel, errors.Wrapf(err, "creating channel %s", name)
}

// install configures the plugin before it runs for the first time, so that it never asks the real messengers.
func (w *World) install(ctx context.Context, bundle string, settings map[string]any) error {
	w.settings = map[string]any{
		"telegramapiurl": w.TelegramCloud.URL,
		"viberapiurl":    w.ViberCloud.URL,
		"publicurl":      w.Server.URL,
	}
	if err := w.Configure(ctx, settings); err != nil {
		return err
	}
	if _, err := w.Admin.InstallPlugin(ctx, bundle); err != nil {
		return err
	}
	return w.Admin.EnablePlugin(ctx, PluginID)
}

// Configure changes some of the plugin's settings, by their names in plugin.json in lower case; the others stay.
func (w *World) Configure(ctx context.Context, changes map[string]any) error {
	maps.Copy(w.settings, changes)
	return w.Admin.SetPluginConfig(ctx, PluginID, w.settings)
}

// Close ends everything. Closing twice is harmless.
func (w *World) Close() error {
	w.closing.Do(func() {
		if w.Lab != nil {
			w.closed = w.Lab.Close()
		}
		if w.TelegramCloud != nil {
			w.TelegramCloud.Close()
		}
		if w.ViberCloud != nil {
			w.ViberCloud.Close()
		}
	})
	return w.closed
}
