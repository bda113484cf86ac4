// Sending a reply: as many calls as the messenger's limits need, each made once.

package relay

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// send makes the calls of a reply that are still to be made.
func (out *outbound) send(ctx context.Context, t task) time.Duration {
	if t.conv.Customer.Unreachable != "" {
		return out.fail(ctx, t.row, t.conv.Customer.Unreachable)
	}
	calls, err := out.calls(ctx, t)
	var refused *messenger.FileError
	switch {
	case errors.As(err, &refused):
		return out.fail(ctx, t.row, fileReason(refused))
	case errors.Is(err, ErrRefused):
		return out.fail(ctx, t.row, ReasonFileGone)
	case err != nil:
		return out.later(ctx, t, err)
	case len(calls) == 0:
		return out.fail(ctx, t.row, ReasonNoText)
	}
	made, err := out.made(ctx, t.row)
	if err != nil {
		return out.later(ctx, t, err)
	}
	first := true
	for i, call := range calls {
		if made[i] {
			continue
		}
		if !first {
			if err := out.awaitTurn(ctx, t.conv.Chat); err != nil || ctx.Err() != nil {
				return out.end(ctx, t.row, Outcome{State: conversation.Queued, Part: i, NotBefore: time.Now()})
			}
		}
		first = false
		outcome, pause := out.call(ctx, t, i, call)
		if outcome.State != conversation.Sent {
			outcome.Part = i
			return max(pause, out.end(ctx, t.row, outcome))
		}
		outcome.Part = i + 1
		if i+1 < len(calls) {
			outcome.State = conversation.Sending
		}
		if pause := out.end(ctx, t.row, outcome); pause > 0 {
			return pause
		}
	}
	return out.sent(ctx, t, len(calls), first)
}

// sent ends a reply all calls of which are made; none says that none was left to make.
func (out *outbound) sent(ctx context.Context, t task, calls int, none bool) time.Duration {
	if none {
		if pause := out.end(ctx, t.row, Outcome{State: conversation.Sent, Part: calls}); pause > 0 {
			return pause
		}
	}
	if out.rules().DeliveredReaction && t.row.Kind == SendRow {
		if err := out.desk.MarkSent(ctx, t.row.PostID); err != nil {
			out.log.Warn("A sent reply could not be marked", "bot_id", out.lease.BotID, "post_id", t.row.PostID, "error", err.Error())
		}
	}
	return 0
}

// made tells which calls of a reply have been made: those of earlier attempts, unless the messenger said later that their
// message failed.
func (out *outbound) made(ctx context.Context, row OutboxRow) (map[int]bool, error) {
	made := map[int]bool{}
	if row.Part == 0 {
		return made, nil
	}
	for i := range row.Part {
		made[i] = true
	}
	parts, err := out.store.Parts(ctx, row.PostID)
	for _, p := range parts { // in the order of sending: a later one of the same call counts
		made[p.Call] = p.State != conversation.Failed
	}
	return made, err
}

// calls are what a row takes to send. The same row gives the same calls at every try.
func (out *outbound) calls(ctx context.Context, t task) ([]messenger.Outgoing, error) {
	can := t.chat.Capabilities()
	whole := messenger.Outgoing{Chat: t.conv.Chat, SenderName: t.bot.Name, Buttons: t.row.Buttons}
	markdown := t.row.Text
	if can.NativeReplies && t.row.Kind == SendRow {
		var err error
		if whole.ReplyTo, markdown, err = out.replyTo(ctx, t); err != nil {
			return nil, err
		}
	}
	whole.Text = out.text(t, markdown)
	if !can.Buttons {
		whole.Text, whole.Buttons = numbered(whole.Text, whole.Buttons), nil
	}
	files, err := out.files(ctx, t.row)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		whole.Files = append(whole.Files, out.upload(can, f))
	}
	return messenger.Plan(can.Within(out.rules().MaxFileBytes), whole)
}

// files are those of a row. An automatic message goes out without those that are lost; if nothing else is left of it, it cannot.
func (out *outbound) files(ctx context.Context, row OutboxRow) ([]AgentFile, error) {
	if row.Kind != AutoRow {
		return out.desk.AgentFiles(ctx, row.FileIDs)
	}
	files, gone, err := out.desk.AutoFiles(ctx, row.FileIDs)
	if err == nil && gone > 0 && len(files) == 0 && row.Text == "" {
		err = ErrRefused
	}
	return files, err
}

func (out *outbound) upload(can messenger.Capabilities, f AgentFile) messenger.Upload {
	u := messenger.Upload{
		Name: f.Name, MIME: f.MIME, Size: f.Size, Width: f.Width, Height: f.Height,
		Open: func(ctx context.Context) (io.ReadCloser, error) { return out.desk.OpenFile(ctx, f.ID) },
	}
	if can.FilesByURL {
		u.URL = out.desk.PublicFileURL(f.ID, f.Name)
	}
	return u
}

// text is a row's Markdown as the customer is to read it, with the name of its author where the bot shows it.
func (out *outbound) text(t task, markdown string) richtext.Text {
	read := reading(out.desk)
	if t.row.Kind == AutoRow {
		read = automatic(out.desk)
	}
	text := richtext.FromMarkdown(markdown, read)
	name := t.row.shownName(t.bot.Settings.AgentName)
	switch {
	case name == "":
		return text
	case text.Plain == "":
		return richtext.Plain(name + ":")
	}
	return richtext.Concat(richtext.Plain(name+":\n"), text)
}

func (r OutboxRow) shownName(setting string) string {
	switch setting {
	case conversation.NameFirst:
		return r.AuthorFirst
	case conversation.NameFull:
		return r.AuthorFull
	}
	return ""
}

// replyTo finds the message that a reply answers natively: it begins with a permalink to its post, or with a quote of it.
// Rest is what is left to say; where nothing would be left, the reply goes out as it is written.
func (out *outbound) replyTo(ctx context.Context, t task) (externalID, rest string, err error) {
	externalID, rest, err = out.target(ctx, t)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	if externalID == "" || rest == "" && len(t.row.FileIDs) == 0 {
		return "", t.row.Text, err
	}
	return externalID, rest, err
}

func (out *outbound) target(ctx context.Context, t task) (externalID, rest string, err error) {
	if url, rest, ok := richtext.LeadingLink(t.row.Text); ok {
		if post, ok := out.desk.LinkedPost(url); ok {
			externalID, err = out.store.Target(ctx, t.conv.ID, post)
			return externalID, rest, err
		}
	}
	if quote, rest, ok := richtext.LeadingQuote(t.row.Text); ok {
		externalID, err = out.store.Quoted(ctx, t.conv.ID, richtext.QuoteKey(quote))
		return externalID, rest, err
	}
	return "", "", nil
}

// numbered is a text with its buttons as a list, for messengers that show none: a flow takes the number or the label.
func numbered(text richtext.Text, buttons [][]messenger.Button) richtext.Text {
	for i, b := range slices.Concat(buttons...) {
		line := strconv.Itoa(i+1) + ". " + b.Label
		if b.URL != "" {
			line += " " + b.URL
		}
		text = richtext.Concat(text, richtext.Plain("\n"+line))
	}
	return text
}

// fileReason is why a file cannot be sent, as desk reads it: a key with the file's name and sizes.
func fileReason(e *messenger.FileError) string {
	about := url.Values{"name": {e.Name}}
	if e.Limit > 0 {
		about.Set("size", strconv.FormatInt(e.Size, 10))
		about.Set("limit", strconv.FormatInt(e.Limit, 10))
	}
	return "file_" + e.Reason + "?" + about.Encode()
}

// call makes one call and says what it came to, and how long the lane must wait.
func (out *outbound) call(ctx context.Context, t task, number int, what messenger.Outgoing) (Outcome, time.Duration) {
	// A call that was begun is not cut off when we stop: its outcome would be unknown.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime(what))
	defer cancel()
	began := time.Now()
	ids, err := t.chat.Send(ctx, what)
	if err == nil {
		out.meter.Outbound(t.bot.Kind, string(conversation.Sent), "")
		out.meter.Observe("outbound_call", time.Since(began))
		out.meter.Observe("outbound", time.Since(t.row.CreatedAt))
		return Outcome{State: conversation.Sent, Sent: sentParts(what, number, ids)}, 0
	}
	failure := messenger.AsError(err)
	out.meter.Outbound(t.bot.Kind, "error", string(failure.Class))
	return out.judge(ctx, t, failure)
}

// callTime is how long a call may take: files need longer.
func callTime(what messenger.Outgoing) time.Duration {
	total := int64(0)
	for _, f := range what.Files {
		total += f.Size
	}
	return sendTimeout + time.Duration(total/slowest)*time.Second
}

// sentParts are the messages that a call became; the first one has the text.
func sentParts(what messenger.Outgoing, number int, ids []string) []Part {
	parts := make([]Part, len(ids))
	for i, id := range ids {
		parts[i] = Part{ExternalID: id, Call: number, Kind: messenger.Text, State: conversation.Sent}
		if i < len(what.Files) {
			parts[i].Kind = what.Files[i].Kind
		}
		if i == 0 {
			parts[i].Digest = textDigest(what.Text, nil)
		}
	}
	return parts
}
