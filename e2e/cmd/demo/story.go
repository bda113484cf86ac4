package main

// The scripted conversations: who says what, and that it arrives on the other side.

import (
	"context"
	"fmt"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// patience is how long one message may take to arrive.
const patience = 20 * time.Second

// speaker says who writes a line of the script.
type speaker int

const (
	customer speaker = iota
	opener           // a customer who opens the bot with /start
	presser          // a customer who presses a button
	agent
	note // an agent's, for the team only
)

// line is one message of the script.
type line struct {
	by   speaker
	text string
	// arrives is the text on the other side, where it differs.
	arrives string
	// answer is how the automatic answer to it begins.
	answer string
}

// conversation is a scripted conversation with one customer.
type conversation struct {
	name  string
	lines []line
	// pace is how long everybody reads before he does something.
	pace time.Duration
}

func oksana() conversation {
	return conversation{name: "Оксана Шевченко", lines: []line{
		{by: customer, text: "Добрий день! Чи є у вас чайник К200?"},
		{by: agent, text: "Вітаю! Так, лишилося **3 штуки**. Код на знижку: `SPRING25`", arrives: "Вітаю! Так, лишилося 3 штуки. Код на знижку: SPRING25"},
		{by: customer, text: "Чудово, беру один. Дякую 👍"},
	}}
}

func peter() conversation {
	return conversation{name: "Peter Novak", lines: []line{
		{by: customer, text: "Hello, where is my order 1042?"},
		{by: note, text: "! a regular customer, let us be quick"},
		{by: agent, text: "One moment, I am looking it up."},
		{by: agent, text: "It waits for you at [post office 5](https://example.com/5).", arrives: "It waits for you at post office 5 (https://example.com/5)."},
		{by: customer, text: "Found it, thank you!"},
	}}
}

// maria is led by the example flow before a person answers. She takes her time: who is faster than people waits, since msgbot
// keeps to Telegram's limit of a message a second to one chat.
func maria() conversation {
	return conversation{name: "Марія Бойко", pace: time.Second, lines: []line{
		{by: opener, answer: "Вітаємо в ACME support, Марія!"},
		{by: presser, text: "🚚 Доставка", answer: "Надсилаємо щодня"},
		{by: presser, text: "Самовивіз", answer: "Забрати замовлення можна"},
		{by: presser, text: "Людина", answer: "Передаємо розмову колезі."},
		{by: customer, text: "Скільки днів ви тримаєте замовлення в крамниці?"},
		{by: agent, text: "Вітаю, Маріє! П’ять днів."},
	}}
}

// tally is what the script came to.
type tally struct {
	messages, notes, answers     count
	inbound, outbound, automatic []time.Duration
}

// count is how many of the lines said did what they should.
type count struct{ said, right int }

func (c count) whole() bool { return c.right == c.said }

func (c count) String() string { return fmt.Sprintf("%d of %d", c.right, c.said) }

// tell plays the script. The error says how many messages did not arrive, or that a messenger was called wrongly.
func (s *stage) tell(ctx context.Context) error {
	var sum tally
	for _, c := range []struct {
		bot *world.Bot
		conversation
	}{{s.telegram, oksana()}, {s.viber, peter()}, {s.telegram, maria()}} {
		s.screen.title(fmt.Sprintf("%s customer %s and agent %s", title(c.bot), c.name, s.Agents[0].User.Username))
		s.play(ctx, s.chats.customer(c.bot, c.name), c.conversation, &sum)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.summary(sum)
	if !sum.messages.whole() || !sum.answers.whole() || !sum.notes.whole() {
		return errors.Errorf("%v messages arrived, %v automatic answers came, %v notes stayed inside",
			sum.messages, sum.answers, sum.notes)
	}
	if wrong := append(s.TelegramCloud.Violations(), s.ViberCloud.Violations()...); len(wrong) > 0 {
		return errors.Errorf("the messengers were called wrongly: %q", wrong)
	}
	return nil
}

// play says the lines of one conversation, each after the one before it has arrived, up to the first that does not.
func (s *stage) play(ctx context.Context, with *world.Customer, script conversation, sum *tally) {
	for _, l := range script.lines {
		select {
		case <-time.After(script.pace):
		case <-ctx.Done():
			return
		}
		if l.arrives == "" {
			l.arrives = l.text
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		var err error
		counted := &sum.messages
		switch l.by {
		case customer:
			err = s.fromCustomer(ctx, with, l, sum)
		case opener:
			err = s.opens(ctx, with, l, sum)
		case presser:
			err = s.presses(ctx, with, l, sum)
		case agent:
			err = s.fromAgent(ctx, with, l, sum)
		case note:
			counted = &sum.notes
			err = s.keptInside(ctx, with, l)
		}
		cancel()
		counted.said++
		if err != nil {
			s.screen.failed(err.Error())
			return
		}
		counted.right++
	}
}

func (s *stage) fromCustomer(ctx context.Context, with *world.Customer, l line, sum *tally) error {
	s.screen.said(title(with.Bot), with.Name, l.text)
	with.Says(l.text)
	chat := with.Chat()
	said := chat[len(chat)-1]
	post, err := s.AwaitInbound(ctx, with, l.arrives)
	if err != nil {
		return err
	}
	if accepted, ok := s.accepted(with, said); ok {
		s.screen.hop("accepted by msgbot and stored", accepted)
	}
	took, err := s.sighted(ctx, post.Id, said.At)
	if err != nil {
		return err
	}
	sum.inbound = append(sum.inbound, took)
	return nil
}

// sighted waits until the agent's app shows a post, and prints and returns how long after began that was.
func (s *stage) sighted(ctx context.Context, postID string, began time.Time) (time.Duration, error) {
	shown, err := s.shown.await(ctx, postID)
	if err != nil {
		return 0, err
	}
	took := shown.Sub(began)
	s.screen.hop(s.Agents[0].User.Username+" sees it in ~"+s.Inbox.Name, took)
	return took, nil
}

func (s *stage) fromAgent(ctx context.Context, with *world.Customer, l line, sum *tally) error {
	post, talk, err := s.reply(ctx, with, l.text)
	if err != nil {
		return err
	}
	received, err := with.AwaitReceived(ctx, l.arrives)
	if err != nil {
		return err
	}
	took := received.At.Sub(created(post))
	s.screen.hop(fmt.Sprintf("%s sees it on %s", with.Name, title(with.Bot)), took)
	sum.outbound = append(sum.outbound, took)
	message, err := s.AwaitMessage(ctx, talk.ID, post.Id, "sent", "delivered", "seen")
	if err != nil {
		return err
	}
	if message.Parts[0].ExternalID != received.ID {
		return errors.New("msgbot has noted another message than the customer got")
	}
	return nil
}

// keptInside writes a note and sees that it is one, and that the customer got nothing.
func (s *stage) keptInside(ctx context.Context, with *world.Customer, l line) error {
	before := len(with.Received())
	post, talk, err := s.reply(ctx, with, l.text)
	if err != nil {
		return err
	}
	message, err := s.AwaitMessage(ctx, talk.ID, post.Id, "none")
	if err != nil {
		return err
	}
	if message.Direction != "note" || len(with.Received()) != before {
		return errors.New("a note for the team was sent to the customer")
	}
	s.screen.aside("a note for the team: " + with.Name + " gets nothing")
	return nil
}

// reply writes into the customer's thread as the first agent.
func (s *stage) reply(ctx context.Context, with *world.Customer, text string) (*model.Post, world.Conversation, error) {
	s.screen.said("Mattermost", s.Agents[0].User.Username, text)
	talk, err := s.AwaitConversation(ctx, with)
	if err != nil {
		return nil, talk, err
	}
	post, err := s.Agents[0].Reply(ctx, talk.ChannelID, talk.RootPostID, text)
	return post, talk, err
}

// accepted tells how long after it was written a message was acknowledged by msgbot's webhook.
func (s *stage) accepted(with *world.Customer, said world.Line) (time.Duration, bool) {
	if with.AtViber != nil {
		for _, e := range s.ViberCloud.Callbacks("message") {
			if e.Token == said.ID && e.HTTP == 200 {
				return e.At.Add(e.Duration).Sub(said.At), true
			}
		}
		return 0, false
	}
	for _, m := range with.AtTelegram.Chat() {
		if fmt.Sprint(m.ID) != said.ID {
			continue
		}
		for _, r := range s.TelegramCloud.Journal() {
			if r.Params["update_id"] == fmt.Sprint(m.UpdateID) && r.Status == 200 {
				return r.At.Add(r.Duration).Sub(said.At), true
			}
		}
	}
	return 0, false
}

func (s *stage) summary(sum tally) {
	s.screen.title("Summary")
	s.screen.fact("messages that arrived", sum.messages.String())
	s.screen.fact("automatic answers", sum.answers.String())
	s.screen.fact("notes that stayed inside", sum.notes.String())
	s.screen.fact("customer → agent", spread(sum.inbound))
	s.screen.fact("agent → customer", spread(sum.outbound))
	s.screen.fact("customer → automatic", spread(sum.automatic))
}

// spread is the shortest and the longest of times.
func spread(times []time.Duration) string {
	if len(times) == 0 {
		return "none"
	}
	low, high := times[0], times[0]
	for _, d := range times {
		low, high = min(low, d), max(high, d)
	}
	if low.Milliseconds() == high.Milliseconds() {
		return fmt.Sprintf("%d ms", low.Milliseconds())
	}
	return fmt.Sprintf("%d to %d ms", low.Milliseconds(), high.Milliseconds())
}

// created is when a post was made; Mattermost keeps whole milliseconds.
func created(post *model.Post) time.Time { return time.UnixMilli(post.CreateAt) }

// title is a messenger's name as people write it.
func title(bot *world.Bot) string {
	return map[string]string{"telegram": "Telegram", "viber": "Viber"}[bot.Kind]
}
