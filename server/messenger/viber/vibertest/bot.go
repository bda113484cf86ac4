// Bot accounts of the emulated Viber.

package vibertest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Bot is a bot account.
type Bot struct {
	// ID looks like "pa:5098034272017990123".
	ID string
	// Token is the one the account was made with, in Viber's shape of three groups of 16 hex digits.
	Token string
	// Name, URI and Icon are what get_account_info tells.
	Name, URI, Icon string

	srv        *Server
	generation int
	secret     string
	customers  []*Customer
	callbacks  []*callback
	webhook    webhook
}

// webhook is what set_webhook registered; the zero value is none.
type webhook struct {
	url       string
	events    []string
	sendName  bool
	sendPhoto bool
}

// AddBot makes a bot account with no webhook.
func (s *Server) AddBot(name, uri string) *Bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("pa:%d", firstToken+uint64(len(s.bots)))
	token := makeToken(id, 0)
	b := &Bot{
		ID: id, Token: token, Name: name, URI: uri, Icon: "https://media-direct.cdn.viber.com/pg_download?id=" + uri,
		srv: s, secret: token,
	}
	s.bots = append(s.bots, b)
	return b
}

// NewCustomer makes a person who has not written to the bot yet. His ID is made up.
func (b *Bot) NewCustomer(c Customer) *Customer {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	c.ID = makeUserID(b.ID, len(b.customers))
	if c.Phone == "" {
		c.Phone = fmt.Sprintf("+38067%07d", len(b.customers)+1)
	}
	c.bot = b
	b.customers = append(b.customers, &c)
	return &c
}

// Webhook returns the address callbacks go to, empty for none.
func (b *Bot) Webhook() string {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	return b.webhook.url
}

// TakeOver lets another program register url as the webhook. Nobody is told, as at Viber; "" removes the webhook.
func (b *Bot) TakeOver(url string) {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	b.webhook.url = url
}

// Sent returns what the bot sent to all customers, in order of time.
func (b *Bot) Sent() []Line {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	var sent []Line
	for _, c := range b.customers {
		for _, l := range c.lines {
			if l.FromBot {
				sent = append(sent, l)
			}
		}
	}
	slices.SortStableFunc(sent, func(x, y Line) int { return x.At.Compare(y.At) })
	return sent
}

func (b *Bot) customerLocked(id string) *Customer {
	for _, c := range b.customers {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func makeToken(id string, generation int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "token %s %d", id, generation))
	h := hex.EncodeToString(sum[:24])
	return h[:16] + "-" + h[16:32] + "-" + h[32:]
}

// makeUserID makes an id with every character of base64 that needs escaping somewhere.
func makeUserID(bot string, n int) string {
	for salt := 0; ; salt++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "user %s %d %d", bot, n, salt))
		id := base64.StdEncoding.EncodeToString(sum[:16])
		if strings.Contains(id, "/") && strings.Contains(id, "+") {
			return id
		}
	}
}
