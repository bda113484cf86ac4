// Package customerpage is the emulators' small web page: a person picks a customer on either messenger, writes as him
// and sees what the bot answers, with its formatting. It is for demonstrations on one's own machine and listens on
// 127.0.0.1 only.
package customerpage

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/pkg/errors"
)

// Chats is what the page shows and what it does. Its methods are called concurrently.
type Chats interface {
	Bots() []Bot
	// Customers are in the order in which they were made.
	Customers() []Customer
	// NewCustomer makes a customer of a bot.
	NewCustomer(botID, name string) (Customer, error)
	// Say writes to the bot as the customer.
	Say(customerID, text string) error
	// Messages are both sides of a customer's chat, oldest first; nil for an unknown customer.
	Messages(customerID string) []Message
}

// Bot is a bot that customers can write to.
type Bot struct {
	ID string `json:"id"`
	// Messenger is "telegram" or "viber".
	Messenger string `json:"messenger"`
	Name      string `json:"name"`
}

// Customer is a person the page can write as.
type Customer struct {
	ID    string `json:"id"`
	BotID string `json:"bot_id"`
	Name  string `json:"name"`
}

// Message is one message of a chat.
type Message struct {
	FromBot bool      `json:"from_bot"`
	At      time.Time `json:"at"`
	// Text is the whole text, Nodes the same with its formatting.
	Text  string `json:"-"`
	Nodes []Node `json:"nodes"`
}

const readHeaderTimeout = 10 * time.Second

// Server is the running page.
type Server struct {
	// URL is the page's address.
	URL string

	http *http.Server
	stop context.CancelFunc
}

// Start serves the page on a free port of 127.0.0.1 until Close.
func Start(chats Chats) (*Server, error) {
	handler, err := Handler(chats)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Wrap(err, "the customer page")
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		URL: "http://" + listener.Addr().String(),
		http: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: readHeaderTimeout,
			// So that Close also ends the event streams.
			BaseContext: func(net.Listener) context.Context { return ctx },
		},
		stop: stop,
	}
	go func() { _ = s.http.Serve(listener) }() // it always returns an error when it is closed
	return s, nil
}

// Close ends the page.
func (s *Server) Close() error {
	s.stop()
	return errors.Wrap(s.http.Close(), "the customer page")
}
