// The commands of a thread: claim, close, reopen, note, resend.

package command

import "github.com/msgbot/mattermost-plugin-msgbot/server/api"

func (c *Commands) claim(call *call) (string, error) {
	_, err := c.Team.Claim(call.ctx, call.conversation.ID, call.args.UserId)
	return call.t("api.claimed", nil), err
}

func (c *Commands) close(call *call) (string, error) {
	if call.text != "" {
		if err := c.write(call); err != nil {
			return "", err
		}
	}
	_, err := c.Team.Close(call.ctx, call.conversation.ID)
	return call.t("api.closed", nil), err
}

func (c *Commands) reopen(call *call) (string, error) {
	_, err := c.Team.Reopen(call.ctx, call.conversation.ID)
	return call.t("api.reopened", nil), err
}

// note needs no answer: the note itself appears in the thread.
func (c *Commands) note(call *call) (string, error) {
	return "", c.write(call)
}

// write puts the note into the thread where it was written, which may be an older one of the conversation.
func (c *Commands) write(call *call) error {
	return c.Notes.Write(call.ctx, api.Note{
		ConversationID: call.conversation.ID, ChannelID: call.args.ChannelId, RootPostID: call.args.RootId,
		UserID: call.args.UserId, Text: call.text,
	})
}

func (c *Commands) resend(call *call) (string, error) {
	return call.t("api.resent", nil), c.Team.ResendLast(call.ctx, call.conversation.ID)
}
