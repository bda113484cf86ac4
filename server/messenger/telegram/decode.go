// From a stored update to an event.

package telegram

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-telegram/bot/models"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// unknownUpdate is the reason of updates that this version knows no field of.
const unknownUpdate = "unknown_update"

// Decode reads one update. Kinds that msgbot does not show become EventIgnored with the kind as reason.
func (c *Client) Decode(raw []byte) (messenger.Event, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return messenger.Event{}, errors.New("telegram: the update is not a JSON object")
	}
	kind := kindOf(fields)
	switch kind {
	case "message":
		return decodeMessage(messenger.EventMessage, fields[kind])
	case "edited_message":
		return decodeMessage(messenger.EventEdited, fields[kind])
	case "my_chat_member":
		return decodeMembership(fields[kind])
	case "":
		return messenger.Event{Kind: messenger.EventIgnored, Reason: unknownUpdate}, nil
	}
	return messenger.Event{Kind: messenger.EventIgnored, Reason: kind}, nil
}

// decodeMessage reads a message; kind is EventMessage or EventEdited.
func decodeMessage(kind messenger.EventKind, raw json.RawMessage) (messenger.Event, error) {
	m, err := readMessage(raw)
	if err != nil {
		return messenger.Event{}, err
	}
	at, err := instant(int64(m.Date))
	if kind == messenger.EventEdited && m.EditDate != 0 {
		at, err = instant(int64(m.EditDate))
	}
	if err != nil {
		return messenger.Event{}, err
	}
	event := messenger.Event{
		Kind:       kind,
		At:         at,
		Chat:       chatOf(m.Chat),
		From:       senderOf(m.Message),
		ExternalID: strconv.Itoa(m.ID),
	}
	if payload, isStart := startPayload(m.Message); isStart && kind == messenger.EventMessage {
		event.Kind, event.Payload = messenger.EventStarted, payload
		return event, nil
	}
	event.Text = m.content()
	return event, nil
}

// endOfTime is the first second that no four-digit year can show.
const endOfTime = 253402300800

// instant is a time of Telegram in seconds since 1970. A time outside the calendar would be refused by the database, and
// again at every later try.
func instant(seconds int64) (time.Time, error) {
	if seconds < 0 || seconds >= endOfTime {
		return time.Time{}, errors.New("telegram: the date is no time")
	}
	return time.Unix(seconds, 0), nil
}

// startPayload recognises "/start", "/start@bot" and either with a payload
// (https://core.telegram.org/bots/features#deep-linking).
func startPayload(m models.Message) (payload string, isStart bool) {
	command, payload := m.Text, ""
	if i := strings.IndexFunc(m.Text, unicode.IsSpace); i >= 0 {
		command, payload = m.Text[:i], strings.TrimSpace(m.Text[i:])
	}
	isStart = command == "/start" || strings.HasPrefix(command, "/start@")
	return payload, isStart && m.ForwardOrigin == nil
}

// message is a message with the names of its fields, also of those the library does not know or could not read.
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

// chatOf tells a person from a group.
func chatOf(chat models.Chat) messenger.Chat {
	out := messenger.Chat{ID: strconv.FormatInt(chat.ID, 10), Kind: messenger.Group, Title: chat.Title}
	if chat.Type == models.ChatTypePrivate {
		out.Kind, out.Title = messenger.Private, ""
	}
	return out
}

// senderOf is who wrote: a person, or the chat in whose name an anonymous administrator or a channel writes.
func senderOf(m models.Message) messenger.Person {
	switch {
	case m.SenderChat != nil:
		return messenger.Person{ID: strconv.FormatInt(m.SenderChat.ID, 10), Name: nameOfChat(*m.SenderChat), Username: m.SenderChat.Username}
	case m.From != nil:
		return personOf(*m.From)
	}
	return messenger.Person{}
}

func personOf(u models.User) messenger.Person {
	return messenger.Person{
		ID: strconv.FormatInt(u.ID, 10), Name: nameOf(u), FirstName: valid(u.FirstName), Username: u.Username, Language: u.LanguageCode,
	}
}

// nameOf is first and last name; a deleted account has neither.
func nameOf(u models.User) string {
	name := strings.TrimSpace(valid(u.FirstName) + " " + valid(u.LastName))
	if name == "" && u.Username != "" {
		name = "@" + u.Username
	}
	if name == "" {
		name = strconv.FormatInt(u.ID, 10)
	}
	return name
}

func nameOfChat(chat models.Chat) string {
	if chat.Title != "" {
		return chat.Title
	}
	return nameOf(models.User{ID: chat.ID, FirstName: chat.FirstName, LastName: chat.LastName, Username: chat.Username})
}

// valid is a single-line name without control characters.
func valid(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name))
}

// decodeMembership reads my_chat_member: in a private chat it says that the customer blocked the bot or came back
// (https://core.telegram.org/bots/api#update). The library's type fails on a status it does not know.
func decodeMembership(raw json.RawMessage) (messenger.Event, error) {
	var change struct {
		Chat models.Chat `json:"chat"`
		From models.User `json:"from"`
		Date int64       `json:"date"`
		New  struct {
			Status models.ChatMemberType `json:"status"`
		} `json:"new_chat_member"`
	}
	if err := json.Unmarshal(raw, &change); err != nil {
		return messenger.Event{}, errors.New("telegram: my_chat_member is not of the documented form")
	}
	at, err := instant(change.Date)
	if err != nil {
		return messenger.Event{}, err
	}
	event := messenger.Event{
		Kind: messenger.EventIgnored, Reason: "my_chat_member", At: at,
		Chat: chatOf(change.Chat), From: personOf(change.From),
	}
	kinds := map[models.ChatMemberType]messenger.EventKind{
		models.ChatMemberTypeBanned: messenger.EventBlocked, models.ChatMemberTypeMember: messenger.EventUnblocked,
	}
	if kind, known := kinds[change.New.Status]; known && event.Chat.Kind == messenger.Private {
		event.Kind, event.Reason = kind, ""
	}
	return event, nil
}

// content is what the team reads: from whom it was forwarded, what it is, and its text.
func (m message) content() richtext.Text {
	var parts []richtext.Text
	for _, line := range []string{m.forwardedFrom(), m.label()} {
		if line != "" {
			parts = append(parts, richtext.Plain(line))
		}
	}
	for _, text := range []richtext.Text{fromEntities(m.Text, m.Entities), fromEntities(m.Caption, m.CaptionEntities)} {
		if text.Plain != "" {
			parts = append(parts, text)
		}
	}
	var lines []richtext.Text
	for i, part := range parts {
		if i > 0 {
			lines = append(lines, richtext.Plain("\n"))
		}
		lines = append(lines, part)
	}
	return richtext.Concat(lines...).Normal()
}
