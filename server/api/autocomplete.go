// The list of bots that Mattermost fetches while somebody types, and texts as they are.

package api

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// AutocompleteBots is the path of the list of bots below the plugin's own path, for a command's dynamic list.
const AutocompleteBots = "api/v1/autocomplete/bots"

func (s *server) completeBots(r *http.Request, caller string) (answer, error) {
	visible := s.Access.Visible(caller, s.Bots.List(r.Context()))
	items := make([]model.AutocompleteListItem, 0, len(visible))
	for _, b := range visible {
		items = append(items, model.AutocompleteListItem{Item: Handle(b, visible), HelpText: botHelp(b)})
	}
	return answer{status: http.StatusOK, body: items}, nil
}

// botHelp tells bots of like names apart.
func botHelp(b conversation.Bot) string {
	if b.Username == "" {
		return fullName(b)
	}
	return b.Name + " (" + b.Kind.Title() + ", @" + b.Username + ")"
}

// Literal shows text that somebody typed or a messenger said as it is: nothing in it formats or mentions.
func Literal(text string) string {
	return "`" + strings.ReplaceAll(oneLine(text), "`", "'") + "`"
}

// Escaped is a text that formats nothing inside a sentence in Markdown.
func Escaped(text string) string { return richtext.Plain(oneLine(text)).Markdown() }

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}
