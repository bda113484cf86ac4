// Emoji by name and by themselves, and msgbot's reactions.

package desk

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestEmojiByTheNameMattermostGivesThem(t *testing.T) {
	d, _, _ := newDesk(t)
	for name, want := range map[string]string{
		"+1": "👍", "thumbsup": "👍", "heart": "❤️", "+1_medium_skin_tone": "👍🏽", "woman_shrugging": "🤷‍♀️", "flag-ua": "🇺🇦",
		"family": "👪",
	} {
		emoji, ok := d.Emoji(name)
		require.True(t, ok, name)
		require.Equal(t, want, emoji, name)
	}
	for _, name := range []string{"", "partyparrot", ":+1:", "mattermost"} {
		_, ok := d.Emoji(name)
		require.False(t, ok, name)
	}
}

func TestEveryEmojiOfMattermostIsFoundByItself(t *testing.T) {
	d, _, _ := newDesk(t)
	for name, points := range model.SystemEmojis {
		if name == "mattermost" {
			continue // a picture of its own
		}
		emoji, ok := d.Emoji(name)
		require.True(t, ok)
		found, ok := d.emojiName(emoji)
		require.True(t, ok, name)
		require.Equal(t, points, model.SystemEmojis[found], name)
	}
}

func TestMessengersWriteEmojiInOtherWays(t *testing.T) {
	d, _, _ := newDesk(t)
	for emoji, want := range map[string]string{
		"❤": "heart", "❤️": "heart", "👍": "+1", "👍🏽": "+1_medium_skin_tone", "🤷‍♂": "man-shrugging",
		"🔥": "fire", "☃": "snowman", "🔥🏽": "fire",
	} {
		name, ok := d.emojiName(emoji)
		require.True(t, ok, emoji)
		require.Equal(t, model.SystemEmojis[want], model.SystemEmojis[name], "%s is %s", emoji, name)
	}
}

// reactions are msgbot's on the customer's post.
func (s *server) reactionsOn(postID string) []string {
	names := []string{}
	for _, r := range s.reactions[postID] {
		if r.UserId == botUser {
			names = append(names, r.EmojiName)
		}
	}
	return names
}

func TestAReactionComesAndGoesOnce(t *testing.T) {
	d, s, _ := newDesk(t)
	posted(t, d, message(opened(t, d, shop("en")), shop("en"), "hello"))
	s.reactions[eventID] = []*model.Reaction{{UserId: agentUser, PostId: eventID, EmojiName: "heart"}}
	for range 2 {
		known, err := d.React(t.Context(), eventID, "❤", true)
		require.NoError(t, err)
		require.True(t, known)
	}
	require.Equal(t, []string{"heart"}, s.reactionsOn(eventID))
	require.Equal(t, 1, s.calls["AddReaction"])
	for range 2 {
		known, err := d.React(t.Context(), eventID, "❤️", false)
		require.NoError(t, err)
		require.True(t, known)
	}
	require.Empty(t, s.reactionsOn(eventID))
	require.Len(t, s.reactions[eventID], 1, "the agent's stays")
	require.Equal(t, 1, s.calls["RemoveReaction"])
}

func TestAnEmojiThatMattermostDoesNotHaveIsTold(t *testing.T) {
	d, s, _ := newDesk(t)
	for _, emoji := range []string{"", "x", "👍👍", "\U000E0041", "❤‍🔥"} {
		known, err := d.React(t.Context(), eventID, emoji, true)
		require.NoError(t, err)
		require.False(t, known, emoji)
	}
	require.Zero(t, s.calls["GetReactions"])
}

func TestAReactionToWhatIsGoneIsNoMatterAndAFailureIsOne(t *testing.T) {
	d, s, _ := newDesk(t)
	known, err := d.React(t.Context(), "never", "👍", true)
	require.NoError(t, err)
	require.True(t, known)
	posted(t, d, message(opened(t, d, shop("en")), shop("en"), "hello"))
	for _, method := range []string{"GetReactions", "AddReaction"} {
		s.fails[method] = refuse("x", http.StatusInternalServerError)
		_, err := d.React(t.Context(), eventID, "👍", true)
		require.Error(t, err, method)
		delete(s.fails, method)
	}
	_, err = d.React(t.Context(), eventID, "👍", true)
	require.NoError(t, err)
	s.fails["RemoveReaction"] = refuse("x", http.StatusInternalServerError)
	_, err = d.React(t.Context(), eventID, "👍", false)
	require.Error(t, err)
	s.fails["RemoveReaction"] = refuse("x", http.StatusNotFound)
	_, err = d.React(t.Context(), eventID, "👍", false)
	require.NoError(t, err)
}

func TestAReplyThatWasSentIsMarked(t *testing.T) {
	d, s, _ := newDesk(t)
	reply(s, opened(t, d, shop("en")))
	for range 2 {
		require.NoError(t, d.MarkSent(t.Context(), replyID))
	}
	require.Equal(t, []string{"white_check_mark"}, s.signs())
}
