// The More button's answer and earlier texts.

package desk

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestMoreOffersTheVersionsToOneUserInHisLanguage(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	require.NoError(t, d.More(t.Context(), adminUser, shop("en"), c))
	post := s.ephemeral[0]
	require.Equal(t, c.Thread.RootPostID, post.RootId)
	require.Equal(t, botUser, post.UserId)
	require.Equal(t, "Розмова з клієнтом Іван \\*К.\\*:\n"+
		"| [Версії] -> /plugins/msgbot/api/v1/actions/versions map[conversation_id:conversationid]", seen(post))
}

func TestVersionsShowEarlierTextsWithTimeAndLink(t *testing.T) {
	d, s, _ := newDesk(t)
	require.NoError(t, d.ShowVersions(t.Context(), adminUser, inbox, "root", "en", []EditedPost{
		{PostID: "one", Versions: []Version{
			{At: now.Add(-24 * time.Hour), Text: "first @\u2060all\n> quoted"}, {At: now, Text: "**second**"},
		}},
		{PostID: "two", Versions: []Version{{At: now, Text: ""}}},
	}))
	require.Equal(t, "**[Message](https://chat.example.com/_redirect/pl/one)**, until 22 Nov 14:15:\n"+
		"> first @\u2060all\n> > quoted\n\n"+
		"**[Message](https://chat.example.com/_redirect/pl/one)**, until 14:15:\n> **second**\n\n"+
		"**[Message](https://chat.example.com/_redirect/pl/two)**, until 14:15:\n> (no text)", s.ephemeral[0].Message)
}

func TestWithoutVersionsThatIsSaid(t *testing.T) {
	d, s, _ := newDesk(t)
	require.NoError(t, d.ShowVersions(t.Context(), agentUser, inbox, "root", "uk", nil))
	require.Equal(t, "У цій розмові жодного повідомлення не змінювали.", s.ephemeral[0].Message)
}

func TestVersionsFitOnePostAndSayHowManyDoNot(t *testing.T) {
	for name, text := range map[string]string{"many": strings.Repeat("слово ", 100), "huge": strings.Repeat("*_`", 20000)} {
		d, s, _ := newDesk(t)
		var list []EditedPost
		for i := range 100 {
			list = append(list, EditedPost{PostID: strconv.Itoa(i), Versions: []Version{{At: now, Text: text}}})
		}
		require.NoError(t, d.ShowVersions(t.Context(), agentUser, inbox, "root", "en", list), name)
		shown := s.ephemeral[0].Message
		require.LessOrEqual(t, utf8.RuneCountInString(shown), maxMessage)
		require.Regexp(t, `… and \d+ more that do not fit here\.$`, shown)
		require.Contains(t, shown, "/pl/0)", "at least the first is shown: %s", name)
	}
}
