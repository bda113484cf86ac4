// Alerts and their end, and joining channels.

package desk

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// checkNames are those of bots.Check, and one that nobody has a text for.
var checkNames = []string{
	"token", "webhook", "delivery", "backlog", "unreadable", "public_url", "encryption", "display", "polling", "answers", "new_one",
}

func bad(name string) bots.Check {
	return bots.Check{Name: name, State: bots.Error, Detail: "a *foreign* host\nhas it: evil.example", Since: now}
}

func TestAlertsSayWhatHappenedAndWhatToDo(t *testing.T) {
	for _, lang := range []string{"en", "uk"} {
		var all strings.Builder
		for _, name := range checkNames {
			d, s, _ := newDesk(t)
			s.users[adminUser].Locale = lang
			takeBack := name == "webhook" || name == "polling"
			for range 2 {
				_, err := d.Alert(t.Context(), shop(lang), bad(name), takeBack)
				require.NoError(t, err)
			}
			posts := s.written()
			require.Len(t, posts, 2)
			require.Equal(t, inbox, posts[0].ChannelId)
			require.Equal(t, directStart+adminUser, posts[1].ChannelId)
			require.Equal(t, seen(posts[0]), seen(posts[1]))
			all.WriteString("== " + name + "\n" + seen(posts[0]) + "\n\n")
		}
		golden(t, "alerts."+lang, all.String())
	}
}

func TestAnAlertThatIsOverLosesItsButtonOnce(t *testing.T) {
	d, s, clock := newDesk(t)
	check := bad("webhook")
	id, err := d.Alert(t.Context(), shop("en"), check, true)
	require.NoError(t, err)
	check.AlertPostID = id
	for range 2 {
		*clock = clock.Add(time.Hour)
		require.NoError(t, d.Resolve(t.Context(), shop("en"), check))
	}
	require.Equal(t, 2, s.calls["UpdatePost"])
	posts := s.written()
	require.True(t, strings.HasSuffix(seen(posts[0]), "evil.example\n| ✅ Over since 15:15."), seen(posts[0]))
	require.True(t, strings.HasSuffix(seen(posts[1]), "| ✅ Минуло о 15:15."), seen(posts[1]))
}

func TestANewFailureGetsANewAlert(t *testing.T) {
	d, s, _ := newDesk(t)
	first, second := bad("token"), bad("token")
	second.Since = now.Add(time.Hour)
	for _, c := range []bots.Check{first, second} {
		_, err := d.Alert(t.Context(), shop("en"), c, false)
		require.NoError(t, err)
	}
	require.Len(t, s.written(), 4)
}

func TestWhatCannotBeResolvedIsOver(t *testing.T) {
	d, s, _ := newDesk(t)
	check := bad("token")
	require.NoError(t, d.Resolve(t.Context(), shop("en"), check), "no alert was posted")
	id, err := d.Alert(t.Context(), shop("en"), check, false)
	require.NoError(t, err)
	check.AlertPostID = id
	s.remove(id)
	require.NoError(t, d.Resolve(t.Context(), shop("en"), check))
	s.fails["GetPost"] = refuse("x", http.StatusInternalServerError)
	require.Error(t, d.Resolve(t.Context(), shop("en"), check))
}

func TestAnAlertWithoutAnInboxChannelReachesTheAdmin(t *testing.T) {
	d, s, _ := newDesk(t)
	delete(s.channels, inbox)
	id, err := d.Alert(t.Context(), shop("en"), bad("token"), false)
	require.NoError(t, err)
	require.NotEmpty(t, id)
	for _, p := range s.written() {
		require.Equal(t, directStart+adminUser, p.ChannelId)
	}
}

func TestAnAlertOfABotWithoutAnAdminGoesToTheChannelOnly(t *testing.T) {
	d, s, _ := newDesk(t)
	for _, by := range []string{"", "gone"} {
		bot := shop("en")
		bot.CreatedBy = by
		_, err := d.Alert(t.Context(), bot, bad("token"), false)
		require.NoError(t, err)
	}
	require.Len(t, s.written(), 1)
}

func TestAnAlertThatFailsIsAnError(t *testing.T) {
	for _, method := range []string{"GetChannel", "CreatePost", "GetDirectChannel"} {
		d, s, _ := newDesk(t)
		s.fails[method] = refuse("x", http.StatusInternalServerError)
		_, err := d.Alert(t.Context(), shop("en"), bad("token"), false)
		require.Error(t, err, method)
	}
}

func TestJoiningMakesAMemberOfTeamAndChannel(t *testing.T) {
	d, s, _ := newDesk(t)
	for range 2 {
		require.NoError(t, d.Join(t.Context(), fallbackIn))
	}
	require.Equal(t, 1, s.calls["AddChannelMember"])
	require.True(t, d.CanSee(botUser, fallbackIn))
}

func TestAChannelThatIsNotThereCannotBeJoined(t *testing.T) {
	d, s, _ := newDesk(t)
	s.archive(inbox)
	for _, id := range []string{"never", inbox} {
		var field *conversation.FieldError
		require.ErrorAs(t, d.Join(t.Context(), id), &field)
		require.Equal(t, "channel_id", field.Field)
	}
	s.dead = true
	require.ErrorIs(t, d.Join(t.Context(), fallbackIn), errNoAnswer)
}
