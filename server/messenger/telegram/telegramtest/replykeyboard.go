// Keyboards in place of the person's own, https://core.telegram.org/bots/api#replykeyboardmarkup, and what their keys do.

package telegramtest

import (
	"fmt"
	"slices"
	"strings"
)

// Key is a key of a reply keyboard: what stands on it is sent as a text, or it shares the person's phone number or place.
type Key struct {
	Text         string
	AsksPhone    bool
	AsksLocation bool
}

// wireKey is a key of a call.
type wireKey struct {
	Text     string `json:"text"`
	Contact  bool   `json:"request_contact"`
	Location bool   `json:"request_location"`
}

// checkKeys reads the keys of a reply keyboard; only in a private chat can they share something.
func (c call) checkKeys(to *chat, wire [][]wireKey) ([][]Key, *apiError) {
	var rows [][]Key
	for _, row := range wire {
		var keys []Key
		for _, k := range row {
			switch {
			case k.Text == "":
				return nil, badRequest("keyboard button text must be non-empty")
			case k.Contact && k.Location:
				c.server.violate("a key that does several things")
				return nil, badRequest("a key does exactly one thing")
			case k.Contact && !to.private():
				return nil, badRequest("phone number can be requested in private chats only")
			case k.Location && !to.private():
				return nil, badRequest("location can be requested in private chats only")
			}
			keys = append(keys, Key{Text: k.Text, AsksPhone: k.Contact, AsksLocation: k.Location})
		}
		if len(keys) > 0 {
			rows = append(rows, keys)
		}
	}
	if len(rows) == 0 {
		c.server.violate("a reply keyboard without keys")
		return nil, badRequest("a reply keyboard needs keys")
	}
	return rows, nil
}

// Keys are the rows of the reply keyboard that the person sees now, nil for his own keyboard. One that goes after a press
// stays at hand behind a button, so it is still among them.
func (s *Speaker) Keys() [][]Key {
	defer s.lock()()
	return slices.Clone(s.chat.keys)
}

// PressesKey presses a key that sends what stands on it. It panics when the reply keyboard has none such.
func (s *Speaker) PressesKey(text string) ChatMessage {
	s.key("key "+text, func(k Key) bool { return k.Text == text && !k.AsksPhone && !k.AsksLocation })
	return s.Says(text)
}

// SharesPhone presses the key that shares the phone number of his profile. It panics when there is none.
func (s *Speaker) SharesPhone() ChatMessage {
	s.key("key that asks for a phone number", func(k Key) bool { return k.AsksPhone })
	return s.SendsContact(Contact{
		// Telegram tells it without the plus.
		Phone: strings.TrimPrefix(s.who.Phone, "+"), FirstName: s.who.FirstName, LastName: s.who.LastName, UserID: s.who.ID,
	})
}

// SharesLocation presses the key that shares where the person is. It panics when there is none.
func (s *Speaker) SharesLocation(latitude, longitude float64) ChatMessage {
	s.key("key that asks for a place", func(k Key) bool { return k.AsksLocation })
	return s.SendsLocation(latitude, longitude)
}

// key panics when the reply keyboard has no such key.
func (s *Speaker) key(name string, is func(Key) bool) {
	if !slices.ContainsFunc(slices.Concat(s.Keys()...), is) {
		panic(fmt.Sprintf("telegramtest: %s sees no %s", s.who.FirstName, name))
	}
}
