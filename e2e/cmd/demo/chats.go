package main

// The customers of the demonstration, as the customer page shows them.

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/customerpage"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// chats implements customerpage.Chats on the world's bots. Customers are known by their place in the list.
type chats struct {
	world *world.World
	bots  []*world.Bot

	mu        sync.Mutex
	customers []*world.Customer
}

// start is the key of a chat in which nothing stands yet: the apps' own, that opens the bot.
const start = "Start"

func newChats(w *world.World, bots ...*world.Bot) *chats { return &chats{world: w, bots: bots} }

// customer makes a customer of a bot.
func (c *chats) customer(bot *world.Bot, name string) *world.Customer {
	made := bot.NewCustomer(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.customers = append(c.customers, made)
	return made
}

// all are the customers so far.
func (c *chats) all() []*world.Customer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.customers)
}

// Bots implements customerpage.Chats.
func (c *chats) Bots() []customerpage.Bot {
	var list []customerpage.Bot
	for _, b := range c.bots {
		list = append(list, customerpage.Bot{ID: b.ID, Messenger: b.Kind, Name: b.Name})
	}
	return list
}

// Customers implements customerpage.Chats.
func (c *chats) Customers() []customerpage.Customer {
	var list []customerpage.Customer
	for i, customer := range c.all() {
		list = append(list, view(i, customer))
	}
	return list
}

func view(place int, customer *world.Customer) customerpage.Customer {
	return customerpage.Customer{ID: fmt.Sprintf("c%d", place+1), BotID: customer.Bot.ID, Name: customer.Name}
}

// NewCustomer implements customerpage.Chats. Names differ: threads are found by them.
func (c *chats) NewCustomer(botID, name string) (customerpage.Customer, error) {
	i := slices.IndexFunc(c.bots, func(b *world.Bot) bool { return b.ID == botID })
	if i < 0 {
		return customerpage.Customer{}, errors.New("There is no such bot")
	}
	known := c.all()
	if slices.ContainsFunc(known, func(k *world.Customer) bool { return k.Bot.ID == botID && k.Name == name }) {
		return customerpage.Customer{}, errors.New("There is a customer of this name already")
	}
	return view(len(known), c.customer(c.bots[i], name)), nil
}

// Say implements customerpage.Chats.
func (c *chats) Say(customerID, text string) error {
	customer := c.find(customerID)
	if customer == nil {
		return errors.New("There is no such customer")
	}
	customer.Says(text)
	return nil
}

// SendFile implements customerpage.Chats.
func (c *chats) SendFile(customerID, name string, content []byte, text string) error {
	customer := c.find(customerID)
	if customer == nil {
		return errors.New("There is no such customer")
	}
	c.world.SendFile(customer, name, content, text)
	return nil
}

// Press implements customerpage.Chats.
func (c *chats) Press(ctx context.Context, customerID, messageID, buttonID string) (string, error) {
	customer := c.find(customerID)
	switch {
	case customer == nil:
		return "", errors.New("There is no such customer")
	case messageID == "" && buttonID == start && len(customer.Chat()) == 0:
		customer.Opens()
		return "", nil
	case messageID == "":
		return "", customer.PressesKey(buttonID)
	}
	return customer.PressesBelow(ctx, messageID, buttonID)
}

// Keys implements customerpage.Chats.
func (c *chats) Keys(customerID string) [][]customerpage.Button {
	customer := c.find(customerID)
	if customer == nil {
		return nil
	}
	if len(customer.Chat()) == 0 {
		return [][]customerpage.Button{{{ID: start, Label: start}}}
	}
	return buttons(customer.Keys(), key)
}

// below and key name buttons as Press takes them.
func below(b world.Pressable) string { return b.Data }
func key(b world.Pressable) string   { return b.Label }

// buttons are rows of buttons for the page.
func buttons(rows [][]world.Pressable, id func(world.Pressable) string) [][]customerpage.Button {
	var all [][]customerpage.Button
	for _, row := range rows {
		var shown []customerpage.Button
		for _, b := range row {
			shown = append(shown, customerpage.Button{ID: id(b), Label: b.Label, URL: b.URL})
		}
		all = append(all, shown)
	}
	return all
}

// Messages implements customerpage.Chats.
func (c *chats) Messages(customerID string) []customerpage.Message {
	customer := c.find(customerID)
	if customer == nil {
		return nil
	}
	lines := customer.Chat()
	var list []customerpage.Message
	for _, l := range lines {
		m := customerpage.Message{
			ID: l.ID, FromBot: l.FromBot, At: l.At, Text: l.Text, Nodes: customerpage.Format(l.Text, l.Entities),
			Answers: answered(lines, l), Edited: l.Edited, Reactions: l.Reactions, Buttons: buttons(l.Buttons, below),
		}
		if f := l.File; f != nil {
			m.File = customerpage.NewFile(f.Name, f.Size, f.Content)
		}
		list = append(list, m)
	}
	return list
}

// answered is what a message answers: the words chosen from it, else all of it.
func answered(lines []world.Line, answer world.Line) string {
	i := slices.IndexFunc(lines, func(l world.Line) bool { return l.ID == answer.ReplyTo })
	if i < 0 || answer.Quote != "" {
		return answer.Quote
	}
	if lines[i].Text == "" && lines[i].File != nil {
		return lines[i].File.Name
	}
	return lines[i].Text
}

func (c *chats) find(id string) *world.Customer {
	for i, customer := range c.all() {
		if view(i, customer).ID == id {
			return customer
		}
	}
	return nil
}
