// Tests that no address inside Mattermost goes out.

package richtext

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// atChat takes what is below https://chat.internal and https://intranet for
// internal, and the links of Mattermost's apps.
var atChat = Options{Internal: func(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ours := strings.EqualFold(u.Host, "chat.internal") || u.Host == "intranet"
	return u.Scheme == "mattermost" || u.Scheme == "https" && ours
}}

func TestFromMarkdownNeverLeaksInternalURLs(t *testing.T) {
	for md, want := range map[string]string{
		"see https://chat.internal/team/pl/x now":                     "see  now",
		"[the post](https://chat.internal/x)":                         "the post",
		"[https://chat.internal/x](https://chat.internal/x) a":        "a",
		"[https://chat.internal/x](https://public.example)":           "",
		"[**the** `post`](https://chat.internal/x)":                   "the post",
		"[the post][1]\n\n[1]: https://chat.internal/x":               "the post",
		"[1]\n\n[1]: https://chat.internal/x":                         "1",
		"[1][2]\n\n[^2]: https://chat.internal/x":                     "[1][2]\n\n[^2]:",
		"<https://chat.internal/x>":                                   "",
		"`https://chat.internal/x` a":                                 "a",
		"`chat.internal/x` a":                                         "a",
		"```\nhttps://chat.internal/x\n```\na":                        "a",
		"```chat.internal\nb\n```\na":                                 "b\na",
		"    https://chat.internal/x":                                 "",
		"![](https://chat.internal/api/v4/files/x)a":                  "a",
		"![](https://chat.internal/api/v4/files/x =20x20)a":           "a",
		"![a](/api/v4/files/x)":                                       "a",
		"![](/api/v4/files/x)":                                        "",
		"www.chat.internal/x a":                                       "www.chat.internal/x a",
		"http://chat.internal/x a":                                    "a",
		"HTTPS://Chat.Internal/x a":                                   "a",
		"[a](HTTPS://CHAT.INTERNAL/x)":                                "a",
		"https://**chat**.internal/x a":                               "a",
		"https://chat." + joiner + "internal/x a":                     "a",
		"https&#58;//chat.internal/x a":                               "a",
		"chat.internal/team/pl/x a":                                   "a",
		"intranet/team/pl/x and https://intranet a":                   "and  a",
		"our intranet: a":                                             "our intranet: a",
		"(chat.internal, //chat.internal/x), a":                       "(, ), a",
		"a,chat.internal/x?y=(z)":                                     "a,",
		"mattermost://chat.internal/team/pl/x a":                      "a",
		"[a](mattermost://chat.internal/team/pl/x)":                   "a",
		"me@chat.internal mychat.internal chat.internal.a":            "me@chat.internal mychat.internal chat.internal.a",
		"https://web.example/https://chat.internal/x a":               "a",
		"[a](https://web.example/?u=https%3A%2F%2Fchat.internal%2Fx)": "a",
		"# https://chat.internal/x a":                                 "a",
		"> a\n> https://chat.internal/x":                              "a",
		"- chat.internal/x\n- a":                                      "• \n• a",
		"|a|\n|-|\n|[b](https://chat.internal/x)|":                    "a\n-\nb",
		"|a|\n|-|\n|chat.internal/x|":                                 "a\n---------------\n",
		"https://public.example":                                      "https://public.example",
		"3.50 и/або 10:30 a.b/c":                                      "3.50 и/або 10:30 a.b/c",
	} {
		text := FromMarkdown(md, atChat)
		require.Equal(t, want, text.Plain, md)
		for _, s := range text.Spans {
			if s.Value != "http://www.chat.internal/x" {
				require.NotContains(t, strings.ToLower(s.Value), "chat.internal", md)
			}
		}
	}
}

// chatAddress is the host that atChat knows, not as a part of another's name or
// of an e-mail address and not at another port.
const chatAddress = `(?i)(^|[^\pL\pN._@-])chat\.internal([^\pL\pN._:-]|:\D|:?$)`

// TestNoInternalAddressLeaksFromAnyMarkdown puts addresses into any Markdown.
func TestNoInternalAddressLeaksFromAnyMarkdown(t *testing.T) {
	around := append([]string{" ", "\n", "(", "> ", "|", "![a](", "[a](", "[b]: "}, pieces...)
	rapid.Check(t, func(t *rapid.T) {
		before := strings.Join(rapid.SliceOfN(rapid.SampledFrom(around), 0, 8).Draw(t, "before"), "")
		address := rapid.SampledFrom([]string{
			"https://chat.internal/t/pl/x", "HTTP://chat.internal", "chat.internal/t/pl/x", "//chat.internal/x", "mattermost://chat.internal/x",
		}).Draw(t, "address")
		after := strings.Join(rapid.SliceOfN(rapid.SampledFrom(around), 0, 8).Draw(t, "after"), "")
		text := FromMarkdown(before+address+after, atChat)
		require.NotRegexp(t, chatAddress, text.Plain)
		for _, s := range text.Spans {
			require.NotRegexp(t, chatAddress, s.Value)
		}
	})
}
