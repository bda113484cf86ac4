// The method send_message: what Viber checks of a message, and what becomes of it.

package vibertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// message is a send_message body; of the types only text is emulated.
type message struct {
	Receiver      *string `json:"receiver"`
	Type          string  `json:"type"`
	MinAPIVersion int     `json:"min_api_version"`
	TrackingData  string  `json:"tracking_data"`
	Text          string  `json:"text"`
	Sender        struct {
		Name   string `json:"name"`
		Avatar string `json:"avatar"`
	} `json:"sender"`
}

// readMessage checks everything that does not depend on the receiver; nil is no fault. A welcome has no receiver.
func readMessage(body []byte, receiver bool) (message, *answer) {
	var m message
	if err := strictly(body, &m); err != nil {
		return m, &answer{Status: statusBadData, Message: err.Error()}
	}
	checks := []struct {
		broken bool
		status int
		what   string
	}{
		{len(body) > maxBody, statusBadData, fmt.Sprintf("%d bytes of JSON, at most %d", len(body), maxBody)},
		{receiver && (m.Receiver == nil || *m.Receiver == ""), statusMissingData, "receiver is missing"},
		{!receiver && m.Receiver != nil, statusBadData, "a welcome has no receiver"},
		{m.Type == "", statusMissingData, "type is missing"},
		{m.Type != "" && m.Type != "text", statusBadData, "type " + strconv.Quote(m.Type) + " is not emulated"},
		{m.Sender.Name == "", statusMissingData, "sender.name is missing"},
		{utf8.RuneCountInString(m.Sender.Name) > maxSenderName, statusBadData, "sender.name is too long"},
		{m.Text == "", statusMissingData, "text is missing"},
		{utf8.RuneCountInString(m.TrackingData) > maxTracking, statusBadData, "tracking_data is too long"},
		{m.MinAPIVersion < 0 || m.MinAPIVersion > maxMinVersion, statusAPIVersion, "min_api_version is unknown"},
	}
	for _, c := range checks {
		if c.broken {
			return m, &answer{Status: c.status, Message: c.what}
		}
	}
	return m, nil
}

func (s *Server) sendMessage(_ context.Context, b *Bot, body []byte) answer {
	m, fault := readMessage(body, true)
	if fault != nil {
		return s.refuse(fault.Status, "send_message: %s", fault.Message)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	c := b.customerLocked(*m.Receiver)
	switch {
	case utf8.RuneCountInString(m.Text) > maxText:
		return answer{Status: statusBadData, Message: "Request contains bad data: text is too long"}
	case b.webhook.url == "":
		return answer{Status: statusWebhookNotSet, Message: "webhookNotSet"}
	case c == nil:
		return answer{Status: statusNotRegistered, Message: "receiverNotRegistered"}
	case !c.subscribed:
		return answer{Status: statusNotSubscribed, Message: "receiverNotSubscribed"}
	case s.rateLimits && c.tiredLocked(now):
		return answer{Status: statusTooManyRequests, Message: "tooManyRequests"}
	}
	n := s.takeTokenLocked()
	token := strconv.FormatUint(n, 10)
	c.unanswered = append(c.unanswered, now)
	c.lines = append(c.lines, Line{At: now, Token: token, FromBot: true, Sender: m.Sender.Name, Text: m.Text})
	if s.delivered {
		c.receiptLocked(eventDelivered, token, "")
	}
	if s.seen {
		c.receiptLocked(eventSeen, token, "")
	}
	return answer{Message: "ok", Token: n}
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
