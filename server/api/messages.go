// REST of messages: what went in and out, why something did not go out, and sending it again.

package api

import (
	"cmp"
	"context"
	"net/http"
	"regexp"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func (s *server) messages(r *http.Request, caller string, c conversation.Conversation) (answer, error) {
	values, err := query(r)
	if err != nil {
		return answer{}, err
	}
	number, perPage, err := page(values)
	if err != nil {
		return answer{}, err
	}
	found, total, err := s.Store.Messages(r.Context(), c.ID, number, perPage)
	lang := s.Desk.UserLocale(caller)
	list := make([]messageView, 0, len(found))
	for _, m := range found {
		list = append(list, viewMessage(m, s.trouble(lang, m)))
	}
	return answer{status: http.StatusOK, body: map[string]any{"messages": list, "total": total}}, err
}

// kept are the texts of why a reply was kept back on purpose.
var kept = map[string]string{
	string(conversation.ReasonClosed):     "api.held.closed",
	string(conversation.ReasonSuperseded): "api.held.superseded",
	string(conversation.ReasonStale):      "api.held.stale",
	string(conversation.Cancelled):        "api.held.cancelled",
}

// named is the form of a reason that msgbot itself gave a name: a key, perhaps with arguments.
var named = regexp.MustCompile(`^([a-z][a-z_]*)(?:\?|$)`)

// trouble says in a language why a message did not go out, nil when nothing is known to be wrong with it.
func (s *server) trouble(lang string, m Message) *messageError {
	code, said := m.ErrorCode, cmp.Or(m.ErrorText, m.ErrorCode)
	if m.State == conversation.Cancelled {
		code = string(conversation.Cancelled)
	}
	if key, ok := kept[code]; ok {
		return &messageError{Code: code, Message: s.Desk.T(lang, key, nil)}
	}
	if said == "" {
		return nil
	}
	if name := named.FindStringSubmatch(said); code == "" && name != nil {
		code = name[1]
	}
	return &messageError{Code: cmp.Or(code, string(publicState(m.State))), Message: s.Desk.Reason(lang, said)}
}

// retry sends a failed, unknown or held reply again; its conversation is found by the post, never by the caller's word.
func (s *server) retry(r *http.Request, caller string) (answer, error) {
	postID, err := pathID(r, "post_id")
	if err != nil {
		return answer{}, err
	}
	c, err := s.resend(r.Context(), caller, postID)
	a := shown(c)
	a.target = postID
	return a, err
}

func (s *server) resend(ctx context.Context, caller, postID string) (conversation.Conversation, error) {
	c, err := s.Store.ConversationOfPost(ctx, postID)
	if err != nil {
		return conversation.Conversation{}, err
	}
	if _, err := s.botSeen(ctx, caller, c); err != nil {
		return conversation.Conversation{}, err
	}
	if err := s.Team.Resend(ctx, c.ID, postID); err != nil {
		return conversation.Conversation{}, err
	}
	return s.Conversations.Conversation(ctx, c.ID)
}
