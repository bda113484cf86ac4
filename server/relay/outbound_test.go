package relay

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// changes makes the agent edit or delete a post.
func (s *stage) changes(id, text string, deleted bool) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for i := range s.store.posts {
		if p := &s.store.posts[i].Post; p.ID == id {
			p.Message, p.Deleted, p.UpdatedAt = text, deleted, time.Now()
		}
	}
}

// answers makes the agent write in the thread that olena opened.
func (s *stage) answers(id, text string) {
	s.store.mu.Lock()
	s.store.posts = append(s.store.posts, Candidate{ConversationID: "conv-olena", Post: conversation.AgentPost{
		ID: id, RootID: "card-conv-olena-1", Message: text, CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}})
	s.store.mu.Unlock()
	settleDown()
}

// methods are the calls besides Send.
func (s *stage) methods() []string {
	s.messenger.mu.Lock()
	defer s.messenger.mu.Unlock()
	var all []string
	for _, c := range s.messenger.calls {
		if c.method != "" {
			all = append(all, fmt.Sprintf("%s %s %q", c.method, c.id, c.text))
		}
	}
	return all
}

func TestCase43AnEditOfASentReplyIsPassedOnOnce(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.reply("r", "olena", "hello")
		settleDown()
		s.changes("r", "hello **you**", false)
		settleDown()
		s.changes("r", "hello **you**", false)
		settleDown()
		require.Equal(t, []string{`edit m1 "hello you"`}, s.methods())
	})
}

func TestCase44ADeletedReplyIsDeletedAtTheCustomer(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.limit = 10 }, func(s *stage) {
		s.reply("r", "olena", "aaaaaaaaa bbbbbbbbb")
		after(5 * time.Second)
		s.changes("r", "", true)
		settleDown()
		require.Equal(t, []string{`delete m1 ""`, `delete m2 ""`}, s.methods())
	})
}

func TestOnlyTheMessagesWhoseTextChangedAreEdited(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.limit = 10 }, func(s *stage) {
		s.reply("r", "olena", "aaaaaaaaa bbbbbbbbb")
		after(5 * time.Second)
		s.changes("r", "aaaaaaaaa ccccccccc", false)
		settleDown()
		require.Equal(t, []string{`edit m2 "ccccccccc"`}, s.methods())
	})
}

func TestAnEditThatNeedsOtherMessagesIsRefusedWithoutACall(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.limit = 10 }, func(s *stage) {
		s.reply("r", "olena", "short")
		settleDown()
		s.changes("r", "much longer than before", false)
		settleDown()
		require.Empty(t, s.methods())
		require.Equal(t, ReasonEditTooLong, s.store.outbox[1].Reason)
		require.Equal(t, conversation.Failed, s.store.outbox[1].State)
	})
}

func TestAnEditWhoseOutcomeNobodyKnowsIsTriedAgain(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(n int, _ call) error {
			if n == 2 {
				return &messenger.Error{Class: messenger.Ambiguous}
			}
			return nil
		}
	}, func(s *stage) {
		s.reply("r", "olena", "hello")
		settleDown()
		s.changes("r", "hello you", false)
		after(5 * time.Second)
		require.Equal(t, []string{`edit m1 "hello you"`, `edit m1 "hello you"`}, s.methods())
	})
}

func TestCase45ReactionsGoOutWhereTheBotMirrorsThemAndTheMessengerHasThem(t *testing.T) {
	for name, mirror := range map[string]bool{"the bot mirrors reactions": true, "the team keeps them": false} {
		t.Run(name, func(t *testing.T) {
			onStage(t, func(s *stage) { s.bots.bot.Settings.MirrorReactions = mirror }, func(s *stage) {
				s.happens(t, message("olena", "1", "hello"))
				settleDown()
				post := s.shownPosts()[0].id
				for _, emoji := range []string{"heart", "eyes", ""} {
					s.store.mu.Lock()
					s.store.reactions = []Reaction{{PostID: post, ConversationID: "conv-olena", Name: emoji, At: time.Now()}}
					s.store.mu.Unlock()
					settleDown()
				}
				if mirror {
					require.Equal(t, []string{`react 1 "❤"`, `react 1 ""`}, s.methods())
				} else {
					require.Empty(t, s.methods())
				}
			})
		})
	}
}

func TestAReplyThatBeginsWithALinkOrAQuoteAnswersThatMessage(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.happens(t, message("olena", "1", "two sizes?"))
		settleDown()
		post := s.shownPosts()[0].id
		for i, text := range []string{
			"https://chat.example/pl/" + post + "\nyes", "> two sizes?\n\nboth", "> something else\n\nno", "https://chat.example/pl/unknown\nhm",
		} {
			s.answers(fmt.Sprint("r", i), text)
		}
		calls := s.messenger.calls
		require.Len(t, calls, 4)
		require.Equal(t, []string{"1", "1", "", ""}, []string{calls[0].replyTo, calls[1].replyTo, calls[2].replyTo, calls[3].replyTo})
		require.Equal(t, "yes", calls[0].text)
		require.Equal(t, "both", calls[1].text)
		require.Contains(t, calls[2].text, "something else")
	})
}

func TestFilesGoOutAndOneThatIsTooLargeStopsTheWholeReply(t *testing.T) {
	onStage(t, func(s *stage) {
		s.desk.files = map[string]AgentFile{"a": {ID: "a", Name: "a.pdf", Size: 10}, "b": {ID: "b", Name: "b.pdf", Size: 5001}}
	}, func(s *stage) {
		write := func(id string, files ...string) {
			s.reply(id+"x", "olena", "! note") // makes the conversation
			s.store.write(conversation.AgentPost{ID: id, RootID: "olena", Message: "here", FileIDs: files, CreatedAt: time.Now(), UpdatedAt: time.Now()})
			settleDown()
		}
		write("r1", "a")
		require.Equal(t, []string{"a.pdf"}, s.messenger.calls[0].files)
		write("r2", "a", "b")
		require.Len(t, s.messenger.calls, 1)
		require.Equal(t, conversation.Failed, s.store.state("r2"))
		write("r3", "gone")
		require.Equal(t, conversation.Failed, s.store.state("r3"))
	})
}

func TestASentReplyIsMarkedWhereTheSettingSaysSo(t *testing.T) {
	onStage(t, func(s *stage) { s.rules.DeliveredReaction = true }, func(s *stage) {
		s.reply("r", "olena", "hello")
		settleDown()
		require.Equal(t, []string{"r"}, s.desk.sent)
	})
}

func TestCase33AReplyToAGroupThatMovedIsSentOnceToItsNewId(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(_ int, c call) error {
			if c.chat == "old" {
				return &messenger.Error{Class: messenger.Migrated, MigratedTo: "new"}
			}
			return nil
		}
	}, func(s *stage) {
		s.reply("r", "old", "hello")
		after(5 * time.Second)
		require.Equal(t, []string{"hello"}, s.messenger.sent("new"))
		require.Len(t, s.messenger.sent("old"), 1)
		require.Equal(t, conversation.Sent, s.store.state("r"))
	})
}

func TestCase57APartThatFailedAfterItWasTakenIsSentAgainAlone(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.limit = 10 }, func(s *stage) {
		s.reply("r", "olena", "aaaaaaaaa bbbbbbbbb")
		after(5 * time.Second)
		s.store.mu.Lock()
		s.store.parts["r"][1].State = conversation.Failed
		s.store.outbox[0].State = conversation.Queued // a person pressed Retry
		s.store.mu.Unlock()
		after(5 * time.Second)
		require.Equal(t, []string{"aaaaaaaaa", "bbbbbbbbb", "bbbbbbbbb"}, trimmed(s.messenger.sent("olena")))
	})
}

// TestALongQueueDrainsInOrderAtItsRateAcrossRestarts sets rates of its own, so that the queue is long when the relay is
// restarted. Ten thousand rows on a real PostgreSQL are storetest's.
func TestALongQueueDrainsInOrderAtItsRateAcrossRestarts(t *testing.T) {
	const chats, each, restarts = 20, 100, 5
	rate := messenger.Rate{Every: 5 * time.Millisecond, Burst: 10}
	onStage(t, func(s *stage) {
		s.rates = &messenger.Rates{PerBot: rate}
		for chat := range chats {
			_, _ = s.store.Converse(s.ctx, testBot, messenger.Chat{ID: fmt.Sprint(chat)}, messenger.Person{})
		}
		for n := range chats * each {
			chat := n % chats
			s.store.wish(OutboxRow{
				ConversationID: fmt.Sprint("conv-", chat), PostID: fmt.Sprintf("r%05d", n), Kind: SendRow,
				Text: fmt.Sprint(n / chats), CreatedAt: time.Now().Add(time.Duration(n) * time.Microsecond),
			})
		}
	}, func(s *stage) {
		for range restarts {
			after(time.Second)
			s.stop()
			require.Less(t, len(s.messenger.calls), chats*each, "the queue was empty before the restart")
			s.start()
		}
		after(time.Minute)
		require.Len(t, s.messenger.calls, chats*each)
		for chat := range chats {
			for n, text := range s.messenger.sent(fmt.Sprint(chat)) {
				require.Equal(t, fmt.Sprint(n), text)
			}
		}
		took := s.messenger.calls[len(s.messenger.calls)-1].at.Sub(s.messenger.calls[0].at)
		require.GreaterOrEqual(t, took, rate.Every*time.Duration(chats*each-(restarts+1)*rate.Burst), "faster than the rate")
	})
}
