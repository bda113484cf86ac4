// REST of bots.

package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// maxToken is the longest token taken, in characters; both messengers' are below 64.
const maxToken = 256

// onBot is a route below one bot: 404 for whoever may not see it, 403 for whoever sees it only.
func (s *server) onBot(method, path string, may Level, h func(*http.Request, conversation.Bot) (answer, error)) route {
	return route{pattern: method + " " + Prefix + "/bots/{id}" + path, may: may, serve: func(r *http.Request, caller string) (answer, error) {
		id, err := pathID(r, "id")
		if err != nil {
			return answer{}, err
		}
		bot, err := s.botFor(r.Context(), may, caller, id)
		if err != nil {
			return answer{target: id}, err
		}
		a, err := h(r, bot)
		a.target = cmp.Or(a.target, id)
		return a, err
	}}
}

// botFor is the bot of that id for a caller who has the level there.
func (s *server) botFor(ctx context.Context, may Level, caller, id string) (conversation.Bot, error) {
	bot, err := s.Bots.Bot(ctx, id)
	switch {
	case err != nil:
		return conversation.Bot{}, err
	case !s.Access.Allows(Member, caller, bot.ChannelID):
		return conversation.Bot{}, notFound()
	case !s.Access.Allows(may, caller, bot.ChannelID):
		return conversation.Bot{}, forbidden()
	}
	return bot, nil
}

func (s *server) listBots(r *http.Request, caller string) (answer, error) {
	list := []botView{}
	for _, b := range s.Access.Visible(caller, s.Bots.List(r.Context())) {
		state, err := s.Bots.State(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		list = append(list, viewBot(b, state))
	}
	return answer{status: http.StatusOK, body: map[string]any{"bots": list}}, nil
}

func (s *server) getBot(r *http.Request, b conversation.Bot) (answer, error) {
	return s.showBot(r.Context(), http.StatusOK, b)
}

func (s *server) showBot(ctx context.Context, status int, b conversation.Bot) (answer, error) {
	state, err := s.Bots.State(ctx, b.ID)
	if err != nil {
		return answer{}, err
	}
	return answer{status: status, body: viewBot(b, state), target: b.ID}, nil
}

// newBot is the body of POST /bots.
type newBot struct {
	Kind      messenger.Kind  `json:"kind"`
	Token     string          `json:"token"`
	ChannelID string          `json:"channel_id"`
	Mode      messenger.Mode  `json:"mode"`
	Name      string          `json:"name"`
	Settings  json.RawMessage `json:"settings"`
	TakeOver  bool            `json:"take_over"`
}

func (s *server) addBot(r *http.Request, caller string) (answer, error) {
	if !s.Access.MayManage(caller) {
		return answer{}, forbidden()
	}
	var n newBot
	if err := decode(r, &n); err != nil {
		return answer{}, err
	}
	bot, err := s.add(r.Context(), caller, n)
	if err != nil {
		return answer{}, err
	}
	return s.showBot(r.Context(), http.StatusCreated, bot)
}

// add connects a bot for REST and for the dialog.
func (s *server) add(ctx context.Context, caller string, n newBot) (conversation.Bot, error) {
	n.Token, n.Name = strings.TrimSpace(n.Token), strings.TrimSpace(n.Name)
	if err := s.validateKind(n.Kind); err != nil {
		return conversation.Bot{}, err
	}
	if n.Token == "" {
		return conversation.Bot{}, conversation.Wrong("token", conversation.ProblemMissing)
	}
	if err := s.validate(bots.Edit{Mode: &n.Mode, Name: &n.Name, Token: &n.Token}); err != nil {
		return conversation.Bot{}, err
	}
	settings := s.DefaultSettings()
	if err := applySettings(n.Settings, &settings); err != nil {
		return conversation.Bot{}, err
	}
	if err := s.validateChannel(caller, n.ChannelID); err != nil {
		return conversation.Bot{}, err
	}
	return s.Bots.Add(ctx, bots.New{
		Kind: n.Kind, Token: n.Token, ChannelID: n.ChannelID, Mode: n.Mode, Name: n.Name, Settings: settings,
		TakeOver: n.TakeOver, By: caller,
	})
}

// botChange is the body of PATCH /bots/{id}; what is missing stays as it is.
type botChange struct {
	ChannelID *string         `json:"channel_id"`
	Mode      *messenger.Mode `json:"mode"`
	Name      *string         `json:"name"`
	Token     *string         `json:"token"`
	Settings  json.RawMessage `json:"settings"`
}

func (s *server) editBot(r *http.Request, b conversation.Bot) (answer, error) {
	var c botChange
	if err := decode(r, &c); err != nil {
		return answer{}, err
	}
	edited, err := s.edit(r.Context(), r.Header.Get(userHeader), b, c)
	if err != nil {
		return answer{}, err
	}
	return s.showBot(r.Context(), http.StatusOK, edited)
}

// edit changes a bot for REST and for the dialog.
func (s *server) edit(ctx context.Context, caller string, b conversation.Bot, c botChange) (conversation.Bot, error) {
	e := bots.Edit{
		ChannelID: changed(c.ChannelID, b.ChannelID), Mode: changed(c.Mode, b.Mode), Name: changed(trimmed(c.Name), b.Name),
		Token: trimmed(c.Token),
	}
	for _, f := range []struct {
		name  string
		value *string
	}{{"name", e.Name}, {"token", e.Token}} {
		if f.value != nil && *f.value == "" {
			return conversation.Bot{}, conversation.Wrong(f.name, conversation.ProblemMissing)
		}
	}
	if err := s.validate(e); err != nil {
		return conversation.Bot{}, err
	}
	if e.ChannelID != nil {
		if err := s.validateChannel(caller, *e.ChannelID); err != nil {
			return conversation.Bot{}, err
		}
	}
	settings := b.Settings
	if err := applySettings(c.Settings, &settings); err != nil {
		return conversation.Bot{}, err
	}
	if settings != b.Settings {
		e.Settings = &settings
	}
	return s.Bots.Edit(ctx, b.ID, e)
}

// changed is nil for a wish that is fulfilled already: a form sends all its fields.
func changed[T comparable](wish *T, present T) *T {
	if wish == nil || *wish == present {
		return nil
	}
	return wish
}

func trimmed(text *string) *string {
	if text == nil {
		return nil
	}
	short := strings.TrimSpace(*text)
	return &short
}

// validate checks what can be told wrong without asking the messenger.
func (s *server) validate(e bots.Edit) error {
	if e.Mode != nil && *e.Mode != "" {
		if err := oneOf("mode", *e.Mode, messenger.Webhook, messenger.Polling); err != nil {
			return err
		}
	}
	if e.Name != nil {
		if err := line("name", *e.Name, maxNameRunes); err != nil {
			return err
		}
	}
	if e.Token != nil {
		return line("token", *e.Token, maxToken)
	}
	return nil
}

func (s *server) validateKind(k messenger.Kind) error {
	names := make([]messenger.Kind, 0, len(s.Kinds))
	for _, kind := range s.Kinds {
		names = append(names, kind.ID)
	}
	return oneOf("kind", k, names...)
}

// validateChannel checks an inbox channel: the caller must see it and may manage the bots of it.
func (s *server) validateChannel(caller, channelID string) error {
	switch {
	case !idPattern.MatchString(channelID), !s.Access.CanSee(caller, channelID):
		return conversation.Wrong("channel_id", conversation.ProblemNoChannel)
	case !s.Access.Allows(Manager, caller, channelID):
		return forbidden()
	}
	return nil
}

func (s *server) removeBot(r *http.Request, b conversation.Bot) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Bots.Remove(r.Context(), b.ID)
}

// changeBot is a route that does one thing to a bot and shows it.
func (s *server) changeBot(do func(context.Context, string) (conversation.Bot, error)) func(*http.Request, conversation.Bot) (answer, error) {
	return func(r *http.Request, b conversation.Bot) (answer, error) {
		changed, err := do(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		return s.showBot(r.Context(), http.StatusOK, changed)
	}
}

func (s *server) health(r *http.Request, b conversation.Bot) (answer, error) {
	h, err := s.Bots.Health(r.Context(), b.ID)
	return answer{status: http.StatusOK, body: viewHealth(h)}, err
}

func (s *server) exchanges(r *http.Request, b conversation.Bot) (answer, error) {
	log, err := s.Bots.Exchanges(r.Context(), b.ID)
	list := make([]exchangeView, 0, len(log))
	for _, e := range log {
		list = append(list, viewExchange(e))
	}
	return answer{status: http.StatusOK, body: map[string]any{"exchanges": list}}, err
}

// status shows what waits for each bot the caller sees. The state is the one last found by the health watch.
func (s *server) status(r *http.Request, caller string) (answer, error) {
	list := []statusView{}
	for _, b := range s.Access.Visible(caller, s.Bots.List(r.Context())) {
		state, err := s.Bots.State(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		depth, err := s.Store.Depth(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		list = append(list, viewStatus(b, state, depth))
	}
	return answer{status: http.StatusOK, body: map[string]any{"bots": list}}, nil
}
