// The simulator: what would be answered to a text, and why the other rules are silent. It changes nothing.

package answers

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Trial is a text that a customer could write.
type Trial struct {
	Text string
	// Language is the customer's; the conversation's when empty.
	Language string
	// At is when he writes, now when zero.
	At time.Time
	// Conversation is where he writes; nil for a customer who was never here before, who is called FirstName then.
	Conversation *conversation.Conversation
	FirstName    string
}

// Outcome is what came of a Trial.
type Outcome struct {
	// Fired is nil when nothing answers; Silence says why, as autoreply.Decision has it.
	Fired   *Fired
	Silence string
	// Considered are the rules that do not answer, in the order in which they were looked at.
	Considered []autoreply.Considered
}

// Fired is the answer.
type Fired struct {
	// Rules are the ids of the rules that answer, Flow is "name/step" of the flow that does; both are empty where a customer
	// is only told that a person will answer.
	Rules []string
	Flow  string
	// Text is what is said; empty when a service is asked first, which the simulator does not do.
	Text, Language string
	// Buttons are what stands on the buttons below it.
	Buttons []string
}

// Simulate says what the bot would answer.
func (s *Service) Simulate(ctx context.Context, botID string, t Trial) (Outcome, error) {
	bot, ok := s.o.Bots.Known(botID)
	if !ok {
		return Outcome{}, ErrNotFound
	}
	if strings.TrimSpace(t.Text) == "" {
		return Outcome{}, conversation.Wrong("text", conversation.ProblemMissing)
	}
	if err := s.Refresh(ctx); err != nil {
		return Outcome{}, err
	}
	arbiter := s.Arbiter(botID)
	if arbiter == nil {
		return Outcome{Silence: autoreply.SilenceNothing}, nil
	}
	facts, memory, err := s.circumstances(bot, t)
	if err != nil {
		return Outcome{}, err
	}
	now := t.At
	if now.IsZero() {
		now = s.o.Now()
	}
	d, err := arbiter.Evaluate(ctx, facts, memory, autoreply.Event{Kind: kindOf(t.Text), At: now, Text: t.Text}, now)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Silence: d.Silence, Considered: d.Considered}
	if d.Text != "" || len(d.Files) > 0 || d.Call != nil {
		out.Fired = &Fired{Rules: d.Rules, Flow: d.Flow, Text: d.Text, Language: d.Language}
		for _, b := range slices.Concat(d.Buttons...) {
			out.Fired.Buttons = append(out.Fired.Buttons, b.Label)
		}
	}
	return out, nil
}

// kindOf is what a messenger makes of a text: /start only opens the bot.
func kindOf(text string) autoreply.EventKind {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if name, _, _ := strings.Cut(word, "@"); name == flow.StartCommand {
		return autoreply.Started
	}
	return autoreply.Wrote
}

// circumstances are those of the conversation, or of a customer who comes for the first time.
func (s *Service) circumstances(bot conversation.Bot, t Trial) (autoreply.Facts, autoreply.Memory, error) {
	c := t.Conversation
	if c == nil {
		c = &conversation.Conversation{
			Mode: conversation.BotMode, Status: conversation.Open, Chat: messenger.Chat{Kind: messenger.Private},
			Customer: conversation.Customer{FirstName: t.FirstName},
		}
	}
	facts := autoreply.FactsOf(*c, bot, s.o.FirstName)
	facts.Language = cmp.Or(t.Language, facts.Language)
	var memory autoreply.Memory
	if len(c.Memory) > 0 {
		if err := json.Unmarshal(c.Memory, &memory); err != nil {
			return facts, memory, errors.New("what the automatic answers remember cannot be read")
		}
	}
	return facts, memory, nil
}
