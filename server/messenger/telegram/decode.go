// From a stored update to an event: which kind it is, and messages.

package telegram

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// The reasons of events that are ignored, besides the names of kinds of update.
const (
	// unknownUpdate is an update that this version knows no field of.
	unknownUpdate = "unknown_update"
	// ownEcho is what the bot itself wrote in the name of a Business account.
	ownEcho = "own_echo"
)

// Decode reads one update. Kinds that msgbot does not show become EventIgnored with the kind as reason. At is zero where
// Telegram tells no time: a press of a button, a deletion.
func (c *Client) Decode(raw []byte) (messenger.Event, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return messenger.Event{}, errors.New("telegram: the update is not a JSON object")
	}
	kind := kindOf(fields)
	content := fields[kind]
	switch kind {
	case "message", "business_message":
		return c.decodeMessage(messenger.EventMessage, content)
	case "edited_message", "edited_business_message":
		return c.decodeMessage(messenger.EventEdited, content)
	case "callback_query":
		return decodePress(content)
	case "message_reaction":
		return decodeReaction(content)
	case "my_chat_member":
		return decodeMembership(content)
	case "deleted_business_messages":
		return decodeDeletion(content)
	case "business_connection":
		return decodeConnection(content)
	case "":
		return ignored(unknownUpdate), nil
	}
	return ignored(kind), nil
}

func ignored(reason string) messenger.Event {
	return messenger.Event{Kind: messenger.EventIgnored, Reason: reason}
}

// undocumented is the error for an update that is not as its documentation says.
func undocumented(kind string) error {
	return errors.Errorf("telegram: %s is not of the documented form", kind)
}

// decodeMessage reads a message; kind is EventMessage or EventEdited.
func (c *Client) decodeMessage(kind messenger.EventKind, raw json.RawMessage) (messenger.Event, error) {
	m, err := readMessage(raw)
	if err != nil {
		return messenger.Event{}, err
	}
	if m.SenderBusinessBot != nil && m.SenderBusinessBot.ID == c.id {
		return ignored(ownEcho), nil
	}
	seconds := int64(m.Date)
	if kind == messenger.EventEdited && m.EditDate != 0 {
		seconds = int64(m.EditDate)
	}
	at, err := instant(seconds)
	if err != nil {
		return messenger.Event{}, err
	}
	event := messenger.Event{
		Kind: kind, At: at, Chat: m.place(), From: senderOf(m.Message), ExternalID: strconv.Itoa(m.ID),
		FromOwner: m.byOwner(), Album: m.MediaGroupID,
	}
	if event.FromOwner {
		event.From = customerOf(m.Chat) // else the owner would become the customer of a chat that he begins
	}
	if kind == messenger.EventMessage {
		if payload, isStart := c.startPayload(m); isStart {
			event.Kind, event.Payload = messenger.EventStarted, payload
			return event, nil
		}
		if m.MigrateToChatID != 0 || m.MigrateFromChatID != 0 {
			return migrated(event, m), nil
		}
	}
	c.fill(&event, m)
	return event, nil
}

// fill puts what was written and sent into the event of a message.
func (c *Client) fill(event *messenger.Event, m message) {
	what := m.content()
	event.Text = m.words()
	event.Labels = m.labels(what)
	event.ReplyTo = c.quoted(m)
	event.Service = what.service
	event.Shared = m.shared()
	if what.file != nil {
		if file := what.file(m); file.Ref != "" {
			event.Files = []messenger.File{file}
		}
	}
	// A place is edited only while it moves, and once more when it stops: then it is no longer called live.
	event.Live = what.field == "location" && (m.Location.LivePeriod != 0 || event.Kind == messenger.EventEdited)
}

// shared is the sender's own phone number, or a place: the Bot API tells whose number a contact is
// (https://core.telegram.org/bots/api#contact), and anybody can send the card of another.
func (m message) shared() string {
	switch {
	case m.Contact != nil && m.From != nil && m.Contact.UserID == m.From.ID:
		return valid(m.Contact.PhoneNumber)
	case m.Location != nil:
		return coordinates(*m.Location, ",")
	}
	return ""
}

// migrated tells that a group became a supergroup. Both chats are told so, each of the other
// (https://core.telegram.org/bots/api#message); the event is always that of the old one.
func migrated(event messenger.Event, m message) messenger.Event {
	event.Kind = messenger.EventMigrated
	if m.MigrateFromChatID != 0 {
		event.MigratedTo, event.Chat.ID = event.Chat.ID, strconv.FormatInt(m.MigrateFromChatID, 10)
		return event
	}
	event.MigratedTo = strconv.FormatInt(m.MigrateToChatID, 10)
	return event
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

// payloadForm is what a link can bring (https://core.telegram.org/bots/features#deep-linking).
var payloadForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`)

// startPayload recognises "/start", "/start@bot" and either with a payload. What no link can bring was written by hand and
// is a message. In groups a bot may hear what is said to another; whom it is
// said to can be told once Account has been asked. A Business account is a person's, nobody starts it.
func (c *Client) startPayload(m message) (payload string, isStart bool) {
	command, payload := m.Text, ""
	if i := strings.IndexFunc(m.Text, unicode.IsSpace); i >= 0 {
		command, payload = m.Text[:i], strings.TrimSpace(m.Text[i:])
	}
	name, whom, addressed := strings.Cut(command, "@")
	if own := c.username.Load(); addressed && own != nil && !strings.EqualFold(whom, *own) {
		return "", false
	}
	return payload, name == "/start" && payloadForm.MatchString(payload) && m.ForwardOrigin == nil && m.BusinessConnectionID == ""
}

// words is what was written: the text, or the caption of a file.
func (m message) words() richtext.Text {
	switch {
	case m.Text != "":
		return fromEntities(m.Text, m.Entities).Normal()
	case m.Caption != "":
		return fromEntities(m.Caption, m.CaptionEntities).Normal()
	case m.Gift != nil:
		return fromEntities(m.Gift.Text, m.Gift.Entities).Normal()
	}
	return richtext.Plain(m.richMessage())
}
