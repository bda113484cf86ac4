// Business connections: an admin of the bot's inbox channel says whether one may relay. Any Premium account can connect
// itself to a bot, so nobody below an admin decides.

package api

import (
	"cmp"
	"context"
	"net/http"
	"regexp"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// The buttons of a new connection, the last part of their paths.
const (
	actionAccept = "acceptconnection"
	actionRefuse = "refuseconnection"
)

// connectionPattern is any id that a messenger could give a connection: they promise no form.
var connectionPattern = regexp.MustCompile(`^[!-~]{1,256}$`)

func knownConnection(id string) (string, error) {
	if !connectionPattern.MatchString(id) {
		return "", notFound()
	}
	return id, nil
}

func (s *server) connections(r *http.Request, b conversation.Bot) (answer, error) {
	found, err := s.Team.Connections(r.Context(), b.ID)
	list := make([]connectionView, 0, len(found))
	for _, c := range found {
		list = append(list, viewConnection(c))
	}
	return answer{status: http.StatusOK, body: map[string]any{"connections": list}}, err
}

// decide is a route that accepts or refuses a connection and shows it.
func (s *server) decide(accept bool) func(*http.Request, conversation.Bot) (answer, error) {
	return func(r *http.Request, b conversation.Bot) (answer, error) {
		id, err := knownConnection(r.PathValue("connection"))
		if err != nil {
			return answer{}, err
		}
		c, err := s.Team.Decide(r.Context(), b.ID, id, accept, r.Header.Get(userHeader))
		return answer{status: http.StatusOK, body: viewConnection(c), target: id}, err
	}
}

// pressDecide is the same by a button. The bot that the context names is only where the permission is checked and the
// connection is looked for: a connection of another bot is not found there.
func (s *server) pressDecide(accept bool) func(context.Context, press) (pressed, error) {
	key := "api.connection_refused"
	if accept {
		key = "api.connection_accepted"
	}
	return func(ctx context.Context, p press) (pressed, error) {
		botID, err := p.id(ContextBot)
		if err != nil {
			return pressed{}, err
		}
		bot, err := s.botFor(ctx, Admin, p.caller, botID)
		if err != nil {
			return pressed{target: botID}, err
		}
		id, err := knownConnection(p.text(ContextConnection))
		if err != nil {
			return pressed{target: botID}, err
		}
		c, err := s.Team.Decide(ctx, bot.ID, id, accept, p.caller)
		name := Literal(cmp.Or(c.Owner.Name, c.Owner.Username, c.Owner.ID))
		return pressed{key: key, target: id, args: map[string]string{"name": name}}, err
	}
}
