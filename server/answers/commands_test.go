// The commands that messengers show, and when they are told of them.

package answers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// commandRule answers commands.
func commandRule(name string, commands ...string) autoreply.Rule {
	return autoreply.Rule{
		Name: name, Enabled: true, Texts: flow.Texts{"uk": "x"}, Trigger: autoreply.Trigger{Kind: autoreply.OnCommand, Commands: commands},
	}
}

func TestCommandsAreTheMenuTheRulesTheFlowsAndAPerson(t *testing.T) {
	h := newHouse(t)
	require.Empty(t, h.Commands(botID))
	h.add(commandRule(" Наші\nціни ", "/prices", "/start"))
	h.add(commandRule("", "/hours", "/human"))
	off := commandRule("Вимкнено", "/off")
	off.Enabled = false
	h.add(off)
	link := commandRule("За посиланням", "/promo")
	link.Trigger.Payload = "spring"
	h.add(link)
	h.add(keyword("a", "b"))
	require.Equal(t, []messenger.Command{
		{Name: "prices", Description: "Наші ціни"}, {Name: "hours", Description: "hours"}, {Name: "human", Description: "uk:api.bot_command.human"},
	}, h.Commands(botID)[""], "there is no menu yet")

	h.publish(menu("our-shop", "x", "/start, /shop, /prices"))
	require.Equal(t, map[string][]messenger.Command{
		"": {
			{Name: "menu", Description: "uk:api.bot_command.menu"}, {Name: "prices", Description: "Наші ціни"},
			{Name: "hours", Description: "hours"}, {Name: "shop", Description: "our shop"},
			{Name: "human", Description: "uk:api.bot_command.human"},
		},
		"en": {
			{Name: "menu", Description: "en:api.bot_command.menu"}, {Name: "prices", Description: "Наші ціни"},
			{Name: "hours", Description: "hours"}, {Name: "shop", Description: "our shop"},
			{Name: "human", Description: "en:api.bot_command.human"},
		},
		"uk": h.Commands(botID)[""],
	}, h.Commands(botID))
	require.Empty(t, h.Commands("vb1"))
	require.Empty(t, h.Commands("nobody's"))
}

func TestCommandsAreToldInEachLanguageThatIsSpoken(t *testing.T) {
	h := newHouse(t)
	r := commandRule("a", "/a")
	r.Texts = flow.Texts{"pt-BR": "x", "de": "x", "ast": "x"}
	h.add(r)
	lists := h.Commands(botID)
	require.Len(t, lists, 5)
	for _, language := range []string{"", "de", "en", "pt", "uk"} {
		require.NotEmpty(t, lists[language], language)
	}
}

func TestCommandsKeepToTheLimitsAndAPersonIsAlwaysAmongThem(t *testing.T) {
	h := newHouse(t)
	for i := range 11 {
		var names []string
		for j := range 10 {
			names = append(names, fmt.Sprintf("/c%d_%d", i, j))
		}
		h.add(commandRule(strings.Repeat("ї", 100), names...))
	}
	list := h.Commands(botID)[""]
	require.Len(t, list, maxCommands)
	require.Equal(t, "human", list[maxCommands-1].Name)
	require.Equal(t, strings.Repeat("ї", 255)+"…", short(strings.Repeat("ї", 257)))
	require.Equal(t, strings.Repeat("ї", 256), short(strings.Repeat("ї", 256)))
}

func TestAMessengerIsToldItsCommandsOnceForEachChange(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	sync := func() []string {
		client.calls = nil
		h.SyncCommands(t.Context(), []string{botID})
		return client.calls
	}
	require.Empty(t, sync(), "what the bot's owner set elsewhere stays while nothing answers")
	added := h.add(commandRule("Ціни", "/prices"))
	require.Equal(t, []string{"", "en", "uk"}, sync())
	require.Equal(t, h.Commands(botID), client.shown)
	require.Empty(t, sync())

	h.add(keyword("a", "b"))
	require.Empty(t, sync(), "the script changed, the commands did not")
	h.edit(botID, func(b *conversation.Bot) { b.Settings.Language = "en" })
	require.Equal(t, []string{""}, sync(), "only the list that is another one")

	_, err := h.EditRule(t.Context(), botID, added.ID, patch(t, `{"texts":{"de":"x"}}`))
	require.NoError(t, err)
	require.Equal(t, []string{"de"}, sync())
	_, err = h.EditRule(t.Context(), botID, added.ID, patch(t, `{"texts":{"uk":"x"}}`))
	require.NoError(t, err)
	require.Equal(t, []string{"de"}, sync())
	require.Empty(t, client.shown["de"], "a language that is gone is taken back")

	_, _, err = h.PutRules(t.Context(), botID, nil, 4)
	require.NoError(t, err)
	require.Equal(t, []string{"", "en", "uk"}, sync())
	require.Equal(t, map[string][]messenger.Command{"": nil, "en": nil, "uk": nil, "de": nil}, client.shown)
	require.Empty(t, sync())
}

func TestAMessengerIsToldByTheOwnerOnly(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	h.add(commandRule("Ціни", "/prices"))
	h.SyncCommands(t.Context(), []string{"vb1"})
	require.Empty(t, client.calls)
	h.SyncCommands(t.Context(), []string{botID})
	require.Len(t, client.calls, 3)
}

// TestANewOwnerGoesOnWhereTheOneBeforeEnded is for another node as well as for a restart.
func TestANewOwnerGoesOnWhereTheOneBeforeEnded(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	owner := func() []string {
		client.calls = nil
		other := New(h.o)
		require.NoError(t, other.Refresh(t.Context()))
		other.SyncCommands(t.Context(), []string{botID})
		return client.calls
	}
	added := h.add(withText(commandRule("Ціни", "/prices"), "de"))
	require.Equal(t, []string{"", "de", "en", "uk"}, owner())
	require.Empty(t, owner(), "nothing changed")

	_, err := h.EditRule(t.Context(), botID, added.ID, patch(t, `{"texts":{"uk":"x"}}`))
	require.NoError(t, err)
	require.Equal(t, []string{"de"}, owner(), "a language that is gone is taken back, whoever set it")
	require.Empty(t, owner())

	require.NoError(t, h.RemoveRule(t.Context(), botID, added.ID))
	require.Equal(t, []string{"", "en", "uk"}, owner(), "nothing answers any more")
	require.Empty(t, owner())

	h.SyncCommands(t.Context(), []string{botID})
	h.SyncCommands(t.Context(), nil)
	h.add(commandRule("Ціни", "/prices"))
	require.Len(t, owner(), 3, "another node owns it for a while")
	client.calls = nil
	h.SyncCommands(t.Context(), []string{botID})
	require.Empty(t, client.calls, "who owns it again looks at what the other did")
}

// withText adds a text in a language.
func withText(r autoreply.Rule, language string) autoreply.Rule {
	r.Texts[language] = "x"
	return r
}

func TestWhatTheMessengerTookIsStoredAlsoWhenTheDatabaseWasAwayOrTheNextCallFails(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	h.add(commandRule("Ціни", "/prices"))
	h.store.err = errAway
	h.SyncCommands(t.Context(), []string{botID})
	require.Empty(t, client.calls, "nobody knows what it shows")
	require.Len(t, h.warned, 1)

	h.store.err = nil
	client.called = func() {
		if len(client.calls) == 2 {
			client.err, h.store.err = &messenger.Error{Class: messenger.Transient}, errAway
		}
	}
	h.SyncCommands(t.Context(), []string{botID})
	require.Equal(t, []string{"", "en"}, client.calls, "the second fails")
	require.Empty(t, h.store.told[botID])
	h.store.err = nil
	h.SyncCommands(t.Context(), []string{botID})
	require.Len(t, client.calls, 2, "it is not due yet")
	require.Equal(t, map[string][]messenger.Command{"": h.Commands(botID)[""]}, h.store.told[botID])
}

func TestAMessengerThatCannotBeToldIsToldLater(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	h.add(commandRule("Ціни", "/prices"))
	try := func() int {
		client.calls = nil
		h.SyncCommands(t.Context(), []string{botID})
		return len(client.calls)
	}
	client.err = &messenger.Error{Class: messenger.RetryAfter, After: time.Hour}
	require.Equal(t, 1, try(), "it ends at the first that failed")
	h.now = h.now.Add(time.Hour - time.Second)
	require.Zero(t, try())
	h.now = h.now.Add(time.Second)
	client.err = &messenger.Error{Class: messenger.Transient}
	require.Equal(t, 1, try())
	h.now = h.now.Add(tellAgain)
	client.err = nil
	require.Equal(t, 3, try())
	require.Zero(t, try())
	require.Len(t, h.warned, 2)
}

func TestCommandsThatTheMessengerRefusesAreNotToldAgain(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	h.add(commandRule("Ціни", "/prices"))
	client.err = &messenger.Error{Class: messenger.Rejected}
	h.SyncCommands(t.Context(), []string{botID})
	h.SyncCommands(t.Context(), []string{botID})
	require.Len(t, client.calls, 3, "each language once")
}

func TestNothingIsToldForAPausedBotOrByAMessengerWithoutCommands(t *testing.T) {
	h := newHouse(t)
	client := h.client.(*commander)
	h.add(commandRule("Ціни", "/prices"))
	h.edit(botID, func(b *conversation.Bot) { b.Paused = true })
	h.SyncCommands(t.Context(), []string{botID, "nobody's"})
	require.Empty(t, client.calls)
	h.edit(botID, func(b *conversation.Bot) { b.Paused = false })
	h.client = plain{}
	h.SyncCommands(t.Context(), []string{botID})
	require.Empty(t, h.warned)
	h.client = client
	h.edit(botID, func(b *conversation.Bot) { b.Settings.Language = "en" })
	h.SyncCommands(t.Context(), []string{botID})
	require.Len(t, client.calls, 3)
}

// plain is a messenger without commands.
type plain struct{ messenger.Messenger }
