// One step of a conversation through a flow, case by case.

package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// tour is a flow that has one of everything.
const tour = `
flow: tour
start: hello
idle: 30m
steps:
  hello: {text: {en: Hello}, tags: [greeted], next: main}
  main:
    text: {en: Main, uk: Головне}
    files: [abcdefghijklmnopqrstuvwxyz]
    buttons:
      - - {label: {en: Ask, uk: "🙋 Запитати"}, do: go, value: ask}
        - {label: {en: Site, uk: Сайт}, do: url, value: "https://a.b/c_d"}
      - [{label: {en: Share, uk: Поділитися}, do: phone, value: thanks}, {label: {en: Here, uk: Тут}, do: location, value: thanks}]
      - [{label: {en: Deep, uk: Глибше}, do: go, value: deep}, {label: {en: Pick, uk: Вибрати}, do: go, value: pick}]
  ask:
    text: {en: "Number?"}
    input: {field: n, type: number, error: {en: Digits}, tries: 2}
    next: lookup
  lookup:
    text: {en: Looking}
    http:
      method: POST
      url: "https://s.ua/{{field.n}}/x?q={{field.n}}&c={{field.location}}"
      headers: {X-Key: k}
      body: '{"n": "{{field.n}}", "c": "{{field.location}}"}'
      save: {status: a.b, more: c}
      error: sorry
    next: result
  result: {text: {en: "It is {{http.status}}"}, tags: [asked, greeted], assign: olena, next: after}
  after: {text: {en: After}, buttons: [[{label: {en: Back}, do: back}, {label: {en: Menu}, do: menu}, {label: {en: Bye}, do: go, value: bye}]]}
  sorry: {text: {en: Sorry}, do: handover}
  thanks: {text: {en: "Thanks {{field.phone}}"}, do: back}
  deep: {text: {en: Deep}, buttons: [[{label: {en: Deeper}, do: go, value: deeper}, {label: {en: Back}, do: back}]]}
  deeper: {text: {en: Deeper}, buttons: [[{label: {en: Back}, do: back}, {label: {en: Up}, do: go, value: up}]]}
  up: {text: {en: Up}, do: menu}
  pick:
    text: {en: "Which?"}
    input: {field: size, type: choice, choices: [{en: Small, uk: Мала}, {en: "Big*", uk: Велика}], tries: 1, else: deep}
    next: hidden
  hidden: {http: {url: "https://s.ua/{{field.size}}"}, next: bye}
  bye: {text: {en: Bye}, do: close}
  end: {text: {en: The end}, tags: [done]}
`

func load(t testing.TB, text string) *Flow {
	t.Helper()
	f, problems := Parse([]byte(text))
	require.False(t, Broken(problems), "%v", kinds(problems))
	return &f
}

// guest is a customer on his way through a flow.
type guest struct {
	*testing.T
	flow   *Flow
	at     *Position
	fields map[string]string
	now    time.Time
	last   Result
}

func newGuest(t *testing.T, text string) *guest {
	g := &guest{T: t, flow: load(t, text), fields: map[string]string{}, now: now}
	g.does(Happening{Begin: true})
	return g
}

func (g *guest) does(h Happening) *guest {
	g.Helper()
	g.now = g.now.Add(time.Second)
	g.last = g.flow.Run(g.at, h, g.fields, g.now)
	g.at = g.last.Position
	for name, value := range g.last.Fields {
		g.fields[name] = value
	}
	return g
}

func (g *guest) writes(text string) *guest { g.Helper(); return g.does(Happening{Text: text}) }
func (g *guest) answered(values map[string]string) *guest {
	g.Helper()
	return g.does(Happening{Answer: &Answer{Values: values, Of: g.last.Call.Of}})
}

// presses presses the button with this English label among those that are offered.
func (g *guest) presses(label string) *guest {
	g.Helper()
	for _, row := range g.last.Buttons {
		for _, b := range row {
			if b.Label["en"] == label {
				return g.does(Happening{Press: Data(g.flow.Name, g.last.Step, b)})
			}
		}
	}
	require.Failf(g, "no such button", "%s in %v", label, g.last.Buttons)
	return g
}

// heard are the English texts of what was said, in one.
func (g *guest) heard() (text string) {
	for _, say := range g.last.Say {
		if text != "" {
			text += " | "
		}
		said, _ := Pick(say.Text, "en")
		text += said
	}
	return text
}

func (g *guest) expect(step, heard string) *guest {
	g.Helper()
	require.Equal(g, heard, g.heard())
	if step == "" {
		require.Nil(g, g.at)
		return g
	}
	require.NotNil(g, g.at)
	require.Equal(g, step, g.at.Step)
	require.Equal(g, g.now, g.at.At)
	require.False(g, g.last.Handover || g.last.Close)
	return g
}

func TestAFlowBeginsAndSaysAllOnTheWayToWhatWaits(t *testing.T) {
	g := newGuest(t, tour).expect("main", "Hello | Main")
	require.Equal(t, []string{"greeted"}, g.last.Tags)
	require.Equal(t, []string{"abcdefghijklmnopqrstuvwxyz"}, g.last.Say[1].Files)
	require.Equal(t, "main", g.last.Step)
	require.Equal(t, g.flow.Steps["main"].Buttons, g.last.Buttons)
	g.does(Happening{Begin: true, Step: "deep"}).expect("deep", "Deep")
	require.Empty(t, g.at.Before)
	g.does(Happening{Begin: true, Step: "gone"}).expect("main", "Hello | Main")
}

func TestAButtonIsMeantByItsDataItsLabelOrItsNumber(t *testing.T) {
	for name, h := range map[string]Happening{
		"data":                 {Press: "g:tour:ask"},
		"label":                {Text: "ask"},
		"other language":       {Text: " ЗАПИТАТИ "},
		"with its picture":     {Text: "🙋 Запитати"},
		"with a mark":          {Text: "Ask!"},
		"number":               {Text: "1"},
		"number with a dot":    {Text: "1."},
		"number with a keycap": {Text: "1️⃣"},
	} {
		newGuest(t, tour).does(h).expect("ask", "Number?")
		require.NotEmpty(t, name)
	}
	newGuest(t, tour).writes("5").expect("deep", "Deep")
	for _, text := range []string{"0", "7", "-", "", "1 2", "aks", "🙋"} {
		g := newGuest(t, tour).writes(text)
		require.True(t, g.last.NotUnderstood, text)
	}
}

func TestALabelGoesBeforeANumber(t *testing.T) {
	const sizes = `
flow: f
start: a
steps:
  a: {text: {en: "How many?"}, buttons: [[{label: {en: "3"}, do: go, value: three}, {label: {en: "4"}, do: go, value: four}, {label: {en: "2"}, do: go, value: two}]]}
  two: {text: {en: Two}, input: {field: size, type: choice, choices: [{en: "3"}, {en: "4"}, {en: "2"}]}, next: end}
  three: {text: {en: Three}}
  four: {text: {en: Four}}
  end: {text: {en: "{{field.size}}"}}
`
	newGuest(t, sizes).writes("3").expect("", "Three")
	newGuest(t, sizes).writes("1").expect("", "Three")
	for _, two := range []string{"2", "2.", "2)"} {
		g := newGuest(t, sizes).writes(two)
		require.Equal(t, "two", g.at.Step, two)
		g.writes(two)
		require.Equal(t, "2", g.fields["size"], "of choices as well")
	}
}

func TestALabelThatIsItsOwnNumberIsNotWarnedOf(t *testing.T) {
	_, problems := Parse([]byte(step(`buttons: [[{label: {en: "1"}, do: menu}, {label: {en: "2."}, do: back}], [{label: {en: "30"}, do: handover}]]`)))
	require.Empty(t, kinds(problems))
}

func TestAnAddressThatIsChosenIsWrittenOut(t *testing.T) {
	g := newGuest(t, tour).writes("2").expect("main", "Site: https://a.b/c_d")
	require.False(t, g.last.NotUnderstood)
	require.NotEmpty(t, g.last.Buttons)
}

func TestSomethingElseIsAskedAgainAndTheSecondTimeAPersonIsOffered(t *testing.T) {
	g := newGuest(t, tour).writes("what?").expect("main", "Main")
	require.True(t, g.last.NotUnderstood)
	require.Empty(t, g.last.Say[0].Files, "a picture is not sent again")
	require.Empty(t, g.last.Tags)
	require.Len(t, g.last.Buttons, 3)
	g.writes("").expect("main", "Main")
	require.Equal(t, []Button{{Do: DoHandover}}, g.last.Buttons[3])
	own := g.flow.Steps["main"].Buttons
	require.Len(t, own, 3)
	for _, row := range own[:cap(own)][3:] {
		require.Nil(t, row, "the flow itself is as it was, for other customers too")
	}
	g.writes("???")
	require.Len(t, g.last.Buttons, 4)
	g.writes("7")
	require.True(t, g.last.Handover, "its number is the next one")
	require.Nil(t, g.at)

	g = newGuest(t, tour).writes("what?").writes("ask").writes("x").expect("ask", "Digits")
	require.Equal(t, 1, g.at.Wrong, "it is counted in a row")
}

func TestThePersonIsOfferedInTheFlowsOwnWords(t *testing.T) {
	text := head + "  a: {text: {en: A}, buttons: [[{label: {en: On}, do: go, value: b}]]}\n  b: {text: {en: B}, buttons: [[{label: {en: Person}, do: handover}]]}\n"
	g := newGuest(t, text).writes("x").writes("x")
	require.Equal(t, []Button{{Label: Texts{"en": "Person"}, Do: DoHandover}}, g.last.Buttons[1])
	g.writes("person")
	require.True(t, g.last.Handover)
	g = newGuest(t, text).writes("on").writes("x").writes("x").expect("b", "B")
	require.Len(t, g.last.Buttons, 1, "it is there already")
}

func TestAnInputIsKeptAndTriedAsOftenAsItSays(t *testing.T) {
	g := newGuest(t, tour).presses("Ask").writes("12,5")
	require.Equal(t, map[string]string{"n": "12.5"}, g.last.Fields)

	g = newGuest(t, tour).presses("Ask").writes("twelve").expect("ask", "Digits")
	require.True(t, g.last.NotUnderstood)
	g.writes("thirteen").expect("", "Digits")
	require.True(t, g.last.Handover)
	require.True(t, g.last.NotUnderstood)

	g = newGuest(t, tour).presses("Pick").writes("none").expect("deep", "Deep")
	require.True(t, g.last.NotUnderstood)
	require.False(t, g.last.Handover)
}

func TestAnInputWithoutAnErrorTextIsAskedAgain(t *testing.T) {
	g := newGuest(t, head+"  a: {text: {en: \"When?\"}, input: {field: d, type: date}, next: b}\n  b: {text: {en: B}}\n")
	g.writes("soon").expect("a", "When?").writes("later").expect("", "")
	require.True(t, g.last.Handover)
}

func TestChoicesAreListedByNumberInEveryLanguage(t *testing.T) {
	g := newGuest(t, tour).presses("Pick").expect("pick", `Which? | 1. Small
2. Big\*`)
	require.Equal(t, "1. Мала\n2. Велика", g.last.Say[1].Text["uk"])
}

func TestAServiceIsCalledBeforeAnythingIsSaid(t *testing.T) {
	g := newGuest(t, tour).presses("Ask")
	g.fields["location"] = `Київ "К" a/b?`
	g.writes("7")
	require.Empty(t, g.last.Say)
	require.Nil(t, g.last.Buttons)
	call := g.last.Call
	require.Equal(t, "https://s.ua/7/x?q=7&c=%D0%9A%D0%B8%D1%97%D0%B2+%22%D0%9A%22+a%2Fb%3F", call.URL)
	require.Equal(t, `{"n": "7", "c": "Київ \"К\" a/b?"}`, call.Body)
	require.Equal(t, map[string]string{"X-Key": "k"}, call.Headers)
	require.Equal(t, "POST", call.Method)
	require.Equal(t, 5*time.Second, call.Timeout)
	require.Equal(t, map[string]string{"status": "a.b", "more": "c"}, call.Save)
	g.expect("lookup", "")
	g.answered(map[string]string{"status": "there", "secret": "x"}).expect("after", "Looking | It is {{http.status}} | After")
	require.Equal(t, map[string]string{"status": "there", "more": ""}, g.last.HTTP)
	require.Equal(t, g.last.HTTP, g.at.HTTP)
	require.Equal(t, []string{"asked", "greeted"}, g.last.Tags)
	require.Equal(t, "olena", g.last.Assign)
	g.presses("Bye").expect("", "Bye")
	require.True(t, g.last.Close)
	require.Equal(t, "there", g.last.HTTP["status"], "the caller can fill the last text too")
}

func TestWhatAServiceAnswersIsText(t *testing.T) {
	g := newGuest(t, tour).presses("Ask").writes("7")
	g.answered(map[string]string{"status": "a\x00b\xff", "more": strings.Repeat("ї", 4001)})
	require.Equal(t, map[string]string{"status": "ab", "more": strings.Repeat("ї", 4000)}, g.at.HTTP)
}

func TestACallThatFailsGoesToItsErrorOrToAPerson(t *testing.T) {
	g := newGuest(t, tour).presses("Ask").writes("7").does(Happening{Answer: &Answer{Failed: true}}).expect("", "Looking | Sorry")
	require.True(t, g.last.Handover)
	g = newGuest(t, tour).presses("Pick").writes("1")
	require.Equal(t, "https://s.ua/Small", g.last.Call.URL)
	g.does(Happening{Answer: &Answer{Failed: true, Values: map[string]string{"status": "x"}}}).expect("", "")
	require.True(t, g.last.Handover)
	require.Empty(t, g.last.HTTP)
}

func TestACallThatCannotBeMadeHasFailed(t *testing.T) {
	f := load(t, head+"  a: {http: {url: \"https://s.ua/a/{{field.phone}}/b\", error: b}, next: b}\n  b: {text: {en: B}}\n  c: {http: {url: \"https://s.ua/{{field.phone}}\"}, next: b}\n")
	for _, value := range []string{"", ".", ".."} {
		result := f.Run(nil, Happening{Begin: true}, map[string]string{"phone": value}, now)
		require.Nil(t, result.Call)
		require.Equal(t, []Say{{Text: Texts{"en": "B"}}}, result.Say)
		require.True(t, f.Run(nil, Happening{Begin: true, Step: "c"}, map[string]string{"phone": value}, now).Handover)
	}
	require.Equal(t, "https://s.ua/a/..%2F..%2Fadmin%3Fx/b", f.Run(nil, Happening{Begin: true}, map[string]string{"phone": "../../admin?x"}, now).Call.URL)
}

func TestWhileAServiceIsAskedTextsAreNotTakenAndPressesAre(t *testing.T) {
	g := newGuest(t, tour).presses("Ask").writes("7")
	call, at := g.last.Call, g.at
	g.writes("hello?")
	require.True(t, g.last.NotUnderstood)
	require.Empty(t, g.last.Say)
	require.Equal(t, at, g.at)
	g.does(Happening{Press: "m:tour"}).expect("main", "Hello | Main")
	g.does(Happening{Answer: &Answer{Of: call.Of}})
	require.Equal(t, "main", g.at.Step, "the answer comes too late")
	require.Empty(t, g.last.Say)
	require.True(t, g.last.NotUnderstood)
	g.does(Happening{Press: "g:tour:ask"}).writes("8")
	g.does(Happening{Answer: &Answer{Of: call.Of, Values: map[string]string{"status": "of 7"}}})
	require.Equal(t, "lookup", g.at.Step, "it is the answer to another call")
	require.True(t, g.last.NotUnderstood)
	g.does(Happening{Answer: &Answer{Values: map[string]string{"status": "of 8"}}}).expect("after", "Looking | It is {{http.status}} | After")
}

func TestBackLeadsTheWayOneCame(t *testing.T) {
	g := newGuest(t, tour).presses("Deep").presses("Deeper")
	require.Equal(t, []string{"main", "deep"}, g.at.Before)
	g.presses("Back").expect("deep", "Deep").presses("Back").expect("main", "Main")
	require.Empty(t, g.at.Before)
	g.presses("Deep").writes("back").expect("main", "Main")
	g.does(Happening{Begin: true, Step: "deep"}).presses("Back").expect("main", "Hello | Main")
}

func TestBackOnAnOldKeyboardLeadsBeforeWhereItStands(t *testing.T) {
	g := newGuest(t, tour).presses("Deep").presses("Deeper")
	g.does(Happening{Press: Data("tour", "deep", Button{Do: DoBack})}).expect("main", "Main")
	g.does(Happening{Press: Data("tour", "deep", Button{Do: DoBack})}).expect("main", "Main")
	require.Empty(t, g.at.Before, "pressed twice, it does not lead further")
}

func TestTheWayBackIsTenStepsLong(t *testing.T) {
	g := newGuest(t, tour)
	for range 20 {
		g.presses("Deep").does(Happening{Press: "g:tour:main"})
	}
	require.Len(t, g.at.Before, 10)
	require.Equal(t, "deep", g.at.Before[9])
}

func TestAPositionIsNotWrittenInto(t *testing.T) {
	f := load(t, tour)
	way := []string{"main", "deep", "main"}
	p := &Position{Flow: "tour", Step: "deep", Before: way[:2], At: now}
	require.Equal(t, []string{"main", "deep"}, f.Run(p, Happening{Text: "Deeper"}, nil, now).Position.Before[:2])
	require.Equal(t, []string{"main", "deep", "main"}, way)
	p = &Position{Flow: "tour", Step: "ask", Before: way[:1], At: now}
	f.Run(p, Happening{Press: "g:tour:pick"}, nil, now)
	require.Equal(t, []string{"main", "deep", "main"}, way)
}

func TestMenuForgetsTheWay(t *testing.T) {
	g := newGuest(t, tour).presses("Ask").writes("1").answered(nil).presses("Menu").expect("main", "Hello | Main")
	require.Empty(t, g.at.Before)
	g.presses("Deep").presses("Deeper").presses("Up").expect("main", "Up | Hello | Main")
	require.Empty(t, g.at.Before)
}

func TestAnOldKeyboardIsAnswered(t *testing.T) {
	g := newGuest(t, tour).presses("Ask")
	g.does(Happening{Press: "g:tour:deep"}).expect("deep", "Deep")
	for _, press := range []string{"g:tour:gone", "g:tour:", "nonsense", "g:tour:" + string(make([]byte, 90))} {
		g.does(Happening{Press: press}).expect("main", "Hello | Main")
	}
	g.at = nil
	g.does(Happening{Press: "g:tour:deep"}).expect("deep", "Deep")
	require.Empty(t, g.at.Before)
	g.does(Happening{Press: "h"})
	require.True(t, g.last.Handover)
	require.Nil(t, g.at)
	g.does(Happening{Press: "b:tour:deep"}).expect("main", "Hello | Main")
}

func TestWhatIsSharedIsKeptAndGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		h     Happening
		field string
		value string
	}{
		"by the button":                {Happening{Press: "p:tour:thanks", Shared: "380 67 123 45 67"}, "phone", "+380671234567"},
		"without its data":             {Happening{Shared: "+380671234567"}, "phone", "+380671234567"},
		"written":                      {Happening{Text: "+38 (067) 123-45-67"}, "phone", "+380671234567"},
		"a place by the button":        {Happening{Press: "l:tour:thanks", Shared: "50.45,30.52"}, "location", "50.45,30.52"},
		"a place without its data":     {Happening{Shared: "50.45, -30.52"}, "location", "50.45,-30.52"},
		"by a button of another place": {Happening{Press: "p:tour:deep", Shared: "+380671234567"}, "phone", "+380671234567"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuest(t, tour).does(c.h)
			require.Equal(t, map[string]string{c.field: c.value}, g.last.Fields)
			require.False(t, g.last.NotUnderstood)
		})
	}
	newGuest(t, tour).does(Happening{Shared: "+380671234567"}).expect("main", "Thanks {{field.phone}} | Main")
	for _, h := range []Happening{{Press: "p:tour:thanks"}, {Text: "3"}, {Text: "Share"}, {Press: "l:tour:thanks", Shared: "+380671234567"}, {Press: "p:tour:thanks", Shared: "x"}} {
		g := newGuest(t, tour).does(h).expect("main", "Main")
		require.True(t, g.last.NotUnderstood)
		require.Empty(t, g.last.Fields)
	}
}

func TestASilentCustomerLeavesTheFlow(t *testing.T) {
	g := newGuest(t, tour)
	g.now = g.now.Add(29 * time.Minute)
	g.writes("what?")
	require.NotNil(t, g.at)
	g.now = g.now.Add(30*time.Minute + time.Second)
	require.True(t, g.flow.Expired(g.at, g.now))
	old := g.at
	g.writes("ask")
	require.Nil(t, g.at)
	require.True(t, g.last.NotUnderstood)
	require.Empty(t, g.last.Say)
	g.at = old
	g.does(Happening{Press: "g:tour:deep"}).expect("deep", "Deep")
	require.Empty(t, g.at.Before)
}

func TestThereIsNothingToUnderstandOutsideAFlow(t *testing.T) {
	g := newGuest(t, tour)
	g.at = nil
	g.writes("ask").expect("", "")
	require.True(t, g.last.NotUnderstood)
}

func TestTheVersionIsKept(t *testing.T) {
	g := newGuest(t, tour)
	g.at.Version = 7
	g.presses("Deep")
	require.Equal(t, 7, g.at.Version)
	g.does(Happening{Begin: true})
	require.Equal(t, 7, g.at.Version)
}

func TestAStepThatIsGoneLeadsToTheStart(t *testing.T) {
	g := newGuest(t, tour)
	g.at.Step = "gone"
	g.writes("anything").expect("main", "Hello | Main")
	g.at.Step = "end"
	g.writes("anything").expect("main", "Hello | Main")
}

func TestAFlowEndsWithItsLastText(t *testing.T) {
	g := newGuest(t, tour).does(Happening{Press: "g:tour:end"}).expect("", "The end")
	require.Equal(t, []string{"done"}, g.last.Tags)
	require.False(t, g.last.Handover || g.last.Close)
}

func TestAFlowThatGoesRoundEndsAtAPerson(t *testing.T) {
	for name, f := range map[string]Flow{
		"a circle":     {Name: "f", Start: "a", Steps: map[string]Step{"a": {Next: "b"}, "b": {Next: "a"}}},
		"no start":     {Name: "f", Start: "x", Steps: map[string]Step{"a": {Next: "b"}}},
		"a lost step":  {Name: "f", Start: "a", Steps: map[string]Step{"a": {Next: "b"}}},
		"nothing":      {},
		"bad services": {Start: "a", Steps: map[string]Step{"a": {HTTP: &HTTP{URL: "http://a/{{field.x}}", Error: "a"}}}},
	} {
		result := f.Run(nil, Happening{Begin: true}, nil, now)
		require.True(t, result.Handover, name)
		require.Nil(t, result.Position, name)
	}
}

func TestDefaultsHoldForAFlowMadeByHand(t *testing.T) {
	f := Flow{Name: "f", Start: "a", Steps: map[string]Step{
		"a": {Text: Texts{"en": "A"}, Input: &Input{Field: "x", Type: InputNumber}, Next: "b"},
		"b": {HTTP: &HTTP{URL: "http://s"}, Next: "a"},
	}}
	at := f.Run(nil, Happening{Begin: true}, nil, now).Position
	require.False(t, f.Expired(at, now.Add(time.Hour)))
	at = f.Run(at, Happening{Text: "x"}, nil, now).Position
	require.True(t, f.Run(at, Happening{Text: "x"}, nil, now).Handover)
	call := f.Run(at, Happening{Text: "1"}, nil, now).Call
	require.Equal(t, "GET", call.Method)
	require.Equal(t, 5*time.Second, call.Timeout)
}

func TestTheButtonToAPersonThatTheCallerHasWordsForIsTakenByAnyOfThem(t *testing.T) {
	f := load(t, head+"  a: {text: {en: A}, buttons: [[{label: {en: B}, do: go, value: b}]]}\n  b: {text: {en: B}}\n")
	person := Texts{"en": "Talk to a person", "uk": "Поговорити з людиною"}
	p := &Position{Flow: "f", Step: "a", At: now}
	result := f.Run(p, Happening{Text: "поговорити з людиною", Person: person}, nil, now)
	require.True(t, result.NotUnderstood, "it is not offered yet")
	require.Len(t, result.Buttons, 1)
	result = f.Run(result.Position, Happening{Text: "hm", Person: person}, nil, now)
	require.Equal(t, [][]Button{{{Label: Texts{"en": "B"}, Do: DoGo, Value: "b"}}, {{Label: person, Do: DoHandover}}}, result.Buttons)
	for _, text := range []string{"поговорити з людиною", "Talk to a person!", "2"} {
		require.True(t, f.Run(result.Position, Happening{Text: text, Person: person}, nil, now).Handover, text)
	}
}

func TestAStepWithAWayToAPersonIsOfferedNoSecondOne(t *testing.T) {
	for text, offered := range map[string]bool{
		"do: handover":           false,
		"do: go, value: talk":    false,
		"do: go, value: first":   false,
		"do: go, value: ask":     true,
		"do: go, value: said":    true,
		"do: menu":               true,
		"do: phone, value: talk": true,
	} {
		f := load(t, head+"  a: {text: {en: A}, buttons: [[{label: {en: L}, "+text+"}]]}\n  first: {text: {en: F}, next: talk}\n  talk: {text: {en: T}, do: handover}\n"+
			"  ask: {text: {en: Q}, input: {field: x}, next: talk}\n  said: {text: {en: S}}\n")
		result := f.Run(&Position{Flow: "f", Step: "a", Wrong: 1, At: now}, Happening{Text: "hm", Person: Texts{"en": "P"}}, nil, now)
		require.Len(t, result.Buttons, map[bool]int{false: 1, true: 2}[offered], text)
	}
}

func TestADayWithoutAYearIsTheNextOneInTheZoneOfTheTeam(t *testing.T) {
	f := load(t, head+"  a: {text: {en: \"When?\"}, input: {field: d, type: date}, next: b}\n  b: {text: {en: B}}\n")
	for _, c := range []struct{ zone, now, want string }{
		{"America/New_York", "2026-12-02T01:00:00Z", "2026-12-01"}, // still the first of December there
		{"Europe/Kyiv", "2026-12-01T23:30:00Z", "2027-12-01"},      // the second already
		{"Europe/Kyiv", "2026-12-01T12:00:00Z", "2026-12-01"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		now, err := time.Parse(time.RFC3339, c.now)
		require.NoError(t, err)
		result := f.Run(&Position{Flow: "f", Step: "a", At: now}, Happening{Text: "1.12", Zone: zone}, nil, now)
		require.Equal(t, c.want, result.Fields["d"], c.now)
	}
}
