package main

// The customers of the demonstration, as the customer page shows them.

import (
	"fmt"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/customerpage"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// chats implements customerpage.Chats on the world's bots. Customers are known by their place in the list.
type chats struct {
	bots []*world.Bot

	mu        sync.Mutex
	customers []*world.Customer
}

func newChats(bots ...*world.Bot) *chats { return &chats{bots: bots} }

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

// Messages implements customerpage.Chats.
func (c *chats) Messages(customerID string) []customerpage.Message {
	customer := c.find(customerID)
	if customer == nil {
		return nil
	}
	var list []customerpage.Message
	for _, l := range customer.Chat() {
		list = append(list, customerpage.Message{
			FromBot: l.FromBot, At: l.At, Text: l.Text, Nodes: customerpage.Format(l.Text, l.Entities),
		})
	}
	return list
}

func (c *chats) find(id string) *world.Customer {
	for i, customer := range c.all() {
		if view(i, customer).ID == id {
			return customer
		}
	}
	return nil
}
