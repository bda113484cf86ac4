// Buttons. Whoever is logged in can call these with any context: only the header tells who it is, ids in the context
// are only ids, and the permission is checked at each press.

package api

import (
	"context"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// The keys of a button's context.
const (
	// ContextConversation is a conversation's id: claim, close, reopen, more, versions.
	ContextConversation = "conversation_id"
	// ContextPost is the id of the reply to send: resend.
	ContextPost = "post_id"
	// ContextBot is a bot's id: reclaim, acceptconnection, refuseconnection.
	ContextBot = "bot_id"
	// ContextConnection is the id of a Business connection of that bot: acceptconnection, refuseconnection.
	ContextConnection = "connection_id"
)

// shownVersions is how many edited messages *Versions* shows; REST has all.
const shownVersions = 10

// press is one press of a button by caller.
type press struct {
	caller string
	// post is the one the button stands on, as the caller says.
	post string
	ids  map[string]any
}

func (p press) text(name string) string {
	text, _ := p.ids[name].(string)
	return text
}

func (p press) id(name string) (string, error) { return knownID(p.text(name)) }

// pressed says what was done: the key of a text, empty where something else was shown, and what it was done to.
type pressed struct {
	key    string
	target string
	args   map[string]string
}

// button is the route of a button.
func (s *server) button(name string, may Level, do func(context.Context, press) (pressed, error)) route {
	return route{pattern: "POST " + Prefix + "/actions/" + name, may: may, serve: s.action(do)}
}

// action answers a button with a text for the presser alone. The card is brought up to date by its keeper.
func (s *server) action(do func(context.Context, press) (pressed, error)) handler {
	return func(r *http.Request, caller string) (answer, error) {
		var request model.PostActionIntegrationRequest
		if err := decodeForeign(r, &request); err != nil {
			return answer{}, err
		}
		t := s.language(caller)
		done, err := do(r.Context(), press{caller: caller, post: request.PostId, ids: request.Context})
		a := answer{status: http.StatusOK, target: done.target}
		var text string
		switch {
		case err != nil:
			s.log(r, err)
			a.outcome, text = outcome(err), Say(t, err)
		case done.key != "":
			text = t(done.key, done.args)
		}
		a.body = model.PostActionIntegrationResponse{EphemeralText: text, SkipSlackParsing: true}
		return a, nil
	}
}

// language is how texts are looked up for one person.
func (s *server) language(userID string) func(key string, args map[string]string) string {
	lang := s.Desk.UserLocale(userID)
	return func(key string, args map[string]string) string { return s.Desk.T(lang, key, args) }
}

// outcome is the HTTP status that REST would have answered.
func outcome(err error) int {
	if e := AsError(err); e != nil {
		return e.Status
	}
	return http.StatusInternalServerError
}

// log tells the server log of errors that the person is not told of.
func (s *server) log(r *http.Request, err error) {
	if AsError(err) == nil {
		s.Failed(r.Pattern, err)
	}
}

// pressOn does something to the conversation of the context, for one who may see it.
func (s *server) pressOn(ctx context.Context, p press, key string, do func(id string) error) (pressed, error) {
	c, _, err := s.pressedConversation(ctx, p)
	if err != nil {
		return pressed{target: c.ID}, err
	}
	return pressed{key: key, target: c.ID}, do(c.ID)
}

// pressedConversation is the conversation of the context with its bot, for one who may see it. With an error only its id
// is told, for the audit.
func (s *server) pressedConversation(ctx context.Context, p press) (conversation.Conversation, conversation.Bot, error) {
	id, err := p.id(ContextConversation)
	if err != nil {
		return conversation.Conversation{}, conversation.Bot{}, err
	}
	c, bot, err := s.conversationFor(ctx, p.caller, id)
	if err != nil {
		return conversation.Conversation{ID: id}, conversation.Bot{}, err
	}
	return c, bot, nil
}

func (s *server) pressClaim(ctx context.Context, p press) (pressed, error) {
	return s.pressOn(ctx, p, "api.claimed", func(id string) error {
		_, err := s.Team.Claim(ctx, id, p.caller)
		return err
	})
}

func (s *server) pressClose(ctx context.Context, p press) (pressed, error) {
	return s.pressOn(ctx, p, "api.closed", func(id string) error {
		_, err := s.Team.Close(ctx, id)
		return err
	})
}

func (s *server) pressReopen(ctx context.Context, p press) (pressed, error) {
	return s.pressOn(ctx, p, "api.reopened", func(id string) error {
		_, err := s.Team.Reopen(ctx, id)
		return err
	})
}

func (s *server) pressResend(ctx context.Context, p press) (pressed, error) {
	id, err := p.id(ContextPost)
	if err != nil {
		return pressed{}, err
	}
	if _, err = s.resend(ctx, p.caller, id); err != nil {
		return pressed{target: id}, err
	}
	if err := s.Desk.ClearNotice(ctx, p.post, id, p.caller); err != nil {
		s.Failed("clear a notice", err)
	}
	return pressed{key: "api.resent", target: id}, nil
}

// pressMore shows what the card has no room for, to the presser alone.
func (s *server) pressMore(ctx context.Context, p press) (pressed, error) {
	c, bot, err := s.pressedConversation(ctx, p)
	if err != nil {
		return pressed{}, err
	}
	return pressed{target: c.ID}, s.Desk.More(ctx, p.caller, bot, c)
}

// pressVersions shows the earlier texts of messages that the customer edited, to the presser alone.
func (s *server) pressVersions(ctx context.Context, p press) (pressed, error) {
	c, _, err := s.pressedConversation(ctx, p)
	if err != nil {
		return pressed{}, err
	}
	list, err := s.Store.MessageVersions(ctx, c.ID, shownVersions)
	if err != nil || len(list) == 0 {
		return pressed{key: "api.no_versions", target: c.ID}, err
	}
	lang := s.Desk.UserLocale(p.caller)
	return pressed{target: c.ID}, s.Desk.ShowVersions(ctx, p.caller, c.Thread.ChannelID, c.Thread.RootPostID, lang, list)
}

func (s *server) pressReclaim(ctx context.Context, p press) (pressed, error) {
	id, err := p.id(ContextBot)
	if err != nil {
		return pressed{}, err
	}
	bot, err := s.botFor(ctx, Manager, p.caller, id)
	if err != nil {
		return pressed{target: id}, err
	}
	_, err = s.Bots.Reclaim(ctx, id)
	return pressed{key: "api.reclaimed", target: id, args: map[string]string{"name": Literal(bot.Name)}}, err
}
