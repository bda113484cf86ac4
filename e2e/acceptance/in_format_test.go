// Formatting from Telegram that the cases do not name: quotes, code, and entities that lie across each other.

package acceptance

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// over is an entity over words of a text; its numbers count UTF-16 units.
func over(kind, text, words string) telegramtest.Entity {
	before, _, found := strings.Cut(text, words)
	if !found {
		panic("the text has no " + words)
	}
	return telegramtest.Entity{Type: kind, Offset: units(before), Length: units(words)}
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

func TestAQuoteOfACustomerIsAQuoteAlsoAnExpandableOne(t *testing.T) {
	t.Parallel()
	const text = "👋 Він сказав:\nперший рядок\nдругий\nі пішов"
	for _, kind := range []string{"blockquote", "expandable_blockquote"} {
		arrivesAs(t, "👋 Він сказав:\n> перший **рядок**\n> другий\n\nі пішов", text,
			over(kind, text, "перший рядок\nдругий"), over("bold", text, "рядок"))
	}
}

func TestCodeOfACustomerKeepsItsLanguage(t *testing.T) {
	t.Parallel()
	const text = "fmt.Println(`*1*`)\n@all"
	entity := over("pre", text, text)
	entity.Language = "go"
	arrivesAs(t, "```go\n"+text+"\n```", text, entity)
}

func TestEntitiesAcrossEachOtherKeepEveryWordAndItsFormatting(t *testing.T) {
	t.Parallel()
	const text = "😀 abc def ghi"
	arrivesAs(t, "😀 **abc *def*** *ghi*", text, over("bold", text, "abc def"), over("italic", text, "def ghi"))
	const spoiled = "🇺🇦 таємно 🔥 й далі"
	arrivesAs(t, "🇺🇦 **таємно 🔥** й далі", spoiled,
		over("spoiler", spoiled, "таємно 🔥"), over("bold", spoiled, "таємно 🔥"), over("custom_emoji", spoiled, "🔥"),
		over("underline", spoiled, "далі"))
}

func TestALinkOfACustomerKeepsItsAddress(t *testing.T) {
	t.Parallel()
	const text = "Дивіться тут"
	link := over("text_link", text, "тут")
	link.URL = "https://example.com/a?b=(c)"
	arrivesAs(t, "Дивіться [тут](https://example.com/a?b=%28c%29)", text, link)
}
