// How bots are named in commands and texts, and the list of them that Mattermost fetches while somebody types.

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
		items = append(items, model.AutocompleteListItem{Item: Handle(b, visible), Hint: string(b.Kind), HelpText: b.Name})
	}
	return answer{status: http.StatusOK, body: items}, nil
}

// Handle is how people name a bot in a command, short and unmistakable among all: its name, in quotes if that has
// spaces; its id where the name is not unique or cannot be quoted.
func Handle(b conversation.Bot, all []conversation.Bot) string {
	same := 0
	for _, other := range all {
		if strings.EqualFold(other.Name, b.Name) {
			same++
		}
	}
	switch {
	case same > 1, b.Name == "", strings.ContainsAny(b.Name, "\"\n"):
		return b.ID
	case strings.ContainsAny(b.Name, " \t"):
		return `"` + b.Name + `"`
	}
	return b.Name
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
