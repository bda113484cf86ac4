// What a customer's message looks like as posts: who speaks, what the message is and answers, its text, and what has to be
// said about it.

package desk

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// How many runes are shown of a customer's name and of what a message answers.
const (
	maxName  = 64
	maxQuote = 200
)

// partLimit is how many runes of a message go into one post: what Mattermost allows, less room for a name before it, in
// which every rune must be escaped, and for the marks behind it.
const partLimit = maxMessage - 3*maxName - 300

// The props of a customer's post: what msgbot put before and behind his words, and the lines about his files, which outlive
// an edit of his words.
const (
	propBefore = "msgbot_before"
	propAfter  = "msgbot_after"
	propFiles  = "msgbot_files"
)

// parts are the texts of the posts that a message takes, at least one, and what stands behind the last one. Lines are about
// files that could not be had; a message that has nothing to show says so.
func (d *Desk) parts(p relay.InboundPost, files int, lines []string) (parts []richtext.Text, after string) {
	body := d.body(p)
	if strings.TrimSpace(body.Plain) == "" && files == 0 && len(lines) == 0 {
		body = d.label(d.language(p.Bot), messenger.Label{Key: "unknown"})
	}
	after = strings.Join(slices.Concat(lines, d.marks(p)), "\n")
	parts = fitting(body, partLimit-utf8.RuneCountInString(after))
	for len(parts) == 0 || len(parts)*maxFiles < files {
		parts = append(parts, richtext.Text{})
	}
	return parts, after
}

// Preview implements relay.Desk.
func (d *Desk) Preview(bot conversation.Bot, e messenger.Event) string {
	text := d.body(relay.InboundPost{Bot: bot, Text: e.Text, Labels: e.Labels}).Plain
	if strings.TrimSpace(text) != "" || len(e.Files) == 0 {
		return text
	}
	return d.T(d.language(bot), "preview."+string(e.Files[0].Kind), nil)
}

// body is what the message is, what it answers, and what it says.
func (d *Desk) body(p relay.InboundPost) richtext.Text {
	lang := d.language(p.Bot)
	var pieces []richtext.Text
	for _, l := range p.Labels {
		pieces = append(pieces, d.label(lang, l))
	}
	if p.Quote != nil {
		pieces = append(pieces, d.quote(p.Bot, *p.Quote))
	}
	if strings.TrimSpace(p.Text.Plain) != "" {
		pieces = append(pieces, p.Text.Unlink(d.Internal))
	}
	var whole richtext.Text
	for i, piece := range pieces {
		if i > 0 {
			whole = richtext.Concat(whole, richtext.Plain("\n"))
		}
		whole = richtext.Concat(whole, piece)
	}
	return whole
}

// label is what a message is besides its text, in the team's words.
func (d *Desk) label(lang string, l messenger.Label) richtext.Text {
	text := richtext.Plain(strings.TrimSpace(d.T(lang, "label."+l.Key, l.Args)))
	if l.URL != "" {
		text.Spans = []richtext.Span{{Start: 0, End: len(text.Plain), Kind: richtext.Link, Value: l.URL}}
	}
	return text.Unlink(d.Internal)
}

// quote is one line of what a message answers. The link to its post is msgbot's own, so it is put on when the customer's
// have been taken off.
func (d *Desk) quote(bot conversation.Bot, q relay.Quote) richtext.Text {
	author, words := oneLine(q.Author, maxName), oneLine(q.Text, maxQuote)
	if author == "" {
		author = oneLine(bot.Name, maxName)
	}
	if words == "" {
		words = d.T(d.language(bot), "thread.quoted_nothing", nil)
	}
	who := richtext.Plain(author).Unlink(d.Internal)
	if q.PostID != "" {
		who.Spans = []richtext.Span{{Start: 0, End: len(who.Plain), Kind: richtext.Link, Value: d.permalink(q.PostID)}}
	}
	line := richtext.Concat(who, richtext.Plain(": "), richtext.Plain(words).Unlink(d.Internal))
	line.Spans = append(line.Spans, richtext.Span{Start: 0, End: len(line.Plain), Kind: richtext.Quote})
	return line
}

// marks are the lines behind a message: when it was changed, or moved.
func (d *Desk) marks(p relay.InboundPost) []string {
	if p.EditedAt.IsZero() {
		return nil
	}
	key := "thread.edited"
	if p.Live {
		key = "thread.moved"
	}
	return []string{d.T(d.language(p.Bot), key, map[string]string{"time": d.clock(p.Bot, p.EditedAt)})}
}

// write makes the post show a part of the message, by its speaker and with what stands behind it. It keeps in props what
// is not the customer's.
func (d *Desk) write(post *model.Post, p relay.InboundPost, part richtext.Text, after string) {
	before, text := d.speak(post, p), part.Markdown()
	switch {
	case before != "" && startsBlock(part):
		before += "\n"
	case before != "" && (text != "" || after != ""):
		before += " "
	}
	after = behind(text, after)
	post.Message = before + text + after
	setProp(post, propBefore, before)
	setProp(post, propAfter, after)
}

// behind is a line that follows a text, empty for none: below a quote it would belong to it without an empty line.
func behind(text, line string) string {
	switch {
	case line == "" || text == "":
		return line
	case strings.HasPrefix(text[strings.LastIndexByte(text, '\n')+1:], ">"):
		return "\n\n" + line
	}
	return "\n" + line
}

// setProp makes the prop of a post be a text; the empty one takes it away.
func setProp(post *model.Post, name, value string) {
	if value == "" {
		post.DelProp(name)
		return
	}
	post.AddProp(name, value)
}

// prop is a prop of a post that is text, else empty.
func prop(post *model.Post, name string) string {
	text, _ := post.GetProp(name).(string)
	return text
}

// speak makes the customer the visible author of the post and returns what stands before the text: his name where the
// server does not show other names, and that it was not he where the owner of a Business account wrote.
func (d *Desk) speak(post *model.Post, p relay.InboundPost) (before string) {
	config, lang := d.config.Load(), d.language(p.Bot)
	name, picture := d.customerName(p.Bot, p.Conversation.Customer), p.Conversation.Customer.AvatarURL
	if p.FromOwner {
		name, picture = d.T(lang, "owner.name", nil), ""
		before = d.T(lang, "thread.from_owner", nil)
	} else if !config.OverrideUsername {
		before = "**" + plain(name) + ":**"
	}
	if config.OverrideUsername || config.OverrideIcon {
		post.AddProp(model.PostPropsFromWebhook, "true")
	}
	if config.OverrideIcon && absolute(picture) {
		post.AddProp(model.PostPropsOverrideIconURL, picture)
	}
	if config.OverrideUsername {
		post.AddProp(model.PostPropsOverrideUsername, name)
	}
	return before
}

// customerName is a name that fits one line, never empty.
func (d *Desk) customerName(bot conversation.Bot, c conversation.Customer) string {
	if name := oneLine(c.Name, maxName); name != "" {
		return name
	}
	return d.T(d.language(bot), "person.nameless", nil)
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
