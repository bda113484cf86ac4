// REST of conversations and their messages.

package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// maxNote is the longest note, in characters: a post of Mattermost holds 16383.
const maxNote = 16000

// onConversation is a route below one conversation: 404 for whoever may not see it.
func (s *server) onConversation(method, path string, h func(*http.Request, string, conversation.Conversation) (answer, error)) route {
	return route{pattern: method + " " + Prefix + "/conversations/{id}" + path, may: Member, serve: func(r *http.Request, caller string) (answer, error) {
		id, err := pathID(r, "id")
		if err != nil {
			return answer{}, err
		}
		c, _, err := s.conversationFor(r.Context(), caller, id)
		if err != nil {
			return answer{target: id}, err
		}
		a, err := h(r, caller, c)
		a.target = id
		return a, err
	}}
}

func (s *server) byThread() route {
	return route{pattern: "GET " + Prefix + "/conversations/by-thread/{root_post_id}", may: Member, serve: func(r *http.Request, caller string) (answer, error) {
		id, err := pathID(r, "root_post_id")
		if err != nil {
			return answer{}, err
		}
		c, err := s.Conversations.ByThread(r.Context(), id)
		if err != nil {
			return answer{}, err
		}
		_, err = s.botSeen(r.Context(), caller, c)
		return shown(c), err
	}}
}

// conversationFor is the conversation of that id, with its bot, for a caller who may see it.
func (s *server) conversationFor(ctx context.Context, caller, id string) (conversation.Conversation, conversation.Bot, error) {
	c, err := s.Conversations.Conversation(ctx, id)
	if err != nil {
		return conversation.Conversation{}, conversation.Bot{}, err
	}
	bot, err := s.botSeen(ctx, caller, c)
	return c, bot, err
}

// botSeen is the bot of a conversation that the caller may see; not found for one that he may not.
func (s *server) botSeen(ctx context.Context, caller string, c conversation.Conversation) (conversation.Bot, error) {
	bot, err := s.Bots.Bot(ctx, c.BotID)
	if err != nil {
		return conversation.Bot{}, err
	}
	if !s.Access.SeesConversation(caller, bot, c) {
		return conversation.Bot{}, notFound()
	}
	return bot, nil
}

func shown(c conversation.Conversation) answer {
	return answer{status: http.StatusOK, body: viewConversation(c), target: c.ID}
}

func (s *server) listConversations(r *http.Request, caller string) (answer, error) {
	f, err := filter(r)
	if err != nil {
		return answer{}, err
	}
	list := []conversationView{}
	total := 0
	if !s.Access.IsSysadmin(caller) {
		f.ChannelIDs = channels(s.Access.Visible(caller, s.Bots.List(r.Context())))
	}
	// No channels selects all in a Filter: whoever sees none must not get there.
	if s.Access.IsSysadmin(caller) || len(f.ChannelIDs) > 0 {
		found, n, err := s.Store.Conversations(r.Context(), f)
		if err != nil {
			return answer{}, err
		}
		total = n
		for _, c := range found {
			list = append(list, viewConversation(c))
		}
	}
	return answer{status: http.StatusOK, body: map[string]any{"conversations": list, "total": total}}, nil
}

func channels(list []conversation.Bot) []string {
	ids := []string{}
	for _, b := range list {
		if !slices.Contains(ids, b.ChannelID) {
			ids = append(ids, b.ChannelID)
		}
	}
	return ids
}

func filter(r *http.Request) (Filter, error) {
	values, err := query(r)
	if err != nil {
		return Filter{}, err
	}
	f := Filter{
		BotID: values.Get("bot"), ChannelID: values.Get("channel"), Status: conversation.Status(values.Get("status")),
		AssigneeID: values.Get("assignee"), Tag: values.Get("tag"), Query: values.Get("q"),
	}
	if f.Page, f.PerPage, err = page(values); err != nil {
		return Filter{}, err
	}
	if f.Waiting, err = waiting(values); err != nil {
		return Filter{}, err
	}
	if f.Status != "" {
		err = oneOf("status", f.Status, conversation.Open, conversation.Snoozed, conversation.Closed)
	}
	return f, err
}

func waiting(values url.Values) (bool, error) {
	text := values.Get("waiting")
	if text == "" {
		return false, nil
	}
	w, err := strconv.ParseBool(text)
	if err != nil {
		return false, conversation.Wrong("waiting", conversation.ProblemNotOneOf, "value", text, "allowed", "true, false")
	}
	return w, nil
}

func (s *server) getConversation(_ *http.Request, _ string, c conversation.Conversation) (answer, error) {
	return shown(c), nil
}

func (s *server) claim(r *http.Request, caller string, c conversation.Conversation) (answer, error) {
	changed, err := s.Team.Claim(r.Context(), c.ID, caller)
	return shown(changed), err
}

func (s *server) close(r *http.Request, caller string, c conversation.Conversation) (answer, error) {
	var body struct {
		Note string `json:"note"`
	}
	if err := decodeOptional(r, &body); err != nil {
		return answer{}, err
	}
	if err := s.noteBeforeClosing(r.Context(), caller, c, body.Note); err != nil {
		return answer{}, err
	}
	changed, err := s.Team.Close(r.Context(), c.ID)
	return shown(changed), err
}

func (s *server) noteBeforeClosing(ctx context.Context, caller string, c conversation.Conversation, text string) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil
	case c.Thread.RootPostID == "":
		return conversation.Wrong("note", conversation.ProblemNoThread)
	case !s.Access.CanPost(caller, c.Thread.ChannelID):
		return conversation.Wrong("note", conversation.ProblemMayNotPost)
	case utf8.RuneCountInString(text) > maxNote:
		return tooLong("note", text, maxNote)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return conversation.Wrong("note", conversation.ProblemNotText)
	}
	return s.Notes.Write(ctx, Note{
		ConversationID: c.ID, ChannelID: c.Thread.ChannelID, RootPostID: c.Thread.RootPostID, UserID: caller, Text: text,
	})
}

func (s *server) reopen(r *http.Request, _ string, c conversation.Conversation) (answer, error) {
	changed, err := s.Team.Reopen(r.Context(), c.ID)
	return shown(changed), err
}

func (s *server) mode(r *http.Request, _ string, c conversation.Conversation) (answer, error) {
	var body struct {
		Mode conversation.Mode `json:"mode"`
	}
	if err := decode(r, &body); err != nil {
		return answer{}, err
	}
	if err := oneOf("mode", body.Mode, conversation.BotMode, conversation.HumanMode); err != nil {
		return answer{}, err
	}
	changed, err := s.Team.SetMode(r.Context(), c.ID, body.Mode)
	return shown(changed), err
}
