// A hand-made double of the desk that keeps posts by id, as Mattermost does.

package relay

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// shownPost is a post as the fake desk keeps it.
type shownPost struct {
	id, root, text string
	files          []string
	edited         time.Time
	deleted        bool
}

type fakeDesk struct {
	mu      sync.Mutex
	posts   []shownPost
	lines   []string
	cards   []string
	notices []conversation.Delivery
	notes   []string
	sent    []string
	// signs are msgbot's reactions.
	signs []string
	// states are those of the connections that were shown.
	states []conversation.ConnectionState
	files  map[string]AgentFile
	// autos are the automatic messages that threads show.
	autos []AutoPost
	// fail is asked before each post.
	fail func(p InboundPost) error
	dead atomic.Bool
}

func (d *fakeDesk) OpenThread(_ context.Context, _ conversation.Bot, c conversation.Conversation, _ string) (string, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := fmt.Sprintf("card-%s-%d", c.ID, c.Thread.Seq)
	if !slices.Contains(d.cards, id) {
		d.cards = append(d.cards, id)
	}
	return id, "channel", nil
}

func (d *fakeDesk) PostInbound(_ context.Context, p InboundPost) (Posted, error) {
	time.Sleep(3 * time.Millisecond) // in the test's own time: posts of different lanes overlap
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		if err := d.fail(p); err != nil {
			return Posted{}, err
		}
	}
	p0, err := d.render(p)
	if err != nil {
		return Posted{}, err
	}
	if !slices.ContainsFunc(d.posts, func(s shownPost) bool { return s.id == p.ID }) {
		d.posts = append(d.posts, p0)
	}
	return Posted{Posts: 1}, nil
}

// render is a post with its files, which are fetched.
func (d *fakeDesk) render(p InboundPost) (shownPost, error) {
	s := shownPost{id: p.ID, root: p.Conversation.Thread.RootPostID, text: p.Text.Plain, edited: p.EditedAt}
	for _, l := range p.Labels {
		s.text = strings.TrimSpace("[" + l.Key + "] " + s.text)
	}
	if p.Quote != nil {
		s.text = "> " + p.Quote.Text + " (" + p.Quote.PostID + ")\n" + s.text
	}
	for _, f := range p.Files {
		download, err := f.Fetch(context.Background())
		switch {
		case err == nil:
			_ = download.Body.Close()
			s.files = append(s.files, f.Ref)
		case messenger.AsError(err).Class == messenger.Rejected || p.Hasty:
			s.files = append(s.files, "missing "+f.Ref)
		default:
			return s, err
		}
	}
	return s, nil
}

func (d *fakeDesk) EditInbound(_ context.Context, p InboundPost, posts int) (Posted, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, s := range d.posts {
		if s.id == p.ID {
			now, err := d.render(p)
			if p.Files == nil {
				now.files = s.files
			}
			d.posts[i] = now
			return Posted{Posts: posts}, err
		}
	}
	return Posted{}, ErrThreadGone
}

func (d *fakeDesk) InboundText(_ context.Context, id string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.posts {
		if s.id == id {
			return s.text, nil
		}
	}
	return "", ErrThreadGone
}

func (d *fakeDesk) MarkDeleted(_ context.Context, _ conversation.Bot, id string, _ time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.posts {
		d.posts[i].deleted = d.posts[i].deleted || d.posts[i].id == id
	}
	return nil
}

func (d *fakeDesk) React(_ context.Context, _, emoji string, on bool) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if emoji == "🫥" {
		return false, nil
	}
	if on {
		d.signs = append(d.signs, emoji)
	} else {
		d.signs = slices.DeleteFunc(d.signs, func(s string) bool { return s == emoji })
	}
	return true, nil
}

func (d *fakeDesk) ShowConnection(_ context.Context, _ conversation.Bot, c conversation.Connection) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.states = append(d.states, c.State)
	return nil
}

func (d *fakeDesk) Preview(_ conversation.Bot, e messenger.Event) string { return e.Text.Plain }

func (d *fakeDesk) PostAuto(_ context.Context, p AutoPost) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.ContainsFunc(d.autos, func(known AutoPost) bool { return known.ID == p.ID }) {
		d.autos = append(d.autos, p)
	}
	return nil
}

func (d *fakeDesk) T(lang, key string, _ map[string]string) string {
	return strings.TrimSpace(key + " " + lang)
}
func (d *fakeDesk) AgentID(_ context.Context, _, username string) (string, error) {
	if username == "gone" {
		return "", nil
	}
	return "id-" + username, nil
}
func (d *fakeDesk) FirstName(string) string { return "Olha" }

func (d *fakeDesk) MarkSent(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, id)
	return nil
}

func (d *fakeDesk) AutoFiles(_ context.Context, ids []string) (files []AgentFile, gone int, err error) {
	for _, id := range ids {
		if f, ok := d.files[id]; ok {
			files = append(files, f)
		} else {
			gone++
		}
	}
	return files, gone, nil
}

func (d *fakeDesk) AgentFiles(_ context.Context, ids []string) ([]AgentFile, error) {
	var files []AgentFile
	for _, id := range ids {
		f, ok := d.files[id]
		if !ok {
			return nil, ErrRefused
		}
		files = append(files, f)
	}
	return files, nil
}

func (d *fakeDesk) OpenFile(_ context.Context, id string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("content of " + id)), nil
}

func (d *fakeDesk) PublicFileURL(id, name string) string {
	return "https://files.example/" + id + "/" + name
}

func (d *fakeDesk) Emoji(name string) (string, bool) {
	emoji, ok := map[string]string{"thumbsup": "👍", "heart": "❤️", "eyes": "👀"}[name]
	return emoji, ok
}

func (d *fakeDesk) LinkedPost(url string) (string, bool) {
	return strings.CutPrefix(url, "https://chat.example/pl/")
}

func (d *fakeDesk) PostLine(_ context.Context, _ string, _ conversation.Bot, _ conversation.Conversation, key string, _ map[string]string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, key)
	return nil
}

func (d *fakeDesk) ShowNotice(_ context.Context, _ conversation.Bot, n Notice) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = append(d.notices, n.Row.State)
	return nil
}

func (d *fakeDesk) MarkNote(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes = append(d.notes, id)
	return nil
}

func (d *fakeDesk) UpdateCard(context.Context, conversation.Bot, conversation.Conversation) error {
	return nil
}
func (d *fakeDesk) BotUserID() string { return "msgbot" }
func (d *fakeDesk) DisplayName(username string) (string, bool) {
	return "Olha K.", username == "olha"
}
func (d *fakeDesk) Internal(string) bool { return false }
func (d *fakeDesk) Alive() bool          { return !d.dead.Load() }

func (d *fakeDesk) setFail(fail func(InboundPost) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = fail
}

// texts returns what a thread shows, in order.
func (d *fakeDesk) texts(root string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var texts []string
	for _, p := range d.posts {
		if p.root == root {
			texts = append(texts, p.text)
		}
	}
	return texts
}
