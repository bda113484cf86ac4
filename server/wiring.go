// The composition root: which parts there are and how they are put together. A third messenger is one line in
// messengers, and a folder of its own under messenger/.

package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/command"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/desk"
	"github.com/msgbot/mattermost-plugin-msgbot/server/filelink"
	"github.com/msgbot/mattermost-plugin-msgbot/server/guard"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/store"
)

// kind is a messenger that bots can be connected to.
type kind struct {
	api.Kind
	adapter bots.Adapter
}

var messengers = []kind{
	{api.Kind{ID: messenger.Telegram, Title: "Telegram", Polls: true, Reacts: true, Business: true, Inline: true}, func(o messenger.Options) (messenger.Messenger, error) { return telegram.New(o) }},
	{api.Kind{ID: messenger.Viber, Title: "Viber"}, func(o messenger.Options) (messenger.Messenger, error) { return viber.New(o) }},
}

// startPause is the pause between two tries to start.
const startPause = time.Second

// app is a started plugin.
type app struct {
	plugin  *Plugin
	store   *store.Store
	desk    *desk.Desk
	links   *filelink.Links
	bots    *bots.Service
	answers *answers.Service
	relay   *relay.Relay
	http    http.Handler
	command func(context.Context, *model.CommandArgs) *model.CommandResponse
	// loopback is the address at which this server is called from within.
	loopback atomic.Pointer[string]
	// inForce are the settings that were put in force last.
	inForce atomic.Pointer[configuration]
	// unsettled asks for settings to be put in force that could not be when they came.
	unsettled chan struct{}
}

// run starts, works until ctx ends, and stops in order.
func (p *Plugin) run(ctx context.Context) {
	defer p.recovered("run")
	a := p.started(ctx)
	if a == nil {
		return
	}
	p.running.Store(a)
	if p.config.Load() != a.inForce.Load() {
		a.reconfigure(ctx) // changed while we started
	}
	p.API.LogInfo("msgbot is ready", "version", pluginVersion)
	var all sync.WaitGroup
	all.Go(func() { defer p.recovered("watch"); a.bots.Watch(ctx, a.relay.Owns) })
	all.Go(func() { defer p.recovered("answers"); a.answers.Watch(ctx, a.relay.Owns) })
	all.Go(func() { defer p.recovered("relay"); a.relay.Run(ctx) })
	all.Go(func() { defer p.recovered("settings"); a.keepConfigured(ctx) })
	all.Wait()
	p.running.Store(nil)
	if err := a.store.Close(); err != nil {
		p.API.LogWarn("The database could not be closed", "error", err.Error())
	}
}

// started tries until the plugin is up; nil when ctx ended first.
func (p *Plugin) started(ctx context.Context) *app {
	for {
		a, err := p.start(ctx)
		if err == nil {
			return a
		}
		if ctx.Err() != nil {
			return nil
		}
		p.API.LogWarn("msgbot cannot start yet", "error", err.Error())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(startPause):
		}
	}
}

// start connects, migrates and puts the parts together.
func (p *Plugin) start(ctx context.Context) (*app, error) {
	c := p.config.Load()
	if c == nil {
		return nil, errors.New("the settings cannot be used: see the error before")
	}
	botUserID, err := p.ensureBot()
	if err != nil {
		return nil, err
	}
	server := p.API.GetUnsanitizedConfig()
	if server == nil || server.SqlSettings.DataSource == nil {
		return nil, errors.New("the server does not tell its database")
	}
	db, err := store.Open(ctx, *server.SqlSettings.DataSource)
	if err != nil {
		return nil, err
	}
	a, err := p.assemble(ctx, db, botUserID, c)
	if err != nil {
		_ = db.Close()
	}
	return a, err
}

// assemble wires the parts on an open database.
func (p *Plugin) assemble(ctx context.Context, db *store.Store, botUserID string, c *configuration) (*app, error) {
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	a := &app{plugin: p, store: db, unsettled: make(chan struct{}, 1)}
	a.links = filelink.New(func() [][]byte { return a.bots.LinkKeys() }, time.Now)
	a.desk = desk.New(p.API, desk.Options{
		BotUserID: botUserID, PluginID: pluginID, HTTP: newLoopbackClient(), Links: a.links,
		Loopback: func() string { return deref(a.loopback.Load()) },
	})
	log := logger{p.API}
	adapters := map[messenger.Kind]bots.Adapter{}
	for _, k := range messengers {
		adapters[k.ID] = k.adapter
	}
	a.bots = bots.NewService(bots.Options{
		Store: db, Desk: a.desk, Log: log, Adapters: adapters, Media: p.mediaTransport,
		Wake:    func(botID string) { a.relay.Wake(botID) },
		Answers: func(botID string) bots.Check { return answersCheck(a.answers.Problem(botID)) },
	})
	a.answers = answers.New(answers.Options{
		Store: db, Bots: a.bots, Desk: a.desk, HTTP: p.newServiceClient(), Words: a.desk.T, FirstName: a.desk.FirstName, Log: log,
		Meter: p.metrics, Now: time.Now, Changed: p.announceScript,
	})
	a.relay = relay.New(relay.Options{
		Node: conversation.NewID(), Store: db, Desk: a.desk, Messengers: a.bots, Arbiters: a.answers, Meter: p.metrics, Log: log,
		Rules: func() relay.Rules { return p.config.Load().rules() }, Announce: p.announce,
	})
	if err := a.configure(ctx, c); err != nil {
		return nil, err
	}
	// Before the first message: a bot whose script is not read yet would leave it unanswered.
	if err := a.answers.Refresh(ctx); err != nil {
		return nil, err
	}
	return a, a.face()
}

// mediaTransport is the way to customers' files.
func (p *Plugin) mediaTransport(proxy func(*http.Request) (*url.URL, error), exempt func(string) bool) http.RoundTripper {
	return guard.NewTransport(guard.Options{Proxy: proxy, Exempt: exempt, Allowed: p.trusted})
}

// face makes the ways in: HTTP and commands.
func (a *app) face() error {
	p := a.plugin
	team := relay.NewTeam(relay.TeamOptions{
		Store: a.store, Desk: a.desk, Messengers: a.bots, Wake: a.relay.Wake, Unmark: a.desk.Unmark,
	})
	access := api.NewAccess(a.desk, func() bool { return p.config.Load().ChannelAdminsManageBots })
	notes := api.NewNotes(team, a.desk, p.API.CreatePost)
	kinds := make([]api.Kind, len(messengers))
	for i, k := range messengers {
		kinds[i] = k.Kind
	}
	ready := func() bool { return true }
	failed := func(where string, err error) {
		p.API.LogError("A request failed", "where", where, "error", err.Error())
	}
	a.http = api.New(api.Options{
		Bots: a.bots, Answers: a.answers, Relay: a.relay, Team: team, Conversations: a.store, Store: a.store, Desk: deskForHTTP{a.desk}, Files: a.links,
		Access: access, Notes: notes, Kinds: kinds, Ready: ready,
		DefaultSettings: func() conversation.Settings { return p.config.Load().botSettings(a.serverLocale()) },
		Audit:           a.audit,
		Observe: func(route string, status int, d time.Duration) {
			p.metrics.Request(route, strconv.Itoa(status), d)
		},
		Panicked: p.metrics.Panic, Failed: failed,
	})
	commands := command.New(command.Options{
		Bots: a.bots, Store: a.store, Team: team, Conversations: a.store, Desk: a.desk, Access: access, Notes: notes,
		Kinds: kinds, PluginID: pluginID, OpenDialog: p.API.OpenInteractiveDialog, Ready: ready, Audit: a.audit,
		Panicked: p.metrics.Panic, Failed: failed, Answers: a.answers, Host: p.API, Now: time.Now,
	})
	a.command = commands.Execute
	return errors.Wrap(p.API.RegisterCommand(commands.Command(a.serverLocale())), "register the command")
}

// answersCheck is what a bot's health says of its automatic answers: an error when something of them cannot be used, a warning
// when something of them leads nowhere.
func answersCheck(problem string, broken bool) bots.Check {
	check := bots.Check{Name: "answers", State: bots.OK, Detail: problem}
	switch {
	case broken:
		check.State = bots.Error
	case problem != "":
		check.State = bots.Warning
	}
	return check
}

// deskForHTTP is the desk in the words of package api.
type deskForHTTP struct{ *desk.Desk }

// ShowVersions implements api.Desk.
func (d deskForHTTP) ShowVersions(ctx context.Context, userID, channelID, rootID, lang string, list []api.PostVersions) error {
	shown := make([]desk.EditedPost, len(list))
	for i, post := range list {
		shown[i].PostID = post.PostID
		for _, v := range post.Versions {
			shown[i].Versions = append(shown[i].Versions, desk.Version(v))
		}
	}
	return d.Desk.ShowVersions(ctx, userID, channelID, rootID, lang, shown)
}

// reconfigure puts the present settings in force, now or, while the database is away, as soon as it can be done.
func (a *app) reconfigure(ctx context.Context) {
	if err := a.configure(ctx, a.plugin.config.Load()); err != nil {
		a.plugin.API.LogWarn("The settings cannot be put in force yet", "error", err.Error())
		select {
		case a.unsettled <- struct{}{}:
		default:
		}
	}
}

// keepConfigured tries again what reconfigure could not do.
func (a *app) keepConfigured(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.unsettled:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(startPause):
			a.reconfigure(ctx)
		}
	}
}

// configure puts settings in force: those of the plugin, and what the server's own say of posts.
func (a *app) configure(ctx context.Context, c *configuration) error {
	p := a.plugin
	server := p.API.GetConfig()
	if server == nil {
		return errors.New("the server does not tell its settings")
	}
	if _, err := a.desk.ResolveChannel(c.FallbackChannel); err != nil {
		p.API.LogWarn("The fallback channel cannot be used yet", "error", err.Error())
	}
	a.desk.SetConfig(deskConfig(c, server))
	within := loopback(server.ServiceSettings)
	a.loopback.Store(&within)
	endpoints := c.endpoints(deref(server.ServiceSettings.SiteURL))
	endpoints.FilesDisabled = !deref(server.FileSettings.EnableFileAttachments)
	if err := a.bots.Configure(ctx, endpoints); err != nil {
		return err
	}
	a.inForce.Store(c)
	return nil
}

func (a *app) serverLocale() string {
	server := a.plugin.API.GetConfig()
	if server == nil {
		return ""
	}
	return deref(server.LocalizationSettings.DefaultServerLocale)
}

func deref[T any](v *T) T {
	var zero T
	if v == nil {
		return zero
	}
	return *v
}

// audit writes a record of ids only.
func (a *app) audit(e api.Audit) {
	status := model.AuditStatusSuccess
	if e.Status >= http.StatusBadRequest {
		status = model.AuditStatusFail
	}
	a.plugin.API.LogAuditRec(&model.AuditRecord{
		EventName: e.Action, Status: status,
		Actor:     model.AuditEventActor{UserId: e.UserID},
		EventData: model.AuditEventData{Parameters: map[string]any{"target": e.Target, "status": e.Status}},
		Meta:      map[string]any{"plugin": pluginID},
	})
}
