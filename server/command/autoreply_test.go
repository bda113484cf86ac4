// Commands about rules, and the simulator.

package command

import (
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func TestRulesAreListedInWords(t *testing.T) {
	w := newWorld(t)
	w.scripts.rules[1].When = autoreply.WhenClosed
	require.Equal(t, strings.Join([]string{
		"**Rules of `My shop`**",
		"- 🟢 `Ціни` (`r1`): the message contains `ціна`, `кошту*` · answers: 7",
		"- ⚪ `Away` (`r2`): nobody is there by the business hours, outside business hours only · answers: 0",
	}, "\n"), w.enter(member, "", "/msgbot autoreply list"))
	w.scripts.rules = nil
	require.Contains(t, w.enter(member, "", "/msgbot autoreply list My shop"), "`My shop` has no rules yet.")
}

func TestEveryTriggerIsSaidInWords(t *testing.T) {
	hour := conversation.Duration(time.Hour)
	for _, c := range []struct {
		trigger autoreply.Trigger
		en, uk  string
	}{
		{autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Equals, Phrases: []string{"a`b"}}, "the message is `a'b`", "повідомлення збігається з `a'b`"},
		{autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Starts, Phrases: []string{"hi"}}, "the message begins with `hi`", "повідомлення починається з `hi`"},
		{autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Regex, Phrases: []string{"1", "2", "3", "4", "5", "6", "7"}}, "the message matches `1`, `2`, `3`, `4`, `5`, `6`, …", "повідомлення відповідає виразу `1`, `2`, `3`, `4`, `5`, `6`, …"},
		{autoreply.Trigger{Kind: autoreply.OnCommand, Commands: []string{"/a", "/b"}}, "the command `/a`, `/b`", "команда `/a`, `/b`"},
		{autoreply.Trigger{Kind: autoreply.OnCommand, Commands: []string{"/a"}, Payload: "x"}, "the command `/a`, and the link with `x`", "команда `/a` разом із посиланням із `x`"},
		{autoreply.Trigger{Kind: autoreply.OnCommand, Payload: "x"}, "the link with `x`", "посилання з `x`"},
		{autoreply.Trigger{Kind: autoreply.OnFirst}, "the customer writes for the first time", "клієнт пише вперше"},
		{autoreply.Trigger{Kind: autoreply.OnFirst, AgainAfter: 720 * hour}, "the customer writes for the first time, or again after 30 d", "клієнт пише вперше або після перерви 30 д"},
		{autoreply.Trigger{Kind: autoreply.OnAway, Every: 12 * hour}, "nobody is there by the business hours, at most once in 12 h", "за робочими годинами нікого немає, не частіше ніж раз на 12 год"},
		{autoreply.Trigger{Kind: autoreply.OnNoAnswer, After: hour / 6}, "nobody has answered within 10 min of business hours", "ніхто не відповів протягом 10 хв робочого часу"},
		{autoreply.Trigger{Kind: autoreply.Fallback}, "nothing else has answered", "більше ніщо не відповіло"},
	} {
		w := newWorld(t)
		for lang, want := range map[string]string{"en": c.en, "uk": c.uk} {
			texts := api.Texts(func(key string, args map[string]string) string { return w.T(lang, key, args) })
			require.Equal(t, want, api.TriggerWords(texts, c.trigger))
		}
	}
}

func TestALongListIsCutAndCounted(t *testing.T) {
	w := newWorld(t)
	for range 400 {
		w.scripts.rules = append(w.scripts.rules, w.scripts.rules[0])
	}
	answer := w.enter(member, "", "/msgbot autoreply list")
	require.Less(t, len([]rune(answer)), maxAnswer+100)
	require.Regexp(t, `\n… and \d+ more lines$`, answer)
}

func TestRulesAreNamedByIdOrName(t *testing.T) {
	for line, want := range map[string][]string{
		"/msgbot autoreply on r2":         {"edit rule r2 of tg1: enabled true"},
		"/msgbot autoreply off ЦІНИ":      {"edit rule r1 of tg1: enabled false"},
		`/msgbot autoreply remove "Away"`: {"remove rule r2 of tg1"},
	} {
		w := newWorld(t)
		answer := w.enter(channelAdmin, "", line)
		require.NotContains(t, answer, "Usage", line)
		require.Equal(t, want, w.calls, line)
	}
	w := newWorld(t)
	w.scripts.rules[1].Name = "ціни"
	require.Equal(t, "`Ціни` may be any of these rules: `r1`, `r2`.\nUsage: `/msgbot autoreply on <rule>`", w.enter(channelAdmin, "", "/msgbot autoreply on Ціни"))
	require.Equal(t, "`Ціни` (`r1`) is on.", w.enter(channelAdmin, "", "/msgbot autoreply on r1"), "an id stands for its rule alone")

	w = newWorld(t)
	w.scripts.others = []autoreply.Rule{{ID: "v1", Name: "Ціни"}}
	w.enter(sysadmin, "", "/msgbot autoreply off Ціни")
	w.enterIn("chan-b", sysadmin, "/msgbot autoreply off Ціни")
	w.enterIn("chan-b", sysadmin, "/msgbot autoreply off Away")
	require.Equal(t, []string{"edit rule r1 of tg1: enabled false", "edit rule v1 of vb1: enabled false", "edit rule r2 of tg1: enabled false"}, w.calls,
		"a name is looked for in this channel first")
}

func TestWrongInputAboutAutomaticAnswersNamesWhatIsWrong(t *testing.T) {
	for line, want := range map[string]string{
		"/msgbot autoreply add":                     "Which kind of rule?\nUsage: `/msgbot autoreply add [bot] first|away|keyword|command|noanswer|fallback`",
		"/msgbot autoreply add greeting":            "`greeting` is not a kind of rule.\nUsage",
		"/msgbot autoreply add first nobot":         "There is no bot `nobot`",
		"/msgbot autoreply edit":                    "Which rule?",
		"/msgbot autoreply edit r9":                 "There is no rule `r9` that you can see.",
		"/msgbot autoreply test":                    "The text is missing.",
		"/msgbot hours set":                         "The hours are missing: `Mon-Fri 09:00-18:00; Sat 10:00-14:00`",
		"/msgbot hours set Funday 9-18":             "`Funday` is not a day of the week.",
		"/msgbot hours set Mon 9-18 Kyiv":           "`Kyiv` is not a time zone. Did you mean `Europe/Kyiv`?\nUsage: `/msgbot hours set [bot]",
		"/msgbot hours set Mon 9-18 Europe/Kiyv":    "Did you mean `Europe/Kyiv`?",
		"/msgbot hours set Mon 9-18 nowhere":        "`nowhere` is not a time zone. Write it as `Europe/Kyiv`.",
		"/msgbot hours set Mon 9-18 Local":          "`Local` is not a time zone.",
		"/msgbot hours close-until":                 "The time is missing:",
		"/msgbot hours open-until soon":             "`soon` is not a time.",
		"/msgbot hours open-until 2020-01-01 9:00":  "`2020-01-01 9:00` is over already.",
		"/msgbot holiday add":                       "The date is missing:",
		"/msgbot holiday add 31.02 x":               "`31.02` is not a date.",
		"/msgbot holiday add 25.12 9-8-7 x":         "`9-8-7` is not an interval.",
		"/msgbot holiday add 24.12.2025 Christmas":  "`24.12.2025` is over already.",
		"/msgbot holiday add 22.11.2026":            "`22.11.2026` is over already.",
		"/msgbot holiday add 31.12 a 9-13 b":        "the hours stand right behind the date or at the end",
		"/msgbot holiday add 31.12 Short, until 13": "the hours stand right behind the date or at the end",
		"/msgbot holiday add 31.12 9-13 a 14-18":    "the hours stand right behind the date or at the end",
		"/msgbot holiday remove 26.12":              "The date `26.12` is not in the list.",
		"/msgbot holiday remove never":              "`never` is not a date.",
		"/msgbot holiday country":                   "Which country?",
		"/msgbot holiday country xx":                "There is no list of holidays for `xx`. There are: ar, at,",
		"/msgbot menu button":                       "The path is missing:",
		"/msgbot menu button one Label text":        "`one` is not a path.",
		"/msgbot menu button 1.0 Label text":        "`1.0` is not a path.",
		"/msgbot menu button 1 Label":               "Label and text are missing.",
		"/msgbot menu button 1.1.1.1.1.1 Label x":   "A menu has at most 5 levels.",
		"/msgbot menu button 2 Label text":          "The next free path there is `1`.",
		"/msgbot menu button 1.1 Label text":        "There is no button `1`.",
		"/msgbot menu remove 1":                     "`My shop` has no menu yet.",
		"/msgbot flow show":                         "Which flow?",
		"/msgbot flow show parcel":                  "This bot has no flow `parcel`. There are: `shop`.",
		"/msgbot flow import nothing":               "`nothing` is nothing to import.",
		"/msgbot flow import example:zoo":           "There is no example `zoo`. There are: `hello`.",
	} {
		w := newWorld(t)
		answer := w.enter(sysadmin, "", line)
		require.Contains(t, answer, want, line)
		require.Contains(t, answer, "Usage: `/msgbot ", line)
		require.Empty(t, w.calls, line)
		require.Empty(t, w.dialogs, line)
	}
}

func TestABotMayStandBeforeOrBeLeftOut(t *testing.T) {
	for _, line := range []string{
		"/msgbot holiday add 25.12", `/msgbot holiday add "My shop" 25.12`, "/msgbot holiday add @shop_bot 25.12", "/msgbot holiday add tg1 25.12",
	} {
		w := newWorld(t)
		require.Contains(t, w.enter(channelAdmin, "", line), "Saved.", line)
		require.Equal(t, []string{"put hours of tg1 at 4"}, w.calls, line)
	}
	w := newWorld(t)
	require.Contains(t, w.enter(member, "", `/msgbot flow show "My shop" shop`), "**`shop`**")
	require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot hours show"), "Which bot? There are:", "two bots are there")
	require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot hours show vb2"), "Business hours of `viber`")
	require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot flow show viber shop"), "`viber` may be any of these bots")
}

func TestAddAndEditOpenTheFormOfARule(t *testing.T) {
	w := newWorld(t)
	require.Empty(t, w.enter(channelAdmin, "", "/msgbot autoreply add Keyword"))
	require.Empty(t, w.enter(channelAdmin, "", "/msgbot autoreply edit r1"))
	require.Len(t, w.dialogs, 2)
	require.Equal(t, "/plugins/msgbot/api/v1/dialogs/rule-add", w.dialogs[0].URL)
	require.Equal(t, "tg1 keyword", w.dialogs[0].Dialog.State)
	require.Equal(t, "/plugins/msgbot/api/v1/dialogs/rule-edit", w.dialogs[1].URL)
	require.Equal(t, "tg1 r1", w.dialogs[1].Dialog.State)
}

func TestTheBotOfANewRuleStandsBeforeOrBehindItsKind(t *testing.T) {
	for _, words := range []string{"vb1 first", "first vb1", `"vb1" FIRST`, `first "vb1"`} {
		w := newWorld(t)
		require.Empty(t, w.enterIn("chan-b", sysadmin, "/msgbot autoreply add "+words), words)
		require.Equal(t, "vb1 first", w.dialogs[0].Dialog.State, words)
	}
	w := newWorld(t)
	w.enterIn("chan-b", sysadmin, "/msgbot autoreply add My shop keyword")
	require.Equal(t, "tg1 keyword", w.dialogs[0].Dialog.State)
	w.bots[0].Name = "first"
	w.enterIn("chan-b", sysadmin, "/msgbot autoreply add first first")
	require.Equal(t, "tg1 first", w.dialogs[1].Dialog.State)
}

// In chan-b two bots are at home; their names are the same, so that their ids stand for them.
func TestCommandsInAnswersCanBeCopied(t *testing.T) {
	w := newWorld(t)
	for line, want := range map[string]string{
		"autoreply list vb1":       "`/msgbot autoreply add vb1 first`",
		"autoreply edit":           "See `/msgbot autoreply list vb1`, `/msgbot autoreply list vb2`.",
		"autoreply edit nothing":   "See `/msgbot autoreply list vb1`, `/msgbot autoreply list vb2`.",
		"flow list vb1":            "`/msgbot flow import vb1 example:shop`",
		"flow show vb1":            "`/msgbot flow list vb1`",
		"flow show vb1 x":          "`/msgbot flow import vb1 example:shop`",
		"menu show vb1":            "`/msgbot menu button vb1 1 \"Our prices\" Delivery is 70 UAH.`",
		"menu button vb1 1.1 x":    "`/msgbot menu button vb1 1.1 \"Our prices\" Delivery is 70 UAH.`",
		"hours set vb1 Mon 9-18":   "`/msgbot hours set vb1 Mon-Fri 09:00-18:00 Europe/Kyiv`",
		"hours show tg1":           "`/msgbot holiday list \"My shop\"`",
		"hours close-until tg1 2h": "`/msgbot hours normal \"My shop\"`",
	} {
		require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot "+line), want, line)
	}
	require.Contains(t, w.enter("nobody", "", "/msgbot hours show"), "There is no bot here that you can see.")
	require.NotContains(t, w.enter("nobody", "", "/msgbot flow list x"), "–")
}

func TestTheSimulatorSaysWhoAnswersAndWhyOthersDoNot(t *testing.T) {
	w := newWorld(t)
	w.host.firstName = "Іване"
	w.scripts.outcome = answers.Outcome{
		Fired: &answers.Fired{
			Rules: []string{"r1", "r2"}, Text: "100\n**грн**, Іване", Language: "uk", Buttons: []string{"Поговорити з людиною", "a`b"},
		},
		Considered: []autoreply.Considered{
			{Rule: "r2", Reason: autoreply.ReasonOutranked}, {Rule: "gone", Reason: autoreply.ReasonTooLong},
		},
	}
	require.Equal(t, strings.Join([]string{
		"`My shop` would answer a customer who writes for the first time by the rule `Ціни` (`r1`) + the rule `Away` (`r2`):",
		"> 100", "> **грн**, Іване", "> ", "> `Поговорити з людиною` `a'b`", "", "Language: `uk`. Nothing was sent.",
		"Your own name, `Іване`, stands for the customer's.", "", "These rules stay silent:",
		"- `Away` (`r2`): another, more important one answers", "- `gone`: the message is too long for it",
	}, "\n"), w.enter(member, "", "/msgbot autoreply test яка   ціна?"))
	require.Equal(t, answers.Trial{Text: "яка   ціна?", FirstName: "Іване"}, w.scripts.trial)

	w.scripts.outcome = answers.Outcome{Fired: &answers.Fired{Flow: "shop/main"}}
	require.Equal(t, "`My shop` would answer the customer of this thread by the flow `shop/main`:\n"+
		"The text depends on what your service answers; the simulator does not ask it.", w.enter(member, "root2", "/msgbot autoreply test x"))
	require.Equal(t, "conv1", w.scripts.trial.Conversation.ID)
	require.Empty(t, w.scripts.trial.FirstName, "he has a name")

	w.scripts.outcome = answers.Outcome{Fired: &answers.Fired{Text: "Зачекайте", Language: "uk"}}
	require.Contains(t, w.enter(member, "", "/msgbot autoreply test /human"), " by handover to a person:\n> Зачекайте\n\nLanguage")

	w.scripts.outcome = answers.Outcome{}
	require.Contains(t, w.enter(member, "root9", "/msgbot autoreply test x"), "would say nothing to a customer who writes for the first time: no rule and no flow is for this.")
	require.Empty(t, w.calls)
	require.Empty(t, w.audits)
}

func TestTheTextOfATrialAndItsBot(t *testing.T) {
	for line, want := range map[string]string{
		`/msgbot autoreply test ціна Viber`:     "ціна Viber", // the channel has one bot: all is text
		`/msgbot autoreply test "яка ціна" tg1`: "яка ціна",
		`/msgbot autoreply test "яка ціна"`:     "яка ціна",
		`/msgbot autoreply test «яка ціна» є`:   "«яка ціна» є",
		`/msgbot autoreply test "a" "My shop"`:  "a",
		`/msgbot autoreply test "My shop" a b`:  "a b",
		`/msgbot autoreply test "tg1" "a  b"`:   "a  b",
		`/msgbot autoreply test tg1 a b`:        "tg1 a b", // without quotes it is all text here
		`/msgbot autoreply test "My shop"`:      "My shop",
	} {
		w := newWorld(t)
		require.Contains(t, w.enter(member, "", line), "`My shop` would", line)
		require.Equal(t, want, w.scripts.trial.Text, line)
	}
	w := newWorld(t)
	require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot autoreply test яка ціна vb1"), "`Viber` would")
	require.Equal(t, "яка ціна", w.scripts.trial.Text)
	require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot autoreply test vb1 яка ціна?"), "`Viber` would")
	require.Equal(t, "яка ціна?", w.scripts.trial.Text)
	require.Contains(t, w.enterIn("chan-b", sysadmin, "/msgbot autoreply test яка ціна"), "Which bot?")
}

func TestEveryReasonAndSilenceHasWords(t *testing.T) {
	w := newWorld(t)
	for _, reason := range []autoreply.Reason{
		autoreply.ReasonOff, autoreply.ReasonTrigger, autoreply.ReasonSchedule, autoreply.ReasonCooldown, autoreply.ReasonMode,
		autoreply.ReasonTooLong, autoreply.ReasonOutranked,
	} {
		require.NotEmpty(t, w.T("uk", "command.reason."+string(reason), nil))
	}
	for _, silence := range []string{
		autoreply.SilenceBlocked, autoreply.SilenceFlooding, autoreply.SilenceBusiness, autoreply.SilenceGroup, autoreply.SilenceOld,
		autoreply.SilenceLate, autoreply.SilenceHuman, autoreply.SilenceButton, autoreply.SilenceLimit, autoreply.SilenceNothing,
		autoreply.SilenceService, autoreply.SilenceStale,
	} {
		require.NotEmpty(t, w.T("uk", "command.silence."+silence, nil))
	}
}

func TestChangesOfAutomaticAnswersAreAuditedByIds(t *testing.T) {
	w := newWorld(t)
	w.enter(channelAdmin, "", "/msgbot autoreply off r1")
	w.enter(channelAdmin, "", "/msgbot flow off shop")
	w.enter(channelAdmin, "", "/msgbot hours normal")
	w.enter(member, "", "/msgbot autoreply remove r1")
	w.enter(channelAdmin, "", "/msgbot autoreply test secret words")
	require.Equal(t, []api.Audit{
		{UserID: channelAdmin, Action: "/msgbot autoreply off", Target: "r1", Status: 200},
		{UserID: channelAdmin, Action: "/msgbot flow off", Target: "shop", Status: 200},
		{UserID: channelAdmin, Action: "/msgbot hours normal", Target: "tg1", Status: 200},
		{UserID: member, Action: "/msgbot autoreply remove", Target: "r1", Status: 403},
	}, w.audits)
}

func TestWhatTheServiceRefusesIsSaid(t *testing.T) {
	for err, want := range map[error]string{
		answers.ErrChanged:      "Somebody else has changed",
		answers.ErrNotFound:     "There is no such thing here",
		answers.ErrSysadminOnly: "may be saved and published by system admins only",
		conversation.Wrong("trigger.phrases[0]", conversation.ProblemNoWords, "value", "*_ @all"): "trigger.phrases[0]: “\\*_ @\u2060all” has no letter",
		errors.New("pq: down"): "Something failed; the server log says what.",
	} {
		w := newWorld(t)
		w.scripts.err = err
		require.Contains(t, w.enter(sysadmin, "", "/msgbot flow import example:hello"), want)
		require.Contains(t, w.enter(sysadmin, "", "/msgbot hours normal"), want)
	}
}
