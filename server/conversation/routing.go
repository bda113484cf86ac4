// Which thread a customer's message belongs to.

package conversation

import "time"

// Route says where the next customer message goes.
type Route string

// The routes.
const (
	// SameThread: append to the present thread.
	SameThread Route = "same"
	// ReopenThread: append to the present thread, which was closed or snoozed.
	ReopenThread Route = "reopen"
	// NewThread: open a card, linked to the previous one if there was one.
	NewThread Route = "new"
)

// RouteInbound says where a message goes that arrives at now.
func RouteInbound(c Conversation, s Settings, now time.Time) Route {
	switch {
	case c.Thread.RootPostID == "":
		return NewThread
	case c.Thread.Posts >= MaxThreadPosts:
		return NewThread
	case c.Status == Open:
		return SameThread
	case c.Status == Closed && now.Sub(c.ClosedAt) > time.Duration(s.ReopenWithin):
		return NewThread
	default:
		return ReopenThread
	}
}
