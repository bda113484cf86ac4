// What an adapter brings to the contract suite: its constructor, a bot at an emulator, and that emulator's levers.

// Package messengertest states what every messenger adapter does the same. An adapter's test calls Run with a function
// that makes a Harness; the suite then drives the adapter against the emulator of its messenger.
package messengertest

import (
	"testing"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Harness is one bot at an emulator that runs on loopback. Run asks for a new one for each test.
type Harness struct {
	// New is the adapter's constructor. The suite gives it BaseURL, Token, a client, and its own Observe.
	New func(messenger.Options) (messenger.Messenger, error)
	// BaseURL is the emulator's API address, Token the bot's.
	BaseURL, Token string
	// Account is what the messenger shall say of the bot; AvatarURL is not compared.
	Account messenger.Account
	// Emulator is the messenger as its customer, and as its faults, see it.
	Emulator Emulator
	// WrongType is a webhook body of valid JSON with a value of the wrong type where the adapter needs it.
	WrongType []byte
	// Forge spoils what proves to the adapter that a request is the messenger's, without touching the body; the suite
	// gives a copy of a genuine request's header.
	Forge func(header map[string][]string)
}

// Emulator is what the suite needs of an emulated messenger. There is one customer; he has written nothing yet when the
// harness is made.
type Emulator interface {
	// Customer is how the messenger shows the customer. ID, Name and Language are compared.
	Customer() messenger.Person
	// Write makes the customer write text; the update goes to the webhook. It does not wait for the delivery.
	Write(text string)
	// Redeliver brings the last update to the webhook once more.
	Redeliver()
	// Seen lists the texts that the customer got from the bot, oldest first.
	Seen() []string
	// Fail makes the next call of Send meet the fault, once.
	Fail(fault Fault)
	// RevokeToken makes the token invalid.
	RevokeToken()
	// TakeOver makes another integration set its webhook to url.
	TakeOver(url string)
	// Violations lists what the adapter did that the real messenger's documentation forbids.
	Violations() []string
}

// Files is what an emulator has besides that takes and brings files.
type Files interface {
	// WriteFile makes the customer send a file of that name; the update goes to the webhook.
	WriteFile(name string, content []byte)
	// SeenFiles lists the contents of the files that the customer got from the bot, oldest first.
	SeenFiles() [][]byte
}

// Reactions is what an emulator has besides whose messages can be reacted to.
type Reactions interface {
	// Reactions are the bot's reactions to a message of the customer.
	Reactions(externalID string) []string
}

// Keyboards is what an emulator has besides whose customer sees buttons.
type Keyboards interface {
	// Buttons are the labels of the buttons that the customer can press now, in rows.
	Buttons() [][]string
	// Press makes the customer press one of them that is no address and shares nothing; the update goes to the webhook.
	Press(label string)
	// SharePhone makes the customer share his phone number by the button that asks for it; it returns the number as the
	// messenger tells it.
	SharePhone() string
	// ShareLocation makes the customer share a place by the button that asks for it.
	ShareLocation(latitude, longitude float64)
}

// Fault is what a call of Send meets.
type Fault string

// The faults. After says how long TooMany asks to wait.
const (
	// TooMany refuses and asks to wait After, if the messenger tells a time at all.
	TooMany Fault = "too many requests"
	// Unreachable refuses because the customer blocked the bot or unsubscribed.
	Unreachable Fault = "customer unreachable"
	// BadGateway answers HTTP 502 with an HTML page, nothing is sent.
	BadGateway Fault = "502 with HTML"
	// GatewayTimeout answers HTTP 504 with an HTML page; the message is sent all the same.
	GatewayTimeout Fault = "504 after the message was sent"
	// CutBeforeRead closes the connection without reading the request.
	CutBeforeRead Fault = "cut before the request was read"
	// CutAfterRead sends the message and closes the connection without an answer.
	CutAfterRead Fault = "cut after the message was sent"
	// Garbage sends the message and answers 200 with a body that cannot be parsed.
	Garbage Fault = "200 with garbage after the message was sent"
)

// After is how long a TooMany fault asks to wait, at messengers that tell a time.
const After = 7 * time.Second

// statement is one test of the suite.
type statement struct {
	name string
	test func(*testing.T, *stage)
}

// Run runs the suite: what holds for all messengers, and what holds for those that have a capability, as far as their
// emulator can show it. make is called for each test, and once before them; it cleans up through t.
func Run(t *testing.T, make func(t *testing.T) Harness) {
	for _, c := range append(always(), capable(newStage(t, make(t)))...) {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, make(t))
			c.test(t, s)
			if v := s.Emulator.Violations(); len(v) > 0 {
				t.Errorf("the adapter broke the messenger's rules: %q", v)
			}
		})
	}
}

// always are the statements on every messenger.
func always() []statement {
	return []statement{
		{"the account is the token's", testAccount},
		{"a message reaches the customer once, as written", testSend},
		{"formatting loses no text", testFormatted},
		{"a text at the limit passes, one over it is rejected", testLimit},
		{"errors fall into their classes", testErrorClasses},
		{"a refused connection is transient", testRefusedConnection},
		{"a call that its context ends is never taken for done", testContextEnds},
		{"a revoked token is unauthorized", testRevoked},
		{"the token is in no error and no exchange", testTokenStaysSecret},
		{"every call is observed", testObserved},
		{"a customer's message arrives as an event", testInbound},
		{"messages of one customer share a lane in order", testLane},
		{"a second delivery has the same event id", testRedelivery},
		{"a forged request is not authentic", testForged},
		{"the webhook's state shows who holds it", testTakenOver},
		{"a deleted webhook is gone", testDeleteWebhook},
		{"unknown fields are tolerated", testUnknownFields},
		{"broken JSON is an error", testBrokenJSON},
		{"a value of the wrong type is undecodable, not lost", testWrongType},
	}
}
