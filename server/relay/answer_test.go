package relay

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// says makes the arbiter say one text to each event of a kind, and remember that it did.
func answering(kind autoreply.EventKind, text string) func(*stage) {
	return func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind != kind {
				return autoreply.Decision{Silence: "nothing", Memory: m}
			}
			m.WelcomedAt = e.At
			return autoreply.Decision{Text: text, Names: []string{"Greeting"}, Rules: []string{"r1"}, Memory: m}
		}
	}
}

func TestAnAutomaticAnswerIsShownAndSentOnceAndRemembered(t *testing.T) {
	onStage(t, answering(autoreply.Wrote, "**Hello!**"), func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		require.Equal(t, []string{"Hello!"}, s.messenger.sent("olena"))
		require.Len(t, s.desk.autos, 1)
		require.Equal(t, "Greeting", s.desk.autos[0].By)
		var m autoreply.Memory
		require.NoError(t, json.Unmarshal(s.store.convs["conv-olena"].Memory, &m))
		require.False(t, m.WelcomedAt.IsZero())
	})
}

func TestACustomerOfWhomOneNameIsToldIsAddressedByIt(t *testing.T) {
	var called string
	onStage(t, func(s *stage) {
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			called = f.Customer.FirstName
			return autoreply.Decision{Silence: "nothing", Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		require.Equal(t, "Olena", called)
	})
}

func TestAnAnswerWhoseRecordWasLostIsDecidedAgainAndSentOnce(t *testing.T) {
	onStage(t, answering(autoreply.Wrote, "Hello!"), func(s *stage) {
		s.store.setForgets(1)
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		require.Equal(t, []string{"Hello!"}, s.messenger.sent("olena"))
		require.Len(t, s.desk.autos, 1)
	})
}

func TestAStartIsAnsweredAndTheAnswerIsInTheThreadThatOpensLater(t *testing.T) {
	onStage(t, answering(autoreply.Started, "Welcome!"), func(s *stage) {
		s.happens(t, event(messenger.EventStarted, "olena"))
		settleDown()
		require.Equal(t, []string{"Welcome!"}, s.messenger.sent("olena"))
		require.Empty(t, s.desk.cards)
		require.Empty(t, s.desk.autos)
		s.happens(t, message("olena", "2", "hi"))
		settleDown()
		require.Len(t, s.desk.autos, 1)
		require.Equal(t, "card-conv-olena-1", s.desk.autos[0].Conversation.Thread.RootPostID)
		require.Len(t, s.messenger.sent("olena"), 1)
	})
}

func TestAFlowsServiceIsAskedBeforeAnythingIsSaid(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind == autoreply.Answered {
				return autoreply.Decision{Text: "Status: " + e.Answer.Values["status"], Flow: "parcel/result", Memory: m, Answered: true}
			}
			return autoreply.Decision{Call: &flow.Call{URL: "https://api.example/p/1"}, Memory: m, Answered: true}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "12345678901234"))
		settleDown()
		require.Len(t, s.autos.calls, 1)
		require.Equal(t, []string{"Status: on its way"}, s.messenger.sent("olena"))
		require.False(t, s.store.end(1).Message.Waits, "a flow answered: nobody waits for the team")
	})
}

func TestAHandoverMakesPeopleAnswerAndTakesTheButtonsAway(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind == autoreply.Pressed {
				return autoreply.Decision{Text: "A person will answer.", Handover: true, RemoveKeyboard: true, Memory: m, Assign: "ivan", Tags: []string{"vip"}}
			}
			return autoreply.Decision{Text: "Choose", Buttons: [][]messenger.Button{{{Label: "A person", Data: "h"}}}, Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		require.Equal(t, "h", s.messenger.calls[0].buttons[0][0].Data)
		e := event(messenger.EventPressed, "olena")
		e.Press = &messenger.Press{ID: "press", Data: "h", Label: "A person"}
		s.happens(t, e)
		settleDown()
		c := s.store.convs["conv-olena"]
		require.Equal(t, conversation.HumanMode, c.Mode)
		require.Equal(t, "id-ivan", c.AssigneeID)
		require.Equal(t, []string{"vip"}, c.Tags)
		require.Contains(t, s.desk.lines, "line.assigned")
		require.Contains(t, s.methods(), `keyboard m1 ""`)
	})
}

func TestWhoPressesInVainIsToldForAMoment(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			return autoreply.Decision{Silence: "human_mode", Toast: "auto.human_answers", Memory: m}
		}
	}, func(s *stage) {
		e := event(messenger.EventPressed, "olena")
		e.Press = &messenger.Press{ID: "press", Data: "g:shop:main"}
		s.happens(t, e)
		settleDown()
		require.Equal(t, []string{`acknowledge press "auto.human_answers"`}, s.methods())
		require.Len(t, s.shownPosts(), 1, "the press is in the thread")
	})
}

func TestAnAgentWhoWasQuickerMakesTheAutomaticAnswerNeedless(t *testing.T) {
	onStage(t, func(s *stage) {
		answering(autoreply.Wrote, "Hello!")(s)
		s.bots.bot.Paused = true
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.store.mu.Lock()
		c := s.store.convs["conv-olena"]
		c.Mode, c.LastAgentAt = conversation.HumanMode, time.Now()
		s.store.mu.Unlock()
		s.resumes()
		require.Empty(t, s.messenger.sent("olena"))
		require.Equal(t, conversation.Cancelled, s.store.outbox[0].State)
	})
}

func TestAnAutomaticAnswerThatIsLateIsNotSentByItself(t *testing.T) {
	onStage(t, func(s *stage) {
		answering(autoreply.Wrote, "Hello!")(s)
		s.bots.bot.Paused = true
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		after(16 * time.Minute)
		s.resumes()
		require.Empty(t, s.messenger.sent("olena"))
		require.Equal(t, conversation.Failed, s.store.outbox[0].State)
		require.Equal(t, ReasonAutoLate, s.store.outbox[0].Reason)
	})
}

// resumes ends the pause of the bot.
func (s *stage) resumes() {
	s.bots.mu.Lock()
	s.bots.bot.Paused = false
	s.bots.mu.Unlock()
	s.Wake(testBot)
	settleDown()
}

func TestATimerComesBackInItsLaneOnce(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind == autoreply.NoAnswerDue {
				return autoreply.Decision{Text: "Somebody will answer soon.", Memory: m}
			}
			return autoreply.Decision{NoAnswerAt: e.At.Add(10 * time.Minute), Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		after(9 * time.Minute)
		require.Empty(t, s.messenger.sent("olena"))
		after(2 * time.Minute)
		s.stop()
		s.start()
		after(time.Hour)
		require.Equal(t, []string{"Somebody will answer soon."}, s.messenger.sent("olena"))
	})
}

func TestATimerOfWhoBlockedTheBotIsSilent(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind == autoreply.NoAnswerDue {
				return autoreply.Decision{Text: "Somebody will answer soon.", Memory: m}
			}
			return autoreply.Decision{NoAnswerAt: e.At.Add(time.Minute), Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.happens(t, event(messenger.EventBlocked, "olena"))
		after(2 * time.Minute)
		require.Empty(t, s.messenger.sent("olena"))
		require.Empty(t, s.desk.autos)
		require.Equal(t, []string{"line.blocked"}, s.desk.lines, "nobody is told of an answer that did not go out")
	})
}

func TestATimerThatIsLateSaysWhyNothingWasSaid(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind == autoreply.NoAnswerDue {
				return autoreply.Decision{Silence: "late", Memory: m}
			}
			return autoreply.Decision{NoAnswerAt: e.At.Add(time.Minute), Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		after(2 * time.Minute)
		require.Equal(t, []string{"line.auto_late"}, s.desk.lines)
	})
}

func TestHumanModeThatIsOverIsStored(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			return autoreply.Decision{HumanModeOver: true, Memory: m}
		}
	}, func(s *stage) {
		s.says(t, "olena", "x")
		settleDown()
		s.store.mu.Lock()
		s.store.convs["conv-olena"].Mode = conversation.HumanMode
		s.store.mu.Unlock()
		s.says(t, "olena", "y")
		settleDown()
		require.Equal(t, conversation.BotMode, s.store.convs["conv-olena"].Mode)
	})
}

func TestTheOwnersWordsAndServiceMessagesAreNotEvaluated(t *testing.T) {
	onStage(t, answering(autoreply.Wrote, "Hello!"), func(s *stage) {
		own := message("olena", "1", "I am here")
		own.FromOwner = true
		s.happens(t, own)
		joined := message("olena", "2", "")
		joined.Service = true
		s.happens(t, joined)
		settleDown()
		require.Empty(t, s.messenger.sent("olena"))
	})
}

// welcoming is a messenger that takes a welcome as the answer to its call.
type welcoming struct{ *fakeMessenger }

func (welcoming) Welcome(out messenger.Outgoing) ([]byte, error) { return []byte(out.Text.Plain), nil }

func TestCase52AWelcomeIsTheAnswerToTheCallOnceAndStandsInTheThreadLater(t *testing.T) {
	onStage(t, func(s *stage) {
		answering(autoreply.Started, "**Welcome!**")(s)
		s.bots.messenger = welcoming{s.messenger}
	}, func(s *stage) {
		raw, err := json.Marshal(event(messenger.EventStarted, "olena"))
		require.NoError(t, err)
		d := messenger.Delivery{Updates: []messenger.Update{{EventID: "start", Lane: "olena", Raw: raw}}}
		_, err = s.Accept(s.ctx, testBot, d)
		require.NoError(t, err)
		body, err := s.Welcome(s.ctx, testBot, d)
		require.NoError(t, err)
		require.Equal(t, "Welcome!", string(body))
		body, err = s.Welcome(s.ctx, testBot, d)
		require.NoError(t, err)
		require.Empty(t, body, "it is said once")
		settleDown()
		require.Empty(t, s.messenger.calls, "nothing may be sent to who has not written yet")
		require.Empty(t, s.desk.cards)
		s.happens(t, message("olena", "2", "hi"))
		settleDown()
		require.Len(t, s.desk.autos, 1)
	})
}

func TestTheGoodbyeThatClosesAConversationStandsInItsThread(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			return autoreply.Decision{Text: "Goodbye!", Close: true, Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "that is all"))
		settleDown()
		require.Len(t, s.desk.autos, 1)
		require.Equal(t, []string{"Goodbye!"}, s.messenger.sent("olena"))
	})
}

func TestTheMessageThatOpensAThreadIsNoWaitOfBefore(t *testing.T) {
	var seen []time.Time
	onStage(t, func(s *stage) {
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			seen = append(seen, f.WaitingSince)
			return autoreply.Decision{Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "one"))
		settleDown()
		s.happens(t, message("olena", "2", "two"))
		settleDown()
	})
	require.Len(t, seen, 2)
	require.True(t, seen[0].IsZero())
	require.False(t, seen[1].IsZero())
}

func TestButtonsAreANumberedListWhereTheMessengerShowsNone(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.bare = true
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			return autoreply.Decision{Text: "Choose", Memory: m, Buttons: [][]messenger.Button{
				{{Label: "Prices", Data: "p"}, {Label: "Site", URL: "https://shop.example"}}, {{Label: "A person", Data: "h"}},
			}}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		require.Equal(t, []string{"Choose\n1. Prices\n2. Site https://shop.example\n3. A person"}, s.messenger.sent("olena"))
		require.Empty(t, s.messenger.calls[0].buttons)
	})
}

func TestTheWaitBeganWithAnEventOnlyIfItBeganAtItsTime(t *testing.T) {
	var since []time.Time
	onStage(t, func(s *stage) {
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			since = append(since, f.WaitingSince)
			return autoreply.Decision{Memory: m}
		}
	}, func(s *stage) {
		later := message("olena", "2", "second")
		s.happens(t, later)
		settleDown()
		earlier := message("olena", "1", "first, but later to come")
		earlier.At = later.At.Add(-time.Minute)
		s.happens(t, earlier)
		settleDown()
	})
	require.Len(t, since, 2)
	require.True(t, since[0].IsZero())
	require.False(t, since[1].IsZero(), "he waits since the other message")
}

func TestWhoWroteBeforeTheBotHadAnswersIsNoNewCustomer(t *testing.T) {
	var wrote []time.Time
	var first messenger.Event
	onStage(t, nil, func(s *stage) {
		first = message("olena", "1", "hi")
		s.happens(t, first)
		settleDown()
		s.autos.mu.Lock()
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			wrote = append(wrote, m.WroteAt)
			m.WroteAt = e.At
			return autoreply.Decision{Memory: m}
		}
		s.autos.mu.Unlock()
		s.happens(t, message("olena", "2", "again"))
		settleDown()
		s.happens(t, message("petro", "3", "hi"))
		settleDown()
	})
	require.Len(t, wrote, 2)
	require.WithinDuration(t, first.At, wrote[0], time.Second, "olena wrote before")
	require.True(t, wrote[1].IsZero(), "petro did not")
}

func TestNoUsernameBecomesANameInAnAutomaticMessage(t *testing.T) {
	onStage(t, answering(autoreply.Wrote, "Is @olha your username?"), func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.reply("r1", "olena", "Ask @olha")
		settleDown()
		require.Equal(t, []string{"Is @olha your username?", "Ask Olha K."}, s.messenger.sent("olena"))
	})
}

func TestAnAutomaticMessageGoesOutWithoutTheFilesThatAreLost(t *testing.T) {
	onStage(t, func(s *stage) {
		s.desk.files = map[string]AgentFile{"f2": {ID: "f2", Name: "b.pdf", Size: 10}}
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			d := map[string]autoreply.Decision{
				"a text and a lost file": {Text: "Prices", Files: []string{"lost"}},
				"one of two files":       {Files: []string{"lost", "f2"}},
				"nothing is left":        {Files: []string{"lost"}},
			}[e.Text]
			d.Memory = m
			return d
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "a text and a lost file"))
		settleDown()
		require.Equal(t, []string{"Prices"}, s.messenger.sent("olena"))
		s.happens(t, message("petro", "2", "one of two files"))
		settleDown()
		require.Equal(t, []string{"b.pdf"}, s.messenger.calls[1].files)
		s.happens(t, message("ivan", "3", "nothing is left"))
		settleDown()
		require.Empty(t, s.messenger.sent("ivan"))
		require.Equal(t, ReasonFileGone, s.store.outbox[2].Reason)
	})
}

func TestAKeyboardStaysUnderAPersonsWordsWhereTheBotKeepsIt(t *testing.T) {
	for _, keep := range []bool{true, false} {
		onStage(t, func(s *stage) { s.bots.bot.Settings.KeepKeyboard = keep }, func(s *stage) {
			s.says(t, "olena", "hi")
			settleDown()
			s.store.mu.Lock()
			s.store.convs["conv-olena"].Mode, s.store.convs["conv-olena"].Keyboard = conversation.HumanMode, "m1"
			s.store.mu.Unlock()
			settleDown()
			require.Equal(t, map[bool][]string{true: nil, false: {`keyboard m1 ""`}}[keep], s.methods())
		})
	}
}
