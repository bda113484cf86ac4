// Services of flows are asked beside the lanes: once, and nobody else waits for a slow one. Decisions that were overtaken.

package relay

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// lookup makes the arbiter ask a service when a customer writes "track", say what it answered in bot mode only, and greet
// everybody else.
func lookup(s *stage) {
	s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
		switch {
		case f.Mode == conversation.HumanMode:
			return autoreply.Decision{Silence: autoreply.SilenceHuman, Memory: m}
		case e.Kind == autoreply.Answered && e.Answer.Failed:
			return autoreply.Decision{Text: "Sorry (" + e.Answer.Of + ")", Handover: true, Memory: m}
		case e.Kind == autoreply.Answered:
			return autoreply.Decision{Text: "Status: " + e.Answer.Values["status"], Memory: m}
		case e.Text == "track" || e.Press == "track":
			return autoreply.Decision{Call: &flow.Call{URL: "https://api.example/p/1", Of: "lookup@1"}, Memory: m, Answered: true}
		}
		return autoreply.Decision{Text: "Hello!", Memory: m, Answered: true}
	}
}

// slow makes every call of a service take that long.
func slow(d time.Duration) func(*stage) {
	return func(s *stage) {
		lookup(s)
		s.autos.slow = d
	}
}

func TestASlowServiceHoldsUpOnlyThoseWhoWaitForIt(t *testing.T) {
	onStage(t, slow(10*time.Second), func(s *stage) {
		for i := range 100 {
			s.happens(t, message(fmt.Sprint("c", i), fmt.Sprint("m", i), "track"))
		}
		after(5 * time.Second)
		s.happens(t, message("olena", "1", "hi"))
		after(time.Second)
		require.Equal(t, []string{"hi"}, s.desk.texts("card-conv-olena-1"))
		require.Equal(t, []string{"Hello!"}, s.messenger.sent("olena"))
		s.happens(t, message("c1", "n1", "and?"))
		after(time.Second)
		require.Equal(t, []string{"track", "and?"}, s.desk.texts("card-conv-c1-1"), "the team sees at once what he writes meanwhile")
		after(time.Minute)
		for i := range 100 {
			require.Contains(t, s.messenger.sent(fmt.Sprint("c", i)), "Status: on its way")
		}
		require.Len(t, s.autos.asked(), 100)
	})
}

func TestAnAgentWhoRepliesWhileAServiceIsAskedIsNotTalkedOver(t *testing.T) {
	onStage(t, slow(5*time.Second), func(s *stage) {
		s.happens(t, message("olena", "1", "track"))
		after(2 * time.Second)
		s.store.becomesHuman("conv-olena")
		after(time.Minute)
		require.Empty(t, s.messenger.sent("olena"))
	})
}

// becomesHuman is a person who takes a conversation over.
func (s *fakeStore) becomesHuman(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.convs[id].Mode, s.convs[id].HumanSince = conversation.HumanMode, time.Now()
}

func TestAServiceIsAskedOnceThoughThePressCannotBeShown(t *testing.T) {
	onStage(t, lookup, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		failures := 3
		s.desk.fail = func(InboundPost) error {
			if failures--; failures < 0 {
				return nil
			}
			return errors.New("Mattermost is away")
		}
		s.happens(t, press("p1", "track"))
		after(time.Minute)
		require.Len(t, s.autos.asked(), 1)
		require.Equal(t, []string{"Hello!", "Status: on its way"}, s.messenger.sent("olena"))
	})
}

func press(id, data string) messenger.Event {
	e := event(messenger.EventPressed, "olena")
	e.Press = &messenger.Press{ID: id, Data: data, Label: data}
	return e
}

func TestCase28APressThatIsToldTwiceIsAnsweredOnce(t *testing.T) {
	onStage(t, lookup, func(s *stage) {
		for range 2 {
			s.happens(t, press("p1", "hello"))
			settleDown()
		}
		s.happens(t, press("p2", "hello"))
		settleDown()
		require.Equal(t, []string{"Hello!", "Hello!"}, s.messenger.sent("olena"))
		require.Len(t, s.shownPosts(), 2)
	})
}

func TestACallThatWasCutOffCountsAsFailedAndIsNotRepeated(t *testing.T) {
	onStage(t, lookup, func(s *stage) {
		s.store.mu.Lock()
		s.store.unended = true
		s.store.mu.Unlock()
		s.happens(t, message("olena", "1", "track"))
		after(2 * time.Second)
		require.Len(t, s.autos.asked(), 1)
		s.stop() // its answer was never stored
		s.store.mu.Lock()
		s.store.unended = false
		s.store.mu.Unlock()
		s.start()
		after(time.Minute)
		require.Len(t, s.autos.asked(), 1)
		require.Equal(t, []string{"Sorry (lookup@1)"}, s.messenger.sent("olena"))
		require.False(t, s.store.convs["conv-olena"].WaitingSince.IsZero(), "a person is called, for whom he waits")
	})
}

func TestAPanicOfACallIsAFailedCall(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.autos.panics = true
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "track"))
		after(2 * time.Second)
		require.Equal(t, []string{"Sorry (lookup@1)"}, s.messenger.sent("olena"))
		require.Equal(t, 1, s.meter.counts["panic/calls"])
	})
}

func TestADecisionThatAnAgentOvertookIsMadeAnew(t *testing.T) {
	onStage(t, lookup, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.overtakes(func(c *conversation.Conversation) { c.Mode, c.HumanSince = conversation.HumanMode, time.Now() })
		s.happens(t, message("olena", "2", "hello?"))
		after(5 * time.Second)
		require.Equal(t, []string{"Hello!"}, s.messenger.sent("olena"))
		require.Equal(t, []string{"hi", "hello?"}, s.desk.texts("card-conv-olena-1"))
		require.True(t, s.store.end(2).Message.Waits, "nobody answered him")
	})
}

func TestWhoTookOverBeforeAnAutomaticAnswerWentOutMakesItNeedless(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.bots.bot.Paused = true
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.store.becomesHuman("conv-olena")
		s.resumes()
		require.Empty(t, s.messenger.sent("olena"))
		require.Equal(t, conversation.Cancelled, s.store.outbox[0].State)
	})
}

func TestWhatWasAnsweredWhileAThreadWasClosedStandsInItWhenItReopens(t *testing.T) {
	onStage(t, lookup, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		_, err := s.store.Change(s.ctx, "conv-olena", func(c *conversation.Conversation) error { c.Close(time.Now()); return nil })
		require.NoError(t, err)
		after(10 * time.Second)
		s.happens(t, event(messenger.EventStarted, "olena"))
		settleDown()
		require.Len(t, s.messenger.sent("olena"), 2)
		require.Len(t, s.desk.autos, 1)
		s.happens(t, message("olena", "2", "back again"))
		settleDown()
		require.Len(t, s.desk.autos, 3)
		require.Len(t, s.desk.cards, 1)
	})
}

func TestAWelcomeInAnOpenThreadIsShownInIt(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.bots.messenger = welcoming{s.messenger}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		raw, err := json.Marshal(event(messenger.EventStarted, "olena"))
		require.NoError(t, err)
		d := messenger.Delivery{Updates: []messenger.Update{{EventID: "start", Lane: "olena", Raw: raw}}}
		body, err := s.Welcome(s.ctx, testBot, d)
		require.NoError(t, err)
		require.Equal(t, "Hello!", string(body))
		settleDown()
		require.Len(t, s.desk.autos, 2)
	})
}

func TestAWelcomeThatWouldFirstAskAServiceIsNone(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			return autoreply.Decision{Call: &flow.Call{URL: "https://api.example"}, Memory: m}
		}
		s.bots.messenger = welcoming{s.messenger}
	}, func(s *stage) {
		raw, err := json.Marshal(event(messenger.EventStarted, "olena"))
		require.NoError(t, err)
		body, err := s.Welcome(s.ctx, testBot, messenger.Delivery{Updates: []messenger.Update{{EventID: "start", Lane: "olena", Raw: raw}}})
		require.NoError(t, err)
		require.Empty(t, body)
		settleDown()
		require.Empty(t, s.autos.asked())
	})
}

// What the arbiter is told, for each part of it.
func TestTheArbiterIsToldAllThatItNeedsToKnow(t *testing.T) {
	var facts autoreply.Facts
	var asked autoreply.Event
	onStage(t, func(s *stage) {
		s.bots.bot.Name, s.bots.bot.Settings.AgentName = "Shop", conversation.NameFirst
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			facts, asked = f, e
			return autoreply.Decision{Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		agentAt, since := time.Now().Add(-time.Hour), time.Now().Add(-2*time.Hour)
		s.store.mu.Lock()
		c := s.store.convs["conv-olena"]
		c.Mode, c.LastAgentAt, c.HumanSince, c.AssigneeID, c.WaitingSince = conversation.HumanMode, agentAt, since, "ivan", since
		c.Chat.Kind, c.Chat.Connection = messenger.Group, "conn"
		s.store.mu.Unlock()
		e := message("olena", "2", "0501234567")
		e.Payload, e.Shared = "autumn", "0501234567"
		s.happens(t, e)
		settleDown()
		require.Equal(t, conversation.HumanMode, facts.Mode)
		require.Equal(t, conversation.Open, facts.Status)
		require.Equal(t, messenger.Group, facts.Kind)
		require.True(t, facts.Business)
		require.True(t, agentAt.Equal(facts.LastAgentAt))
		require.True(t, since.Equal(facts.HumanSince))
		require.True(t, since.Equal(facts.WaitingSince))
		require.Equal(t, "Shop", facts.BotName)
		require.Equal(t, "Olha", facts.AgentFirstName)
		require.Equal(t, []string{"0501234567", "autumn", "0501234567"}, []string{asked.Text, asked.Payload, asked.Shared})
		require.Equal(t, autoreply.Wrote, asked.Kind)

		s.bots.mu.Lock()
		s.bots.bot.Settings.AgentName = conversation.NameHidden
		s.bots.mu.Unlock()
		s.happens(t, message("olena", "3", "hi"))
		settleDown()
		require.Empty(t, facts.AgentFirstName, "customers may not see it")
	})
}

func TestAnAutomaticMessageOfWhichNobodyKnowsIsNotSentAgain(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.messenger.answer = func(int, call) error {
			return &messenger.Error{Class: messenger.Ambiguous, Description: "timed out"}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		after(2 * time.Hour)
		require.Len(t, s.messenger.sent("olena"), 1)
		require.Equal(t, conversation.Unknown, s.store.outbox[0].State)
	})
}

func TestAnAutomaticMessageIsRetriedForAQuarterOfAnHourAtMost(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.messenger.answer = func(int, call) error {
			return &messenger.Error{Class: messenger.Transient, Description: "Bad Gateway"}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		after(20 * time.Minute)
		require.Equal(t, conversation.Failed, s.store.outbox[0].State)
		require.Equal(t, ReasonAutoLate, s.store.outbox[0].Reason)
		tries := len(s.messenger.sent("olena"))
		s.messenger.mu.Lock()
		s.messenger.answer = nil
		s.messenger.mu.Unlock()
		after(time.Hour)
		require.Len(t, s.messenger.sent("olena"), tries)
		s.store.becomesHuman("conv-olena")
		requeued, err := s.store.Requeue(s.ctx, s.store.outbox[0].PostID)
		require.NoError(t, err)
		require.True(t, requeued)
		s.Wake(testBot)
		settleDown()
		require.Len(t, s.messenger.sent("olena"), tries+1, "a person asked for it")
	})
}

func TestAnAgentWhoRepliesBetweenTheTriesMakesAnAutomaticMessageNeedless(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.messenger.answer = func(n int, _ call) error {
			if n > 3 {
				return nil
			}
			return &messenger.Error{Class: messenger.Transient, Description: "Bad Gateway"}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		after(time.Second)
		s.store.becomesHuman("conv-olena")
		after(time.Minute)
		require.Equal(t, conversation.Cancelled, s.store.outbox[0].State)
		require.Less(t, len(s.messenger.sent("olena")), 4)
	})
}

func TestAnAlbumWhoseAnswerWasOvertakenIsDecidedAnewAsAWhole(t *testing.T) {
	var texts []string
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			texts = append(texts, e.Text)
			return autoreply.Decision{Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.overtakes(func(c *conversation.Conversation) { c.LastAgentAt = time.Now() })
		s.happens(t, picture("olena", "2", "album", "price?"))
		s.happens(t, picture("olena", "3", "album", ""))
		after(time.Minute)
		require.Equal(t, []string{"hi", "price?", "price?"}, texts)
		require.Equal(t, 2, s.store.end(3).Message.Number)
		require.Equal(t, 2, s.store.convs["conv-olena"].Thread.Posts)
	})
}

// overtakes changes olena's conversation just before the next decision about it is recorded.
func (s *stage) overtakes(change func(*conversation.Conversation)) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	first := true
	s.store.meanwhile = func(f Finished) {
		if f.Auto != nil && first {
			first = false
			change(s.store.convs["conv-olena"])
		}
	}
}

func TestALineAboutADecisionIsPostedOnlyIfItIsCarriedOut(t *testing.T) {
	onStage(t, func(s *stage) {
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if f.Mode == conversation.HumanMode || e.Text != "vip" {
				return autoreply.Decision{Memory: m}
			}
			return autoreply.Decision{Text: "ok", Assign: "ivan", Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		s.overtakes(func(c *conversation.Conversation) { c.Mode, c.AssigneeID = conversation.HumanMode, "petro" })
		s.happens(t, message("olena", "2", "vip"))
		after(time.Minute)
		require.Equal(t, "petro", s.store.convs["conv-olena"].AssigneeID)
		require.Empty(t, s.desk.lines)
	})
}

func TestWhoBlockedTheBotWhileAServiceWasAskedIsToldNothingAndWaitsForItNoMore(t *testing.T) {
	var told []autoreply.EventKind
	onStage(t, func(s *stage) {
		slow(5 * time.Second)(s)
		decide := s.autos.decide
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			told = append(told, e.Kind)
			return decide(f, m, e)
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "track"))
		after(time.Second)
		s.happens(t, event(messenger.EventBlocked, "olena"))
		after(time.Minute)
		require.Equal(t, []autoreply.EventKind{autoreply.Wrote, autoreply.Answered}, told, "his flow goes on")
		require.Empty(t, s.messenger.sent("olena"))
		require.Empty(t, s.store.outbox)
	})
}

func TestAPausedBotAsksNoService(t *testing.T) {
	onStage(t, func(s *stage) {
		lookup(s)
		s.bots.bot.Paused = true
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "track"))
		after(time.Minute)
		require.Empty(t, s.autos.asked())
		s.resumes()
		require.Len(t, s.autos.asked(), 1)
		settleDown()
		require.Equal(t, []string{"Status: on its way"}, s.messenger.sent("olena"))
	})
}
