package customerpage

// Formatting: a text with Telegram's entities becomes a tree the page can show.

import (
	"cmp"
	"slices"
	"unicode/utf16"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// Node is a piece of a message: plain text, or nodes inside a style.
type Node struct {
	Text string `json:"text,omitempty"`
	// Style is a Telegram entity type such as "bold".
	Style string `json:"style,omitempty"`
	URL   string `json:"url,omitempty"`
	Nodes []Node `json:"nodes,omitempty"`
}

// Plain is a text without formatting.
func Plain(text string) []Node { return []Node{{Text: text}} }

// Format makes nodes of a text and its entities. Entities count UTF-16 units and lie inside one another or apart
// (https://core.telegram.org/bots/api#messageentity); one that does not is left out.
func Format(text string, entities []telegramtest.Entity) []Node {
	units := utf16.Encode([]rune(text))
	ordered := slices.Clone(entities)
	slices.SortStableFunc(ordered, func(a, b telegramtest.Entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	nodes, _ := nest(units, ordered, 0, len(units))
	return nodes
}

// nest makes the nodes of units[from:to] and returns the entities that begin behind it.
func nest(units []uint16, entities []telegramtest.Entity, from, to int) ([]Node, []telegramtest.Entity) {
	var nodes []Node
	text := func(until int) {
		if until > from {
			nodes = append(nodes, Node{Text: string(utf16.Decode(units[from:until]))})
			from = until
		}
	}
	for len(entities) > 0 && entities[0].Offset < to {
		e := entities[0]
		entities = entities[1:]
		end := e.Offset + e.Length
		if e.Offset < from || end > to || e.Length <= 0 {
			continue
		}
		text(e.Offset)
		var inside []Node
		inside, entities = nest(units, entities, e.Offset, end)
		nodes = append(nodes, Node{Style: e.Type, URL: e.URL, Nodes: inside})
		from = end
	}
	text(to)
	return nodes, entities
}
