package relay

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// stage is a relay on doubles, in time that stands still while anything works.
type stage struct {
	*Relay
	store     *fakeStore
	desk      *fakeDesk
	messenger *fakeMessenger
	bots      *fakeBots
	autos     *fakeArbiter
	meter     *fakeMeter
	rules     Rules
	rates     *messenger.Rates
	// ctx is that of calls that the test makes itself.
	ctx     context.Context
	stop    func()
	updates int
}

// onStage runs f in a bubble of its own time with a relay that owns its bot.
func onStage(t *testing.T, prepare, f func(*stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{
			autos: &fakeArbiter{},
			ctx:   t.Context(), rules: Rules{NotePrefixes: []string{"!"}, MentionIsNote: true},
			store: newFakeStore(), desk: &fakeDesk{}, messenger: &fakeMessenger{}, meter: &fakeMeter{counts: map[string]int{}},
		}
		s.bots = &fakeBots{messenger: s.messenger, bot: conversation.Bot{
			ID: testBot, Kind: messenger.Telegram, ChannelID: "channel", Settings: conversation.DefaultSettings(), Mode: messenger.Webhook,
		}}
		if prepare != nil {
			prepare(s)
		}
		s.start()
		synctest.Wait()
		defer func() { s.stop() }() // also when an assertion fails
		f(s)
	})
}

func (s *stage) start() {
	s.Relay = New(Options{
		Node: "node", Store: s.store, Desk: s.desk, Messengers: s.bots, Arbiters: s.autos, Rates: s.rates, Meter: s.meter, Log: silent{},
		Rules: func() Rules { return s.rules },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	s.stop = func() {
		cancel()
		<-done
	}
}

// says delivers one message of a customer; a slash makes it another event.
func (s *stage) says(t *testing.T, chat, text string) {
	s.updates++
	s.deliver(t, fmt.Sprint("u", s.updates), chat, chat+" "+text)
}

func (s *stage) deliver(t *testing.T, event, lane, raw string) {
	_, err := s.Accept(t.Context(), testBot, messenger.Delivery{Updates: []messenger.Update{{EventID: event, Lane: lane, Raw: []byte(raw)}}})
	require.NoError(t, err)
}

// reply writes an agent's post in a customer's thread, whose root is named like the chat.
func (s *stage) reply(id, chat, text string) {
	_, _ = s.store.Converse(context.Background(), testBot, messenger.Chat{ID: chat, Kind: messenger.Private}, messenger.Person{ID: chat})
	_, _ = s.store.Change(context.Background(), "conv-"+chat, func(c *conversation.Conversation) error {
		c.Thread.RootPostID = chat
		return nil
	})
	s.store.write(conversation.AgentPost{ID: id, RootID: chat, Message: text, UserID: "agent", CreatedAt: time.Now(), UpdatedAt: time.Now()})
	s.Posted([]string{testBot})
}

func settleDown() { after(2 * time.Second) }

// after lets time pass and everything come to rest.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestFirstMessageOpensAThreadAndTheSecondFollowsInIt(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.says(t, "olena", "one")
		s.says(t, "olena", "two")
		settleDown()
		require.Equal(t, []string{"card-conv-olena-1"}, s.desk.cards)
		require.Equal(t, []string{"one", "two"}, s.desk.texts("card-conv-olena-1"))
	})
}

func TestTheSameUpdateTwiceIsOnePost(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.deliver(t, "u1", "olena", "olena hello")
		s.deliver(t, "u1", "olena", "olena hello")
		settleDown()
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-olena-1"))
		require.Equal(t, 1, s.meter.counts["in/dropped/duplicate"])
	})
}

func TestAPostWhoseRecordWasLostIsNotPostedAgain(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.store.setForgets(1)
		s.says(t, "olena", "one")
		s.says(t, "olena", "two")
		settleDown()
		require.Equal(t, []string{"one", "two"}, s.desk.texts("card-conv-olena-1"))
		require.Len(t, s.store.ended, 2)
	})
}

func TestARowThatCannotBeRecordedHoldsNoOtherBack(t *testing.T) {
	onStage(t, func(s *stage) { s.store.refuses = "bad" }, func(s *stage) {
		for _, name := range []string{"a", "b", "bad", "c", "d"} {
			s.says(t, name, "hello")
		}
		settleDown()
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		require.Len(t, s.store.ended, 4)
	})
}

func TestOrderIsKeptWithinAConversationWhileAnotherIsStuck(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.desk.setFail(func(p InboundPost) error {
			if p.Conversation.ID == "conv-stuck" {
				return errors.New("passing")
			}
			return nil
		})
		for i := range 20 {
			s.says(t, "stuck", fmt.Sprint("s", i))
			s.says(t, "free", fmt.Sprint("f", i))
		}
		settleDown()
		require.Empty(t, s.desk.texts("card-conv-stuck-1"))
		require.Len(t, s.desk.texts("card-conv-free-1"), 20)
		s.desk.setFail(nil)
		after(time.Minute)
		texts := s.desk.texts("card-conv-stuck-1")
		require.Len(t, texts, 20)
		for i, text := range texts {
			require.Equal(t, fmt.Sprint("s", i), text)
		}
	})
}

func TestADeletedCardIsReplacedAndTheMessageShown(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.says(t, "olena", "one")
		settleDown()
		s.desk.setFail(func(p InboundPost) error {
			if p.Conversation.Thread.Seq == 1 {
				return ErrThreadGone
			}
			return nil
		})
		s.says(t, "olena", "two")
		settleDown()
		require.Equal(t, []string{"two"}, s.desk.texts("card-conv-olena-2"))
	})
}

func TestAMessageMattermostRefusesIsToldInTheThreadAndTheNextGoesOn(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.desk.setFail(func(p InboundPost) error {
			if p.Text.Plain == "bad" {
				return ErrRefused
			}
			return nil
		})
		s.says(t, "olena", "bad")
		s.says(t, "olena", "good")
		settleDown()
		require.Equal(t, []string{"line.unreadable"}, s.desk.lines)
		require.Equal(t, []string{"good"}, s.desk.texts("card-conv-olena-1"))
		require.Equal(t, InboxQuarantined, s.store.end(1).State)
	})
}

func TestGarbageAndAPanicAreQuarantinedAndNothingElseSuffers(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.deliver(t, "g", "olena", "garbage")
		s.deliver(t, "p", "olena", "panic")
		s.says(t, "olena", "hello")
		settleDown()
		require.Equal(t, Finished{ID: 1, State: InboxQuarantined, Reason: "undecodable"}, s.store.end(1))
		require.Equal(t, Finished{ID: 2, State: InboxQuarantined, Reason: "panic"}, s.store.end(2))
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-olena-1"))
		require.Equal(t, 1, s.meter.counts["panic/inbound"])
	})
}

func TestAStartShowsNothingAndAnIgnoredEventIsCounted(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.says(t, "olena", "/started")
		s.says(t, "olena", "/ignored")
		settleDown()
		require.Empty(t, s.desk.cards)
		require.Equal(t, 1, s.meter.counts["in/dropped/nothing"])
	})
}

func TestABlockIsToldAndRepliesAreRefusedUntilTheCustomerReturns(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.says(t, "olena", "hello")
		settleDown()
		s.says(t, "olena", "/blocked")
		settleDown()
		s.reply("r1", "olena", "are you there?")
		settleDown()
		require.Equal(t, []string{"line.blocked"}, s.desk.lines)
		require.Equal(t, conversation.Failed, s.store.state("r1"))
		require.Empty(t, s.messenger.sent("olena"))
		s.says(t, "olena", "back")
		settleDown()
		s.reply("r2", "olena", "welcome back")
		settleDown()
		require.Equal(t, []string{"welcome back"}, s.messenger.sent("olena"))
	})
}

func TestARepliesGoOutInOrderOnce(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		for i := range 10 {
			s.reply(fmt.Sprintf("r%02d", i), "olena", fmt.Sprint("text ", i))
			time.Sleep(10 * time.Millisecond)
		}
		settleDown()
		sent := s.messenger.sent("olena")
		require.Len(t, sent, 10)
		for i, text := range sent {
			require.Equal(t, fmt.Sprint("text ", i), text)
		}
	})
}

func TestAReplyThatBecomesVisibleLateKeepsItsPlace(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		early := time.Now()
		time.Sleep(100 * time.Millisecond)
		s.reply("b", "olena", "second")
		s.store.write(conversation.AgentPost{ID: "a", RootID: "olena", Message: "first", CreatedAt: early, UpdatedAt: early})
		s.Posted([]string{testBot})
		settleDown()
		require.Equal(t, []string{"first", "second"}, s.messenger.sent("olena"))
	})
}

func TestNotesNeverGoOut(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.reply("n1", "olena", "! call him")
		s.reply("n2", "olena", "@ivan please look")
		settleDown()
		require.Empty(t, s.messenger.calls)
		require.Equal(t, []string{"n1", "n2"}, s.desk.notes)
	})
}

func TestWhatTheMessengerSaysDecidesAboutTheReply(t *testing.T) {
	for name, c := range map[string]struct {
		err     *messenger.Error
		calls   int
		state   conversation.Delivery
		notices int
	}{
		"ambiguous is unknown and never repeated":    {&messenger.Error{Class: messenger.Ambiguous}, 1, conversation.Unknown, 1},
		"rejected fails at once":                     {&messenger.Error{Class: messenger.Rejected, Description: "bad"}, 1, conversation.Failed, 1},
		"blocked fails at once":                      {&messenger.Error{Class: messenger.Blocked, Description: "blocked"}, 1, conversation.Failed, 1},
		"a refused token keeps it queued, no notice": {&messenger.Error{Class: messenger.Unauthorized}, 1, conversation.Queued, 0},
	} {
		t.Run(name, func(t *testing.T) {
			onStage(t, func(s *stage) { s.messenger.answer = func(int, call) error { return c.err } }, func(s *stage) {
				s.reply("r", "olena", "hello")
				after(time.Minute)
				synctest.Wait()
				require.Len(t, s.messenger.calls, c.calls)
				require.Equal(t, c.state, s.store.state("r"))
				require.Len(t, s.desk.notices, c.notices)
			})
		})
	}
}

func TestRepliesThatWaitedForAValidTokenGoOutAsSoonAsThereIsOne(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(n int, _ call) error {
			if n == 1 {
				return &messenger.Error{Class: messenger.Unauthorized}
			}
			return nil
		}
	}, func(s *stage) {
		s.reply("r1", "olena", "first")
		s.reply("r2", "olena", "second")
		settleDown()
		require.Equal(t, []string{"first"}, s.messenger.sent("olena"), "the refused try")
		s.Wake(testBot)
		settleDown()
		require.Equal(t, []string{"first", "first", "second"}, s.messenger.sent("olena"))
	})
}

func TestAPassingFailureIsRetriedForAnHourThenFails(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(int, call) error { return &messenger.Error{Class: messenger.Transient} }
	}, func(s *stage) {
		s.reply("r", "olena", "hello")
		after(59 * time.Minute)
		require.Equal(t, conversation.Queued, s.store.state("r"))
		after(3 * time.Minute)
		require.Equal(t, conversation.Failed, s.store.state("r"))
	})
}

func TestCase40RetryAfterHoldsThatChatInOrderAndNoOther(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(_ int, c call) error {
			if c.chat == "slow" && len(s.messenger.calls) == 1 {
				return &messenger.Error{Class: messenger.RetryAfter, After: 7 * time.Second}
			}
			return nil
		}
	}, func(s *stage) {
		began := time.Now()
		s.reply("a1", "slow", "one")
		s.reply("a2", "slow", "two")
		settleDown()
		s.reply("b1", "fast", "hello")
		settleDown()
		require.Equal(t, []string{"hello"}, s.messenger.sent("fast"))
		after(10 * time.Second)
		require.Equal(t, []string{"one", "one", "two"}, s.messenger.sent("slow"))
		require.GreaterOrEqual(t, s.messenger.calls[2].at.Sub(began), 7*time.Second)
	})
}

func TestASecondChatToldToWaitHoldsTheWholeBot(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(n int, _ call) error {
			if n <= 2 {
				return &messenger.Error{Class: messenger.RetryAfter, After: 7 * time.Second}
			}
			return nil
		}
	}, func(s *stage) {
		s.reply("a", "one", "1")
		s.reply("b", "two", "2")
		settleDown()
		s.reply("c", "three", "3")
		after(3 * time.Second)
		require.Empty(t, s.messenger.sent("three"))
		after(10 * time.Second)
		require.Equal(t, []string{"3"}, s.messenger.sent("three"))
	})
}

func TestRatesOfTheMessengerAreKept(t *testing.T) {
	rates := messenger.Rates{PerChat: messenger.Rate{Every: time.Second, Burst: 2}}
	onStage(t, func(s *stage) { s.messenger.rates = rates }, func(s *stage) {
		for i := range 6 {
			s.reply(fmt.Sprint("r", i), "olena", fmt.Sprint(i))
		}
		after(20 * time.Second)
		require.Len(t, s.messenger.calls, 6)
		require.GreaterOrEqual(t, s.messenger.calls[5].at.Sub(s.messenger.calls[0].at), 4*time.Second)
	})
}

func TestALongReplyGoesOutInPartsAndAFailedPartIsTakenUpAgain(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.limit = 10
		s.messenger.answer = func(n int, _ call) error {
			if n == 2 {
				return &messenger.Error{Class: messenger.Transient}
			}
			return nil
		}
	}, func(s *stage) {
		s.reply("r", "olena", "aaaaaaaaa bbbbbbbbb ccccccccc")
		after(10 * time.Second)
		require.Equal(t, []string{"aaaaaaaaa", "bbbbbbbbb", "bbbbbbbbb", "ccccccccc"}, trimmed(s.messenger.sent("olena")))
		require.Equal(t, conversation.Sent, s.store.state("r"))
		require.Len(t, s.store.parts["r"], 3)
	})
}

func trimmed(texts []string) []string {
	for i := range texts {
		texts[i] = strings.TrimSpace(texts[i])
	}
	return texts
}

func TestAPausedBotSendsNothingAndStillShowsCustomers(t *testing.T) {
	onStage(t, func(s *stage) { s.bots.bot.Paused = true }, func(s *stage) {
		s.says(t, "olena", "hello")
		s.reply("r", "ivan", "later")
		settleDown()
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-olena-1"))
		require.Empty(t, s.messenger.calls)
		s.bots.mu.Lock()
		s.bots.bot.Paused = false
		s.bots.mu.Unlock()
		s.Wake(testBot)
		settleDown()
		require.Equal(t, []string{"later"}, s.messenger.sent("ivan"))
	})
}

func TestAStopFinishesTheCallThatWasBegun(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.slow = 5 * time.Second }, func(s *stage) {
		s.reply("r", "olena", "hello")
		settleDown()
		s.stop()
		require.Equal(t, conversation.Sent, s.store.state("r"))
		require.Empty(t, s.store.owner.BotID, "the lease is given up")
		s.start()
		settleDown()
		require.Len(t, s.messenger.calls, 1)
	})
}

func TestWhatADeadOwnerHadBegunIsUnknownAndShown(t *testing.T) {
	onStage(t, func(s *stage) {
		_, _ = s.store.Converse(context.Background(), testBot, messenger.Chat{ID: "olena"}, messenger.Person{})
		s.store.outbox = []*OutboxRow{{ID: 1, ConversationID: "conv-olena", PostID: "r", Kind: SendRow, State: conversation.Sending, Attempt: 1}}
	}, func(s *stage) {
		settleDown()
		require.Equal(t, conversation.Unknown, s.store.state("r"))
		require.Equal(t, []conversation.Delivery{conversation.Unknown}, s.desk.notices)
		require.Empty(t, s.messenger.calls)
	})
}

func TestAReplyThatIsBegunAndNobodySendsIsShownAsUnknown(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.reply("r", "olena", "hello")
		settleDown()
		s.store.mu.Lock()
		s.store.outbox[0].State = conversation.Sending // a statement was carried out whose answer never came
		s.store.mu.Unlock()
		after(sweepEvery)
		require.Equal(t, conversation.Sending, s.store.state("r"), "it may just be begun")
		after(sweepEvery + time.Second)
		require.Equal(t, conversation.Unknown, s.store.state("r"))
	})
}

func TestASlowCallIsNotTakenForLost(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.slow = 3 * sweepEvery }, func(s *stage) {
		s.reply("r", "olena", "hello")
		after(2*sweepEvery + 30*time.Second)
		require.Equal(t, conversation.Sending, s.store.state("r"))
		after(2 * sweepEvery)
		require.Equal(t, conversation.Sent, s.store.state("r"))
	})
}

func TestAnOutcomeIsRecordedWhenTheDatabaseComesBack(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.slow = 5 * time.Second }, func(s *stage) {
		s.reply("r", "olena", "hello")
		settleDown()
		s.setBroken(errors.New("the database is down"))
		after(9 * time.Second)
		s.setBroken(nil)
		after(10 * time.Second)
		require.Equal(t, conversation.Sent, s.store.state("r"))
		require.Len(t, s.messenger.calls, 1)
	})
}

func (s *stage) setBroken(err error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.broken = err
}

func TestADatabaseThatIsDownRefusesTheUpdateSoThatTheMessengerKeepsIt(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.setBroken(errors.New("down"))
		_, err := s.Accept(t.Context(), testBot, messenger.Delivery{Updates: []messenger.Update{{EventID: "u", Lane: "olena", Raw: []byte("olena hi")}}})
		require.Error(t, err)
		s.setBroken(nil)
		s.deliver(t, "u", "olena", "olena hi")
		settleDown()
		require.Equal(t, []string{"hi"}, s.desk.texts("card-conv-olena-1"))
	})
}

func TestTheWorkForARemovedBotEndsAtOnce(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		require.Equal(t, []string{testBot}, s.Owns())
		s.bots.mu.Lock()
		s.bots.removed = true
		s.bots.mu.Unlock()
		after(lookEvery + time.Millisecond)
		require.Empty(t, s.Owns())
	})
}

func TestAnOrphanStopsWorkingWhenItsServerIsDead(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.desk.dead.Store(true)
		after(leaseSafety + 3*time.Second)
		require.Empty(t, s.Owns())
	})
}

func TestAQuietChannelIsNotReadAgainFromItsBeginning(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		after(20 * time.Minute)
		since, looks := s.store.lastScan()
		require.Greater(t, looks, 1000, "the owner looks by itself, without a hook")
		require.Less(t, time.Since(since), 2*deepOverlap)
	})
}

func TestAPostThatWasSavedWithAnEarlierTimeIsFoundByTheOverlap(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.reply("a", "olena", "first")
		after(20 * time.Minute)
		late := time.Now().Add(-8 * time.Second)
		s.store.write(conversation.AgentPost{ID: "b", RootID: "olena", Message: "late", CreatedAt: late, UpdatedAt: late})
		settleDown()
		skewed := time.Now().Add(-8 * time.Minute)
		s.store.write(conversation.AgentPost{ID: "c", RootID: "olena", Message: "skewed", CreatedAt: skewed, UpdatedAt: skewed})
		after(deepEvery + 5*time.Second)
		require.Equal(t, []string{"first", "late", "skewed"}, s.messenger.sent("olena"))
	})
}
