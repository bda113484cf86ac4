// The welcome that a messenger takes as the answer to its call: decided while it waits, on any node.

package relay

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// welcomeTime bounds the decision about a welcome: the messenger waits for it.
const welcomeTime = 2 * time.Second

// Welcome is the body of the answer to a call that tells that a customer opened the bot, nil for none. It is recorded
// before it is handed out, once for each update: a call that comes again gets nothing more to say.
func (r *Relay) Welcome(ctx context.Context, botID string, d messenger.Delivery) ([]byte, error) {
	bot, known := r.o.Messengers.Known(botID)
	m, err := r.o.Messengers.Messenger(botID)
	welcomer, can := m.(messenger.Welcomer)
	arbiter := r.o.Arbiters.Arbiter(botID)
	if err != nil || !known || bot.Paused || !can || arbiter == nil || len(d.Updates) != 1 || d.Updates[0].Undecodable != "" {
		return nil, err
	}
	update := d.Updates[0]
	e, err := m.Decode(update.Raw)
	if err != nil || e.Kind != messenger.EventStarted {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, welcomeTime)
	defer cancel()
	c, err := r.o.Store.Converse(ctx, botID, e.Chat, e.From)
	if err != nil {
		return nil, err
	}
	w := answerer{botID: botID, desk: r.o.Desk, autos: r.o.Arbiters, meter: r.o.Meter}
	q := asking{bot: bot, conv: c, lane: update.Lane, id: update.EventID}
	asked := autoreply.Event{Kind: autoreply.Started, At: e.At, Payload: e.Payload}
	if err := w.remember(ctx, r.o.Store, &q); err != nil {
		return nil, err
	}
	decision, err := w.decide(ctx, q, arbiter, asked)
	if err != nil || decision.Text == "" {
		return nil, err // a flow that first asks a service begins when he writes
	}
	decision.Files = nil // the messenger takes one call, which is the text's
	answer, err := w.carry(ctx, q, asked, decision)
	if err != nil {
		return nil, err
	}
	fresh, err := r.o.Store.Welcomed(ctx, botID, *answer)
	if err != nil || !fresh {
		return nil, err
	}
	return r.welcome(welcomer, m.Capabilities(), messenger.Outgoing{
		Chat: c.Chat, SenderName: bot.Name, Buttons: answer.Buttons, Text: richtext.FromMarkdown(answer.Text, automatic(r.o.Desk)),
	})
}

// welcome is the body; what takes more than one call loses the rest, for there is only this one answer.
func (r *Relay) welcome(w messenger.Welcomer, can messenger.Capabilities, out messenger.Outgoing) ([]byte, error) {
	calls, err := messenger.Plan(can, out)
	if err != nil || len(calls) == 0 {
		return nil, err
	}
	calls[0].Buttons = out.Buttons
	return w.Welcome(calls[0])
}

// reading says how Markdown of the team is read for customers.
func reading(d Desk) richtext.Options {
	return richtext.Options{Mention: d.DisplayName, Internal: d.Internal, Emoji: d.Emoji}
}

// automatic says how Markdown of automatic messages is read: who stands behind a username is not for customers, who may bring
// one in by their own names.
func automatic(d Desk) richtext.Options {
	o := reading(d)
	o.Mention = nil
	return o
}
