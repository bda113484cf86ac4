// The scan: Mattermost's posts and reactions are the truth about what agents wrote and how they reacted. Its hooks come
// concurrently, at most once, and not at all while the plugin is dead; so the owner of a bot reads the posts of its threads
// itself, and a hook only wakes it.

package relay

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const (
	// Settle is how long a reply waits for one that was written earlier and becomes visible later.
	Settle = 250 * time.Millisecond
	// overlap is how far each scan looks behind the watermark, for posts that were saved slowly.
	overlap = 10 * time.Second
	// deepOverlap is the same for the scan that is made once a deepEvery: clocks of servers that differ.
	deepOverlap = 10 * time.Minute
	deepEvery   = time.Minute
	// markEvery is how often the watermark is stored.
	markEvery = 5 * time.Second
	scanBatch = 500
	// signAfter is how long a note goes without its sign: its author's app forgets a reaction that comes before it has the post
	// itself (seen in Mattermost's web app).
	signAfter = time.Second
)

// errNotKnown: a bot that was just added; the registry of this node knows it a moment later.
var errNotKnown = errors.New("the bot is not known here yet")

// scan finds what agents wrote in the threads of one bot.
type scan struct {
	lease  Lease
	store  Store
	desk   Desk
	bots   Messengers
	meter  Meter
	log    Logger
	rules  func() Rules
	wake   chan struct{}
	notify func()

	// signs are the notes that are being marked.
	signs sync.WaitGroup

	mark, stored       time.Time
	storedAt, deepLast time.Time
}

func (w *worker) newScan(notify func()) *scan {
	return &scan{
		lease: w.lease, store: w.store, desk: w.desk, bots: w.bots, meter: w.meter, log: w.log, rules: w.rules,
		wake: make(chan struct{}, 1), notify: notify,
	}
}

// Wake asks for a scan soon. It never blocks.
func (s *scan) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run scans until ctx ends.
func (s *scan) Run(ctx context.Context) {
	defer s.signs.Wait()
	for ctx.Err() == nil {
		guard(s.meter, s.log, "scan", func() {
			if err := s.once(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errNotKnown) {
				s.log.Warn("The posts cannot be scanned", "bot_id", s.lease.BotID, "error", err.Error())
			}
		})
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-time.After(pollEvery):
		}
	}
}

// once reads all that changed since the watermark and records it. The watermark then is the time when the reading began:
// what is saved later with an earlier time is found by the overlap. Reactions come after the posts they may be about.
func (s *scan) once(ctx context.Context) error {
	if s.mark.IsZero() {
		mark, err := s.store.ScanMark(ctx, s.lease.BotID)
		if err != nil {
			return err
		}
		s.mark, s.stored = mark, mark
	}
	began := time.Now()
	deep := time.Since(s.deepLast) >= deepEvery
	since := s.mark.Add(-overlap)
	if deep || s.mark.After(began) { // a mark of the future is that of a clock that was ahead
		since = earlier(s.mark, began).Add(-deepOverlap)
	}
	if err := pages(since, postTime, func(since time.Time) ([]Candidate, error) {
		found, err := s.store.ScanPosts(ctx, s.lease.BotID, s.desk.BotUserID(), since, scanBatch)
		if err != nil {
			return nil, err
		}
		return found, s.record(ctx, found)
	}); err != nil {
		return err
	}
	if err := s.reactions(ctx, since); err != nil {
		return err
	}
	if deep {
		s.deepLast = began
	}
	s.mark = began
	return s.keepMark(ctx)
}

func postTime(c Candidate) time.Time { return c.Post.UpdatedAt }

// pages works off what changed after since, a batch at a time; work returns what it found, oldest change first.
func pages[T any](since time.Time, changed func(T) time.Time, work func(since time.Time) ([]T, error)) error {
	for {
		found, err := work(since)
		if err != nil || len(found) < scanBatch {
			return err
		}
		next := changed(found[len(found)-1]).Add(-time.Millisecond)
		if !next.After(since) {
			return nil
		}
		since = next
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// keepMark stores the watermark now and then: a crash only makes the next scan read a little more.
func (s *scan) keepMark(ctx context.Context) error {
	if s.mark.Equal(s.stored) || time.Since(s.storedAt) < markEvery {
		return nil
	}
	if err := s.store.SetScanMark(ctx, s.lease, s.mark); err != nil {
		return err
	}
	s.stored, s.storedAt = s.mark, time.Now()
	return nil
}

// record judges what was found and stores the verdicts.
func (s *scan) record(ctx context.Context, found []Candidate) error {
	bot, ok := s.bots.Known(s.lease.BotID)
	if !ok {
		return errNotKnown
	}
	replies := make([]Reply, 0, len(found))
	conversations := map[string]conversation.Conversation{}
	for _, f := range found {
		c, ok := conversations[f.ConversationID]
		if !ok {
			var err error
			if c, err = s.store.Conversation(ctx, f.ConversationID); errors.Is(err, ErrNotFound) {
				continue
			} else if err != nil {
				return err
			}
			conversations[c.ID] = c
		}
		replies = append(replies, s.judge(bot, c, f))
	}
	if len(replies) == 0 {
		return nil
	}
	notes, err := s.store.RecordReplies(ctx, s.lease, replies, bot.Settings.FirstReplierAssigns)
	if err != nil {
		return err
	}
	s.markNotes(ctx, notes)
	s.notify()
	return nil
}

func (s *scan) judge(bot conversation.Bot, c conversation.Conversation, f Candidate) Reply {
	rules := s.rules()
	verdict := conversation.Judge(f.Post, c, conversation.ReplyRules{
		NotePrefixes: rules.NotePrefixes, MentionIsNote: rules.MentionIsNote,
		NotesByDefault: bot.Settings.NotesByDefault, ClosedReply: bot.Settings.ClosedReply,
	}, time.Now())
	if !f.Known {
		s.meter.Outbound(bot.Kind, string(verdict.Action), string(verdict.Reason))
	}
	return Reply{
		Post: f.Post, ConversationID: c.ID, Verdict: verdict, QuoteKey: quoteKey(f.Post.Message),
		NotBefore: f.Post.CreatedAt.Add(Settle + time.Duration(bot.Settings.Undo)),
	}
}

// markNotes shows the team which posts stay inside, a moment later. The sign is a comfort: a note without it is a note all the
// same.
func (s *scan) markNotes(ctx context.Context, posts []string) {
	if len(posts) == 0 {
		return
	}
	s.signs.Go(func() {
		sleep(ctx, signAfter)
		for _, id := range posts {
			if err := s.desk.MarkNote(context.WithoutCancel(ctx), id); err != nil {
				s.log.Warn("A note could not be marked", "bot_id", s.lease.BotID, "post_id", id, "error", err.Error())
			}
		}
	})
}

// quoteKey is the key by which a quote of a post is known.
func quoteKey(markdown string) string {
	return richtext.QuoteKey(richtext.FromMarkdown(markdown, richtext.Options{}).PlainText())
}

// reactions queues how the team reacts now, where the bot's customers may see it and the messenger has that emoji.
func (s *scan) reactions(ctx context.Context, since time.Time) error {
	bot, ok := s.bots.Known(s.lease.BotID)
	if !ok || !bot.Settings.MirrorReactions {
		return nil
	}
	m, ok := connected(s.bots, s.lease.BotID)
	if !ok || len(m.Capabilities().Reactions) == 0 {
		return nil
	}
	can := m.Capabilities().Reactions
	return pages(since, func(r Reaction) time.Time { return r.At }, func(since time.Time) ([]Reaction, error) {
		found, err := s.store.ScanReactions(ctx, s.lease.BotID, s.desk.BotUserID(), since, scanBatch)
		if err != nil {
			return nil, err
		}
		var shown []Reaction
		for _, r := range found {
			if emoji, ok := s.emoji(can, r.Name); ok {
				r.Name = emoji
				shown = append(shown, r)
			}
		}
		if len(shown) == 0 {
			return found, nil
		}
		s.notify()
		return found, s.store.RecordReactions(ctx, s.lease, shown)
	})
}

// connected is the messenger of a bot, false while there is none.
func connected(bots Messengers, botID string) (messenger.Messenger, bool) {
	m, err := bots.Messenger(botID)
	return m, err == nil
}

// emoji is the messenger's form of the emoji that Mattermost calls by this name; false where it has none. No name is no
// reaction.
func (s *scan) emoji(can []string, name string) (string, bool) {
	if name == "" {
		return "", true
	}
	emoji, ok := s.desk.Emoji(name)
	if !ok {
		return "", false
	}
	for _, c := range can {
		if bare(c) == bare(emoji) {
			return c, true
		}
	}
	return "", false
}

// bare is an emoji without the selector that asks for its coloured form: some write it, some do not.
func bare(emoji string) string { return strings.ReplaceAll(emoji, "\uFE0F", "") }
