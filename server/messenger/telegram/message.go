// A message as Telegram sent it: read with the library's models as far as these go, and by its fields beyond that.

package telegram

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/go-telegram/bot/models"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// message is a message with its fields, also those the library does not know or could not read.
type message struct {
	models.Message
	fields map[string]json.RawMessage
	// unread are the fields that the library could not read, such as a new variant of a union.
	unread []string
}

// readMessage reads a message with the library's models. Where one of its fields makes the library fail, the message is
// read without that field; the error says that not even its id and chat can be read.
func readMessage(raw json.RawMessage) (message, error) {
	var m message
	broken := errors.New("telegram: the message has no readable id and chat")
	if err := json.Unmarshal(raw, &m.fields); err != nil {
		return m, broken
	}
	if err := json.Unmarshal(raw, &m.Message); err != nil || m.hasOddNames() {
		m.readSingly()
	}
	maps.DeleteFunc(m.fields, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	if m.ID == 0 || m.Chat.ID == 0 {
		return m, broken
	}
	return m, nil
}

// hasOddNames tells of fields that encoding/json would take for others, since it ignores case.
func (m *message) hasOddNames() bool {
	for name := range m.fields {
		if isOdd(name) {
			return true
		}
	}
	return false
}

func isOdd(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// readSingly reads the message from those of its fields that the library can read.
func (m *message) readSingly() {
	readable := map[string]json.RawMessage{}
	for name, value := range m.fields {
		var alone models.Message
		if err := json.Unmarshal(object(name, value), &alone); err != nil || isOdd(name) {
			m.unread = append(m.unread, name)
			continue
		}
		readable[name] = value
	}
	m.Message = models.Message{}
	for name, value := range readable {
		// Each has been read before, so that none fails now.
		_ = json.Unmarshal(object(name, value), &m.Message)
	}
}

// object is {name: value}.
func object(name string, value json.RawMessage) []byte {
	key, err := json.Marshal(name)
	if err != nil {
		return nil // a string always becomes JSON
	}
	out := append([]byte{'{'}, key...)
	out = append(append(out, ':'), value...)
	return append(out, '}')
}

// has tells whether the message has a field that could be read.
func (m message) has(field string) bool {
	_, there := m.fields[field]
	return there && !slices.Contains(m.unread, field)
}

// read reads a field that the library knows not or wrongly into a value of our own, as far as it can be read.
func (m message) read(field string, into any) {
	// What cannot be read stays as it is: the label then says less.
	_ = json.Unmarshal(m.fields[field], into)
}

// place is the chat of the message, with the Business connection that it came through.
func (m message) place() messenger.Chat {
	chat := chatOf(m.Chat)
	chat.Connection = m.BusinessConnectionID
	return chat
}

// byOwner tells whether the owner of a Business account wrote it, himself or through another bot. The chat is always the
// customer's, and a private chat has the id of its person (https://core.telegram.org/bots/api#message).
func (m message) byOwner() bool {
	return m.BusinessConnectionID != "" && m.Chat.Type == models.ChatTypePrivate && m.From != nil && m.From.ID != m.Chat.ID
}
