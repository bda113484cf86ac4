// Automatic messages as the team sees them.

package desk

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestAnAutomaticMessageSaysWhoAnsweredWhatAndWithWhichButtons(t *testing.T) {
	d, s, _ := newDesk(t)
	bot := shop("en")
	c := opened(t, d, bot)
	s.files[agentFile] = &model.FileInfo{Id: agentFile, Name: "prices.pdf", PostId: replyID, ChannelId: inbox}
	p := relay.AutoPost{
		ID: "autopostautopostautoposta", Conversation: c, Bot: bot, By: "Ціни *1*", Text: "Від **40** грн, пишіть @all",
		FileIDs: []string{agentFile}, Buttons: [][]messenger.Button{{{Label: "Site"}, {Label: "A `b`"}}, {{Label: "Людина"}}},
	}
	for range 2 {
		require.NoError(t, d.PostAuto(t.Context(), p))
	}
	post, appErr := s.GetPost(p.ID)
	require.Nil(t, appErr)
	require.Equal(t, "🤖 *automatic · Ціни \\*1\\**\nВід **40** грн, пишіть @\u2060all\n📎 prices.pdf\n`Site` `A\u00a0'b'` `Людина`", post.Message)
	require.Equal(t, "true", post.GetProp(PropAuto))
	require.Equal(t, c.Thread.RootPostID, post.RootId)
}

func TestFilesOfAnAutomaticMessageThatMsgbotCannotReadAreLeftOutAndTold(t *testing.T) {
	for name, lose := range map[string]func(s *server){
		"gone":                  func(s *server) { delete(s.files, agentFile) },
		"in a foreign channel":  func(s *server) { s.files[agentFile].ChannelId = fallbackIn },
		"never posted anywhere": func(s *server) { s.files[agentFile].PostId = "" },
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			bot := shop("en")
			c := opened(t, d, bot)
			s.files[agentFile] = &model.FileInfo{Id: agentFile, Name: "secret.pdf", PostId: replyID, ChannelId: inbox}
			s.files["other"] = &model.FileInfo{Id: "other", Name: "prices.pdf", PostId: replyID, ChannelId: inbox}
			lose(s)
			files, gone, err := d.AutoFiles(t.Context(), []string{agentFile, "other"})
			require.NoError(t, err)
			require.Equal(t, 1, gone)
			require.Len(t, files, 1)
			require.Equal(t, "other", files[0].ID)

			p := relay.AutoPost{ID: "autopostautopostautoposta", Conversation: c, Bot: bot, By: "Prices", Text: "Here", FileIDs: []string{agentFile, "other"}}
			require.NoError(t, d.PostAuto(t.Context(), p))
			post, appErr := s.GetPost(p.ID)
			require.Nil(t, appErr)
			require.NotContains(t, post.Message, "secret")
			require.Contains(t, post.Message, "Here\n📎 prices.pdf\n⚠️ A file of this answer was not sent")
		})
	}
}

func TestTheTeamIsToldOfAnAutomaticAnswerThatDidNotArriveAsOfOne(t *testing.T) {
	for state, want := range map[conversation.Delivery]string{
		conversation.Failed:  "This automatic answer",
		conversation.Unknown: "Nobody knows whether the customer got [this automatic answer]",
	} {
		d, s, _ := newDesk(t)
		bot := shop("en")
		c := opened(t, d, bot)
		reply(s, c)
		n := notice(c, state, "Forbidden: bot was blocked by the user")
		n.Row.Kind = relay.AutoRow
		require.NoError(t, d.ShowNotice(t.Context(), bot, n))
		require.Contains(t, lastNotice(s, false).Message, want)
		require.Len(t, lastNotice(s, false).Attachments(), 1, "with its button")
	}
}
