// Which post of a thread goes to the customer, and which never does.

package conversation

import (
	"regexp"
	"strings"
	"time"
)

// MaxReplyAge is how old a reply may be that goes out after a downtime without asking.
const MaxReplyAge = 15 * time.Minute

// AgentPost is a post in a thread of ours that msgbot did not write.
type AgentPost struct {
	ID        string
	RootID    string
	ChannelID string
	UserID    string
	// FirstName, LastName and Username are the author's.
	FirstName, LastName, Username string
	Message                       string
	// Type is Mattermost's post type, empty for a plain post.
	Type string
	// Automated is set for posts by bots, webhooks and other plugins.
	Automated bool
	// FileIDs are Mattermost's ids of the files in the post, in their order.
	FileIDs   []string
	CreatedAt time.Time
	UpdatedAt time.Time
	Deleted   bool
}

// ReplyRules are the settings that decide about a reply.
type ReplyRules struct {
	// NotePrefixes are lower-case and without surrounding spaces.
	NotePrefixes   []string
	MentionIsNote  bool
	NotesByDefault bool
	ClosedReply    string
}

// Verdict is what becomes of a post.
type Verdict struct {
	Action Action
	// Text is what goes out, Markdown without the marker that forced sending; only with Send and Hold.
	Text string
	// Reason is named, for counters and notices: empty with Send.
	Reason Reason
}

// Action of a verdict.
type Action string

// The actions.
const (
	// Send: it goes to the customer.
	Send Action = "send"
	// Keep: it is a note of the team.
	Keep Action = "note"
	// Hold: it is not sent, its author is asked.
	Hold Action = "hold"
	// Skip: it is nobody's reply.
	Skip Action = "skip"
)

// Reason names why a post is not sent.
type Reason string

// The reasons.
const (
	ReasonAutomated  Reason = "automated"
	ReasonSystem     Reason = "system_post"
	ReasonDeleted    Reason = "deleted"
	ReasonPrefix     Reason = "note_prefix"
	ReasonMention    Reason = "mention"
	ReasonDefault    Reason = "notes_by_default"
	ReasonClosed     Reason = "closed"
	ReasonSuperseded Reason = "superseded"
	ReasonStale      Reason = "stale"
	ReasonEmpty      Reason = "empty"
)

var leadingMention = regexp.MustCompile(`^@[a-zA-Z0-9._-]+`)

// Judge says what becomes of an agent's post in a thread of c, seen at now. The text decides for the whole post with
// its files; a leading >> sends in every bot and is read before Markdown quotes.
func Judge(p AgentPost, c Conversation, r ReplyRules, now time.Time) Verdict {
	switch {
	case p.Deleted:
		return Verdict{Action: Skip, Reason: ReasonDeleted}
	case p.Automated:
		return Verdict{Action: Skip, Reason: ReasonAutomated}
	case p.Type != "":
		return Verdict{Action: Skip, Reason: ReasonSystem}
	}
	text := strings.TrimSpace(p.Message)
	forced, isForced := strings.CutPrefix(text, ">>")
	if isForced {
		text = strings.TrimSpace(forced)
	} else if reason := noteReason(text, r); reason != "" {
		return Verdict{Action: Keep, Reason: reason}
	}
	if text == "" && len(p.FileIDs) == 0 {
		return Verdict{Action: Skip, Reason: ReasonEmpty}
	}
	return Verdict{Action: actionFor(p, c, r, now), Text: text, Reason: holdReason(p, c, r, now)}
}

func actionFor(p AgentPost, c Conversation, r ReplyRules, now time.Time) Action {
	if holdReason(p, c, r, now) != "" {
		return Hold
	}
	return Send
}

func holdReason(p AgentPost, c Conversation, r ReplyRules, now time.Time) Reason {
	switch {
	case now.Sub(p.CreatedAt) > MaxReplyAge:
		return ReasonStale
	case r.ClosedReply == ClosedReplySend:
		return ""
	case p.RootID != c.Thread.RootPostID:
		return ReasonSuperseded
	case c.Status == Closed && !p.CreatedAt.Before(c.ClosedAt):
		return ReasonClosed
	}
	return ""
}

func noteReason(text string, r ReplyRules) Reason {
	lower := strings.ToLower(text)
	for _, prefix := range r.NotePrefixes {
		if strings.HasPrefix(lower, prefix) && !strings.HasPrefix(lower, "![") {
			return ReasonPrefix
		}
	}
	if r.MentionIsNote && leadingMention.MatchString(text) {
		return ReasonMention
	}
	if r.NotesByDefault {
		return ReasonDefault
	}
	return ""
}
