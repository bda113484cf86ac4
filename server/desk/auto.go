// Automatic messages as the team sees them.

package desk

import (
	"context"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// PropAuto marks the post of an automatic message.
const PropAuto = "msgbot_auto"

// PostAuto implements relay.Desk: who answered, what the customer got, the files by their names and the buttons as words.
// A mention in the text mentions nobody: it was written for customers.
func (d *Desk) PostAuto(ctx context.Context, p relay.AutoPost) error {
	thread := p.Conversation.Thread
	if err := d.reachable(ctx, p.Bot, thread); err != nil {
		return err
	}
	lang := d.language(p.Bot)
	lines := []string{d.T(lang, "thread.automatic_ours", nil)}
	if p.By != "" {
		lines[0] = d.T(lang, "thread.automatic", map[string]string{"by": plain(oneLine(p.By, maxName))})
	}
	if p.Text != "" {
		lines = append(lines, strings.ReplaceAll(p.Text, "@", "@\u2060"))
	}
	files, gone, err := d.AutoFiles(ctx, p.FileIDs)
	if err != nil {
		return err
	}
	for _, f := range files {
		lines = append(lines, "📎 "+plain(oneLine(f.Name, maxName)))
	}
	if gone > 0 {
		lines = append(lines, d.T(lang, "thread.automatic_file_gone", nil))
	}
	if buttons := buttonWords(p.Buttons); buttons != "" {
		lines = append(lines, buttons)
	}
	post := &model.Post{
		Id: p.ID, ChannelId: thread.ChannelID, RootId: thread.RootPostID,
		Message: cut(strings.Join(lines, "\n"), maxMessage),
	}
	post.AddProp(PropAuto, "true")
	return d.show(ctx, p.Bot, post)
}

// inBox makes a label one that a box in Markdown can hold, and that no line break tears apart.
var inBox = strings.NewReplacer("`", "'", " ", "\u00a0")

// buttonWords are the buttons below a message in one line, each in a box of its own.
func buttonWords(rows [][]messenger.Button) string {
	var words []string
	for _, row := range rows {
		for _, b := range row {
			words = append(words, "`"+inBox.Replace(oneLine(b.Label, maxName))+"`")
		}
	}
	return strings.Join(words, " ")
}

// FirstName implements relay.Desk: who has no first name is known by his username.
func (d *Desk) FirstName(userID string) string {
	u, err := d.user(userID)
	if err != nil || u == nil {
		return ""
	}
	if u.FirstName != "" {
		return u.FirstName
	}
	return u.Username
}
