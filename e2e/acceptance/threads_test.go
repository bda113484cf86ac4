// Threads: the card with its buttons, and when a conversation goes on in a new one.

package acceptance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// card waits until the card of a thread has these buttons before *More*, and returns it.
func (s *scene) card(rootID string, wanted ...string) *model.Post {
	s.Helper()
	wanted = append(wanted, "More")
	var card *model.Post
	err := eventually(s.ctx, "the buttons "+strings.Join(wanted, ", "), func() bool {
		var err error
		card, _, err = w.Admin.Client.GetPost(s.ctx, rootID, "")
		return err == nil && strings.Join(buttons(card), ",") == strings.Join(wanted, ",")
	})
	require.NoError(s, err, "it has %v", buttons(card))
	return card
}

// stands waits until the conversation has a status.
func (s *scene) stands(c world.Conversation, status string) world.Conversation {
	s.Helper()
	var now world.Conversation
	require.NoError(s, eventually(s.ctx, "the conversation to be "+status, func() bool {
		var err error
		now, err = w.Plugin.Conversation(s.ctx, c.ID)
		return err == nil && now.Status == status
	}))
	return now
}

func TestTheCardIsLowAndItsButtonsWork(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	stranger := s.colleague()
	_, c := s.begins(s.telegram(world.Webhook, nil), "Оксана Шевченко", "Перший рядок\nдругий рядок\nтретій рядок")
	card := s.card(c.RootPostID, "Claim", "Close")
	attachments := card.Attachments()
	require.Len(t, attachments, 1)
	lines := strings.Count(card.Message, "\n") + 1 + strings.Count(attachments[0].Text, "\n") + 1 + 1
	require.LessOrEqual(t, lines, 5)
	require.Empty(t, attachments[0].Fields)
	require.Contains(t, attachments[0].Text, "open")
	require.Contains(t, attachments[0].Text, "unassigned")

	answer, err := stranger.Client.DoPostActionWithCookie(s.ctx, card.Id, actionOf(card, "Claim").Id, "", "", nil, "")
	require.Error(t, err)
	require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode)
	// Who forges the press gets no further.
	var told model.PostActionIntegrationResponse
	require.NoError(t, world.NewClient(stranger).Do(s.ctx, http.MethodPost, "/actions/claim",
		model.PostActionIntegrationRequest{Context: map[string]any{"conversation_id": c.ID}}, &told))
	require.Contains(t, told.EphemeralText, "no such thing")
	require.Empty(t, s.stands(c, "open").AssigneeID)

	s.presses(s.agent, card, "Claim")
	require.Equal(t, s.agent.User.Id, s.stands(c, "open").AssigneeID)
	card = s.card(c.RootPostID, "Close")
	require.Contains(t, card.Attachments()[0].Text, "@"+s.agent.User.Username)

	s.presses(s.agent, card, "Close")
	s.stands(c, "closed")
	card = s.card(c.RootPostID, "Reopen")
	require.Contains(t, card.Attachments()[0].Text, "closed")
	s.presses(s.agent, card, "Reopen")
	s.stands(c, "open")
}

func TestAMessageSoonAfterClosingReopensTheThread(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	_, err := world.NewClient(s.agent).Act(s.ctx, c.ID, "close", nil)
	require.NoError(t, err)
	require.Equal(t, c.RootPostID, s.says(customer, "two").RootId)
	s.stands(c, "open")
	require.Len(t, s.cards(), 1)
}

func TestAMessageLongAfterClosingOpensALinkedCard(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, map[string]any{"reopen_within": "1ms"}), "Оксана", "one")
	_, err := world.NewClient(s.agent).Act(s.ctx, c.ID, "close", nil)
	require.NoError(t, err)
	<-time.After(10 * time.Millisecond)
	customer.Says("two")
	next := s.anotherThread(customer, c)
	require.Equal(t, []string{"two"}, s.inbound(next.RootPostID))
	require.Contains(t, s.card(next.RootPostID, "Claim", "Close").Message, c.RootPostID, "it does not link the former card")
	require.Equal(t, "open", next.Status)
}

// anotherThread waits until the customer's conversation has another thread than before with a message in it.
func (s *scene) anotherThread(customer *world.Customer, before world.Conversation) world.Conversation {
	s.Helper()
	var now world.Conversation
	err := eventually(s.ctx, "another thread", func() bool {
		now = s.conversation(customer)
		return now.RootPostID != before.RootPostID && len(s.inbound(now.RootPostID)) > 0
	})
	require.NoError(s, err, "the thread is still %+v", now)
	return now
}

func TestADeletedCardIsFollowedByANewOne(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.viber(), "Оксана", "one")
	_, err := w.Admin.Client.DeletePost(s.ctx, c.RootPostID)
	require.NoError(t, err)
	customer.Says("two")
	next := s.anotherThread(customer, c)
	require.Equal(t, []string{"two"}, s.inbound(next.RootPostID))
	s.replies(next, "a reply")
	s.receives(customer, "a reply")
}

func TestAnArchivedChannelIsFollowedByTheFallbackChannel(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	_, err := w.Admin.Client.DeleteChannel(s.ctx, s.channel.Id)
	require.NoError(t, err)
	customer.Says("two")
	next := s.anotherThread(customer, c)
	require.Equal(t, w.Inbox.Id, next.ChannelID)
	s.replies(next, "a reply")
	s.receives(customer, "a reply")

	card, _, err := w.Admin.Client.GetPost(s.ctx, next.RootPostID, "")
	require.NoError(t, err)
	direct, _, err := w.Admin.Client.CreateDirectChannel(s.ctx, w.Admin.User.Id, card.UserId)
	require.NoError(t, err)
	s.alert(direct.Id, customer.Bot.Name)
}
