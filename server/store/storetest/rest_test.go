// What REST reads.

package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestConversationsAreFilteredAndPaged(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.bot("a"), w.bot("b")
		talk := func(l relay.Lease, chat, name, username string, minute int) string {
			c, err := w.Converse(w.ctx, l.BotID, chatOf(chat), messenger.Person{ID: chat, Name: name, Username: username})
			w.ok(err)
			if minute > 0 {
				w.thread(l, chat)
				f := finishedAs(w.update(l.BotID, chat, chat), c, "post-"+chat)
				f.Message.At = noon.Add(time.Duration(minute) * time.Minute)
				w.finish(l, f)
				_, err = w.Converse(w.ctx, l.BotID, chatOf(chat), messenger.Person{ID: chat, Name: name, Username: username})
				w.ok(err)
			}
			return c.ID
		}
		olena := talk(a, "1", "Олена Коваль", "olena", 1)
		petro := talk(a, "2", "Петро 100%", "petro_1", 3)
		silent := talk(a, "3", "Silent", "petroX1", 0)
		other := talk(b, "4", "Other", "", 2)
		_, err := w.Change(w.ctx, olena, func(c *conversation.Conversation) error {
			c.Close(noon)
			c.AssigneeID, c.Tags = "agent", []string{"ціни", "vip"}
			return nil
		})
		w.ok(err)
		for name, tt := range map[string]struct {
			f     api.Filter
			want  []string
			total int
		}{
			"all, newest message first":   {api.Filter{}, []string{petro, other, olena, silent}, 4},
			"bot":                         {api.Filter{BotID: "b"}, []string{other}, 1},
			"channel, with or without":    {api.Filter{ChannelID: "channel-a"}, []string{petro, olena, silent}, 3},
			"status":                      {api.Filter{Status: conversation.Closed}, []string{olena}, 1},
			"assignee":                    {api.Filter{AssigneeID: "agent"}, []string{olena}, 1},
			"tag":                         {api.Filter{Tag: "ціни"}, []string{olena}, 1},
			"part of a tag":               {api.Filter{Tag: "цін"}, nil, 0},
			"name in any case":            {api.Filter{Query: "оЛЕН"}, []string{olena}, 1},
			"username":                    {api.Filter{Query: "OLENA"}, []string{olena}, 1},
			"a percent sign is literal":   {api.Filter{Query: "0%"}, []string{petro}, 1},
			"an underscore, too":          {api.Filter{Query: "o_1"}, []string{petro}, 1},
			"waiting":                     {api.Filter{Waiting: true}, []string{petro, other}, 2},
			"what the caller may see":     {api.Filter{ChannelIDs: []string{"channel-b", "x"}}, []string{other}, 1},
			"a caller who may see none":   {api.Filter{ChannelIDs: []string{}}, nil, 0},
			"asked for what is forbidden": {api.Filter{BotID: "a", ChannelIDs: []string{"channel-b"}}, nil, 0},
			"second page":                 {api.Filter{Page: 1, PerPage: 3}, []string{silent}, 4},
			"beyond the last page":        {api.Filter{Page: 9, PerPage: 3}, nil, 4},
		} {
			if tt.f.PerPage == 0 {
				tt.f.PerPage = 60
			}
			page, total, err := w.Conversations(w.ctx, tt.f)
			w.ok(err)
			var ids []string
			for _, c := range page {
				require.Equal(w, w.conversation(c.ID), c)
				ids = append(ids, c.ID)
			}
			require.Equal(w, tt.want, ids, name)
			require.Equal(w, tt.total, total, name)
		}
	})
}

func TestMessagesShowTheirDelivery(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, finishedAs(w.update("a", "1", "1"), c, "in"))
		ids := []string{"note", "queued", "sending", "sent", "failed", "unknown", "held", "cancelled"}
		for i, id := range ids {
			action := map[string]conversation.Action{"note": conversation.Keep, "held": conversation.Hold}[id]
			if action == "" {
				action = conversation.Send
			}
			w.record(l, judged(c, agentPost(id, "1", 1+i), action, conversation.ReasonClosed))
		}
		w.begin(l, "sending")
		w.end(l, "sent", outcomeSent("x1"))
		w.end(l, "failed", outcomeFailed)
		w.end(l, "unknown", relay.Outcome{State: conversation.Unknown, Description: "timed out"})
		w.record(l, judged(c, agentPost("cancelled", "1", 8), conversation.Skip, conversation.ReasonDeleted))

		at := func(second int) time.Time { return noon.Add(time.Duration(second) * time.Second) }
		out := func(id string, second int, state conversation.Delivery, code, text string) api.Message {
			return api.Message{PostID: id, Direction: conversation.Out, At: at(second), State: state, ErrorCode: code, ErrorText: text, Parts: []api.Part{}}
		}
		want := []api.Message{
			out("held", 7, conversation.Failed, "closed", ""),
			out("unknown", 6, conversation.Unknown, "", "timed out"),
			out("failed", 5, conversation.Failed, "400", "Bad Request: chat is odd"),
			out("sent", 4, conversation.Sent, "", ""),
			out("sending", 3, conversation.Queued, "", ""),
			out("queued", 2, conversation.Queued, "", ""),
			{PostID: "note", Direction: conversation.Note, At: at(1), State: conversation.None, Parts: []api.Part{}},
			{PostID: "in", Direction: conversation.In, At: noon, State: conversation.Received},
		}
		want[3].Parts = []api.Part{{ExternalID: "x1", Kind: "text", State: conversation.Sent}}
		want[7].Parts = []api.Part{{ExternalID: "external-in", Kind: "text", State: conversation.Received}}
		messages, total, err := w.Messages(w.ctx, c.ID, 0, 60)
		w.ok(err)
		require.Equal(w, want, messages)
		require.Equal(w, len(want), total)
		second, total, err := w.Messages(w.ctx, c.ID, 1, 3)
		w.ok(err)
		require.Equal(w, want[3:6], second)
		require.Equal(w, len(want), total)
	})
}

func TestAPostLeadsToItsConversation(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1), judged(c, agentPost("p2", "1", 2), conversation.Skip, conversation.ReasonAutomated))
		got, err := w.ConversationOfPost(w.ctx, "p1")
		w.ok(err)
		require.Equal(w, c.ID, got.ID)
		for _, id := range []string{"p2", "nothing", "root-1"} {
			_, err = w.ConversationOfPost(w.ctx, id)
			require.ErrorIs(w, err, relay.ErrNotFound, id)
		}
	})
}
