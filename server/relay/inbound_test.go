package relay

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// happens delivers an event of a chat.
func (s *stage) happens(t *testing.T, e messenger.Event) {
	s.updates++
	s.arrives(t, fmt.Sprint("u", s.updates), e)
}

// arrives delivers an event with an id of its own.
func (s *stage) arrives(t *testing.T, id string, e messenger.Event) {
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	update := messenger.Update{EventID: id, Lane: e.Chat.ID, Raw: raw}
	if e.Kind == messenger.EventMessage {
		update.Album = e.Album // an edit waits for no siblings
	}
	_, err = s.Accept(s.ctx, testBot, messenger.Delivery{Updates: []messenger.Update{update}})
	require.NoError(t, err)
}

// message is one of a customer with an id.
func message(chat, id, text string) messenger.Event {
	e := event(messenger.EventMessage, chat)
	e.ExternalID, e.Text = id, richtext.Plain(text)
	return e
}

// edit is that message with another text.
func edit(e messenger.Event, text string) messenger.Event {
	e.Kind, e.At, e.Text = messenger.EventEdited, time.Now(), richtext.Plain(text)
	return e
}

func picture(chat, id, album, caption string) messenger.Event {
	e := message(chat, id, caption)
	e.Album = album
	e.Files = []messenger.File{{Kind: messenger.Photo, Ref: "file" + id}}
	return e
}

func (s *stage) shownPosts() []shownPost {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Clone(s.desk.posts)
}

func (s *stage) reasons() map[string]int {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	counts := map[string]int{}
	for name, n := range s.meter.counts {
		counts[name] = n
	}
	return counts
}

func TestAnEditChangesThePostAndKeepsTheEarlierText(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "size M?")
		s.happens(t, m)
		settleDown()
		s.happens(t, edit(m, "size L?"))
		settleDown()
		posts := s.shownPosts()
		require.Len(t, posts, 1)
		require.Equal(t, "size L?", posts[0].text)
		require.False(t, posts[0].edited.IsZero())
		require.Equal(t, "size M?", s.store.versions[0].Text)
		require.Empty(t, s.desk.lines, "nobody has answered yet")
	})
}

func TestAnEditAfterAnAgentsReplyIsToldInTheThread(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "size M?")
		s.happens(t, m)
		settleDown()
		s.answers("r", "yes")
		s.happens(t, edit(m, "size L?"))
		settleDown()
		require.Equal(t, []string{"line.edited_after_reply"}, s.desk.lines)
	})
}

func TestCase14AnEditWithTheSameContentChangesNothing(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "hello")
		s.happens(t, m)
		settleDown()
		s.happens(t, edit(m, "hello"))
		settleDown()
		require.True(t, s.shownPosts()[0].edited.IsZero())
		require.Empty(t, s.store.versions)
		require.Equal(t, 1, s.reasons()["in/done/edit_of_nothing"])
	})
}

func TestCase13AnEditThatComesBeforeItsOriginalIsTheOnePost(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "helo")
		time.Sleep(time.Second)
		s.happens(t, edit(m, "hello"))
		settleDown()
		s.happens(t, m)
		settleDown()
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-olena-1"))
		require.Equal(t, 1, s.reasons()["in/dropped/shown_by_its_edit"])
	})
}

func TestCase16AnEditOfAMessageNobodyKnowsIsANewPostOnce(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "hello")
		s.happens(t, edit(m, "hello there"))
		s.happens(t, edit(m, "hello there"))
		settleDown()
		posts := s.shownPosts()
		require.Len(t, posts, 1)
		require.False(t, posts[0].edited.IsZero(), "it is marked")
	})
}

func TestAnOlderEditDoesNotUndoANewerOne(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "one")
		s.happens(t, m)
		time.Sleep(time.Second)
		older := edit(m, "two")
		time.Sleep(time.Second)
		s.happens(t, edit(m, "three"))
		s.happens(t, older)
		settleDown()
		require.Equal(t, []string{"three"}, s.desk.texts("card-conv-olena-1"))
	})
}

func TestCase15AnEditedCaptionKeepsTheFileAndAnotherFileReplacesIt(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := picture("olena", "1", "", "my dress")
		s.happens(t, m)
		settleDown()
		s.happens(t, edit(m, "my new dress"))
		settleDown()
		require.Equal(t, []string{"file1"}, s.shownPosts()[0].files)
		require.Equal(t, "my new dress", s.shownPosts()[0].text)
		require.Equal(t, 1, s.messenger.fetches, "the file is not fetched again")
		m = edit(m, "my new dress")
		m.Files[0].Ref = "other"
		s.happens(t, m)
		settleDown()
		require.Equal(t, []string{"other"}, s.shownPosts()[0].files)
	})
}

func TestALiveLocationMovesInPlaceAndKeepsNoVersions(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := message("olena", "1", "")
		m.Live, m.Labels = true, []messenger.Label{{Key: "live_location", Args: map[string]string{"coordinates": "1, 1"}}}
		s.happens(t, m)
		settleDown()
		m = edit(m, "")
		m.Labels = []messenger.Label{{Key: "live_location", Args: map[string]string{"coordinates": "2, 2"}}}
		s.happens(t, m)
		settleDown()
		require.Len(t, s.shownPosts(), 1)
		require.Empty(t, s.store.versions)
		require.Empty(t, s.reasons()["in/done/edit_of_nothing"])
	})
}

func TestCase17AnAlbumInAnyOrderIsOnePostWithItsFilesInTheirOrder(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		for _, id := range []string{"12", "10", "11"} {
			caption := ""
			if id == "11" {
				caption = "my dresses"
			}
			s.happens(t, picture("olena", id, "album", caption))
			time.Sleep(2 * time.Second)
		}
		s.happens(t, message("olena", "13", "which one?"))
		after(10 * time.Second)
		posts := s.shownPosts()
		require.Len(t, posts, 2)
		require.Equal(t, []string{"file10", "file11", "file12"}, posts[0].files)
		require.Equal(t, "my dresses", posts[0].text)
		require.Equal(t, "which one?", posts[1].text)
	})
}

func TestAnAlbumHoldsNoOtherConversation(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.happens(t, picture("olena", "1", "album", ""))
		s.happens(t, message("ivan", "1", "hello"))
		after(500 * time.Millisecond)
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-ivan-1"))
		require.Empty(t, s.desk.texts("card-conv-olena-1"))
	})
}

func TestAnAlbumThatNeverEndsIsShownTenByTen(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		for i := range 12 {
			s.happens(t, picture("olena", fmt.Sprint(100+i), "album", ""))
			time.Sleep(time.Second)
		}
		settleDown()
		posts := s.shownPosts()
		require.Len(t, posts, 2)
		require.Len(t, posts[0].files, 10)
		require.Len(t, posts[1].files, 2)
	})
}

func TestCase19AStragglerAndARestartLoseNothingOfAnAlbum(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.happens(t, picture("olena", "1", "album", "one"))
		s.happens(t, picture("olena", "2", "album", "two"))
		s.desk.setFail(func(InboundPost) error { return fmt.Errorf("the server is away") })
		after(3 * time.Second)
		s.stop() // the album is bound to its post and the post is not made
		s.happens(t, picture("olena", "3", "album", "three"))
		s.desk.setFail(nil)
		s.start()
		after(time.Minute)
		posts := s.shownPosts()
		require.Len(t, posts, 2)
		require.Equal(t, []string{"file1", "file2"}, posts[0].files)
		require.Equal(t, "one\ntwo", posts[0].text)
		require.Equal(t, []string{"file3"}, posts[1].files)
	})
}

func TestTheOneCaptionOfAnAlbumIsEditedInPlaceAndOthersAreNotLost(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		one, two := picture("olena", "1", "album", "caption"), picture("olena", "2", "album", "")
		s.happens(t, one)
		s.happens(t, two)
		after(5 * time.Second)
		s.happens(t, edit(one, "better caption"))
		settleDown()
		require.Equal(t, "better caption", s.shownPosts()[0].text)
		s.happens(t, edit(two, "and this"))
		settleDown()
		posts := s.shownPosts()
		require.Len(t, posts, 2, "the album's post cannot tell its captions apart")
		require.Equal(t, "better caption", posts[0].text)
		require.Equal(t, "and this", posts[1].text)
	})
}

func TestAnEditThatComesBeforeItsAlbumHidesNoneOfTheOthers(t *testing.T) {
	for _, early := range []int{0, 1, 2} {
		onStage(t, nil, func(s *stage) {
			var album []messenger.Event
			for _, id := range []string{"10", "11", "12"} {
				album = append(album, picture("olena", id, "album", ""))
			}
			time.Sleep(time.Second)
			s.happens(t, edit(album[early], "my dress"))
			settleDown()
			for _, m := range album {
				s.happens(t, m)
			}
			after(10 * time.Second)
			var files []string
			for _, post := range s.shownPosts() {
				files = append(files, post.files...)
			}
			require.ElementsMatch(t, []string{"file10", "file11", "file12"}, files)
			require.Equal(t, 1, s.reasons()["in/dropped/shown_by_its_edit"])
		})
	}
}

func TestAnAlbumThatAnotherOwnerEndedMeanwhileIsPassedOver(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.desk.setFail(func(InboundPost) error { return fmt.Errorf("the server is away") })
		s.happens(t, picture("olena", "1", "album", ""))
		after(3 * time.Second)
		s.store.usurp() // the album is bound to its post by now
		s.desk.setFail(nil)
		s.happens(t, message("olena", "2", "hello"))
		after(time.Minute)
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-olena-1"))
		require.Zero(t, s.reasons()["panic/inbound"])
	})
}

func TestAFileThatCannotBeFetchedNowIsTriedAgainAndThenShownAsMissing(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.fetch = func(string) error { return &messenger.Error{Class: messenger.Transient, Description: "502"} }
	}, func(s *stage) {
		s.happens(t, picture("olena", "1", "", "look"))
		s.happens(t, message("olena", "2", "hello?"))
		after(10 * time.Second)
		posts := s.shownPosts()
		require.Equal(t, []string{"missing file1"}, posts[0].files)
		require.Equal(t, "hello?", posts[1].text, "and nothing else is held up")
		require.Equal(t, patientTries+1, s.messenger.fetches)
	})
}

func TestCase20AFileOverTheMessengersLimitIsNotAskedFor(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		m := picture("olena", "1", "", "")
		m.Files[0].Size = 1001
		s.happens(t, m)
		settleDown()
		require.Equal(t, []string{"missing file1"}, s.shownPosts()[0].files)
		require.Zero(t, s.messenger.fetches)
	})
}

func TestCase25AReplyShowsWhatItAnswersAlsoWhenThatIsFromBeforeThePlugin(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.happens(t, message("olena", "1", "two sizes?"))
		settleDown()
		m := message("olena", "2", "I mean this")
		m.ReplyTo = &messenger.Quoted{ExternalID: "1", Text: "sizes"}
		s.happens(t, m)
		m = message("olena", "3", "and this")
		m.ReplyTo = &messenger.Quoted{ExternalID: "0", Text: "long ago"}
		s.happens(t, m)
		settleDown()
		posts := s.shownPosts()
		require.Equal(t, "> sizes ("+posts[0].id+")\nI mean this", posts[1].text)
		require.Equal(t, "> long ago ()\nand this", posts[2].text)
	})
}

func TestCase28APressIsAcknowledgedAndShownOnceAlsoWhenItComesTwice(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		e := event(messenger.EventPressed, "olena")
		e.ExternalID, e.Press = "77", &messenger.Press{ID: "press", Data: "p", Label: "Prices"}
		s.happens(t, e)
		s.happens(t, e)
		settleDown()
		require.Equal(t, []string{"[pressed]"}, s.desk.texts("card-conv-olena-1"))
		for _, c := range s.messenger.calls {
			require.Equal(t, "acknowledge", c.method)
		}
		require.Len(t, s.messenger.calls, 2, "each is answered")
	})
}

func TestAPressThatIsTooOldIsShownAllTheSame(t *testing.T) {
	onStage(t, func(s *stage) {
		s.messenger.answer = func(int, call) error {
			return &messenger.Error{Class: messenger.Rejected, Description: "query is too old"}
		}
	}, func(s *stage) {
		e := event(messenger.EventPressed, "olena")
		e.Press = &messenger.Press{ID: "press", Data: "p"}
		s.happens(t, e)
		settleDown()
		require.Len(t, s.shownPosts(), 1)
	})
}

func TestCase29ReactionsAreAddedAndRemovedAndThoseOfUnknownMessagesCounted(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.happens(t, message("olena", "1", "hello"))
		settleDown()
		e := event(messenger.EventReaction, "olena")
		e.ExternalID, e.Reactions = "1", []string{"👍", "🫥"}
		s.happens(t, e)
		settleDown()
		require.Equal(t, []string{"👍"}, s.desk.signs)
		require.Equal(t, []string{"line.reaction"}, s.desk.lines, "what Mattermost does not have is told in words")
		e.Former, e.Reactions = e.Reactions, nil
		s.happens(t, e)
		e.ExternalID = "nobody's"
		s.happens(t, e)
		settleDown()
		require.Empty(t, s.desk.signs)
		require.Equal(t, 1, s.reasons()["in/dropped/reaction_to_unknown"])
	})
}

func TestCase27ADeepLinkIsShownInTheThreadTheCustomerOpensNext(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		e := event(messenger.EventStarted, "olena")
		e.Payload = "promo42"
		s.happens(t, e)
		settleDown()
		require.Empty(t, s.desk.cards)
		s.happens(t, message("olena", "2", "hello"))
		settleDown()
		require.Equal(t, []string{"line.payload"}, s.desk.lines)
		s.happens(t, message("olena", "3", "hello?"))
		s.happens(t, e)
		settleDown()
		require.Equal(t, []string{"line.payload", "line.payload"}, s.desk.lines, "once for each time, at once in an open thread")
	})
}

func TestWhatTellsOfAGroupOpensNoThread(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		joined := message("group", "1", "")
		joined.Service, joined.Labels = true, []messenger.Label{{Key: "joined"}}
		s.happens(t, joined)
		settleDown()
		require.Empty(t, s.desk.cards)
		require.Equal(t, 1, s.reasons()["in/dropped/service_without_thread"])
		s.happens(t, message("group", "2", "hello"))
		s.happens(t, joined)
		settleDown()
		require.Equal(t, []string{"hello", "[joined]"}, s.desk.texts("card-conv-group-1"))
	})
}

func TestCase33AGroupThatMovedGoesOnInItsThread(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.happens(t, message("old", "1", "hello"))
		settleDown()
		e := event(messenger.EventMigrated, "old")
		e.MigratedTo = "new"
		s.happens(t, e)
		settleDown()
		s.happens(t, message("new", "1", "still here"))
		settleDown()
		require.Equal(t, []string{"hello", "still here"}, s.desk.texts("card-conv-old-1"))
	})
}

func TestCase30ABusinessConnectionWaitsForAnAdmin(t *testing.T) {
	business := func(id, text string) messenger.Event {
		e := message("olena", id, text)
		e.Chat.Connection = "biz"
		return e
	}
	onStage(t, nil, func(s *stage) {
		s.happens(t, business("1", "hello"))
		settleDown()
		require.Empty(t, s.desk.cards, "nothing is shown before it is accepted")
		require.Equal(t, []conversation.ConnectionState{conversation.ConnectionWaiting}, s.desk.states)
		team := NewTeam(TeamOptions{Store: s.store, Desk: s.desk, Messengers: s.bots, Wake: s.Wake, Unmark: func(string) {}})
		_, err := team.Decide(s.ctx, testBot, "biz", true, "admin")
		require.NoError(t, err)
		settleDown()
		require.Equal(t, []string{"hello"}, s.desk.texts("card-conv-olena-1"))

		own := business("2", "I answer myself")
		own.FromOwner = true
		s.happens(t, own)
		settleDown()
		require.Equal(t, conversation.Out, s.store.end(2).Message.Direction)

		e := event(messenger.EventDeleted, "olena")
		e.Chat.Connection, e.Deleted = "biz", []string{"1", "9"}
		s.happens(t, e)
		settleDown()
		require.True(t, s.shownPosts()[0].deleted)
	})
}

func TestMessagesOfARefusedConnectionAreDroppedByName(t *testing.T) {
	onStage(t, func(s *stage) {
		s.store.connections["biz"] = conversation.Connection{State: conversation.ConnectionRefused}
	}, func(s *stage) {
		e := message("olena", "1", "hello")
		e.Chat.Connection = "biz"
		s.happens(t, e)
		settleDown()
		require.Empty(t, s.desk.cards)
		require.Equal(t, 1, s.reasons()["in/dropped/connection_refused"])
	})
}

func TestCase56ReceiptsAreRecordedAndOneThatOvertakesTheAnswerWaits(t *testing.T) {
	onStage(t, func(s *stage) { s.messenger.slow = time.Second }, func(s *stage) {
		s.happens(t, message("olena", "1", "hello"))
		settleDown()
		s.reply("r", "olena", "hi")
		time.Sleep(500 * time.Millisecond)
		e := event(messenger.EventDelivered, "olena")
		e.ExternalID = "m1"
		s.happens(t, e)
		e.ExternalID = "never sent"
		after(10 * time.Second)
		s.happens(t, e)
		settleDown()
		require.Equal(t, []string{"m1 delivered"}, s.store.receipts)
		require.Equal(t, 1, s.reasons()["in/dropped/receipt_unknown"])
	})
}

// TestAnyOrderOfEditsAndDuplicatesEndsInTheSameThread holds that what a thread shows in the end does not depend on the
// order in which a message, its edits and their repetitions arrive.
func TestAnyOrderOfEditsAndDuplicatesEndsInTheSameThread(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		edits := rapid.IntRange(0, 4).Draw(r, "edits")
		seed := rapid.Uint64().Draw(r, "order")
		repeats := rapid.IntRange(0, 3).Draw(r, "repeats")
		var shown []string
		var events []messenger.Event
		onStage(t, nil, func(s *stage) {
			m := message("olena", "1", "version 0")
			events = []messenger.Event{m}
			for i := range edits {
				time.Sleep(time.Second)
				events = append(events, edit(m, fmt.Sprint("version ", i+1)))
			}
			for i := range events {
				events[i].Reason = fmt.Sprint("u", i) // the id of its update, which a repetition has too
			}
			random := rand.New(rand.NewPCG(seed, 1))
			for range repeats {
				events = append(events, events[random.IntN(len(events))])
			}
			random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			for _, e := range events {
				s.arrives(t, e.Reason, e)
				if random.IntN(2) == 0 {
					settleDown()
				}
			}
			settleDown()
			shown = s.desk.texts("card-conv-olena-1")
		})
		require.Equal(r, []string{fmt.Sprint("version ", edits)}, shown, "of %v", order(events))
	})
}

func order(events []messenger.Event) string {
	var texts []string
	for _, e := range events {
		texts = append(texts, e.Text.Plain)
	}
	return strings.Join(texts, ", ")
}
