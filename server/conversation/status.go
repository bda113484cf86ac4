// The status machine of a conversation.

package conversation

import "time"

// Claim makes userID the assignee and lets people answer.
func (c *Conversation) Claim(userID string) {
	c.AssigneeID = userID
	c.Mode = HumanMode
}

// Close ends the conversation at now; nobody waits any more and automatic answers may begin anew.
func (c *Conversation) Close(now time.Time) {
	if c.Status == Closed {
		return
	}
	c.Status = Closed
	c.ClosedAt = now
	c.WaitingSince = time.Time{}
	c.Mode = BotMode
}

// Reopen makes a closed or snoozed conversation open again.
func (c *Conversation) Reopen() {
	c.Status = Open
	c.ClosedAt = time.Time{}
}
