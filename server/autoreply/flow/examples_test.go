// Customers walk the flows that msgbot ships, through every branch.

package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// walks are what customers do in an example and what comes of it, "act what > step: words": press a button, write, share,
// and found or failed for what the service answers. The step is "person" or "link" in brackets where it does not wait.
var walks = map[string][]string{
	"parcel": {
		"begin > main: Hello, {{customer.first_name}}",
		"press 📦 Where is my parcel > track: 14 digits",
		"write 123 > track: has 14 digits without spaces",
		"write 12345678901234 > (call) https://api.example.ua/parcels/12345678901234",
		"found > result: Parcel {{field.parcel}}: **{{http.status}}**.",
		"press Another parcel > track: 14 digits",
		"write 11111111111111 > (call) 11111111111111",
		"failed > not_found: could not find parcel",
		"press Try again > track: 14 digits",
		"write ? > track: Please check it",
		"write ? > wrong_number: Something seems to be wrong",
		"press Menu > main: How can we help",
		"press 📦 Where is my parcel > track: 14 digits",
		"write 11111111111111 > (call) 11111111111111",
		"found > result: Branch: {{http.city}}",
		"press Menu > main: Hello",
		"press 📦 Where is my parcel > track: 14 digits",
		"write 11111111111111 > (call) 11111111111111",
		"found > result: Parcel",
		"press A person > (person) calling a colleague",
		"begin > main: Hello",

		"press Prices > prices: Where do you send to",
		"press Within a city > prices_city: 60 UAH",
		"press « Back > prices: Where do you send to",
		"press Within Ukraine > prices_ukraine: 80 UAH",
		"press Menu > main: Hello",
		"write 2 > prices: Where do you send to",
		"press Within a city > prices_city: 60 UAH",
		"press Menu > main: Hello",
		"write тарифи > prices: Where",
		"press Within Ukraine > prices_ukraine: 80 UAH",
		"press « Back > prices: Where",
		"press Abroad > prices_abroad: depends on the country",
		"write Price calculator > prices_abroad: https://www.example.ua/calculator",
		"press « Back > prices: Where",
		"press Abroad > prices_abroad: depends",
		"press Menu > main: Hello",
		"press Prices > prices: Where",
		"press « Back > main: Hello",

		"press Branches > branches: In which city",
		"press « Back > main: Hello",
		"press Branches > branches: In which city",
		"press Kyiv > kyiv: Which bank",
		"press Left > kyiv_left: Brovarskyi",
		"press « Back > kyiv: Which bank",
		"press Right > kyiv_right: Saksahanskoho",
		"press « Back > kyiv: Which bank",
		"press « Back > branches: In which city",
		"press Lviv > lviv: Horodotska",
		"press « Back > branches: In which city",
		"press Odesa > odesa: Rishelievska",
		"press « Back > branches: In which city",
		"press Odesa > odesa: Rishelievska",
		"press Menu > main: Hello",
		"press Branches > branches: In which city",
		"press Lviv > lviv: Horodotska",
		"press Menu > main: Hello",
		"press Branches > branches: In which city",
		"press Kyiv > kyiv: Which bank",
		"press Left > kyiv_left: Brovarskyi",
		"press Menu > main: Hello",
		"press Branches > branches: In which city",
		"press Kyiv > kyiv: Which bank",
		"press Right > kyiv_right: Saksahanskoho",
		"press Menu > main: Hello",

		"press Talk to a person > (person) calling a colleague",
		"begin > main: Hello",
		"press 📦 Where is my parcel > track: 14 digits",
		"write a > track: check",
		"write b > wrong_number: wrong",
		"press Try again > track: 14 digits",
		"write a > track: check",
		"write b > wrong_number: wrong",
		"press A person > (person) calling a colleague",
		"begin > main: Hello",
		"press 📦 Where is my parcel > track: 14 digits",
		"write 11111111111111 > (call) 11111111111111",
		"failed > not_found: could not find",
		"press Menu > main: Hello",
		"press 📦 Where is my parcel > track: 14 digits",
		"write 11111111111111 > (call) 11111111111111",
		"failed > not_found: could not find",
		"press A person > (person) calling a colleague",
	},
	"shop": {
		"begin > main: Welcome to {{bot.name}}",
		"press 🚚 Delivery > delivery: We ship every day",
		"press Pick it up yourself > pickup: 12 Virmenska St",
		"write на мапі > pickup: 12 Virmenska St",
		"write Показати на мапі > pickup: https://www.openstreetmap.org/",
		"press « Back > delivery: We ship",
		"press « Back > main: Welcome",
		"press 🚚 Delivery > delivery: We ship",
		"press A person > (person) passing you",
		"begin > main: Welcome",
		"press 🚚 Delivery > delivery: We ship",
		"press Pick it up yourself > pickup: ready",
		"press A person > (person) passing you",

		"begin > main: Welcome",
		"press 💳 Payment > payment: - by card on the website,",
		"press « Back > main: Welcome",
		"press 💳 Payment > payment: You can pay",
		"press A person > (person) passing you",

		"begin > main: Welcome",
		"press ↩️ Returns > returns: within 14 days",
		"press « Back > main: Welcome",
		"press ↩️ Returns > returns: within 14 days",
		"press A person > (person) passing you",
		"begin > main: Welcome",
		"write повернення > returns: within 14 days",
		"press Yes, please > return_order: What is the order number",
		"write 12 > return_order: 4 to 8 digits",
		"write 10452 > return_reason: 2. I do not like it",
		"write because > return_reason: number from 1 to 3",
		"write 3 > return_date: When can you hand over",
		"write later > return_date: could not read the date",
		"write 1.12 > (person) Order {{field.order}}, reason: {{field.reason}}, date: {{field.return_date}}",
		"begin > main: Welcome",
		"press ↩️ Returns > returns: within 14 days",
		"press Yes, please > return_order: What",
		"write a > return_order: digits",
		"write b > return_order: digits",
		"write c > (person) 4 to 8 digits",
		"begin > main: Welcome",
		"press ↩️ Returns > returns: within 14 days",
		"press Yes, please > return_order: What",
		"write 10452 > return_reason: 1. Wrong size",
		"write a > return_reason: choose",
		"write b > return_reason: choose",
		"write c > (person) passing you",
		"begin > main: Welcome",
		"press ↩️ Returns > returns: within 14 days",
		"press Yes, please > return_order: What",
		"write 10452 > return_reason: 1. Wrong size",
		"write wrong size > return_date: When",
		"write a > return_date: read",
		"write b > return_date: read",
		"write c > (person) could not read the date",

		"begin > main: Welcome",
		"press 🕘 Opening hours > hours: {{hours.next_open}}",
		"press « Back > main: Welcome",
		"press 🕘 Opening hours > hours: Sat",
		"press A person > (person) passing you",

		"begin > main: Welcome",
		"press Order status > order: your order number",
		"write 10452 > (person) checking order {{field.order}}",
		"begin > main: Welcome",
		"press Order status > order: your order number",
		"write I lost it > order: digits",
		"write really > order: digits",
		"write yes > no_order: No number, no problem",
		"press Menu > main: Welcome",
		"press Order status > order: your order number",
		"write I lost it > order: digits",
		"write really > order: digits",
		"write yes > no_order: No number, no problem",
		"press A person > (person) passing you",

		"begin > main: Welcome",
		"press Call me back > call_me: Share your number",
		"share +380671234567 > call_when: We have noted {{field.phone}}",
		"press As soon as possible > (person) We will call",
		"begin > main: Welcome",
		"press Call me back > call_me: Share your number",
		"write 067 123 45 67 > call_when: When is a good time",
		"press Later > call_later: At what time",
		"write after six > (person) All right: {{field.call_time}}",
		"begin > main: Welcome",
		"press Call me back > call_me: Share",
		"write 1 > call_me: Share your number",
		"share +380671234567 > call_when: noted",
		"press Menu > main: Welcome",
		"press Call me back > call_me: Share",
		"press « Back > main: Welcome",
		"press Call me back > call_me: Share",
		"press A person > (person) passing you",
		"begin > main: Welcome",
		"press Call me back > call_me: Share",
		"share +380671234567 > call_when: noted",
		"press Later > call_later: At what time",
		"write  > call_later: At what time",
		"write  > (person) ",

		"begin > main: Welcome",
		"press A person > (person) passing you",
	},
}

// branches are all ways out of the steps: "step/label", "step/right", "step/wrong", "step/last", "step/found", "step/failed".
func branches(f *Flow) (all []string) {
	for name, step := range f.Steps {
		switch step.kind() {
		case offers:
			for _, b := range slices.Concat(step.Buttons...) {
				all = append(all, name+"/"+b.Label["en"])
			}
		case asks:
			all = append(all, name+"/right", name+"/last")
			if step.Input.Tries > 1 {
				all = append(all, name+"/wrong")
			}
		case calls:
			all = append(all, name+"/found", name+"/failed")
		}
	}
	slices.Sort(all)
	return all
}

// branch is the one that was taken from a step.
func (g *guest) branch(from, act, what string) string {
	step := g.flow.Steps[from]
	switch {
	case step.kind() == calls:
		return act
	case step.kind() == offers && act == "share":
		return "📞 Share my number"
	case step.kind() == offers:
		for i, b := range slices.Concat(step.Buttons...) {
			if _, ok := said(what, b.Label); ok || what == string(rune('1'+i)) {
				return b.Label["en"]
			}
		}
	case !g.last.NotUnderstood:
		return "right"
	case g.at != nil && g.at.Step == from:
		return "wrong"
	}
	return "last"
}

func (g *guest) act(act, what string) {
	g.Helper()
	switch act {
	case "begin":
		g.does(Happening{Begin: true})
	case "press":
		g.presses(what)
	case "write":
		g.writes(what)
	case "share":
		g.does(Happening{Shared: what})
	case "found":
		g.answered(map[string]string{"status": "on its way"})
	case "failed":
		g.does(Happening{Answer: &Answer{Failed: true, Of: g.last.Call.Of}})
	default:
		require.Fail(g, "no such act", act)
	}
}

func TestCustomersWalkEveryBranchOfTheExamples(t *testing.T) {
	for name, text := range examples(t) {
		t.Run(name, func(t *testing.T) {
			g := newGuest(t, string(text))
			walked := map[string]bool{}
			for _, line := range walks[name] {
				doing, want, found := strings.Cut(line, " > ")
				require.True(t, found, line)
				act, what, _ := strings.Cut(doing, " ")
				from := ""
				if g.at != nil {
					from = g.at.Step
				}
				g.act(act, what)
				if act != "begin" {
					walked[from+"/"+g.branch(from, act, what)] = true
				}
				if words, ok := strings.CutPrefix(want, "(person) "); ok {
					require.True(t, g.last.Handover, line)
					require.Nil(t, g.at, line)
					require.Contains(t, g.heard(), words, line)
				} else if words, ok := strings.CutPrefix(want, "(call) "); ok {
					require.NotNil(t, g.last.Call, line)
					require.Contains(t, g.last.Call.URL, words)
				} else {
					step, words, _ := strings.Cut(want, ": ")
					require.NotNil(t, g.at, line)
					require.Equal(t, step, g.at.Step, line)
					require.Contains(t, g.heard(), words, line)
				}
			}
			for _, branch := range branches(g.flow) {
				require.True(t, walked[branch], "nobody walked %s", branch)
			}
		})
	}
}

func TestTheExamplesSpeakUkrainianWhereverTheySpeak(t *testing.T) {
	for _, text := range examples(t) {
		f := load(t, string(text))
		for name, step := range f.Steps {
			if len(step.Text) > 0 {
				require.Regexp(t, `\p{Cyrillic}`, step.Text["uk"], name)
				require.NotRegexp(t, `\p{Cyrillic}`, step.Text["en"], name)
			}
			for _, b := range slices.Concat(step.Buttons...) {
				require.Regexp(t, `\p{Cyrillic}`, b.Label["uk"], name)
			}
		}
	}
}

func TestTheExamplesTagWhatTheyHandOver(t *testing.T) {
	g := newGuest(t, string(docs(t, "examples/shop.yaml")))
	g.presses("Order status").writes("10452")
	require.Equal(t, []string{"замовлення"}, g.last.Tags)
	require.Equal(t, map[string]string{"order": "10452"}, g.last.Fields)
}
