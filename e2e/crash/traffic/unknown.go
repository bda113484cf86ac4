package traffic

// Replies whose fate is unknown: what the team is shown of them, and the button.

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// What msgbot shows: the sign on the reply, the prop of a notice that names its reply, the button's id.
const (
	signAlarm    = "warning"
	propReply    = "msgbot_reply"
	actionResend = "resend"
)

// shownLimit is how long all notices together may take to come and go.
const shownLimit = 2 * time.Minute

// RequireUnknownShown checks that each unknown reply has its sign and one notice with Send anyway, and no other reply
// has any. Then it presses every second of the buttons, the first one included, and sees those replies arrive once
// more. It returns how many were pressed.
func (t *Traffic) RequireUnknownShown(ctx context.Context, tb testing.TB) (pressed int) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(ctx, shownLimit)
	defer cancel()
	unknown := 0
	for _, k := range t.talks {
		states, err := t.states(ctx, k)
		require.NoError(tb, err)
		for _, a := range k.answered {
			if states[a.postID] != "unknown" {
				require.Empty(tb, t.notices(ctx, tb, k, a), "%q is sent", a.text)
				continue
			}
			notice := t.requireNotice(ctx, tb, k, a)
			if unknown%2 == 0 {
				t.requireSendAnyway(ctx, tb, k, a, notice)
				pressed++
			}
			unknown++
		}
	}
	return pressed
}

// requireNotice waits for the notice, which comes a moment after the state, and checks it.
func (t *Traffic) requireNotice(ctx context.Context, tb testing.TB, k *talk, a answer) *model.Post {
	tb.Helper()
	var found []*model.Post
	require.NoError(tb, lab.Eventually(ctx, "a notice", func() (bool, error) {
		found = t.notices(ctx, tb, k, a)
		return len(found) > 0, nil
	}))
	require.Len(tb, found, 1, "%q is unknown", a.text)
	require.Equal(tb, []string{actionResend}, buttonsOf(found[0]))
	require.Equal(tb, "Send anyway", found[0].Attachments()[0].Actions[0].Name)
	require.True(tb, t.hasSign(ctx, tb, a), "%q has the sign", a.text)
	return found[0]
}

func (t *Traffic) requireSendAnyway(ctx context.Context, tb testing.TB, k *talk, a answer, notice *model.Post) {
	tb.Helper()
	before := count(k.received(), a.text)
	_, err := t.plan.Agents[0].Client.DoPostAction(ctx, notice.Id, actionResend)
	require.NoError(tb, err)
	_, err = t.world.AwaitMessage(ctx, k.conversation.ID, a.postID, "sent")
	require.NoError(tb, err)
	require.Equal(tb, before+1, count(k.received(), a.text), "%q is sent once more", a.text)
	require.NoError(tb, lab.Eventually(ctx, "the end of the notice", func() (bool, error) {
		after := t.notices(ctx, tb, k, a)
		require.Len(tb, after, 1)
		return len(buttonsOf(after[0])) == 0 && !t.hasSign(ctx, tb, a), nil
	}))
}

// notices are the posts about a reply.
func (t *Traffic) notices(ctx context.Context, tb testing.TB, k *talk, a answer) []*model.Post {
	tb.Helper()
	thread, err := t.world.Admin.Thread(ctx, k.conversation.RootPostID)
	require.NoError(tb, err)
	return slices.DeleteFunc(thread, func(p *model.Post) bool { return p.GetProp(propReply) != a.postID })
}

func (t *Traffic) hasSign(ctx context.Context, tb testing.TB, a answer) bool {
	tb.Helper()
	signs, _, err := t.world.Admin.Client.GetReactions(ctx, a.postID)
	require.NoError(tb, err)
	return slices.ContainsFunc(signs, func(r *model.Reaction) bool { return r.EmojiName == signAlarm })
}
