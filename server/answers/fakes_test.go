// A small world for the tests: a store in memory, two bots, a messenger with commands, a clock.

package answers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// noon is a Wednesday in Kyiv.
var noon = time.Date(2026, time.December, 2, 10, 0, 0, 0, time.UTC)

const botID = "tg1"

// Editors.
var (
	admin    = Editor{UserID: "admin"}
	sysadmin = Editor{UserID: "root", Sysadmin: true}
)

// house is a service with all around it.
type house struct {
	t     *testing.T
	store *memory
	*Service

	mu        sync.Mutex
	bots      map[string]conversation.Bot
	client    messenger.Messenger
	exchanges []messenger.Exchange
	counted   []string
	changed   []string
	warned    []string
	panics    int
	now       time.Time
	// absent are usernames and files that are not in the bots' channel; nobodyKnows is the error of who asks for any.
	absent      map[string]bool
	nobodyKnows error
	asked       []string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, store: newMemory(botID, "vb1"), bots: map[string]conversation.Bot{}, client: &commander{}, now: noon}
	for id, kind := range map[string]messenger.Kind{botID: messenger.Telegram, "vb1": messenger.Viber} {
		h.bots[id] = conversation.Bot{ID: id, Kind: kind, Name: "Shop", Username: "shop_bot", ChannelID: "inbox", Settings: conversation.DefaultSettings()}
	}
	h.Service = New(Options{
		Store: h.store, Bots: h, Desk: h, HTTP: http.DefaultClient, Words: words, Log: h, Meter: h,
		Now:       func() time.Time { return h.now },
		FirstName: func(userID string) string { return "first name of " + userID },
		Changed:   func(id string) { h.changed = append(h.changed, id) },
	})
	return h
}

// words names the text instead of saying it.
func words(language, key string, _ map[string]string) string { return language + ":" + key }

// Known implements Bots.
func (h *house) Known(id string) (conversation.Bot, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b, ok := h.bots[id]
	return b, ok
}

// edit changes a bot as its admin does.
func (h *house) edit(id string, change func(*conversation.Bot)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.bots[id]
	change(&b)
	h.bots[id] = b
}

// IsAgent implements Desk.
func (h *house) IsAgent(_ context.Context, channelID, username string) (bool, error) {
	h.asked = append(h.asked, channelID+" "+username)
	return !h.absent[username], h.nobodyKnows
}

// HasFile implements Desk.
func (h *house) HasFile(ctx context.Context, channelID, fileID string) (bool, error) {
	return h.IsAgent(ctx, channelID, fileID)
}

// Messenger implements Bots.
func (h *house) Messenger(string) (messenger.Messenger, error) { return h.client, nil }

// Observe implements Bots.
func (h *house) Observe(_ string, e messenger.Exchange) { h.exchanges = append(h.exchanges, e) }

// Outbound implements Meter.
func (h *house) Outbound(kind messenger.Kind, result, reason string) {
	h.counted = append(h.counted, fmt.Sprintf("%s %s %s", kind, result, reason))
}

// Warn implements Logger.
func (h *house) Warn(msg string, _ ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.warned = append(h.warned, msg)
}

// Error implements Logger.
func (h *house) Error(string, ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.panics++
}

func (h *house) panicked() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.panics
}

// refresh looks once, as Watch does.
func (h *house) refresh() {
	h.t.Helper()
	require.NoError(h.t, h.Refresh(h.t.Context()))
}

// add adds a rule.
func (h *house) add(r autoreply.Rule) autoreply.Rule {
	h.t.Helper()
	added, err := h.AddRule(h.t.Context(), botID, r)
	require.NoError(h.t, err)
	return added
}

// publish writes a flow and puts it in force.
func (h *house) publish(text string) string {
	h.t.Helper()
	state, _, err := h.PutDraft(h.t.Context(), botID, "", []byte(text), sysadmin)
	require.NoError(h.t, err)
	_, _, err = h.Publish(h.t.Context(), botID, state.Name, sysadmin)
	require.NoError(h.t, err)
	return state.Name
}

// says is what the bot answers to a text of a new customer, empty for nothing.
func (h *house) says(text string) string {
	h.t.Helper()
	arbiter := h.Arbiter(botID)
	if arbiter == nil {
		return ""
	}
	facts := autoreply.Facts{Mode: conversation.BotMode, Status: conversation.Open, Kind: messenger.Private}
	d, err := arbiter.Evaluate(h.t.Context(), facts, autoreply.Memory{}, autoreply.Event{Kind: autoreply.Wrote, At: h.now, Text: text}, h.now)
	if err != nil {
		return err.Error()
	}
	return d.Text
}

// keyword is a rule that answers a word.
func keyword(word, text string) autoreply.Rule {
	return autoreply.Rule{
		Name: word, Enabled: true, Texts: map[string]string{"uk": text},
		Trigger: autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Contains, Phrases: []string{word}},
	}
}

// menu is a flow of one step.
func menu(name, text, command string) string {
	return fmt.Sprintf("flow: %s\nstart: main\ntrigger: {commands: [%s]}\nsteps:\n  main:\n    text: {uk: %q}\n"+
		"    buttons:\n      - [{label: {uk: Людина}, do: handover}]\n", name, command, text)
}

// lookup is a flow that asks a service.
func lookup(name string) string {
	return fmt.Sprintf("flow: %s\nstart: ask\nsteps:\n  ask:\n    http: {url: \"https://api.example.ua/x\", headers: {X-Key: s3cret}, save: {a: a}}\n"+
		"    next: end\n  end: {text: {uk: \"{{http.a}}\"}}\n", name)
}

// memory is a Store without a database.
type memory struct {
	mu      sync.Mutex
	scripts map[string]*Script
	flows   map[string][]StoredFlow
	states  map[string]FlowState
	told    map[string]map[string][]messenger.Command
	// err is what every method returns; looks, reads and former count ScriptVersions, Script and Flow; outrun makes as many
	// saves of rules lose a race.
	err                  error
	looks, reads, former int
	outrun               int
	panics               bool
	// between is done once, before the next change of a flow that was looked at is made.
	between func()
}

func newMemory(bots ...string) *memory {
	m := &memory{scripts: map[string]*Script{}, flows: map[string][]StoredFlow{}, states: map[string]FlowState{}, told: map[string]map[string][]messenger.Command{}}
	for _, id := range bots {
		m.scripts[id] = &Script{}
	}
	return m
}

// take locks the store for one method; the error is that of a bot that is not there.
func (m *memory) take(bot string) (*Script, func(), error) {
	m.mu.Lock()
	s, ok := m.scripts[bot]
	if m.panics {
		defer m.mu.Unlock()
		panic("boom")
	}
	if m.err != nil {
		return nil, m.mu.Unlock, m.err
	}
	if !ok {
		return nil, m.mu.Unlock, ErrNotFound
	}
	return s, m.mu.Unlock, nil
}

// set changes what is stored, as another node does.
func (m *memory) set(bot string, change func(*Script)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m.scripts[bot])
	m.scripts[bot].Version++
}

func (m *memory) looked() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.looks
}

func (m *memory) Script(_ context.Context, bot string) (Script, error) {
	s, done, err := m.take(bot)
	defer done()
	if err != nil {
		return Script{}, err
	}
	m.reads++
	read := *s
	read.Rules, read.Published = slices.Clone(s.Rules), nil
	for _, f := range m.states {
		if f.On {
			read.Published = append(read.Published, m.flows[bot+f.Name][f.Published-1])
		}
	}
	return read, nil
}

func (m *memory) ScriptVersions(context.Context) (map[string]int64, error) {
	_, done, err := m.take(botID)
	defer done()
	if m.err != nil {
		return nil, err
	}
	m.looks++
	versions := map[string]int64{}
	for id, s := range m.scripts {
		if s.Version > 0 {
			versions[id] = s.Version
		}
	}
	return versions, nil
}

func (m *memory) SaveRules(_ context.Context, bot string, rules []autoreply.Rule, version int64) (int64, error) {
	s, done, err := m.take(bot)
	defer done()
	if err != nil {
		return 0, err
	}
	if m.outrun > 0 {
		m.outrun--
		s.RulesVersion++
	}
	if s.RulesVersion != version {
		return 0, ErrChanged
	}
	s.Rules = slices.Clone(rules)
	s.RulesVersion++
	s.Version++
	return s.RulesVersion, nil
}

func (m *memory) SaveHours(_ context.Context, bot string, h hours.Hours) (int64, error) {
	s, done, err := m.take(bot)
	defer done()
	if err != nil {
		return 0, err
	}
	if s.Hours.Version != h.Version {
		return 0, ErrChanged
	}
	h.Version++
	s.Hours = h
	s.Version++
	return h.Version, nil
}

func (m *memory) Told(_ context.Context, bot string) (map[string][]messenger.Command, error) {
	_, done, err := m.take(bot)
	defer done()
	return maps.Clone(m.told[bot]), err
}

func (m *memory) SaveTold(_ context.Context, bot string, lists map[string][]messenger.Command) error {
	_, done, err := m.take(bot)
	defer done()
	if err == nil {
		m.told[bot] = maps.Clone(lists)
	}
	return err
}

func (m *memory) Flows(_ context.Context, bot string) (list []FlowState, err error) {
	_, done, err := m.take(bot)
	defer done()
	for _, f := range m.states {
		list = append(list, f)
	}
	return list, err
}

func (m *memory) Flow(_ context.Context, bot, name string, version int) (StoredFlow, error) {
	_, done, err := m.take(bot)
	defer done()
	if err != nil {
		return StoredFlow{}, err
	}
	m.former++
	state := m.states[name]
	wishes := []int{version}
	if version == 0 {
		wishes = []int{state.Draft, state.Published}
	}
	for _, wish := range wishes {
		if all := m.flows[bot+name]; wish > 0 && wish <= len(all) && all[wish-1].Version > 0 {
			return all[wish-1], nil
		}
	}
	return StoredFlow{}, ErrNotFound
}

func (m *memory) SaveDraft(_ context.Context, bot, name, text, user string) (StoredFlow, error) {
	s, done, err := m.take(bot)
	defer done()
	if err != nil {
		return StoredFlow{}, err
	}
	f := StoredFlow{Name: name, Version: len(m.flows[bot+name]) + 1, Text: text, By: user}
	m.flows[bot+name] = append(m.flows[bot+name], f)
	state := m.states[name]
	state.Name, state.Draft = name, f.Version
	m.states[name] = state
	s.Version++
	return f, nil
}

// changing locks the store for a change of a flow that is made of a script of this version.
func (m *memory) changing(bot, name string, script int64) (*Script, FlowState, func(), error) {
	if m.between != nil {
		between := m.between
		m.between = nil
		between()
	}
	s, done, err := m.take(bot)
	state := m.states[name]
	switch {
	case err != nil:
	case state.present() == 0:
		err = ErrNotFound
	case s.Version != script:
		err = ErrChanged
	default:
		s.Version++
	}
	return s, state, done, err
}

func (m *memory) Publish(_ context.Context, bot, name string, script int64) error {
	s, state, done, err := m.changing(bot, name, script)
	defer done()
	if err != nil {
		return err
	}
	state.Published, state.Draft, state.On = state.present(), 0, true
	s.HadFlow = true
	m.states[name] = state
	return nil
}

func (m *memory) Replace(ctx context.Context, bot, name, text, user string, script int64) error {
	_, _, done, err := m.changing(bot, name, script)
	done()
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := m.SaveDraft(ctx, bot, name, text, user); err != nil {
		return err
	}
	return m.Publish(ctx, bot, name, m.scripts[bot].Version)
}

func (m *memory) SwitchOff(_ context.Context, bot, name string, script int64) error {
	_, state, done, err := m.changing(bot, name, script)
	defer done()
	if err != nil || state.Published == 0 {
		return cmp.Or(err, ErrNotFound)
	}
	state.On = false
	m.states[name] = state
	return nil
}

func (m *memory) RemoveFlow(_ context.Context, bot, name string, script int64) error {
	_, _, done, err := m.changing(bot, name, script)
	defer done()
	if err != nil {
		return err
	}
	delete(m.states, name)
	for i := range m.flows[bot+name] {
		m.flows[bot+name][i] = StoredFlow{} // its number is not given again
	}
	return nil
}

// commander is a messenger that shows commands.
type commander struct {
	messenger.Messenger
	calls []string
	shown map[string][]messenger.Command
	err   error
	// called is done at each call, before its answer.
	called func()
}

// SetCommands implements messenger.Commander.
func (c *commander) SetCommands(_ context.Context, language string, commands []messenger.Command) error {
	c.calls = append(c.calls, language)
	if c.called != nil {
		c.called()
	}
	if c.err != nil {
		return c.err
	}
	if c.shown == nil {
		c.shown = map[string][]messenger.Command{}
	}
	c.shown[language] = commands
	return nil
}
