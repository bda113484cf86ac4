// What is written into a thread: customers' messages and msgbot's own lines.

package desk

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/rivo/uniseg"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// PropEvent is the post prop that holds the id a customer's message was posted with: the post's own id, or that of the
// first post of a message that took several.
const PropEvent = "msgbot_event"

// maxName is how many runes of a customer's name are shown.
const maxName = 64

// partLimit is how many runes of a message go into one post: what Mattermost allows, less room for what stands before
// it, with a name in which every rune must be escaped.
const partLimit = maxMessage - 3*maxName

// PostInbound appends a customer's message and returns how many posts it took: more than one when it is longer than
// Mattermost allows.
func (d *Desk) PostInbound(ctx context.Context, p relay.InboundPost) (posts int, err error) {
	thread := p.Conversation.Thread
	if err := d.reachable(ctx, p.Bot, thread); err != nil {
		return 0, err
	}
	parts := fitting(p.Text.Unlink(d.Internal), partLimit)
	if len(parts) == 0 {
		parts = []richtext.Text{richtext.Plain(d.T(d.language(p.Bot), "thread.empty", nil))}
	}
	for i, part := range parts {
		post := &model.Post{Id: partID(p.ID, i), ChannelId: thread.ChannelID, RootId: thread.RootPostID}
		post.AddProp(PropEvent, p.ID)
		post.Message = d.speak(post, p, part)
		if err := d.show(ctx, p.Bot, post); err != nil {
			return i, err
		}
	}
	return len(parts), nil
}

// show posts into a thread and makes sure that it can be seen. A post that went into a channel as it was archived is made
// once more, with an id of its own, when the conversation goes on elsewhere.
func (d *Desk) show(ctx context.Context, bot conversation.Bot, post *model.Post) error {
	wanted, id := post.ChannelId, post.Id
	where, err := d.create(ctx, post)
	if err != nil {
		return err
	}
	if where != wanted {
		p, err := d.place(where)
		if err != nil || p.alive {
			return err
		}
		post.Id = conversation.PostID(id, wanted)
		if where, err = d.create(ctx, post); err != nil {
			return err
		}
	}
	return d.seen(ctx, bot, where)
}

// partID is the id of the i-th post of a message, from 0.
func partID(id string, i int) string {
	if i == 0 {
		return id
	}
	return conversation.PostID(id, strconv.Itoa(i+1))
}

// speak makes the customer the visible author of the post and returns the post's message: where the server does not
// show other names, his name stands before the text.
func (d *Desk) speak(post *model.Post, p relay.InboundPost, text richtext.Text) string {
	config, customer := d.config.Load(), p.Conversation.Customer
	name := d.customerName(p.Bot, customer)
	if config.OverrideUsername || config.OverrideIcon {
		post.AddProp(model.PostPropsFromWebhook, "true")
	}
	if config.OverrideIcon && absolute(customer.AvatarURL) {
		post.AddProp(model.PostPropsOverrideIconURL, customer.AvatarURL)
	}
	var before []string
	if config.OverrideUsername {
		post.AddProp(model.PostPropsOverrideUsername, name)
	} else {
		before = append(before, "**"+plain(name)+":**")
	}
	if p.Edited {
		before = append(before, d.T(d.language(p.Bot), "thread.edited", nil))
	}
	message := text.Markdown()
	switch {
	case len(before) == 0:
		return message
	case startsBlock(text):
		return strings.Join(before, " ") + "\n" + message
	}
	return strings.Join(before, " ") + " " + message
}

// customerName is a name that fits one line, never empty.
func (d *Desk) customerName(bot conversation.Bot, c conversation.Customer) string {
	if name := oneLine(c.Name, maxName); name != "" {
		return name
	}
	return d.T(d.language(bot), "customer.nameless", nil)
}

// startsBlock tells whether the text begins with something that Markdown wants at the beginning of a line.
func startsBlock(t richtext.Text) bool {
	for _, s := range t.Spans {
		if s.Start == 0 && (s.Kind == richtext.Pre || s.Kind == richtext.Quote) {
			return true
		}
	}
	return false
}

// fitting cuts a text into parts whose Markdown has at most limit runes, always at the same places. A part that cannot
// be cut any more and still is too long (a link with an endless address) loses its formatting.
func fitting(t richtext.Text, limit int) []richtext.Text {
	markdown := t.Markdown()
	if strings.TrimSpace(markdown) == "" {
		return nil
	}
	size := utf8.RuneCountInString(markdown)
	if size <= limit {
		return []richtext.Text{t}
	}
	length := t.Len(richtext.CodePoints)
	pieces := t.Split(max(1, min(length-1, length*limit/size)), richtext.CodePoints)
	if len(pieces) < 2 {
		return []richtext.Text{richtext.Plain(cut(t.PlainText(), limit/2))}
	}
	var parts []richtext.Text
	for _, piece := range pieces {
		parts = append(parts, fitting(piece, limit)...)
	}
	return parts
}

// PostLine appends a line of msgbot's own. Key names it in assets/i18n; args may be a customer's words and are shown
// as plain text, but for the argument "mention", which is a username that is to be mentioned.
func (d *Desk) PostLine(
	ctx context.Context, id string, bot conversation.Bot, c conversation.Conversation, key string, args map[string]string,
) error {
	if err := d.reachable(ctx, bot, c.Thread); err != nil {
		return err
	}
	safe := make(map[string]string, len(args))
	for name, value := range args {
		safe[name] = plain(value)
	}
	if username, ok := args["mention"]; ok {
		safe["mention"] = "@" + strings.TrimPrefix(username, "@")
	}
	_, err := d.create(ctx, &model.Post{
		Id: id, ChannelId: c.Thread.ChannelID, RootId: c.Thread.RootPostID,
		Message: d.T(d.language(bot), key, safe),
	})
	return err
}

// plain is text of somebody else as Markdown that shows exactly it: it mentions nobody and formats nothing.
func plain(text string) string { return richtext.Plain(text).Markdown() }

// oneLine is text with every run of white space made one space, cut to limit runes.
func oneLine(text string, limit int) string {
	text = strings.Map(visible, storable(text))
	if strings.IndexFunc(text, unicode.IsGraphic) < 0 {
		return ""
	}
	return cut(strings.Join(strings.Fields(text), " "), limit)
}

// visible drops what would turn the rest of a line around (bidirectional controls) or be a name nobody sees.
func visible(r rune) rune {
	switch {
	case '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069', r == '\u200B', r == '\uFEFF':
		return -1
	}
	return r
}

// cut shortens text to limit runes, the last one then being an ellipsis; what looks like one character stays whole.
func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	end, runes := 0, 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		if runes += len(clusters.Runes()); runes >= limit {
			break
		}
		_, end = clusters.Positions()
	}
	return strings.TrimSpace(text[:end]) + "…"
}

// absolute tells whether an address is one that Mattermost takes for a picture: http or https with a host.
func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
