// Who may be assigned by automatic answers, and which files they may send.

package desk

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
)

var _ answers.Desk = (*Desk)(nil)

func TestOnlyAnActivePersonInTheChannelMayBeAssigned(t *testing.T) {
	d, s, _ := newDesk(t)
	is := func(username string) bool {
		ok, err := d.IsAgent(t.Context(), inbox, username)
		require.NoError(t, err)
		return ok
	}
	require.False(t, is("nobody"))
	require.False(t, is("anna"), "not a member")
	s.join(fallbackIn, agentUser, true)
	require.False(t, is("anna"), "a member of another channel")
	s.join(inbox, agentUser, false)
	require.True(t, is("anna"))
	s.users[agentUser].DeleteAt = 1
	require.False(t, is("anna"), "deactivated")
	s.users[botUser].IsBot = true
	require.False(t, is("msgbot"))
}

func TestOnlyFilesOfPostsInTheChannelMayBeSent(t *testing.T) {
	d, s, _ := newDesk(t)
	s.put(&model.Post{Id: "here", ChannelId: inbox})
	s.put(&model.Post{Id: "secret", ChannelId: fallbackIn})
	s.put(&model.Post{Id: "gone", ChannelId: inbox, DeleteAt: 1})
	for id, file := range map[string]model.FileInfo{
		"price": {PostId: "here"}, "deleted": {PostId: "here", DeleteAt: 1}, "elsewhere": {PostId: "secret", ChannelId: inbox},
		"loose": {}, "of a gone post": {PostId: "gone"}, "of no post": {PostId: "nowhere"},
	} {
		file.Id = id
		s.files[id] = &file
	}
	for _, id := range []string{"price", "deleted", "elsewhere", "loose", "of a gone post", "of no post", "unknown"} {
		ok, err := d.HasFile(t.Context(), inbox, id)
		require.NoError(t, err, id)
		require.Equal(t, id == "price", ok, id)
	}
}

func TestAServerThatDoesNotAnswerIsNoReasonToRefuseAName(t *testing.T) {
	for _, method := range []string{"GetUserByUsername", "GetChannelMember", "GetFileInfo", "GetPost", ""} {
		d, s, _ := newDesk(t)
		s.join(inbox, agentUser, false)
		s.put(&model.Post{Id: "here", ChannelId: inbox})
		s.files["price"] = &model.FileInfo{Id: "price", PostId: "here"}
		s.dead = method == ""
		s.fails[method] = refuse("x", http.StatusInternalServerError)
		_, user := d.IsAgent(t.Context(), inbox, "anna")
		_, file := d.HasFile(t.Context(), inbox, "price")
		require.True(t, user != nil || file != nil, method)
	}
}
