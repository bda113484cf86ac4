// Answers that become too long.

package autoreply

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

func TestAnAnswerHasAnEndAndItsButtons(t *testing.T) {
	long := rule("long", OnCommand, func(r *Rule) {
		r.Trigger.Commands = []string{"/long"}
		r.Texts = texts("**"+strings.Repeat("слово ", 680)+"**", "x")
		r.Actions.Flow = "parcel"
	})
	s := newScene(t, withParcel(t, long))
	s.facts.Customer.FirstName = strings.Repeat("*Оля* ", 1000)
	d := s.writes("/long")
	seen := richtext.FromMarkdown(d.Text, richtext.Options{})
	require.LessOrEqual(t, seen.Len(richtext.CodePoints), flow.MaxSaid)
	require.Greater(t, seen.Len(richtext.CodePoints), flow.MaxSaid-10)
	require.True(t, strings.HasSuffix(seen.Plain, "*Оля…") || strings.HasSuffix(seen.Plain, "*Оля*…"), "cut between words")
	require.Len(t, d.Buttons, 4)
}

func TestManyLongValuesAreCheap(t *testing.T) {
	r := keyword("r", "ціна")
	r.Texts = texts(strings.Repeat("{{field.f}}", flow.MaxPlaceholders), "x")
	s := newScene(t, Setup{Rules: []Rule{r}})
	s.memory.Fields = map[string]string{"f": strings.Repeat("*", 4000)}
	began := time.Now()
	d := s.writes("ціна")
	require.Less(t, time.Since(began), time.Second)
	require.Equal(t, 4000, richtext.FromMarkdown(d.Text, richtext.Options{}).Len(richtext.CodePoints))
	r.Texts = texts(strings.Repeat("{{field.f}}", flow.MaxPlaceholders+1), "x")
	require.Equal(t, Problems{conversation.Wrong("rules[0].texts.uk", conversation.ProblemManyPlaceholders, "count", "51", "most", "50")}, ValidateRules([]Rule{r}))
}
