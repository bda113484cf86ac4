// Package customerpage is the emulators' small web page: a person picks a customer on either messenger, writes as him
// and sees what the bot answers, with its formatting. It is for demonstrations on one's own machine and listens on
// 127.0.0.1 only.
package customerpage

import (
	"context"
	"net"
	"net/http"
	"strings"
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
	// SendFile sends a file to the bot as the customer, with a text that may be empty.
	SendFile(customerID, name string, content []byte, text string) error
	// Press presses a button as the customer: one below a message, or a key when messageID is empty. It returns what the
	// messenger shows for a moment, empty for nothing.
	Press(ctx context.Context, customerID, messageID, buttonID string) (toast string, err error)
	// Messages are both sides of a customer's chat, oldest first; nil for an unknown customer.
	Messages(customerID string) []Message
	// Keys are the rows of the keyboard that the customer sees above what he types, nil for none.
	Keys(customerID string) [][]Button
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
	// ID is the same as long as the message is there.
	ID      string    `json:"id"`
	FromBot bool      `json:"from_bot"`
	At      time.Time `json:"at"`
	// Text is the whole text, Nodes the same with its formatting.
	Text  string `json:"-"`
	Nodes []Node `json:"nodes"`
	// Answers is what stands in the message that this one answers, empty for none.
	Answers string `json:"answers,omitempty"`
	Edited  bool   `json:"edited,omitempty"`
	// Reactions are the bot's emoji.
	Reactions []string `json:"reactions,omitempty"`
	// File is nil for none.
	File *File `json:"file,omitempty"`
	// Buttons are the rows of those below it.
	Buttons [][]Button `json:"buttons,omitempty"`
}

// Button is a button below a message, or a key above what the customer types.
type Button struct {
	// ID names it among those of its message or keyboard; empty when the bot is told nothing of a press.
	ID    string `json:"id,omitempty"`
	Label string `json:"label"`
	// URL is the address that it opens, empty for none.
	URL string `json:"url,omitempty"`
}

// File is a file of a message.
type File struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	// Type is told from the content: "image/png".
	Type string `json:"type"`
	// Content is nil when it is too large to be kept.
	Content []byte `json:"-"`
	// Kept tells the page that there is a content.
	Kept bool `json:"kept"`
}

// NewFile describes a file by its content.
func NewFile(name string, size int64, content []byte) *File {
	kind, _, _ := strings.Cut(http.DetectContentType(content), ";")
	return &File{Name: name, Size: size, Type: kind, Content: content, Kept: content != nil}
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
