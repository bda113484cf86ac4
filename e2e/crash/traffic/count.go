package traffic

// What must be true when all is over: every message is there once, in order, and nothing waits.

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// Counts is what became of the messages.
type Counts struct {
	// Questions are the customers' messages, Posts what became of them.
	Questions, Posts int
	// Answers are the agents' replies: Sent and shown so, or shown as Unknown, of which some had Reached the customer.
	Answers, Sent, Unknown, Reached int
	// Again is how often an agent had to write a post once more because the server had refused it.
	Again int
}

func (c Counts) String() string {
	return fmt.Sprintf("questions %d, posts %d; answers %d: sent %d, unknown %d (%d of them had reached the customer); "+
		"refused posts written again %d", c.Questions, c.Posts, c.Answers, c.Sent, c.Unknown, c.Reached, c.Again)
}

// Settle waits until all that was written has come to its end: sent, or shown as unknown.
func (t *Traffic) Settle(ctx context.Context) error {
	if err := t.world.AwaitIdle(ctx); err != nil {
		return err
	}
	for _, k := range t.talks {
		err := lab.Eventually(ctx, fmt.Sprintf("the end of conversation %d", k.number), func() (bool, error) {
			states, err := t.states(ctx, k)
			if err != nil {
				return false, err
			}
			for _, a := range k.answered {
				if state := states[a.postID]; state != "sent" && state != "unknown" {
					return false, errors.Errorf("%q is %q", a.text, state)
				}
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return t.awaitNothingStuck(ctx)
}

// states are those of a conversation's messages by their posts.
func (t *Traffic) states(ctx context.Context, k *talk) (map[string]string, error) {
	list, _, err := t.world.Plugin.Messages(ctx, k.conversation.ID, url.Values{"per_page": {"200"}})
	states := map[string]string{}
	for _, m := range list {
		states[m.PostID] = m.State
	}
	return states, err
}

// RequireExactlyOnce counts everything from both ends, conversation by conversation.
func (t *Traffic) RequireExactlyOnce(ctx context.Context, tb testing.TB) Counts {
	tb.Helper()
	counts := Counts{Again: int(t.again.Load())}
	var err error
	counts.Posts, err = t.customersPosts(ctx)
	require.NoError(tb, err)
	for _, k := range t.talks {
		t.requireQuestions(ctx, tb, k, &counts)
		t.requireAnswers(ctx, tb, k, &counts)
	}
	require.Equal(tb, counts.Questions, counts.Posts, "posts of customers' messages on the whole server")
	require.Equal(tb, counts.Answers, counts.Sent+counts.Unknown)
	roots, err := t.world.Admin.Roots(ctx, t.world.Inbox.Id)
	require.NoError(tb, err)
	require.Len(tb, roots, len(t.talks), "a conversation has one card")
	return counts
}

func (t *Traffic) requireQuestions(ctx context.Context, tb testing.TB, k *talk, counts *Counts) {
	tb.Helper()
	thread, err := t.world.Admin.Thread(ctx, k.conversation.RootPostID)
	require.NoError(tb, err)
	var asked, posted []string
	for number := range k.begun[0] {
		asked = append(asked, k.question(number))
	}
	for _, p := range thread {
		if world.IsInbound(p) {
			posted = append(posted, p.Message)
		}
	}
	require.Equal(tb, asked, posted, "conversation %d: each question once and in order", k.number)
	counts.Questions += len(asked)
}

func (t *Traffic) requireAnswers(ctx context.Context, tb testing.TB, k *talk, counts *Counts) {
	tb.Helper()
	states, err := t.states(ctx, k)
	require.NoError(tb, err)
	require.Len(tb, states, k.begun[0]+k.begun[1], "conversation %d: its messages", k.number)
	require.Len(tb, k.answered, k.begun[1])
	received := k.received()
	var reached []string
	for _, a := range k.answered {
		times := count(received, a.text)
		if times > 0 {
			reached = append(reached, a.text)
		}
		if states[a.postID] == "sent" {
			require.Equal(tb, 1, times, "%q is sent", a.text)
			counts.Sent++
			continue
		}
		require.Equal(tb, "unknown", states[a.postID], a.text)
		require.LessOrEqual(tb, times, 1, "%q is unknown", a.text)
		counts.Unknown++
		counts.Reached += times
	}
	require.Equal(tb, reached, received, "conversation %d: the answers in order, and nothing else", k.number)
	counts.Answers += len(k.answered)
}

func (k *talk) received() []string {
	var texts []string
	for _, l := range k.customer.Received() {
		texts = append(texts, l.Text)
	}
	return texts
}

func count(texts []string, text string) int {
	return len(texts) - len(slices.DeleteFunc(slices.Clone(texts), func(t string) bool { return t == text }))
}

// RequireCards checks that every card shows what is stored.
func (t *Traffic) RequireCards(ctx context.Context, tb testing.TB) {
	tb.Helper()
	for _, k := range t.talks {
		c, err := t.world.Plugin.Conversation(ctx, k.conversation.ID)
		require.NoError(tb, err)
		card, _, err := t.world.Admin.Client.GetPost(ctx, c.RootPostID, "")
		require.NoError(tb, err)
		require.Len(tb, card.Attachments(), 1)
		line, buttons := card.Attachments()[0].Text, buttonsOf(card)
		require.Contains(tb, line, c.Status)
		require.Equal(tb, c.WaitingSince == 0, strings.Contains(line, "waiting for the customer"), line)
		for _, agent := range t.plan.Agents {
			require.Equal(tb, c.AssigneeID == agent.User.Id, strings.Contains(line, "@"+agent.User.Username), line)
		}
		require.Contains(tb, buttons, "close")
	}
}

// buttonsOf are the ids of a post's buttons.
func buttonsOf(p *model.Post) []string {
	var ids []string
	for _, a := range p.Attachments() {
		for _, button := range a.Actions {
			ids = append(ids, button.Id)
		}
	}
	return ids
}
