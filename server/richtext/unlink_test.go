package richtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnlinkMakesInternalAddressesHarmlessAndLeavesTheRest(t *testing.T) {
	internal := func(url string) bool { return strings.Contains(url, "chat.example.com") }
	for name, c := range map[string]struct{ in, want Text }{
		"a hidden link": {
			Text{Plain: "press here", Spans: []Span{{0, 10, Link, "https://chat.example.com/x"}, {6, 10, Bold, ""}}},
			Text{Plain: "press here", Spans: []Span{{6, 10, Bold, ""}}},
		},
		"a foreign link": {
			Text{Plain: "shop", Spans: []Span{{0, 4, Link, "https://shop.example.com"}}},
			Text{Plain: "shop", Spans: []Span{{0, 4, Link, "https://shop.example.com"}}},
		},
		"a bare URL with formats around and behind": {
			Text{Plain: "a https://chat.example.com/pl/1 b", Spans: []Span{{0, 33, Italic, ""}, {32, 33, Bold, ""}}},
			Text{Plain: "a https://" + joiner + "chat.example.com/pl/1 b", Spans: []Span{{0, 36, Italic, ""}, {35, 36, Bold, ""}}},
		},
		"two, one without a scheme": {
			Plain("www.chat.example.com http://chat.example.com"),
			Plain("www." + joiner + "chat.example.com http://" + joiner + "chat.example.com"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.in.Unlink(internal)
			require.Equal(t, c.want.Plain, got.Plain)
			require.ElementsMatch(t, c.want.Spans, got.Spans)
			require.NotContains(t, got.Markdown(), "](https://chat.example.com")
			require.NotContains(t, got.Markdown(), "](http://chat.example.com")
		})
	}
}
