package autoreply

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func TestACustomerWalksAFlow(t *testing.T) {
	s := newScene(t, withParcel(t))
	d := s.starts("")
	require.Equal(t, "Вітаю, Оля!", d.Text)
	require.Equal(t, "parcel/main", d.Flow)
	require.Equal(t, messenger.Button{Label: "Де посилка", Data: "g:parcel:track"}, d.Buttons[0][0])
	require.True(t, d.Buttons[2][0].AsksPhone)
	require.Equal(t, 3, d.Memory.Position.Version)
	require.True(t, d.Answered)

	d = s.presses("g:parcel:track")
	require.Equal(t, "Номер?", d.Text)
	require.True(t, d.RemoveKeyboard && d.Answered)
	require.Equal(t, "4 цифри", s.writes("12").Text)

	d = s.writes("1234")
	require.Empty(t, d.Text)
	require.Empty(t, d.Silence)
	require.True(t, d.Answered, "the flow has it in hand")
	require.Equal(t, "https://api.example.ua/p/1234", d.Call.URL)

	d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{Values: map[string]string{"status": "*в дорозі*"}, Of: d.Call.Of}})
	require.Equal(t, `Статус: \*в дорозі\*`, d.Text, "values are no Markdown")
	require.Nil(t, d.Memory.Position)
	require.Equal(t, map[string]string{"parcel": "1234"}, d.Memory.Fields)
	require.Equal(t, SilenceStale, s.happens(Event{Kind: Answered, Answer: &flow.Answer{}}).Silence, "nobody asked")
}

func TestAwayStandsUnderTheAnswerOfAServiceAndOfAButton(t *testing.T) {
	setup := withParcel(t, rule("away", OnAway, func(r *Rule) { r.Trigger.Every = minutes(1) }))
	setup.Hours = kyivHours
	s := newScene(t, setup)
	s.now = at(t, 10, "20:00")
	require.Equal(t, "Вітаю, Оля!\n\naway укр", s.starts("").Text)
	s.wait(time.Minute)
	require.Equal(t, "Номер?\n\naway укр", s.presses("g:parcel:track").Text)
	s.wait(time.Minute)
	d := s.writes("1234")
	require.Empty(t, d.Text, "nothing is said before a call")
	require.Equal(t, "Статус: ok\n\naway укр",
		s.happens(Event{Kind: Answered, Answer: &flow.Answer{Values: map[string]string{"status": "ok"}}}).Text)
}

func TestWhatAMenuDoesNotUnderstandKeywordsMay(t *testing.T) {
	s := newScene(t, withParcel(t, fullSet()...))
	s.starts("")
	position := s.memory.Position
	d := s.writes("Скільки коштує доставка?")
	require.Equal(t, []string{"price"}, d.Rules)
	require.Equal(t, position, d.Memory.Position, "the menu still waits")
	require.True(t, d.Answered)

	d = s.writes("У мене зламався замок")
	require.Equal(t, "parcel/main", d.Flow)
	require.Equal(t, "Вибачте, не вдалося вас зрозуміти.\n\nВітаю, Оля!", d.Text, "the menu once more, and no fallback")
	require.Equal(t, "uk", d.Language)
	require.Equal(t, ReasonOutranked, reasons(d)["fallback"])
	require.False(t, d.Answered, "that is no answer to him: somebody has to look")
	require.False(t, d.NoAnswerAt.IsZero())
	require.Equal(t, "Від 40 грн\n\nВітаю, Оля!", s.writes("ціни").Text, "the words of a button are the button")
}

func TestAStickerMeansNoButtonButIsAWrongInput(t *testing.T) {
	s := newScene(t, withParcel(t, fullSet()...))
	s.starts("")
	d := s.writes("")
	require.Equal(t, SilenceNothing, d.Silence)
	require.Equal(t, "main", d.Memory.Position.Step)
	s.presses("g:parcel:track")
	require.Equal(t, "4 цифри", s.writes("").Text)
}

func TestTwoWrongInputsCallAPersonWhoIsAnnounced(t *testing.T) {
	s := newScene(t, withParcel(t))
	s.starts("")
	s.presses("g:parcel:track")
	s.writes("x")
	d := s.writes("y")
	require.True(t, d.Handover)
	require.False(t, d.Answered, "he waits for a person")
	require.Equal(t, "4 цифри\n\nДалі вам відповідатиме людина. Зачекайте, будь ласка.", d.Text)
	require.Equal(t, "parcel/track", d.Flow)
	require.Nil(t, d.Memory.Position)
	require.True(t, d.RemoveKeyboard)
}

func TestAFlowThatTellsOfThePersonNeedsNoWordsOfOurs(t *testing.T) {
	s := newScene(t, withParcel(t))
	s.starts("")
	s.presses("g:parcel:track")
	s.writes("1234")
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{Failed: true}})
	require.True(t, d.Handover)
	require.Equal(t, "Кличемо людину", d.Text)
	require.Equal(t, "parcel/sorry", d.Flow, "who answered is the step whose words these are, also where the flow ends")
}

func TestCommandsAreNoInputOfAFlow(t *testing.T) {
	for text, want := range map[string]string{
		"/start": "parcel/main", "/menu": "parcel/main", "/delivery": "", "/human": "", "/unknown": "parcel/track", "/side": "side/only",
	} {
		setup := withParcel(t, fullSet()...)
		side := parsed(t, "flow: side\nstart: only\ntrigger: {commands: [/side]}\nsteps: {only: {text: {uk: Збоку}}}")
		setup.Flows = append(setup.Flows, Published{side, 1})
		s := newScene(t, setup)
		s.starts("")
		s.presses("g:parcel:track")
		d := s.writes(text)
		require.Equal(t, want, d.Flow, text)
		require.NotEmpty(t, d.Text, text)
	}
}

func TestAPersonCanAlwaysBeCalled(t *testing.T) {
	own := onCommand("human", "/human")
	own.Cooldown = minutes(60)
	for name, c := range map[string]struct {
		rules []Rule
		text  string
	}{
		"by the command every bot has":    {nil, "Далі вам відповідатиме людина. Зачекайте, будь ласка."},
		"in the words of a rule, once":    {[]Rule{own}, "human укр"},
		"whatever keywords say, with @":   {[]Rule{keyword("k", "human")}, "Далі вам відповідатиме людина. Зачекайте, будь ласка."},
		"whatever the fallback says then": {[]Rule{rule("f", Fallback, nil)}, "Далі вам відповідатиме людина. Зачекайте, будь ласка."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, withParcel(t, c.rules...))
			s.starts("")
			d := s.writes("/human@our_bot")
			require.Equal(t, c.text, d.Text)
			require.True(t, d.Handover && d.RemoveKeyboard)
			require.Nil(t, d.Memory.Position)
			s.facts.Mode = conversation.BotMode
			d = s.writes("/human")
			require.Equal(t, "Далі вам відповідатиме людина. Зачекайте, будь ласка.", d.Text)
			require.True(t, d.Handover)
		})
	}
}

func TestOurOwnWordsAreInTheCustomersLanguageThenTheBots(t *testing.T) {
	for customers, want := range map[string]string{
		"en-US": "A person will answer you from here on. Please wait a little.",
		"uk":    "Далі вам відповідатиме людина. Зачекайте, будь ласка.",
		"de":    "Далі вам відповідатиме людина. Зачекайте, будь ласка.",
	} {
		s := newScene(t, Setup{Language: "uk"})
		s.facts.Language = customers
		require.Equal(t, want, s.writes("/human").Text, customers)
	}
}

func TestTheLanguagesOfOurOwnWordsAreThoseInAssets(t *testing.T) {
	words := ourWords(t)
	for language := range spoken {
		for _, key := range []string{"auto.handover", "auto.human_answers", "auto.button_gone", "auto.person", "auto.limit", "auto.not_understood"} {
			require.NotEmpty(t, words(language, key, nil))
		}
	}
}

func TestADeepLinkAnswersByItsPayload(t *testing.T) {
	promo, other := onCommand("promo", "/start"), onCommand("other", "/start")
	promo.Trigger.Payload = "promo_1"
	link := rule("link", OnCommand, func(r *Rule) { r.Trigger.Payload = "link" })
	s := newScene(t, withParcel(t, promo, link))
	require.Equal(t, []string{"promo"}, s.starts("promo_1").Rules)
	require.Equal(t, []string{"link"}, s.starts("link").Rules)
	require.Equal(t, "parcel/main", s.starts("unknown").Flow)
	require.Equal(t, []string{"promo"}, s.writes("/start promo_1").Rules, "as it comes from Business chats")

	s = newScene(t, withParcel(t, other, promo))
	require.Equal(t, []string{"promo"}, s.starts("promo_1").Rules, "its own link before any")
	d := s.starts("")
	require.Equal(t, []string{"other"}, d.Rules, "a rule before a flow")
	require.Empty(t, d.Flow)
}

func TestTheMenuOfABotWithoutOneIsWhatStartShows(t *testing.T) {
	yaml := strings.ReplaceAll(parcelFlow, "[/start, /menu]", "[/start]")
	s := newScene(t, Setup{Flows: []Published{{parsed(t, yaml), 1}}})
	require.Equal(t, "parcel/main", s.writes("/menu").Flow)
	s = newScene(t, Setup{Rules: []Rule{rule("fallback", Fallback, nil)}})
	require.Equal(t, []string{"fallback"}, s.writes("/menu").Rules)
}

func TestAFlowEndsWhenTheCustomerIsIdle(t *testing.T) {
	s := newScene(t, withParcel(t, fullSet()...))
	s.starts("")
	s.presses("g:parcel:track")
	s.wait(time.Hour)
	require.Equal(t, "4 цифри", s.writes("5").Text)
	s.wait(time.Hour + time.Second)
	d := s.writes("5")
	require.Nil(t, d.Memory.Position)
	require.Equal(t, []string{"fallback"}, d.Rules)
}

func TestACustomerStaysOnTheVersionHeBegan(t *testing.T) {
	former := parsed(t, strings.ReplaceAll(parcelFlow, "Номер?", "Старий номер?"))
	s := newScene(t, withParcel(t))
	_, _, needed := s.arbiter.NeedsFormer(s.memory)
	require.False(t, needed)
	s.starts("")
	_, _, needed = s.arbiter.NeedsFormer(s.memory)
	require.False(t, needed, "it is the published one")
	s.memory.Position = &flow.Position{Flow: "parcel", Version: 2, Step: "main", At: s.now}
	name, version, needed := s.arbiter.NeedsFormer(s.memory)
	require.True(t, needed)
	require.Equal(t, "parcel/2", fmt.Sprintf("%s/%d", name, version))
	s.facts.Former = former
	d := s.presses("g:parcel:track")
	require.Equal(t, "Старий номер?", d.Text)
	require.Equal(t, 2, d.Memory.Position.Version)
	s.memory.Position = &flow.Position{Flow: "parcel", Version: 1, Step: "main", At: s.now}
	s.facts.Former = parsed(t, "flow: side\nstart: main\nsteps: {main: {text: {uk: Збоку}}}")
	require.Equal(t, "Номер?", s.presses("g:parcel:track").Text, "another flow is not the former one")
	s.memory.Position = &flow.Position{Flow: "parcel", Version: 1, Step: "main", At: s.now}
	s.facts.Former = nil
	require.Equal(t, "Номер?", s.presses("g:parcel:track").Text, "a version that nobody has any more")
	require.Equal(t, 3, s.memory.Position.Version)
}

func TestOldButtonsLeadToTheirStepElseToTheMainMenu(t *testing.T) {
	main := parsed(t, parcelFlow)
	side := parsed(t, "flow: side\nstart: only\nsteps: {only: {text: {uk: Збоку}}, more: {text: {uk: Далі}}}")
	for data, want := range map[string]string{
		"g:side:more":    "Далі",
		"g:side:gone":    "Вітаю, Оля!",
		"g:gone:gone":    "Вітаю, Оля!",
		"m":              "",
		"m:":             "Вітаю, Оля!",
		"m:side":         "Збоку",
		"b:side:more":    "Збоку",
		"g:side:":        "Збоку",
		"g:parcel:track": "Номер?",
		"h":              "Далі вам відповідатиме людина. Зачекайте, будь ласка.",
	} {
		s := newScene(t, Setup{Flows: []Published{{main, 3}, {side, 1}}})
		d := s.presses(data)
		require.Equal(t, want, d.Text, data)
		require.Equal(t, want == "", d.Toast == "Ця кнопка більше не працює.", data)
		require.Equal(t, data == "h", d.Handover, data)
	}
}

func TestAnOldButtonOfABotWithoutMenuLeadsToTheStartOfItsFlow(t *testing.T) {
	side := parsed(t, "flow: side\nstart: only\nsteps: {only: {text: {uk: Збоку}}}")
	s := newScene(t, Setup{Flows: []Published{{side, 1}}})
	require.Equal(t, "Збоку", s.presses("g:side:gone").Text)
}

func TestAPersonIsOfferedInOurWordsWhereTheFlowHasNone(t *testing.T) {
	yaml := "flow: side\nstart: a\ntrigger: {commands: [/start]}\nsteps: {a: {text: {uk: А}, buttons: [[{label: {uk: Далі}, do: go, value: a}]]}}"
	s := newScene(t, Setup{Flows: []Published{{parsed(t, yaml), 1}}})
	s.starts("")
	require.Len(t, s.writes("що?").Buttons, 1)
	d := s.writes("що?")
	require.Equal(t, messenger.Button{Label: "Поговорити з людиною", Data: "h"}, d.Buttons[1][0])
	require.False(t, d.Answered)
}

func TestTheMenuUnderAWelcomeOrFallbackIsNoAnswerToTheMessage(t *testing.T) {
	for _, kind := range []TriggerKind{OnFirst, Fallback} {
		s := newScene(t, withParcel(t, rule("r", kind, func(r *Rule) { r.Actions.Flow = "parcel" })))
		d := s.writes("У мене зламався замок")
		require.Equal(t, "r укр\n\nВітаю, Оля!", d.Text)
		require.False(t, d.Answered)
	}
}

func TestAPressThatLeadsNowhereIsToldSo(t *testing.T) {
	s := newScene(t, Setup{Rules: fullSet()})
	for _, data := range []string{"???", "g:gone:gone", "m:", "p::", "b:gone:x", "\x00"} {
		d := s.presses(data)
		require.Equal(t, "Ця кнопка більше не працює.", d.Toast, data)
		require.Equal(t, SilenceButton, d.Silence, data)
		require.Empty(t, d.Text)
	}
	require.Equal(t, Decision{Silence: SilenceNothing}.Toast,
		s.happens(Event{Kind: Pressed, Press: "p::", Shared: "+380501234567"}).Toast, "the team has his number")
}

func TestAToastIsInTheCustomersLanguageElseInThatOfTheBot(t *testing.T) {
	for language, want := range map[string]string{
		"en-US": "A person is answering you.", "uk": "Вам уже відповідає людина.", "pl": "Вам уже відповідає людина.", "": "Вам уже відповідає людина.",
	} {
		s := newScene(t, Setup{})
		s.facts.Mode, s.facts.Language, s.facts.WaitingSince = conversation.HumanMode, language, s.now
		require.Equal(t, want, s.presses("g:shop:main").Toast, language)
	}
}

func TestAPressInHumanModeIsToldThatAPersonAnswers(t *testing.T) {
	setup := withParcel(t, fullSet()...)
	setup.Hours = kyivHours
	s := newScene(t, setup)
	s.starts("")
	s.agentReplies()
	s.now = at(t, 10, "20:00")
	for _, data := range []string{"g:parcel:track", "h", "m:", "???"} {
		d := s.presses(data)
		require.Equal(t, "Вам уже відповідає людина.", d.Toast)
		require.Equal(t, SilenceHuman, d.Silence)
		require.Empty(t, d.Text, "not even away")
	}
}

func TestAnAgentEndsTheFlowAndTheKeyboardGoes(t *testing.T) {
	s := newScene(t, withParcel(t))
	s.starts("")
	s.facts.Mode = conversation.HumanMode // claimed, and the relay did not say so
	d := s.writes("1234")
	require.Nil(t, d.Memory.Position)
	require.True(t, d.RemoveKeyboard)
	require.Equal(t, SilenceHuman, d.Silence)
}

func TestKeyboardsStayWhereTheBotKeepsThem(t *testing.T) {
	setup := withParcel(t)
	setup.KeepKeyboard = true
	s := newScene(t, setup)
	s.starts("")
	require.False(t, s.presses("g:parcel:track").RemoveKeyboard)
	require.False(t, s.writes("/human").RemoveKeyboard)
}

func TestASharedPhoneGoesOnWithTheFlow(t *testing.T) {
	s := newScene(t, withParcel(t))
	s.starts("")
	d := s.happens(Event{Kind: Wrote, Shared: "+380501234567"})
	require.Equal(t, "Дякую, +380501234567", d.Text)
	require.True(t, d.Close)
	require.Equal(t, "+380501234567", d.Memory.Fields["phone"])
	d = s.happens(Event{Kind: Wrote, Shared: "+380507654321", Press: "p:parcel:thanks"})
	require.Equal(t, "Дякую, +380507654321", d.Text, "also from an old keyboard")
}

func TestARuleBeginsAFlow(t *testing.T) {
	r := keyword("track", "де посилка")
	r.Actions.Flow = "parcel"
	r.Buttons = [][]flow.Button{{{Label: texts("Людина", "A person"), Do: flow.DoHandover}}}
	s := newScene(t, withParcel(t, r))
	d := s.writes("Де посилка?")
	require.Equal(t, "track укр\n\nВітаю, Оля!", d.Text)
	require.Equal(t, "parcel/main", d.Flow)
	require.Equal(t, []string{"track"}, d.Rules)
	require.Len(t, d.Buttons, 5)
	require.Equal(t, "main", d.Memory.Position.Step)
}

func TestAWayOutOfAnInputThatTellsOfThePersonNeedsNoWordsOfOurs(t *testing.T) {
	yaml := strings.ReplaceAll(parcelFlow, "tries: 2}", "tries: 1, else: sorry}")
	s := newScene(t, Setup{Flows: []Published{{parsed(t, yaml), 1}}})
	s.starts("")
	s.presses("g:parcel:track")
	d := s.writes("x")
	require.True(t, d.Handover)
	require.Equal(t, "Кличемо людину", d.Text)
}

func TestAButtonOfAnotherFlowLeadsThere(t *testing.T) {
	side := parsed(t, "flow: side\nstart: only\nsteps: {only: {text: {uk: Збоку}}, more: {text: {uk: Далі}}}")
	setup := withParcel(t)
	setup.Flows = append(setup.Flows, Published{side, 7})
	s := newScene(t, setup)
	s.starts("")
	d := s.presses("g:side:more")
	require.Equal(t, "Далі", d.Text)
	require.Nil(t, d.Memory.Position)
}

func TestWhatCustomersToldBeforeIsNotChangedInPlace(t *testing.T) {
	s := newScene(t, withParcel(t))
	s.starts("")
	s.presses("g:parcel:track")
	given := s.memory
	given.Fields = map[string]string{"parcel": "0000"}
	d := s.arbiter.Evaluate(s.facts, given, Event{Kind: Wrote, Text: "1234"}, s.now)
	require.Equal(t, "0000", given.Fields["parcel"])
	require.Equal(t, "1234", d.Memory.Fields["parcel"])
}

func TestAFlowThatIsNotPublishedIsReportedAndTheRuleAnswersWithoutIt(t *testing.T) {
	r := keyword("track", "посилка")
	r.Actions.Flow = "draft"
	r.Buttons = [][]flow.Button{{{Label: texts("Далі", "On"), Do: flow.DoGo, Value: "parcel/gone"}}}
	a, problems := Compile(withParcel(t, r))
	require.Equal(t, Problems{
		conversation.Wrong("rules[0].actions.flow", conversation.ProblemNotPublished, "value", "draft"),
		conversation.Wrong("rules[0].buttons[0][0].value", conversation.ProblemNotPublished, "value", "parcel/gone"),
	}, problems)
	d := a.Evaluate(Facts{Mode: conversation.BotMode, Kind: messenger.Private}, Memory{}, Event{Kind: Wrote, Text: "посилка"}, at(t, 10, "10:00"))
	require.Equal(t, []string{"track"}, d.Rules)
}

func TestThatAMenuDidNotUnderstandIsSaidFirstAndTheMenuAfterItInItsOwnLanguage(t *testing.T) {
	yaml := "flow: side\nstart: a\ntrigger: {commands: [/start]}\nsteps: {a: {text: {de: Hallo, uk: Привіт}, buttons: [[{label: {de: Weiter, uk: Далі}, do: menu}]]}}"
	s := newScene(t, Setup{Language: "uk", Flows: []Published{{parsed(t, yaml), 1}}})
	s.facts.Language = "de"
	require.Equal(t, "Hallo", s.starts("").Text)
	d := s.writes("was?")
	require.Equal(t, "Вибачте, не вдалося вас зрозуміти.\n\nHallo", d.Text, "we do not speak German, the bot speaks Ukrainian")
	require.Equal(t, "de", d.Language)
}

func TestWhoWritesWhatStandsOnTheButtonToAPersonGetsOne(t *testing.T) {
	yaml := "flow: side\nstart: a\ntrigger: {commands: [/start]}\nsteps: {a: {text: {uk: А}, buttons: [[{label: {uk: Далі}, do: go, value: a}]]}}"
	for _, text := range []string{"Поговорити з людиною", "talk to a person", "2"} {
		s := newScene(t, Setup{Flows: []Published{{parsed(t, yaml), 1}}})
		s.starts("")
		s.writes("що?")
		require.Len(t, s.writes("що?").Buttons, 2)
		d := s.writes(text)
		require.True(t, d.Handover, text)
		require.Equal(t, ourHandover, d.Text)
	}
}

func TestADayIsThatOfTheTeamsZone(t *testing.T) {
	yaml := "flow: visit\nstart: ask\ntrigger: {commands: [/visit]}\nsteps: {ask: {text: {uk: \"Коли?\"}, input: {field: day, type: date}, next: ok}, ok: {text: {uk: \"{{field.day}}\"}}}"
	s := newScene(t, Setup{Hours: hours.Hours{Zone: "America/New_York"}, Flows: []Published{{parsed(t, yaml), 1}}})
	s.now = time.Date(2026, 12, 2, 1, 0, 0, 0, time.UTC)
	s.writes("/visit")
	require.Equal(t, "2026-12-01", s.writes("1.12").Text)
}
