package world

// Buttons: what a customer can press, and what happens then.

import (
	"context"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// Pressable is a button or a key as a customer sees it.
type Pressable struct {
	// Label is what stands on it.
	Label string
	// Data is what the bot is told of a press below a message of Telegram; empty for all others.
	Data string
	// URL is the address that it opens, empty for none.
	URL string
	// Shares is "phone" or "location", or empty for nothing.
	Shares string
}

// What Pressable.Shares can be.
const (
	sharesPhone    = "phone"
	sharesLocation = "location"
)

// The place that customers share: the opera house in Lviv.
const (
	latitude  = 49.844
	longitude = 24.0262
)

func pressables[B any](rows [][]B, one func(B) Pressable) [][]Pressable {
	var all [][]Pressable
	for _, row := range rows {
		var made []Pressable
		for _, b := range row {
			made = append(made, one(b))
		}
		all = append(all, made)
	}
	return all
}

func telegramButton(b telegramtest.Button) Pressable {
	return Pressable{Label: b.Text, Data: b.Data, URL: b.URL}
}

func telegramKey(k telegramtest.Key) Pressable {
	key := Pressable{Label: k.Text}
	switch {
	case k.AsksPhone:
		key.Shares = sharesPhone
	case k.AsksLocation:
		key.Shares = sharesLocation
	}
	return key
}

func viberKey(b vibertest.Button) Pressable {
	key := Pressable{Label: b.Label}
	switch b.Action {
	case "open-url":
		key.URL = b.Body
	case "share-phone":
		key.Shares = sharesPhone
	case "location-picker":
		key.Shares = sharesLocation
	}
	return key
}

// Keys are the rows of the keyboard that the customer sees now above what he types, nil for none.
func (c *Customer) Keys() [][]Pressable {
	if c.AtViber != nil {
		return pressables(c.AtViber.Buttons(), viberKey)
	}
	return pressables(c.AtTelegram.Keys(), telegramKey)
}

// Opens opens the bot: /start at Telegram, at Viber the chat itself.
func (c *Customer) Opens() {
	if c.AtViber != nil {
		c.AtViber.Opens("")
		return
	}
	c.AtTelegram.Start("")
}

// PressesKey presses the key of that label. A place that it shares is always the same.
func (c *Customer) PressesKey(label string) error {
	all := slices.Concat(c.Keys()...)
	i := slices.IndexFunc(all, func(k Pressable) bool { return k.Label == label })
	if i < 0 {
		return errors.New("That button is gone")
	}
	press := map[string]func(){
		"":             func() { c.AtTelegram.PressesKey(label) },
		sharesPhone:    func() { c.AtTelegram.SharesPhone() },
		sharesLocation: func() { c.AtTelegram.SharesLocation(latitude, longitude) },
	}
	if c.AtViber != nil {
		press = map[string]func(){
			"":             func() { c.AtViber.PressesButton(label) },
			sharesPhone:    func() { c.AtViber.SharesPhone() },
			sharesLocation: func() { c.AtViber.SharesLocation(latitude, longitude) },
		}
	}
	press[all[i].Shares]()
	return nil
}

// PressesBelow presses the button with that data below a message of Telegram. It waits until the bot has acknowledged the
// press, and returns what is shown for a moment then, mostly nothing.
func (c *Customer) PressesBelow(ctx context.Context, lineID, data string) (string, error) {
	lines := c.Chat()
	i := slices.IndexFunc(lines, func(l Line) bool { return l.ID == lineID })
	if i < 0 || data == "" || !slices.ContainsFunc(slices.Concat(lines[i].Buttons...), func(b Pressable) bool { return b.Data == data }) {
		return "", errors.New("That button is gone")
	}
	id, err := strconv.Atoi(lineID)
	if err != nil {
		return "", errors.Wrap(err, "a message's id")
	}
	press := c.AtTelegram.Presses(id, data)
	var toast telegramtest.Toast
	err = lab.Eventually(ctx, "the answer to a press", func() (bool, error) {
		var answered bool
		toast, answered = press.Answer()
		return answered, nil
	})
	return toast.Text, err
}
