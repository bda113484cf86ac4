package autoreply

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func TestWhatMayStandInARule(t *testing.T) {
	full := keyword("r-1_A", "ціна", "кошту*", "скільки коштує?", "👍")
	full.Priority, full.Cooldown, full.When = maxPriority, conversation.Duration(365*24*time.Hour), WhenOpen
	full.Trigger.MaxLength = maxMaxLength
	full.Texts = flow.Texts{
		"uk":    "{{customer.first_name}} {{customer.username}} {{bot.name}} {{agent.first_name}} {{hours.next_open}} {{field.parcel_1}}",
		"pt-BR": "{ x } {{ bot.name }}",
	}
	full.FileIDs = []string{"abcdefghijklmnopqrstuvwxyz"}
	full.Actions = Actions{Tags: []string{"ціни", "два слова"}, Assign: "olha.k", Flow: "parcel", Close: true}
	for _, b := range []flow.Button{
		{Do: flow.DoGo, Value: "parcel"}, {Do: flow.DoGo, Value: "parcel/main"}, {Do: flow.DoURL, Value: "https://example.ua/?a=b"},
		{Do: flow.DoURL, Value: "HTTPS://example.ua"}, {Do: flow.DoPhone}, {Do: flow.DoLocation, Value: "parcel/thanks"},
		{Do: flow.DoHandover}, {Do: flow.DoMenu},
	} {
		b.Label = flow.Texts{"uk": strings.Repeat("я", flow.MaxLabel)}
		full.Buttons = append(full.Buttons, []flow.Button{b})
	}
	rules := append(fullSet(), full,
		rule("link", OnCommand, func(r *Rule) { r.Trigger.Payload = "promo-1_x" }),
		rule("picture", Fallback, func(r *Rule) { r.Texts, r.FileIDs = nil, full.FileIDs }),
		rule("only-flow", OnFirst, func(r *Rule) { r.Texts, r.Actions.Flow = nil, "parcel" }),
		rule("edge", OnFirst, func(r *Rule) { r.Trigger.AgainAfter = minutes(60) }),
		rule("edges", OnNoAnswer, func(r *Rule) { r.Trigger.After = minutes(7 * 24 * 60) }),
	)
	require.Empty(t, ValidateRules(rules))
}

func TestARuleIsReadAndWrittenAsItStandsInREST(t *testing.T) {
	const text = `{"id":"r1","name":"Ціни","enabled":true,"priority":100,` +
		`"trigger":{"kind":"keyword","match":"contains","phrases":["ціна","кошту*"],"max_length":120},` +
		`"when":"always","cooldown":"6h0m0s","texts":{"en":"…","uk":"…"},` +
		`"buttons":[[{"label":{"en":"A person","uk":"Людина"},"do":"handover"}]],` +
		`"actions":{"tags":["ціни"]},"hits":0}`
	var r Rule
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	require.Empty(t, ValidateRules([]Rule{r}))
	again, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, text, string(again))
}

func TestWhatMayNotIsNamedWithItsFieldAndWhatIsAllowed(t *testing.T) {
	button := func(change func(b *flow.Button)) func(r *Rule) {
		return func(r *Rule) {
			b := flow.Button{Label: texts("Так", "Yes"), Do: flow.DoHandover}
			change(&b)
			r.Buttons = [][]flow.Button{{b}}
		}
	}
	is := func(problem conversation.Problem, args ...string) *conversation.FieldError {
		return conversation.Wrong("", problem, args...)
	}
	const known = "agent.first_name, bot.name, customer.first_name, customer.username, hours.next_open, field.NAME"
	price := keyword("price", "ціна")
	for name, c := range map[string]struct {
		rule   Rule
		change func(r *Rule)
		field  string
		want   *conversation.FieldError
	}{
		"no id":                 {price, func(r *Rule) { r.ID = "" }, "id", is(conversation.ProblemNotID, "value", "")},
		"a strange id":          {price, func(r *Rule) { r.ID = "а" }, "id", is(conversation.ProblemNotID, "value", "а")},
		"a long name":           {price, func(r *Rule) { r.Name = strings.Repeat("я", maxName+1) }, "name", is(conversation.ProblemTooLong, "count", "101", "most", "100")},
		"a priority below zero": {price, func(r *Rule) { r.Priority = -1 }, "priority", is(conversation.ProblemOutOfRange, "value", "-1", "least", "0", "most", "1000")},
		"a priority too high":   {price, func(r *Rule) { r.Priority = 1001 }, "priority", is(conversation.ProblemOutOfRange, "value", "1001", "least", "0", "most", "1000")},
		"a cooldown too long":   {price, func(r *Rule) { r.Cooldown = minutes(365*24*60 + 1) }, "cooldown", is(conversation.ProblemOutOfRange, "value", "8760h1m", "least", "0s", "most", "8760h")},
		"a cooldown below zero": {price, func(r *Rule) { r.Cooldown = minutes(-1) }, "cooldown", is(conversation.ProblemOutOfRange, "value", "-1m", "least", "0s", "most", "8760h")},
		"unknown hours":         {price, func(r *Rule) { r.When = "night" }, "when", is(conversation.ProblemNotOneOf, "value", "night", "allowed", "always, open, closed")},
		"away when open":        {rule("away", OnAway, nil), func(r *Rule) { r.When = WhenOpen }, "when", is(conversation.ProblemNotOneOf, "value", "open", "allowed", "always, closed")},
		"an unknown kind":       {price, func(r *Rule) { r.Trigger.Kind = "mood" }, "trigger.kind", is(conversation.ProblemNotOneOf, "value", "mood", "allowed", "command, keyword, first, away, noanswer, fallback")},
		"an unknown match":      {price, func(r *Rule) { r.Trigger.Match = "like" }, "trigger.match", is(conversation.ProblemNotOneOf, "value", "like", "allowed", "contains, equals, starts, regex")},
		"no phrases":            {price, func(r *Rule) { r.Trigger.Phrases = nil }, "trigger.phrases", is(conversation.ProblemMissing)},
		"an empty phrase":       {price, func(r *Rule) { r.Trigger.Phrases = []string{"x", " "} }, "trigger.phrases[1]", is(conversation.ProblemNoWords, "value", " ")},
		"only a star":           {price, func(r *Rule) { r.Trigger.Phrases = []string{"*"} }, "trigger.phrases[0]", is(conversation.ProblemNoWords, "value", "*")},
		"a star inside":         {price, func(r *Rule) { r.Trigger.Phrases = []string{"ці*на"} }, "trigger.phrases[0]", is(conversation.ProblemStarInside, "value", "ці*на")},
		"a phrase too long":     {price, func(r *Rule) { r.Trigger.Phrases = []string{strings.Repeat("я", 201)} }, "trigger.phrases[0]", is(conversation.ProblemTooLong, "count", "201", "most", "200")},
		"no RE2": {price, func(r *Rule) { r.Trigger.Match, r.Trigger.Phrases = Regex, []string{"(?=x)"} },
			"trigger.phrases[0]", is(conversation.ProblemNotRegex, "value", "(?=x)", "part", "(?=")},
		"an empty expression":        {price, func(r *Rule) { r.Trigger.Match, r.Trigger.Phrases = Regex, []string{""} }, "trigger.phrases[0]", is(conversation.ProblemMissing)},
		"a message length below one": {price, func(r *Rule) { r.Trigger.MaxLength = -1 }, "trigger.max_length", is(conversation.ProblemOutOfRange, "value", "-1", "least", "1", "most", "4096")},
		"a message length too long":  {price, func(r *Rule) { r.Trigger.MaxLength = 4097 }, "trigger.max_length", is(conversation.ProblemOutOfRange, "value", "4097", "least", "1", "most", "4096")},
		"no command":                 {onCommand("c"), nil, "trigger.commands", is(conversation.ProblemNoCommand)},
		"a command without slash":    {onCommand("c", "prices"), nil, "trigger.commands[0]", is(conversation.ProblemNotCommand, "value", "prices")},
		"a command in Cyrillic":      {onCommand("c", "/ok", "/ціни"), nil, "trigger.commands[1]", is(conversation.ProblemNotCommand, "value", "/ціни")},
		"a payload with spaces":      {onCommand("c", "/start"), func(r *Rule) { r.Trigger.Payload = "a b" }, "trigger.payload", is(conversation.ProblemNotID, "value", "a b")},
		"again after less than an hour": {rule("f", OnFirst, nil), func(r *Rule) { r.Trigger.AgainAfter = minutes(59) },
			"trigger.again_after", is(conversation.ProblemOutOfRange, "value", "59m", "least", "1h", "most", "87600h")},
		"away too often":           {rule("a", OnAway, nil), func(r *Rule) { r.Trigger.Every = minutes(1) - 1 }, "trigger.every", is(conversation.ProblemOutOfRange, "value", "59.999999999s", "least", "1m", "most", "8760h")},
		"no time to answer":        {rule("n", OnNoAnswer, nil), func(r *Rule) { r.Trigger.After = 0 }, "trigger.after", is(conversation.ProblemOutOfRange, "value", "0s", "least", "1m", "most", "168h")},
		"a week and more":          {rule("n", OnNoAnswer, nil), func(r *Rule) { r.Trigger.After = minutes(7*24*60 + 1) }, "trigger.after", is(conversation.ProblemOutOfRange, "value", "168h1m", "least", "1m", "most", "168h")},
		"nothing to say":           {price, func(r *Rule) { r.Texts = nil }, "texts", is(conversation.ProblemNoAnswer)},
		"an empty text":            {price, func(r *Rule) { r.Texts["en"] = " \n" }, "texts.en", is(conversation.ProblemMissing)},
		"a text too long":          {price, func(r *Rule) { r.Texts["en"] = strings.Repeat("я", 4097) }, "texts.en", is(conversation.ProblemTooLong, "count", "4097", "most", "4096")},
		"a strange language":       {price, func(r *Rule) { r.Texts["українська"] = "x" }, "texts.українська", is(conversation.ProblemNotLanguage, "value", "українська")},
		"an unknown placeholder":   {price, func(r *Rule) { r.Texts["uk"] = "{{customer.name}}" }, "texts.uk", is(conversation.ProblemUnknownPlaceholder, "value", "customer.name", "allowed", known)},
		"an answer of a service":   {price, func(r *Rule) { r.Texts["uk"] = "{{http.status}}" }, "texts.uk", is(conversation.ProblemUnknownPlaceholder, "value", "http.status", "allowed", known)},
		"a strange field":          {price, func(r *Rule) { r.Texts["uk"] = "{{field.Ім’я}}" }, "texts.uk", is(conversation.ProblemUnknownPlaceholder, "value", "field.Ім’я", "allowed", known)},
		"a placeholder left open":  {price, func(r *Rule) { r.Texts["uk"] = "{{bot.name" }, "texts.uk", is(conversation.ProblemOpenPlaceholder)},
		"a strange file":           {price, func(r *Rule) { r.FileIDs = []string{"../x"} }, "file_ids[0]", is(conversation.ProblemNotFile, "value", "../x")},
		"too many files":           {price, func(r *Rule) { r.FileIDs = make([]string, 11) }, "file_ids", is(conversation.ProblemTooMany, "count", "11", "most", "10")},
		"a tag with a comma":       {price, func(r *Rule) { r.Actions.Tags = []string{"a,b"} }, "actions.tags[0]", is(conversation.ProblemNotTag, "value", "a,b")},
		"too many tags":            {price, func(r *Rule) { r.Actions.Tags = make([]string, 21) }, "actions.tags", is(conversation.ProblemTooMany, "count", "21", "most", "20")},
		"an assignee with @":       {price, func(r *Rule) { r.Actions.Assign = "@olha" }, "actions.assign", is(conversation.ProblemNotUsername, "value", "@olha")},
		"a strange flow":           {price, func(r *Rule) { r.Actions.Flow = "a/b" }, "actions.flow", is(conversation.ProblemNotFlow, "value", "a/b")},
		"a flow of away":           {rule("a", OnAway, nil), func(r *Rule) { r.Actions.Flow = "parcel" }, "actions.flow", is(conversation.ProblemFlowAddsText)},
		"a flow of no answer":      {rule("n", OnNoAnswer, nil), func(r *Rule) { r.Actions.Flow = "parcel" }, "actions.flow", is(conversation.ProblemFlowAddsText)},
		"a flow of /human":         {onCommand("c", "/human"), func(r *Rule) { r.Actions.Flow = "parcel" }, "actions.flow", is(conversation.ProblemFlowCallsPerson, "command", "/human")},
		"an empty row":             {price, func(r *Rule) { r.Buttons = [][]flow.Button{{}} }, "buttons[0]", is(conversation.ProblemMissing)},
		"a button without words":   {price, button(func(b *flow.Button) { b.Label = nil }), "buttons[0][0].label", is(conversation.ProblemMissing)},
		"a label too long":         {price, button(func(b *flow.Button) { b.Label["uk"] = strings.Repeat("я", 251) }), "buttons[0][0].label.uk", is(conversation.ProblemTooLong, "count", "251", "most", "250")},
		"a label of two lines":     {price, button(func(b *flow.Button) { b.Label["uk"] = "a\nb" }), "buttons[0][0].label.uk", is(conversation.ProblemSeveralLines)},
		"a label with a name":      {price, button(func(b *flow.Button) { b.Label["uk"] = "{{bot.name}}" }), "buttons[0][0].label.uk", is(conversation.ProblemNoPlaceholder)},
		"an unknown button":        {price, button(func(b *flow.Button) { b.Do = "dance" }), "buttons[0][0].do", is(conversation.ProblemNotOneOf, "value", "dance", "allowed", "go, handover, location, menu, phone, url")},
		"a button back":            {price, button(func(b *flow.Button) { b.Do = flow.DoBack }), "buttons[0][0].do", is(conversation.ProblemNotOneOf, "value", "back", "allowed", "go, handover, location, menu, phone, url")},
		"a button that closes":     {price, button(func(b *flow.Button) { b.Do = flow.DoClose }), "buttons[0][0].do", is(conversation.ProblemNotOneOf, "value", "close", "allowed", "go, handover, location, menu, phone, url")},
		"a button to nowhere":      {price, button(func(b *flow.Button) { b.Do = flow.DoGo }), "buttons[0][0].value", is(conversation.ProblemNotFlowStep, "value", "")},
		"a button to two steps":    {price, button(func(b *flow.Button) { b.Do, b.Value = flow.DoPhone, "a/b/c" }), "buttons[0][0].value", is(conversation.ProblemNotFlowStep, "value", "a/b/c")},
		"a needless value":         {price, button(func(b *flow.Button) { b.Value = "x" }), "buttons[0][0].value", is(conversation.ProblemNeedlessValue, "value", "x")},
		"no address":               {price, button(func(b *flow.Button) { b.Do = flow.DoURL }), "buttons[0][0].value", is(conversation.ProblemNotLink, "value", "", "most", "2000")},
		"an address that is code":  {price, button(func(b *flow.Button) { b.Do, b.Value = flow.DoURL, "javascript:alert(1)" }), "buttons[0][0].value", is(conversation.ProblemNotLink, "value", "javascript:alert(1)", "most", "2000")},
		"an address of a customer": {price, button(func(b *flow.Button) { b.Do, b.Value = flow.DoURL, "https://x.ua/{{field.a}}" }), "buttons[0][0].value", is(conversation.ProblemNotLink, "value", "https://x.ua/{{field.a}}", "most", "2000")},
		"buttons under nothing": {price, func(r *Rule) {
			button(func(*flow.Button) {})(r)
			r.Texts, r.FileIDs = nil, []string{"abcdefghijklmnopqrstuvwxyz"}
		}, "texts", is(conversation.ProblemNoTextForButtons)},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.rule
			r.Texts = texts("так", "yes")
			if c.change != nil {
				c.change(&r)
			}
			problems := ValidateRules([]Rule{rule("before", Fallback, nil), r})
			require.NotEmpty(t, problems)
			require.Equal(t, c.want.At("rules[1]."+c.field), problems[0])
			_, compiled := Compile(Setup{Rules: []Rule{rule("before", Fallback, nil), r}})
			require.Subset(t, compiled, problems, "stored ones are reported as well")
		})
	}
}

func TestIdsAreUniqueAndRulesAreNotTooMany(t *testing.T) {
	twice := []Rule{keyword("a", "x"), keyword("a", "y")}
	require.Equal(t, Problems{conversation.Wrong("rules[1].id", conversation.ProblemTwice, "value", "a")}, ValidateRules(twice))
	var many []Rule
	for i := range maxRules + 1 {
		many = append(many, keyword(fmt.Sprint(i), "x"))
	}
	require.Equal(t, Problems{conversation.Wrong("rules", conversation.ProblemTooMany, "count", "1001", "most", "1000")}, ValidateRules(many))
	require.Empty(t, ValidateRules(many[1:]))
	require.Empty(t, ValidateRules(nil))
}

func TestAWrongRuleIsReportedAndTheOthersAnswer(t *testing.T) {
	broken := rule("broken", OnKeyword, func(r *Rule) { r.Trigger.Match, r.Trigger.Phrases, r.Priority = Regex, []string{"("}, 900 })
	empty := keyword("empty", "")
	unknown := rule("unknown", "mood", nil)
	a, problems := Compile(Setup{
		Rules: []Rule{broken, empty, unknown, keyword("price", "ціна")},
		Hours: hours.Hours{Zone: "Mars/Base"},
		Words: ourWords(t),
	})
	var fields []string
	for _, p := range problems {
		fields = append(fields, p.Field)
	}
	require.Equal(t, []string{"hours.zone", "rules[0].trigger.phrases[0]", "rules[1].trigger.phrases[0]", "rules[2].trigger.kind"}, fields)
	d := a.Evaluate(Facts{Mode: conversation.BotMode, Kind: messenger.Private}, Memory{}, Event{Kind: Wrote, Text: "ціна"}, at(t, 10, "10:00"))
	require.Equal(t, []string{"price"}, d.Rules)
	require.Equal(t, map[string]Reason{"broken": ReasonOff, "empty": ReasonOff, "unknown": ReasonOff}, reasons(d))
}

func TestFlowsThatGetInEachOthersWayAreReported(t *testing.T) {
	a, problems := Compile(Setup{Flows: []Published{
		{parsed(t, parcelFlow), 3},
		{parsed(t, "flow: other\nstart: a\ntrigger: {commands: [/other, /menu]}\nsteps: {a: {text: {uk: А}}}"), 1},
		{parsed(t, parcelFlow), 4},
	}})
	require.Equal(t, Problems{
		conversation.Wrong("flows.other.trigger.commands[1]", conversation.ProblemFlowCommandTaken, "command", "/menu", "flow", "parcel"),
		conversation.Wrong("flows.parcel", conversation.ProblemTwice, "value", "parcel"),
	}, problems)
	d := a.Evaluate(Facts{Kind: messenger.Private}, Memory{}, Event{Kind: Wrote, Text: "/menu"}, at(t, 10, "10:00"))
	require.Equal(t, "parcel/main", d.Flow)
	require.Equal(t, 3, d.Memory.Position.Version)
}

func TestExpressionsMayNotTakeMoreThanTheirTime(t *testing.T) {
	regexes := func(count, longest int, pattern string) []Rule {
		rules := []Rule{keyword("words", "ціна")}
		for i := range count {
			r := keyword(fmt.Sprintf("r%d", i), pattern)
			r.Trigger.Match, r.Trigger.MaxLength = Regex, longest
			rules = append(rules, r)
		}
		return rules
	}
	require.Empty(t, ValidateRules(regexes(100, 0, `\d+`)))
	require.Equal(t, Problems{conversation.Wrong("rules", conversation.ProblemTooManyExpressions, "most", "100")},
		ValidateRules(regexes(101, 0, `\d+`)))
	require.Equal(t, Problems{conversation.Wrong("rules", conversation.ProblemSlowExpressions, "percent", "345")},
		ValidateRules(regexes(90, 0, `(?i)(де|коли|скільки).{0,20}(посилка|замовлення)x`)))
	require.NotEmpty(t, ValidateRules(regexes(20, 4096, `ціна`)), "long messages take long")
	off := regexes(101, 0, `\d+`)
	off[3].Enabled = false
	require.Empty(t, ValidateRules(off), "what is off costs nothing")
	many := keyword("many")
	many.Trigger.Match, many.Trigger.Phrases = Regex, slices.Repeat([]string{`\d`}, 100)
	require.Empty(t, ValidateRules([]Rule{many}))
	require.NotEmpty(t, ValidateRules(append(regexes(1, 0, "a"), many)), "each phrase is one")
}
