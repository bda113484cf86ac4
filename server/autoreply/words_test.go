package autoreply

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func TestWordsAreFoldedAndCutInEveryScript(t *testing.T) {
	for text, want := range map[string][]string{
		"":              nil,
		"Яка ЦІНА, га?": {"яка", "ціна", "га"},
		"п’ять п'ять пʼять п`ять":  {"пять", "пять", "пять", "пять"},
		"'ціна' `ціна` «ціна»":     {"ціна", "ціна", "ціна"},
		"Ґанок ганок":              {"ганок", "ганок"},
		"ещё еще":                  {"еще", "еще"},
		"ко\u0301шту":              {"кошту"},
		"Киі\u0308в і и\u0306":     {"київ", "і", "й"},
		"24/7, по-перше":           {"24", "7", "по", "перше"},
		"c++ 💰💰":                   {"c", "+", "+", "💰", "💰"},
		"до\u00adстав\u200bка":     {"доставка"},
		"a_b\tc\u00a0d":            {"a", "b", "c", "d"},
		"价格 ראש":                   {"价格", "ראש"},
		"\xff\xfe":                 nil,
		"o'neill's rock 'n' roll'": {"oneills", "rock", "n", "roll"},
		"''":                       nil,
	} {
		require.Equal(t, want, words(text), "%q", text)
	}
}

func TestAKeywordIsFoundByWholeWords(t *testing.T) {
	for _, c := range []struct {
		how             Match
		phrase, message string
		found           bool
	}{
		{Contains, "ціна", "Яка ціна?", true},
		{Contains, "ціна", "ЦІНА", true},
		{Contains, "ціна", "оцінамо", false},
		{Contains, "ціна", "ціни", false},
		{Contains, "ціна", "безціна", false},
		{Contains, "кошту*", "скільки коштує?", true},
		{Contains, "кошту*", "кошту", true},
		{Contains, "кошту*", "кош", false},
		{Contains, "кошту*", "покоштувати", false},
		{Contains, "де посилка", "А де \n посилка моя", true},
		{Contains, "де посилка", "де моя посилка", false},
		{Contains, "де посилка", "посилка де", false},
		{Contains, "де посил*", "де посилочка", true},
		{Contains, "де посил*", "десь посилочка", false},
		{Contains, "п'ять", "П’ЯТЬ штук", true},
		{Contains, "обмін", "обміняти", false},
		{Contains, "ещё", "еще раз", true},
		{Contains, "аґрус", "агрус", true},
		{Contains, "👍", "ок👍🏽", true},
		{Contains, "c++", "вивчаю C++!", true},
		{Contains, "c++", "вивчаю c", false},
		{Contains, "скільки коштує?", "Скільки коштує", true},
		{Equals, "ціна", " Ціна!! ", true},
		{Equals, "ціна", "яка ціна", false},
		{Equals, "ціна", "ціна яка", false},
		{Equals, "кошту*", "коштує", true},
		{Equals, "кошту*", "коштує багато", false},
		{Starts, "ціна", "Ціна на доставку", true},
		{Starts, "ціна", "яка ціна", false},
		{Starts, "ціна на", "ціна", false},
		{Starts, "кош*", "кошик повний", true},
		{Regex, `^\d{4}$`, "1234", true},
		{Regex, `^\d{4}$`, "12345", false},
		{Regex, `(?i)ціна`, "ОЦІНАМО", true},
		{Regex, `ціна`, "ЦІНА", true},
		{Regex, `п’ять`, "п'ять", true},
		{Regex, `ціна|ґрунт|об'єкт`, "Ціна", true},
		{Regex, `ціна|ґрунт|об'єкт`, "який ГРУНТ", true},
		{Regex, `ціна|ґрунт|об'єкт`, "об’єкт", true},
		{Regex, `грунт`, "Ґрунт", true},
		{Regex, `ещё`, "ЕЩЕ раз", true},
		{Regex, `еще`, "ещё", true},
		{Regex, `^еще$`, "еще\u0308", true},
		{Regex, `ґ|ж`, "г", true},
		{Regex, `[ґж]рунт`, "грунт", true},
		{Regex, `[^ґ]рунт`, "грунт", false},
		{Regex, `[^г]рунт`, "ґрунт", false},
		{Regex, `[^ж]рунт`, "ґрунт", true},
		{Regex, `[а-яґєіїʼ]+ять`, "п’ять", true},
		{Regex, `price|cost`, "The PRICE?", true},
		{Regex, `(?-i)price`, "PRICE", false},
		{Regex, `(?-i)price`, "price", true},
		{Regex, `о.т`, "ост", true},
		{Regex, `й`, "и\u0306", true},
		{Regex, "и\u0306", "Й", true},
		{Regex, `ці\x{ad}*на`, "ці\u00adна", true},
		{Regex, `\d{3}`, "№ 123", true},
	} {
		k := newKeywords()
		k.add(1, Trigger{Match: c.how, Phrases: []string{"ніколи", c.phrase}})
		require.Equal(t, []bool{false, c.found}, k.matches(c.message, 2), "%s %q in %q", c.how, c.phrase, c.message)
	}
}

// stands is the plain way of looking for a phrase: at each place of the message.
func stands(p phrase, how Match, message []string) bool {
	if len(p.words) == 0 {
		return false
	}
	for i := range message {
		if rest := len(message) - i; rest < len(p.words) || how == Equals && rest > len(p.words) || how != Contains && i > 0 {
			continue
		}
		fits := true
		for j, w := range p.words {
			got := message[i+j]
			fits = fits && (got == w || p.open && j == len(p.words)-1 && strings.HasPrefix(got, w))
		}
		if fits {
			return true
		}
	}
	return false
}

func TestOneLookFindsWhatLookingForEachPhraseFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.StringMatching(`[абгґ ]{1,3}( [аб'’]{1,2})?\*?`)
		message := rapid.StringMatching(`[абгґ' !]{0,12}`).Draw(t, "message")
		k := newKeywords()
		var want []bool
		for i, text := range rapid.SliceOfN(piece, 1, 6).Draw(t, "phrases") {
			how := rapid.SampledFrom([]Match{Contains, Equals, Starts}).Draw(t, "how")
			p := newPhrase(text)
			want = append(want, stands(p, how, words(message)))
			if len(p.words) > 0 {
				k.add(i, Trigger{Match: how, Phrases: []string{text}})
			}
		}
		require.Equal(t, want, k.matches(message, len(want)))
	})
}

func TestHowAMessageIsTypedMakesNoDifference(t *testing.T) {
	other := strings.NewReplacer("'", "ʼ", " ", " \n\t", "г", "Ґ", "е", "ё")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[агдеж]{1,4}('[ая]{1,2})?( [агдеж]{1,4}){0,3}`).Draw(t, "phrase")
		k := newKeywords()
		k.add(0, Trigger{Match: Equals, Phrases: []string{text}})
		require.Equal(t, []bool{true}, k.matches("«"+strings.ToUpper(other.Replace(text))+"»!", 1))
	})
}

func FuzzKeywords(f *testing.F) {
	f.Add("ціна*", "Яка ціна?")
	f.Add("де посилка", "«Де посилка»")
	f.Add("'*", "👍🏽\u200d\xff")
	f.Fuzz(func(t *testing.T, text, message string) {
		for _, how := range []Match{Contains, Equals, Starts} {
			p := newPhrase(text)
			if len(p.words) == 0 {
				continue
			}
			k := newKeywords()
			k.add(0, Trigger{Match: how, Phrases: []string{text}})
			if got, want := k.matches(message, 1)[0], stands(p, how, words(message)); got != want {
				t.Fatalf("%s %q in %q: %v", how, text, message, got)
			}
			if !k.matches(strings.TrimSuffix(strings.TrimSpace(text), "*"), 1)[0] {
				t.Fatalf("%s %q does not find itself", how, text)
			}
		}
		for _, w := range words(message) {
			if again := words(w); len(again) != 1 || again[0] != w || !utf8.ValidString(w) {
				t.Fatalf("%q is not one word of %q: %q", w, message, again)
			}
		}
	})
}

func TestExpressionsAreRE2AndSmall(t *testing.T) {
	noRE2 := func(pattern, part string) *conversation.FieldError {
		return conversation.Wrong("", conversation.ProblemNotRegex, "value", pattern, "part", part)
	}
	const large = `[а-я]{600}(x|y){600}`
	for pattern, want := range map[string]*conversation.FieldError{
		`(`:             noRE2(`(`, `(`),
		`(?=x)`:         noRE2(`(?=x)`, `(?=`),
		`(a)\1`:         noRE2(`(a)\1`, `\1`),
		`(a{100}){100}`: noRE2(`(a{100}){100}`, `{100}`),
		large:           conversation.Wrong("", conversation.ProblemTooComplex, "value", large),
		strings.Repeat("а", flow.MaxPattern+1): conversation.Wrong("", conversation.ProblemTooLong,
			"count", strconv.Itoa(flow.MaxPattern+1), "most", strconv.Itoa(flow.MaxPattern)),
	} {
		_, wrong := newMatcher(pattern)
		require.Equal(t, want, wrong, pattern)
	}
	_, wrong := newMatcher(strings.Repeat("а", flow.MaxPattern))
	require.Nil(t, wrong)
}
