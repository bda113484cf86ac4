package bots

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const site = "https://chat.example.com"

type house struct {
	*Service
	memory *memory
	teller *teller
	cloud  *cloud
	woken  []string
	// answering is the state of the automatic answers, OK when empty.
	answering State
	// proxy and exempt are what the transport for files was made with last.
	proxy  proxyFunc
	exempt func(hostPort string) bool
}

func newHouse(t *testing.T) *house {
	h := &house{memory: newMemory(), teller: &teller{}, cloud: &cloud{accounts: map[string]messenger.Account{
		"token-1":     {ID: "1", Name: "Shop", Username: "shop_bot"},
		"token-1-new": {ID: "1", Name: "Shop", Username: "shop_bot"},
		"token-2":     {ID: "2", Name: "Other"},
	}}}
	h.Service = h.another()
	h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: site})
	return h
}

// another is a service on the same database, as another node or a restart.
func (h *house) another() *Service {
	return NewService(Options{
		Store: h.memory, Desk: h.teller, Log: silence{}, Wake: func(id string) { h.woken = append(h.woken, id) },
		Answers: func(string) Check {
			return Check{Name: "answers", State: cmp.Or(h.answering, OK), Detail: "rules[0].texts"}
		},
		Adapters: map[messenger.Kind]Adapter{messenger.Telegram: func(o messenger.Options) (messenger.Messenger, error) {
			h.cloud.options = o
			return &client{h.cloud, o.Token}, nil
		}},
		Media: func(proxy proxyFunc, exempt func(string) bool) http.RoundTripper {
			h.proxy, h.exempt = proxy, exempt
			return &http.Transport{Proxy: proxy}
		},
	})
}

func (h *house) configure(t *testing.T, e Endpoints) {
	require.NoError(t, h.Configure(t.Context(), e))
}

func newBot() New {
	return New{Kind: messenger.Telegram, Token: "token-1", ChannelID: "channel", Settings: conversation.DefaultSettings(), By: "admin"}
}

func (h *house) add(t *testing.T) conversation.Bot {
	b, err := h.Add(t.Context(), newBot())
	require.NoError(t, err)
	return b
}

func TestAddingABotChecksItJoinsRegistersAndWakes(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	require.Equal(t, "Shop", b.Name)
	require.Equal(t, []string{"channel"}, h.teller.joined)
	require.Equal(t, site+"/plugins/msgbot/webhook/telegram/"+b.ID, h.cloud.webhook)
	secret, err := h.Secret(b.ID)
	require.NoError(t, err)
	require.Equal(t, h.cloud.secret, secret)
	require.Equal(t, []string{b.ID}, h.woken)
	require.Equal(t, []string{b.ID}, h.Channel("channel"))
	require.Nil(t, h.Channel("another"))
}

func TestATokenIsKeptSealed(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	require.NotContains(t, string(h.memory.sealed[b.ID].Data), "token-1")
	require.False(t, bytes.Contains(h.memory.sealed[b.ID].Data, []byte("token")))
}

func TestWhatCannotBeAddedSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*house)
		change  func(*New)
		want    error
	}{
		"a bad token":           {nil, func(n *New) { n.Token = "wrong" }, &RefusedError{Field: "token", Words: "Unauthorized"}},
		"an unknown mode":       {nil, func(n *New) { n.Mode = "pigeon" }, conversation.Wrong("mode", conversation.ProblemNotOneOf, "value", "pigeon", "allowed", "webhook, polling")},
		"an unknown messenger":  {nil, func(n *New) { n.Kind = "icq" }, conversation.Wrong("kind", conversation.ProblemNotOneOf, "value", "icq", "allowed", "telegram")},
		"another service on it": {func(h *house) { h.cloud.webhook = "https://crm.example.org/hook" }, nil, &InUseError{Host: "crm.example.org"}},
		"a refused webhook": {func(h *house) {
			h.cloud.refuses = &messenger.Error{Class: messenger.Rejected, Description: "bad webhook"}
		}, nil, &RefusedError{Field: "mode", Words: "bad webhook"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			if c.prepare != nil {
				c.prepare(h)
			}
			n := newBot()
			if c.change != nil {
				c.change(&n)
			}
			_, err := h.Add(t.Context(), n)
			require.Equal(t, c.want, errors.Cause(err))
			require.Empty(t, h.memory.bots, "nothing is left behind")
			require.Empty(t, h.List(t.Context()))
		})
	}
}

func TestTheSameBotIsNotConnectedTwice(t *testing.T) {
	h := newHouse(t)
	h.add(t)
	_, err := h.Add(t.Context(), newBot())
	require.ErrorIs(t, err, ErrExists)
}

func TestTakingOverIsDoneOnlyWhenAsked(t *testing.T) {
	h := newHouse(t)
	h.cloud.webhook = "https://crm.example.org/hook"
	n := newBot()
	n.TakeOver = true
	b, err := h.Add(t.Context(), n)
	require.NoError(t, err)
	require.Contains(t, h.cloud.webhook, b.ID)
}

func TestTheCloudNeedsAPublicHTTPSAddressAndAServerOfOnesOwnDoesNot(t *testing.T) {
	for public, want := range map[string]*conversation.FieldError{
		"http://chat.example.com":       conversation.Wrong("mode", conversation.ProblemNotHTTPS, "scheme", "http"),
		"https://chat.example.com:9000": conversation.Wrong("mode", conversation.ProblemWrongPort, "port", "9000", "ports", "443, 80, 88, 8443"),
		"https://192.168.1.5":           conversation.Wrong("mode", conversation.ProblemNotPublic, "host", "192.168.1.5"),
		"https://chat":                  conversation.Wrong("mode", conversation.ProblemNotPublic, "host", "chat"),
		"":                              conversation.Wrong("mode", conversation.ProblemNoPublicURL),
		"https://chat.example.com:8443": nil,
	} {
		t.Run(public, func(t *testing.T) {
			h := newHouse(t)
			h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: public})
			_, err := h.Add(t.Context(), newBot())
			if want == nil {
				require.NoError(t, err)
				return
			}
			require.Equal(t, want, err)
		})
	}
	h := newHouse(t)
	h.configure(t, Endpoints{TelegramAPIURL: "http://localhost:8081", PublicURL: "http://localhost:8065"})
	h.add(t)
}

func TestPollingNeedsNoAddressAndDeletesTheWebhook(t *testing.T) {
	h := newHouse(t)
	h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: "http://localhost"})
	n := newBot()
	n.Mode = messenger.Polling
	_, err := h.Add(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, 1, h.cloud.deleted)
}

func TestEditingKeepsWhatIsNotGivenAndRefusesAnothersToken(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	name, token := "Front desk", "token-2"
	_, err := h.Edit(t.Context(), b.ID, Edit{Token: &token})
	require.Equal(t, conversation.Wrong("token", conversation.ProblemOtherAccount, "name", "Other"), err)
	token = "token-1-new"
	edited, err := h.Edit(t.Context(), b.ID, Edit{Name: &name, Token: &token})
	require.NoError(t, err)
	require.Equal(t, "Front desk", edited.Name)
	require.Equal(t, b.Settings, edited.Settings)
	m, err := h.Messenger(b.ID)
	require.NoError(t, err)
	require.Equal(t, "token-1-new", m.(*client).token)
}

func TestAnEditThatCannotBeRegisteredIsTakenBack(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	h.cloud.refuses = &messenger.Error{Class: messenger.Rejected, Description: "bad webhook"}
	token, name := "token-1-new", "Front desk"
	_, err := h.Edit(t.Context(), b.ID, Edit{Token: &token, Name: &name})
	require.EqualError(t, err, "bad webhook")
	m, err := h.Messenger(b.ID)
	require.NoError(t, err)
	require.Equal(t, "token-1", m.(*client).token)
	now, err := h.Bot(t.Context(), b.ID)
	require.NoError(t, err)
	require.Equal(t, "Shop", now.Name)
}

func TestANewTokenIsKnownWhenTheMessengerCallsBackToCheckIt(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	seen := ""
	h.cloud.checks = func() {
		m, err := h.Messenger(b.ID)
		require.NoError(t, err)
		seen = m.(*client).token
	}
	token := "token-1-new"
	_, err := h.Edit(t.Context(), b.ID, Edit{Token: &token})
	require.NoError(t, err)
	require.Equal(t, "token-1-new", seen)
}

func TestEditingDoesNotTakeTheBotBackUnasked(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	h.cloud.webhook = "https://crm.example.org/hook"
	token, polling := "token-1-new", messenger.Polling
	for _, e := range []Edit{{Token: &token}, {Mode: &polling}} {
		_, err := h.Edit(t.Context(), b.ID, e)
		require.EqualError(t, err, (&InUseError{Host: "crm.example.org"}).Error())
		require.Equal(t, "https://crm.example.org/hook", h.cloud.webhook)
	}
}

func TestRemovingDeletesTheWebhookOnlyIfItIsOurs(t *testing.T) {
	h := newHouse(t)
	require.NoError(t, h.Remove(t.Context(), h.add(t).ID))
	require.Equal(t, 1, h.cloud.deleted)
	b := h.add(t)
	h.cloud.webhook = "https://crm.example.org/hook"
	require.NoError(t, h.Remove(t.Context(), b.ID))
	require.Equal(t, "https://crm.example.org/hook", h.cloud.webhook)
	require.ErrorIs(t, h.Remove(t.Context(), b.ID), ErrNotFound)
}

func TestABotThatIsRemovedMeanwhileKeepsNoOtherFromBeingAdded(t *testing.T) {
	h := newHouse(t)
	h.memory.removed = []conversation.Bot{{ID: "removed", Kind: messenger.Telegram, ChannelID: "inbox"}}
	b := h.add(t)
	_, known := h.Known(b.ID)
	require.True(t, known)
	_, known = h.Known("removed")
	require.False(t, known)
}

func TestPauseAndResume(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	_, err := h.Pause(t.Context(), b.ID)
	require.NoError(t, err)
	state, err := h.State(t.Context(), b.ID)
	require.NoError(t, err)
	require.Equal(t, Paused, state)
	b, err = h.Resume(t.Context(), b.ID)
	require.NoError(t, err)
	require.False(t, b.Paused)
}

func TestAnotherNodeSeesABotAsSoonAsItIsAsked(t *testing.T) {
	h := newHouse(t)
	other := h.another()
	require.NoError(t, other.Configure(t.Context(), Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: site}))
	b := h.add(t)
	found, err := other.Bot(t.Context(), b.ID)
	require.NoError(t, err)
	require.Equal(t, b, found)
	_, err = other.Bot(t.Context(), "nobody")
	require.ErrorIs(t, err, ErrNotFound)
}

func TestAChangedKeySealsAnewAndALostOneStopsThatBotOnly(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	before := h.memory.sealed[b.ID]
	h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: site, EncryptionKey: "secret"})
	require.NotEqual(t, before.KeyID, h.memory.sealed[b.ID].KeyID)
	_, err := h.Messenger(b.ID)
	require.NoError(t, err)

	h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: site, EncryptionKey: "another"})
	_, err = h.Messenger(b.ID)
	require.NoError(t, err, "the running process still knows the former key")

	restarted := h.another()
	require.NoError(t, restarted.Configure(t.Context(), Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: site, EncryptionKey: "lost"}))
	_, err = restarted.Messenger(b.ID)
	require.ErrorIs(t, err, ErrKeyLost)
	health, err := restarted.Health(t.Context(), b.ID)
	require.NoError(t, err)
	require.Equal(t, Error, health.State)
	require.Contains(t, health.Checks[0].Detail, "encryption key was changed or lost")

	lost := conversation.Wrong("token", conversation.ProblemTokenLost)
	_, err = restarted.Reclaim(t.Context(), b.ID)
	require.Equal(t, lost, err)
	polling := messenger.Polling
	_, err = restarted.Edit(t.Context(), b.ID, Edit{Mode: &polling})
	require.Equal(t, lost, err)

	token := "token-1-new"
	_, err = restarted.Edit(t.Context(), b.ID, Edit{Token: &token})
	require.NoError(t, err, "entering the token again mends it")
	_, err = restarted.Messenger(b.ID)
	require.NoError(t, err)
}

func TestCredentialsOpenForTheirBotOnly(t *testing.T) {
	k, err := newKey([]byte("secret"))
	require.NoError(t, err)
	ring := keyring{k}
	sealed, err := ring.seal("a", credentials{Token: "t"})
	require.NoError(t, err)
	opened, err := ring.open("a", sealed)
	require.NoError(t, err)
	require.Equal(t, "t", opened.Token)
	_, err = ring.open("b", sealed)
	require.ErrorIs(t, err, ErrKeyLost)
	_, err = ring.open("a", Sealed{KeyID: sealed.KeyID})
	require.ErrorIs(t, err, ErrKeyLost)
}

func check(h Health, name string) Check {
	i := slices.IndexFunc(h.Checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		return Check{}
	}
	return h.Checks[i]
}

func TestCase32ATakenOverWebhookIsToldOnceAndNeverTakenBackUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		b := h.add(t)
		health, err := h.Health(t.Context(), b.ID)
		require.NoError(t, err)
		require.Equal(t, OK, health.State)

		h.cloud.webhook = "https://crm.example.org/hook"
		health, err = h.Health(t.Context(), b.ID)
		require.NoError(t, err)
		require.Equal(t, OK, health.State, "an answer serves for ten seconds")
		for range 3 {
			time.Sleep(11 * time.Second)
			health, err = h.Health(t.Context(), b.ID)
			require.NoError(t, err)
		}
		require.Equal(t, Error, health.State)
		require.Contains(t, check(health, checkWebhook).Detail, "crm.example.org")
		require.Len(t, h.teller.alerts, 1)
		require.Equal(t, []bool{true}, h.teller.takeBack)
		require.Equal(t, "https://crm.example.org/hook", h.cloud.webhook)

		_, err = h.Reclaim(t.Context(), b.ID)
		require.NoError(t, err)
		require.Contains(t, h.cloud.webhook, b.ID)
		health, err = h.Health(t.Context(), b.ID)
		require.NoError(t, err)
		require.Equal(t, OK, health.State)
		require.Equal(t, []string{checkWebhook}, h.teller.resolved)
	})
}

func TestHealthSaysWhatIsWrongInWords(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*house)
		check   string
		state   State
		words   string
	}{
		"a revoked token":   {func(h *house) { delete(h.cloud.accounts, "token-1") }, checkToken, Error, "refuses the token: Unauthorized"},
		"a former address":  {func(h *house) { h.cloud.webhook = strings.Replace(h.cloud.webhook, "chat.", "old.", 1) }, checkWebhook, Error, "still go to old.example.com"},
		"no webhook at all": {func(h *house) { h.cloud.webhook = "" }, checkWebhook, Error, "No webhook is registered"},
		"failed deliveries": {func(h *house) {
			h.cloud.state = messenger.WebhookState{LastError: "Read timeout expired", LastErrorAt: time.Now()}
		}, checkDelivery, Warning, "Read timeout expired"},
		"old failures": {func(h *house) {
			h.cloud.state = messenger.WebhookState{LastError: "x", LastErrorAt: time.Now().Add(-time.Hour)}
		}, checkDelivery, OK, ""},
		"an address by http": {func(h *house) {
			h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: "http://chat.example.com"})
		}, checkPublicURL, Error, "en field.not_https"},
		"a backlog there":       {func(h *house) { h.cloud.state = messenger.WebhookState{Pending: 101} }, checkBacklog, Warning, "101 messages wait at telegram"},
		"a backlog here":        {func(h *house) { h.memory.depth = Depth{Inbox: 7, Oldest: time.Now().Add(-3 * time.Minute)} }, checkBacklog, Warning, "7 messages wait to be shown"},
		"unreadable updates":    {func(h *house) { h.memory.depth = Depth{Quarantined: 2} }, checkUnreadable, Warning, "2 updates of the last 24 hours could not be read"},
		"a key beside the lock": {func(*house) {}, checkEncryption, OK, "Generating an EncryptionKey"},
		"files by https":        {func(h *house) { h.cloud.byURL = true }, checkFiles, OK, ""},
		"files by http": {func(h *house) {
			h.cloud.byURL = true
			h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: "http://chat.example.com"})
		}, checkFiles, Warning, "Set PublicURL or SiteURL to an https address"},
		"files that are uploaded": {func(h *house) {
			h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: "http://chat.example.com"})
		}, checkFiles, OK, ""},
		"files by http to a gateway of one's own": {func(h *house) {
			h.cloud.byURL = true
			h.configure(t, Endpoints{TelegramAPIURL: "http://gateway:8081", PublicURL: "http://chat.example.com"})
		}, checkFiles, OK, ""},
		"a server that takes no files": {func(h *house) {
			h.configure(t, Endpoints{TelegramAPIURL: TelegramCloud, PublicURL: site, FilesDisabled: true})
		}, checkFiles, Warning, "Mattermost takes no files"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			b := h.add(t)
			c.prepare(h)
			health, err := h.Health(t.Context(), b.ID)
			require.NoError(t, err)
			found := check(health, c.check)
			require.Equal(t, c.state, found.State)
			require.Contains(t, found.Detail, c.words)
		})
	}
}

func TestAutomaticAnswersThatCannotBeUsedAreToldAsOtherErrorsAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		b := h.add(t)
		look := func(answering State) Check {
			h.answering = answering
			time.Sleep(11 * time.Second)
			health, err := h.Health(t.Context(), b.ID)
			require.NoError(t, err)
			require.Equal(t, answering, health.State)
			state, err := h.State(t.Context(), b.ID)
			require.NoError(t, err)
			require.Equal(t, answering, state)
			return check(health, "answers")
		}
		look(OK)
		look(Warning)
		require.Empty(t, h.teller.alerts)
		since := look(Error).Since
		require.Equal(t, since, look(Error).Since)
		require.Equal(t, []string{"answers: rules[0].texts"}, h.teller.alerts)
		require.Equal(t, []bool{false}, h.teller.takeBack)
		delete(h.cloud.accounts, "token-1")
		look(Error)
		require.Empty(t, h.teller.resolved, "also while the messenger does not answer")
		h.cloud.accounts["token-1"] = messenger.Account{ID: "1"}
		look(OK)
		require.ElementsMatch(t, []string{checkToken, "answers"}, h.teller.resolved)
	})
}

func TestAnotherProgramThatPollsIsToldAfterASecondConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		n := newBot()
		n.Mode = messenger.Polling
		b, err := h.Add(t.Context(), n)
		require.NoError(t, err)
		conflict := &messenger.Error{Class: messenger.Conflict}
		h.Polled(b.ID, conflict)
		health, err := h.Health(t.Context(), b.ID)
		require.NoError(t, err)
		require.Equal(t, OK, check(health, checkPolling).State, "one may be our own predecessor's")
		h.Polled(b.ID, conflict)
		health, err = h.Health(t.Context(), b.ID)
		require.NoError(t, err)
		require.Equal(t, Error, check(health, checkPolling).State)
		h.Polled(b.ID, nil)
		health, err = h.Health(t.Context(), b.ID)
		require.NoError(t, err)
		require.Equal(t, OK, check(health, checkPolling).State)
		require.Equal(t, []string{checkPolling}, h.teller.resolved)
	})
}

func TestTheExchangeLogKeepsTheNewest(t *testing.T) {
	h := newHouse(t)
	b := h.add(t)
	for i := range 300 {
		h.Observe(b.ID, messenger.Exchange{Status: i})
		h.Observe(b.ID, messenger.Exchange{Method: "getUpdates", Status: 200})
	}
	list, err := h.Exchanges(t.Context(), b.ID)
	require.NoError(t, err)
	require.Len(t, list, 200)
	require.Equal(t, 299, list[0].Status)
}

func TestTheGuardOfOtherChannelsAllocatesNothing(t *testing.T) {
	h := newHouse(t)
	h.add(t)
	require.Zero(t, testing.AllocsPerRun(100, func() { h.Channel("another") }))
}

func BenchmarkGuardOfOtherChannels(b *testing.B) {
	s := NewService(Options{Store: newMemory()})
	s.registry.now.Store(&view{channels: map[string][]string{"channel": {"bot"}}})
	b.ReportAllocs()
	for b.Loop() {
		if s.Channel("another") != nil {
			b.Fatal("not a bot's channel")
		}
	}
}

func TestAPanicEndsOneRoundOfTheWatchOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, cancel := context.WithCancel(t.Context())
		rounds, done := 0, make(chan struct{})
		go func() {
			defer close(done)
			h.Watch(ctx, func() []string {
				rounds++
				panic("a bug")
			})
		}()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		cancel()
		<-done
		require.Greater(t, rounds, 3)
	})
}
