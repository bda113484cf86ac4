package main

// Automatic answers in the script: a customer opens the bot and presses buttons, and the example flow answers.

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/docs/examples"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// shop is the example flow that answers customers.
const shop = "shop"

// directionAuto is the direction of an automatic answer in msgbot's REST.
const directionAuto = "auto"

// publish puts the example flow in force at a bot, as its admin does it.
func (s *stage) publish(ctx context.Context, bot *world.Bot) error {
	yaml, err := examples.Flows.ReadFile(shop + ".yaml")
	if err != nil {
		return errors.Wrap(err, "the example flow")
	}
	flow, err := s.Plugin.PublishFlow(ctx, bot.ID, shop, string(yaml))
	if err == nil && !flow.On {
		err = errors.New("it is off")
	}
	return errors.Wrap(err, "publishing the example flow at "+title(bot))
}

// opens sends /start. Alone it opens no thread: the team sees the answer to it once the customer does more.
func (s *stage) opens(ctx context.Context, with *world.Customer, l line, sum *tally) error {
	s.screen.said(title(with.Bot), with.Name, "/start")
	before, began := len(with.Received()), time.Now()
	with.Opens()
	answer, err := s.automatic(ctx, with, l.answer, before, began, sum)
	if err != nil {
		return err
	}
	s.screen.aside("/start alone opens no thread; what comes next opens one, with this answer in it")
	_, err = s.automaticPost(ctx, with, answer)
	return err
}

// presses presses a button below the bot's last message, and sees that the team sees that, and all answers so far.
func (s *stage) presses(ctx context.Context, with *world.Customer, l line, sum *tally) error {
	got := with.Received()
	below := got[len(got)-1]
	all := slices.Concat(below.Buttons...)
	i := slices.IndexFunc(all, func(b world.Pressable) bool { return b.Label == l.text })
	if i < 0 {
		return errors.Errorf("there is no button [%s]", l.text)
	}
	s.screen.pressed(with, l.text)
	began := time.Now()
	if _, err := with.PressesBelow(ctx, below.ID, all[i].Data); err != nil {
		return err
	}
	post, err := s.AwaitInbound(ctx, with, pressedSign+l.text)
	if err != nil {
		return err
	}
	took, err := s.sighted(ctx, post.Id, began)
	if err != nil {
		return err
	}
	sum.inbound = append(sum.inbound, took)
	answer, err := s.automatic(ctx, with, l.answer, len(got), began, sum)
	if err != nil {
		return err
	}
	id, err := s.automaticPost(ctx, with, answer)
	if err != nil {
		return err
	}
	_, err = s.sighted(ctx, id, began)
	return err
}

// automatic waits for the automatic answer to what the customer did at began, when he had so many messages of the bot.
func (s *stage) automatic(
	ctx context.Context, with *world.Customer, begins string, before int, began time.Time, sum *tally,
) (answer world.Line, err error) {
	sum.answers.said++
	err = lab.Eventually(ctx, "an automatic answer", func() (bool, error) {
		received := with.Received()
		if len(received) > before {
			answer = received[before]
		}
		return len(received) > before, nil
	})
	if err != nil {
		return answer, err
	}
	s.screen.automatic(with, answer)
	if !strings.HasPrefix(answer.Text, begins) {
		return answer, errors.Errorf("an answer that begins with %q was expected", begins)
	}
	took := answer.At.Sub(began)
	s.screen.hop(fmt.Sprintf("%s sees it on %s", with.Name, title(with.Bot)), took)
	sum.automatic = append(sum.automatic, took)
	sum.answers.right++
	return answer, nil
}

// automaticPost waits until msgbot has noted an answer as an automatic one, and returns the id of its post.
func (s *stage) automaticPost(ctx context.Context, with *world.Customer, answer world.Line) (string, error) {
	noted, err := s.noted(ctx, with, func(m world.Message) bool { return hasPart(m, answer.ID) })
	if err == nil && noted.Direction != directionAuto {
		err = errors.Errorf("msgbot has noted the answer as %q", noted.Direction)
	}
	return noted.PostID, err
}

// noted waits until msgbot's REST tells of a message of the customer, and returns it. There may be no thread yet.
func (s *stage) noted(ctx context.Context, with *world.Customer, is func(world.Message) bool) (found world.Message, err error) {
	query := url.Values{"bot": {with.Bot.ID}, "q": {with.Name}}
	err = lab.Eventually(ctx, "a noted message", func() (bool, error) {
		talks, _, err := s.Plugin.Conversations(ctx, query)
		for _, talk := range talks {
			if talk.Customer.Name != with.Name {
				continue
			}
			var messages []world.Message
			messages, _, err = s.Plugin.Messages(ctx, talk.ID, nil)
			if i := slices.IndexFunc(messages, is); i >= 0 {
				found = messages[i]
				return true, nil
			}
		}
		return false, err
	})
	return found, err
}

// hasPart tells whether one of the messages at the messenger that a message is has that id.
func hasPart(m world.Message, externalID string) bool {
	return slices.ContainsFunc(m.Parts, func(p world.Part) bool { return p.ExternalID == externalID })
}
