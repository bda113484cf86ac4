// The method send_message: what becomes of a message.

package vibertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

func (s *Server) sendMessage(ctx context.Context, b *Bot, body []byte) answer {
	m, wrong := readMessage(body, true)
	if wrong == nil {
		if a := s.reachable(b, m); a.Status != statusOK {
			return a
		}
		var file *File
		if file, wrong = s.fetch(ctx, m); wrong == nil {
			return s.accept(b, m, file)
		}
	}
	return s.refuseBy(wrong, "send_message")
}

// reachable tells whether the message's customer can get one now.
func (s *Server) reachable(b *Bot, m message) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := b.customerLocked(m.Receiver)
	switch {
	case b.webhook.url == "":
		return answer{Status: statusWebhookNotSet, Message: "webhookNotSet"}
	case c == nil:
		return answer{Status: statusNotRegistered, Message: "receiverNotRegistered"}
	case !c.subscribed:
		return answer{Status: statusNotSubscribed, Message: "receiverNotSubscribed"}
	case s.rateLimits && c.tiredLocked(s.now()):
		return answer{Status: statusTooManyRequests, Message: "tooManyRequests"}
	}
	return answer{}
}

// accept shows the message to its customer.
func (s *Server) accept(b *Bot, m message, file *File) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := b.customerLocked(m.Receiver)
	n := s.takeTokenLocked()
	l := m.line(s.now(), strconv.FormatUint(n, 10), file)
	c.unanswered = append(c.unanswered, l.At)
	c.lines, c.tracking = append(c.lines, l), m.TrackingData
	if s.delivered {
		c.receiptLocked(eventDelivered, l.Token, "")
	}
	if s.seen {
		c.receiptLocked(eventSeen, l.Token, "")
	}
	return answer{Message: "ok", Token: n}
}

// line is the message as its customer sees it.
func (m message) line(at time.Time, token string, file *File) Line {
	return Line{
		At: at, Token: token, FromBot: true, Sender: m.Sender.Name, Kind: m.Type, Text: m.readable(), File: file,
		Buttons: m.shown(),
	}
}

// tiredLocked tells whether the customer got as many messages as Viber allows within an hour without a reply.
func (c *Customer) tiredLocked(now time.Time) bool {
	recent := 0
	for _, at := range c.unanswered {
		if now.Sub(at) < time.Hour {
			recent++
		}
	}
	return recent >= maxUnanswered
}

// receiverOf finds the receiver of a body that may be anything.
func receiverOf(body []byte) string {
	var m struct {
		Receiver string `json:"receiver"`
	}
	if json.Unmarshal(body, &m) != nil {
		return ""
	}
	return m.Receiver
}

// strictly decodes a body and refuses fields that Viber does not know, wrong types and anything after the object.
func strictly(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the object")
	}
	return nil
}
