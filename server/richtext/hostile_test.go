// Time on input made to be slow.

package richtext

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hostile are texts as long as a post may be (16383 code points).
func hostile() map[string]string {
	const size = 16000
	all := map[string]string{}
	for _, piece := range []string{
		"[", "![", "*", "_", "~~", "`", ">", "> ", "- ", "1. ", "<", "<a@", "&", "\\", "|", "|\n", "@", "@a", ":", "#", "(", "](", "[](", "[a](b", "[a](", "![](",
		"*a ", "*a_", "**a*", "a**b", "_a*", "~~a", "*a **b ***c ", "[a]", "[a]:\n", "[a]: b\n", "http://", "http://a.b ", "www.", "h", ":a:", "a:", "a\u0301", "\u0301",
		"> - ", "    ", "\t", "```\n", "``` ", "`a``", "&amp;", " \n", "\n", "|a|b|\n", "a|-|-\n", "-|", "- a\n  ", "((", "http://a(", "](a)", "\u0600 ",
	} {
		all["repeated "+piece] = strings.Repeat(piece, size/len([]rune(piece)))
	}
	for _, pair := range [][2]string{{"[", "]"}, {"*", "a*"}, {"**", "b**"}, {"> ", "a\n"}, {"- ", "\na"}, {"- ", "a\n"}, {"(", ")"}, {"![", "](a)"}, {"[", "](a)"}, {"_", "*"}, {"`", "``"}, {"*a", "b*"}, {"http://a(", ")"}} {
		n := size / (len(pair[0]) + len(pair[1]))
		all["nested "+pair[0]+" "+pair[1]] = strings.Repeat(pair[0], n) + strings.Repeat(pair[1], n)
	}
	columns := strings.Repeat("a|", 2000)
	all["table"] = columns + "\n" + strings.Repeat("-|", 2000) + strings.Repeat("\n|", 4000)
	lines := ""
	for i := 1; len(lines) < size; i++ {
		lines += strings.Repeat(">", min(i, 400)) + "\n"
	}
	all["staircase of quotes"] = lines
	runs := ""
	for i := 1; len(runs) < size; i++ {
		runs += strings.Repeat("`", i) + "a"
	}
	all["rising backticks"] = runs
	return all
}

func TestHostileInputTakesNoLongTime(t *testing.T) {
	const limit = 5 * time.Second // with the race detector; without it 0.1 s is usual
	for name, s := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			text := FromMarkdown(s, Options{
				Mention:  func(string) (string, bool) { return "", false },
				Emoji:    func(string) (string, bool) { return "", false },
				Internal: func(string) bool { return false },
			})
			require.Less(t, time.Since(start), limit, "FromMarkdown")
			require.LessOrEqual(t, len(text.Plain), 50*len(s)+100)
			start = time.Now()
			require.LessOrEqual(t, len(Plain(s).Markdown()), 20*len(s)+100)
			require.Less(t, time.Since(start), limit, "Markdown")
			start = time.Now()
			_ = Plain(s).Split(100, UTF16Units)
			_ = text.Split(4096, CodePoints)
			require.Less(t, time.Since(start), limit, "Split")
			_ = text.Markdown()
			_ = QuoteKey(text.PlainText())
			_, _, _ = LeadingLink(s)
			require.Less(t, time.Since(start), limit, "the rest")
			start = time.Now()
			_, _, _ = LeadingQuote("> " + s)
			require.Less(t, time.Since(start), limit, "LeadingQuote")
		})
	}
}
