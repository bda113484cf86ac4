// Permissions, names, languages, addresses and what is remembered of them.

package desk

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhoMayDoWhat(t *testing.T) {
	d, s, _ := newDesk(t)
	s.join(inbox, agentUser, false)
	s.join(fallbackIn, agentUser, true)
	s.members[inbox+"legacy"] = nil

	require.True(t, d.IsSysadmin(adminUser))
	require.False(t, d.IsSysadmin(agentUser))
	require.False(t, d.IsSysadmin(""))
	require.True(t, d.CanSee(agentUser, inbox))
	require.False(t, d.CanSee(adminUser, inbox), "being an admin does not make one a member")
	require.False(t, d.CanSee("", inbox))
	require.False(t, d.CanSee("legacy", inbox), "an empty answer is no membership")
	require.False(t, d.IsChannelAdmin(agentUser, inbox))
	require.True(t, d.IsChannelAdmin(agentUser, fallbackIn))
	require.False(t, d.IsChannelAdmin(adminUser, fallbackIn))

	s.dead = true
	require.False(t, d.CanSee(agentUser, inbox))
	require.False(t, d.IsChannelAdmin(agentUser, fallbackIn))
}

func TestALeaverLosesSightAtOnce(t *testing.T) {
	d, s, _ := newDesk(t)
	s.join(inbox, agentUser, false)
	require.True(t, d.CanSee(agentUser, inbox))
	delete(s.members, inbox+agentUser)
	require.False(t, d.CanSee(agentUser, inbox))
}

func TestNames(t *testing.T) {
	d, s, clock := newDesk(t)
	for username, want := range map[string]string{"anna": "Anna Koval", "@Anna": "Anna Koval", "oksana": "oksana"} {
		name, ok := d.DisplayName(username)
		require.True(t, ok, username)
		require.Equal(t, want, name)
	}
	for _, username := range []string{"nobody", "", "@"} {
		_, ok := d.DisplayName(username)
		require.False(t, ok, username)
	}
	require.Equal(t, "anna", d.Username(agentUser))
	require.Empty(t, d.Username("nobody"))
	require.Equal(t, "Support", d.ChannelName(inbox))
	require.Equal(t, "msgbot-fallback", d.ChannelName(fallbackIn))
	require.Empty(t, d.ChannelName("nowhere"))

	s.users[agentUser].LastName = "Shevchenko"
	calls := s.calls["GetUserByUsername"]
	name, _ := d.DisplayName("anna")
	require.Equal(t, "Anna Shevchenko", name, "the test's server hands out what it keeps")
	require.Equal(t, calls, s.calls["GetUserByUsername"], "asked once a minute")
	*clock = clock.Add(time.Minute)
	_, _ = d.DisplayName("anna")
	require.Equal(t, calls+1, s.calls["GetUserByUsername"])
}

func TestAFailureToFindANameIsNotRemembered(t *testing.T) {
	d, s, _ := newDesk(t)
	s.fails["GetUserByUsername"] = refuse("x", http.StatusInternalServerError)
	_, ok := d.DisplayName("anna")
	require.False(t, ok)
	delete(s.fails, "GetUserByUsername")
	_, ok = d.DisplayName("anna")
	require.True(t, ok)
}

func TestLocales(t *testing.T) {
	d, s, _ := newDesk(t)
	require.Equal(t, "uk", d.UserLocale(adminUser))
	require.Equal(t, "en", d.UserLocale(agentUser))
	d.SetConfig(Config{ServerLocale: "uk"})
	require.Equal(t, "uk", d.UserLocale("nobody"))
	s.users[botUser].Locale = "de"
	require.Equal(t, "en", d.UserLocale(botUser))

	bot := shop("")
	require.Equal(t, "uk", d.language(bot))
	d.SetConfig(Config{ServerLocale: "uk", DefaultLanguage: "en"})
	require.Equal(t, "en", d.language(bot))
	require.Equal(t, "uk", d.language(shop("uk")))
}

func TestTheTeamsZone(t *testing.T) {
	d, s, _ := newDesk(t)
	require.Equal(t, "Europe/Kyiv", d.zone(shop("en")).String())
	s.users[adminUser].Timezone = nil
	require.Equal(t, time.Local, d.zone(shop("en")))
	bot := shop("en")
	bot.CreatedBy = ""
	require.Equal(t, time.Local, d.zone(bot))
}

func TestInternalAddresses(t *testing.T) {
	d, _, _ := newDesk(t)
	for address, want := range map[string]bool{
		"https://chat.example.com/acme/pl/x":     true,
		"https://CHAT.example.com:443/acme/pl/x": true,
		"https://chat.example.com":               true,
		"/acme/pl/x":                             true,
		"https://other.example/_redirect/pl/x":   true,
		"mattermost://chat.example.com/acme":     true,
		"https://chat.example.com.evil.example/": false,
		"https://chat.example.com:8443/":         false,
		"http://chat.example.com/":               true, // the server sends it on
		"http://chat.example.com:80/acme/pl/x":   true,
		"https://chat.example.com./acme/pl/x":    true, // the same name, written in full
		"https://example.com/":                   false,
		"mailto:a@chat.example.com":              false,
		"tel:+380441234567":                      false,
		"www.example.com":                        false,
		"://":                                    false,
		"":                                       false,
	} {
		require.Equal(t, want, d.Internal(address), address)
	}
	d.SetConfig(Config{SiteURL: "https://example.com/chat"})
	require.True(t, d.Internal("https://example.com/chat/acme"))
	require.False(t, d.Internal("https://example.com/shop"))
	require.False(t, d.Internal("https://example.com/chatter"))
	d.SetConfig(Config{})
	require.False(t, d.Internal("https://example.com/chat"))
}

func TestResolvingAChannel(t *testing.T) {
	d, s, _ := newDesk(t)
	for name, want := range map[string]string{"": "", "acme:support": inbox, "acme:msgbot-fallback": fallbackIn} {
		id, err := d.ResolveChannel(" " + name + " ")
		require.NoError(t, err)
		require.Equal(t, want, id)
	}
	for name, want := range map[string]string{
		"support": "not written as team:channel", ":support": "not written as", "acme:": "not written as", "acme:none": "there is no such channel",
	} {
		_, err := d.ResolveChannel(name)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, name)
	}
	s.dead = true
	_, err := d.ResolveChannel("acme:support")
	require.ErrorIs(t, err, errNoAnswer)
}

func TestAnEphemeralMessageIsMsgbots(t *testing.T) {
	d, s, _ := newDesk(t)
	d.Ephemeral(agentUser, inbox, "root", "hello")
	require.Len(t, s.ephemeral, 1)
	require.Equal(t, botUser, s.ephemeral[0].UserId)
	require.Equal(t, "root", s.ephemeral[0].RootId)
}

func TestOverridesNeedBothSettings(t *testing.T) {
	d, _, _ := newDesk(t)
	require.True(t, d.Overrides())
	d.SetConfig(Config{OverrideUsername: true})
	require.False(t, d.Overrides())
	require.Equal(t, botUser, d.BotUserID())
}

func TestAFullCacheStartsAnew(t *testing.T) {
	c := newCache[int](time.Minute, func() time.Time { return now })
	loads := 0
	load := func(string) (int, error) { loads++; return loads, nil }
	for i := range cacheSize + 10 {
		_, err := c.get(string(rune('a'+i)), load)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, len(c.entries), cacheSize)
	require.Equal(t, cacheSize+10, loads)
}
