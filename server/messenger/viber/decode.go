// Decoding of one stored callback into an event.

package viber

import (
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// kind is what a callback's event means.
type kind struct {
	event messenger.EventKind
	// receipt marks the events about a message of ours: they repeat its token.
	receipt bool
}

// kinds are the events that become visible; message_token is the id of a message in all but the last three.
var kinds = map[string]kind{
	eventMessage:      {event: messenger.EventMessage},
	eventDelivered:    {event: messenger.EventDelivered, receipt: true},
	eventSeen:         {event: messenger.EventSeen, receipt: true},
	eventFailed:       {event: messenger.EventFailed, receipt: true},
	eventStarted:      {event: messenger.EventStarted},
	eventSubscribed:   {event: messenger.EventUnblocked},
	eventUnsubscribed: {event: messenger.EventBlocked},
}

// content is what the events carry each for itself.
type content struct {
	Context string  `json:"context"` // conversation_started
	Desc    string  `json:"desc"`    // failed
	Message message `json:"message"` // message
}

// Decode implements messenger.Messenger. A conversation_started is no subscription: nothing may be sent to that customer
// until he writes. Name is as Viber tells it and may be empty.
func (c *Client) Decode(raw []byte) (messenger.Event, error) {
	e, err := readEnvelope(raw)
	if err != nil {
		return messenger.Event{}, errors.Wrap(err, "viber: decode a callback")
	}
	at, err := e.at()
	if err != nil {
		return messenger.Event{}, errors.Wrap(err, "viber: decode a callback")
	}
	p := e.person()
	event := messenger.Event{
		At:   at,
		Chat: messenger.Chat{ID: p.ID, Kind: messenger.Private},
		From: messenger.Person{ID: p.ID, Name: p.Name, Language: p.Language, AvatarURL: p.Avatar},
	}
	k, known := kinds[e.Event]
	if !known {
		event.Kind, event.Reason = messenger.EventIgnored, "unknown_event"
		return event, nil
	}
	var in content
	if err := json.Unmarshal(raw, &in); err != nil {
		return messenger.Event{}, errors.Wrap(wrongType(err), "viber: decode a callback")
	}
	event.Kind, event.Payload = k.event, in.Context
	if k.receipt || k.event == messenger.EventMessage {
		event.ExternalID = e.Token.String()
	}
	switch k.event {
	case messenger.EventMessage:
		in.Message.read(&event)
	case messenger.EventFailed:
		event.Reason = strings.TrimSpace(in.Desc)
	}
	return event, nil
}
