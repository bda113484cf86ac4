// Every part of an event reaches the arbiter, and every part of its decision the store.

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

// deciding makes the arbiter decide the same about all that customers do, and remember nothing.
func deciding(d autoreply.Decision) func(*stage) {
	return func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, _ autoreply.Memory, e autoreply.Event) autoreply.Decision {
			if e.Kind == autoreply.Answered {
				return autoreply.Decision{}
			}
			return d
		}
	}
}

var choose = [][]messenger.Button{{{Label: "Prices", Data: "p"}, {Label: "A person", Data: "h"}}}

func TestAllOfADecisionIsStoredWithTheEndOfItsRow(t *testing.T) {
	later := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	call := &flow.Call{URL: "https://api.example/p/1", Of: "lookup@1"}
	for name, c := range map[string]struct {
		decided autoreply.Decision
		want    AutoAnswer
	}{
		"words": {
			autoreply.Decision{
				Text: "Choose", Files: []string{"f1", "f2"}, Buttons: choose, Rules: []string{"r1", "r2"}, Names: []string{"Greeting", "Away"},
				Flow: "shop/main", RemoveKeyboard: true, Tags: []string{"vip"}, Assign: "ivan", NoAnswerAt: later,
			},
			AutoAnswer{
				Text: "Choose", FileIDs: []string{"f1", "f2"}, Buttons: choose, Rules: []string{"r1", "r2"}, By: "Greeting, Away, shop/main",
				RemoveKeyboard: true, Tags: []string{"vip"}, AssigneeID: "id-ivan", NoAnswerAt: later,
				Lines: []TeamLine{{Key: "line.assigned", Args: map[string]string{"mention": "ivan"}}},
			},
		},
		"who is gone": {autoreply.Decision{Assign: "gone"}, AutoAnswer{
			Lines: []TeamLine{{Key: "line.assign_gone", Args: map[string]string{"name": "gone"}}},
		}},
		"the limit": {autoreply.Decision{Silence: autoreply.SilenceLimit, LimitReached: true}, AutoAnswer{
			Lines: []TeamLine{{Key: "line.auto_limit"}},
		}},
		"a goodbye":            {autoreply.Decision{Text: "Bye", Close: true}, AutoAnswer{Text: "Bye", Close: true}},
		"a person":             {autoreply.Decision{Text: "Wait", Handover: true}, AutoAnswer{Text: "Wait", Mode: conversation.HumanMode}},
		"people no more":       {autoreply.Decision{HumanModeOver: true}, AutoAnswer{Mode: conversation.BotMode}},
		"nobody":               {autoreply.Decision{Silence: autoreply.SilenceNothing}, AutoAnswer{}},
		"a call":               {autoreply.Decision{Call: call, Rules: []string{"r1"}}, AutoAnswer{Call: call, Rules: []string{"r1"}}},
		"who is assigned":      {autoreply.Decision{Assign: "olha"}, AutoAnswer{}},
		"files without a word": {autoreply.Decision{Files: []string{"f1"}}, AutoAnswer{FileIDs: []string{"f1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			onStage(t, deciding(c.decided), func(s *stage) {
				s.reply("before", "olena", "hello") // so that there is a conversation
				settleDown()
				s.store.mu.Lock()
				s.store.convs["conv-olena"].AssigneeID = "id-olha"
				s.store.mu.Unlock()
				e := message("olena", "1", "hi")
				s.happens(t, e)
				settleDown()
				got := s.store.end(1).Auto
				require.NotNil(t, got)
				want := c.want
				want.ConversationID, want.Lane, want.Memory, want.AskedAt = "conv-olena", "olena", json.RawMessage("{}"), got.AskedAt
				require.WithinDuration(t, e.At, got.AskedAt, time.Second)
				want.Seen = Seen{Mode: conversation.BotMode}
				if want.Text != "" || len(want.FileIDs) > 0 {
					want.PostID = conversation.PostID(testBot, "auto", s.store.end(1).Message.PostID)
				}
				for i := range got.Lines {
					require.NotEmpty(t, got.Lines[i].ID)
					want.Lines[i].ID = got.Lines[i].ID
					require.Contains(t, s.desk.lines, got.Lines[i].Key)
				}
				require.Equal(t, want, *got)
			})
		})
	}
}

func TestTheArbiterIsToldWhoTheCustomerIsAndWhatHeSees(t *testing.T) {
	var facts autoreply.Facts
	onStage(t, func(s *stage) {
		s.autos.decide = func(f autoreply.Facts, m autoreply.Memory, _ autoreply.Event) autoreply.Decision {
			facts = f
			return autoreply.Decision{Memory: m}
		}
	}, func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		require.Equal(t, messenger.Private, facts.Kind)
		require.False(t, facts.Business)
		require.False(t, facts.Keyboard)
		s.store.mu.Lock()
		c := s.store.convs["conv-olena"]
		c.Customer.Language, c.Customer.Username, c.Keyboard = "uk-UA", "olena_k", "m1"
		s.store.mu.Unlock()
		s.happens(t, message("olena", "2", "hi"))
		settleDown()
		require.Equal(t, "uk-UA", facts.Language)
		require.Equal(t, "olena_k", facts.Customer.Username)
		require.True(t, facts.Keyboard)
	})
}

func TestTheArbiterIsToldByWhichLinkTheCustomerCameAndWhatHeSharedByAButton(t *testing.T) {
	var asked []autoreply.Event
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			e.At = time.Time{}
			asked = append(asked, e)
			return autoreply.Decision{Memory: m}
		}
	}, func(s *stage) {
		started := event(messenger.EventStarted, "olena")
		started.Payload = "autumn"
		s.happens(t, started)
		settleDown()
		pressed := press("p1", "l:shop:main")
		pressed.Shared = "50.45,30.52"
		s.happens(t, pressed)
		settleDown()
	})
	require.Equal(t, []autoreply.Event{
		{Kind: autoreply.Started, Payload: "autumn"}, {Kind: autoreply.Pressed, Press: "l:shop:main", Shared: "50.45,30.52"},
	}, asked)
}

// greeter is a messenger that takes a welcome as the answer to its call, and keeps what was handed to it.
type greeter struct {
	*fakeMessenger
	handed []messenger.Outgoing
}

func (g *greeter) Welcome(out messenger.Outgoing) ([]byte, error) {
	g.handed = append(g.handed, out)
	return []byte(out.Text.Plain), nil
}

// opens tells the relay that olena opened the bot, for the welcome only.
func (s *stage) opens(t *testing.T, id, payload string) string {
	e := event(messenger.EventStarted, "olena")
	e.Payload = payload
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	body, err := s.Welcome(s.ctx, testBot, messenger.Delivery{Updates: []messenger.Update{{EventID: id, Lane: "olena", Raw: raw}}})
	require.NoError(t, err)
	return string(body)
}

func TestAWelcomeHasItsButtonsAndTheBotsName(t *testing.T) {
	g := &greeter{}
	onStage(t, func(s *stage) {
		deciding(autoreply.Decision{Text: "**Welcome!**", Files: []string{"f1"}, Buttons: choose})(s)
		g.fakeMessenger, s.bots.messenger, s.bots.bot.Name = s.messenger, g, "Shop"
	}, func(s *stage) {
		require.Equal(t, "Welcome!", s.opens(t, "start", ""))
		require.Len(t, g.handed, 1)
		require.Equal(t, choose, g.handed[0].Buttons)
		require.Equal(t, "Shop", g.handed[0].SenderName)
		require.Equal(t, "olena", g.handed[0].Chat.ID)
		require.Empty(t, g.handed[0].Files, "the messenger takes one call")
		require.Equal(t, choose, s.store.outbox[0].Buttons)
		require.Empty(t, s.store.outbox[0].FileIDs, "the thread shows what the customer got")
	})
}

func TestAWelcomeThatIsTooLongForOneCallKeepsItsButtons(t *testing.T) {
	g := &greeter{}
	onStage(t, func(s *stage) {
		deciding(autoreply.Decision{Text: "Welcome to our shop! What can we do for you today?", Buttons: choose})(s)
		g.fakeMessenger, s.bots.messenger, s.messenger.limit = s.messenger, g, 30
	}, func(s *stage) {
		require.NotEmpty(t, s.opens(t, "start", ""))
		require.Len(t, g.handed, 1)
		require.LessOrEqual(t, len(g.handed[0].Text.Plain), 30)
		require.Equal(t, choose, g.handed[0].Buttons, "there is no second call that could bring them")
	})
}

func TestAPausedBotWelcomesNobody(t *testing.T) {
	g := &greeter{}
	onStage(t, func(s *stage) {
		deciding(autoreply.Decision{Text: "Welcome!"})(s)
		g.fakeMessenger, s.bots.messenger, s.bots.bot.Paused = s.messenger, g, true
	}, func(s *stage) {
		require.Empty(t, s.opens(t, "start", ""))
		require.Empty(t, g.handed)
		require.Empty(t, s.store.outbox)
		s.resumes()
		require.Equal(t, "Welcome!", s.opens(t, "start again", ""))
	})
}

func TestAWelcomeKnowsByWhichLinkTheCustomerCame(t *testing.T) {
	g := &greeter{}
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			return autoreply.Decision{Text: "From " + e.Payload, Memory: m}
		}
		g.fakeMessenger, s.bots.messenger = s.messenger, g
	}, func(s *stage) {
		require.Equal(t, "From autumn", s.opens(t, "start", "autumn"))
	})
}

func TestAWelcomeThatWasOvertakenIsNotHandedOut(t *testing.T) {
	g := &greeter{}
	onStage(t, func(s *stage) {
		g.fakeMessenger, s.bots.messenger = s.messenger, g
	}, func(s *stage) {
		s.autos.mu.Lock()
		s.autos.decide = func(autoreply.Facts, autoreply.Memory, autoreply.Event) autoreply.Decision {
			s.store.becomesHuman("conv-olena") // between the look and the decision
			return autoreply.Decision{Text: "Welcome!"}
		}
		s.autos.mu.Unlock()
		require.Empty(t, s.opens(t, "start", ""))
		require.Empty(t, g.handed)
		require.Empty(t, s.store.outbox)
	})
}

func TestAnAlbumIsAnsweredOnceWithItsLastPicture(t *testing.T) {
	asked := 0
	onStage(t, func(s *stage) {
		s.autos.decide = func(_ autoreply.Facts, m autoreply.Memory, e autoreply.Event) autoreply.Decision {
			asked++
			return autoreply.Decision{Text: "To " + e.Text, Close: true, Memory: m}
		}
	}, func(s *stage) {
		for _, id := range []string{"2", "1", "3"} {
			s.happens(t, picture("olena", id, "album", map[string]string{"2": "price?"}[id]))
		}
		after(10 * time.Second)
		require.Equal(t, 1, asked)
		require.Equal(t, []string{"To price?"}, s.messenger.sent("olena"))
		var answered []string
		for row := int64(1); row <= 3; row++ {
			if f := s.store.end(row); f.Auto != nil {
				answered = append(answered, f.Message.ExternalID)
			}
		}
		require.Equal(t, []string{"3"}, answered, "the others would open what it closes")
		require.Equal(t, conversation.Closed, s.store.convs["conv-olena"].Status)
	})
}

func TestWhatIsSaidAfterClosingIsNotShownInTheClosedThread(t *testing.T) {
	onStage(t, answering(autoreply.Started, "Welcome!"), func(s *stage) {
		s.happens(t, message("olena", "1", "hi"))
		settleDown()
		_, err := s.store.Change(s.ctx, "conv-olena", func(c *conversation.Conversation) error { c.Close(time.Now()); return nil })
		require.NoError(t, err)
		after(2 * time.Second)
		s.happens(t, event(messenger.EventStarted, "olena"))
		after(5 * time.Minute)
		require.Equal(t, []string{"Welcome!"}, s.messenger.sent("olena"))
		require.Empty(t, s.desk.autos)
		require.False(t, s.store.outbox[0].Shown)
	})
}
