package main

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
)

func TestNothingSetMeansTheDefaults(t *testing.T) {
	for name, raw := range map[string]map[string]any{
		"no settings":    {},
		"empty settings": {"telegramapiurl": "", "noteprefixes": "", "publicurl": nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parseConfiguration(raw)
			require.NoError(t, err)
			require.Equal(t, &configuration{
				TelegramAPIURL: "https://api.telegram.org", ViberAPIURL: "https://chatapi.viber.com/pa",
				NotePrefixes: []string{"!", "note:", "нотатка:"}, MentionIsNote: true, MaxFileMB: 100, AutoCloseDays: 14,
			}, c)
			require.False(t, c.rules().DeliveredReaction)
		})
	}
}

func TestSettingsAreReadInAnyCaseAndForm(t *testing.T) {
	c, err := parseConfiguration(map[string]any{
		"TELEGRAMAPIURL": " http://localhost:8081/ ", "autoclosedays": float64(0), "mentionisnote": false,
		"NotePrefixes": " ##, Нотатка: ,,", "defaultlanguage": "uk", "channeladminsmanagebots": true, "proxyurl": "http://proxy:3128",
		"maxfilemb": "2000", "deliveredreaction": true,
	})
	require.NoError(t, err)
	require.Equal(t, "http://localhost:8081", c.TelegramAPIURL)
	require.Equal(t, []string{"##", "нотатка:"}, c.NotePrefixes)
	require.Zero(t, c.AutoCloseDays)
	require.False(t, c.MentionIsNote)
	require.True(t, c.ChannelAdminsManageBots)
	require.Equal(t, 2000, c.MaxFileMB)
	require.True(t, c.rules().DeliveredReaction)
	require.Equal(t, "uk", c.botSettings("en").TeamLanguage)
	require.Equal(t, "uk", (&configuration{}).botSettings("uk").TeamLanguage)
}

func TestABadValueNamesTheFieldTheValueAndWhatIsAllowed(t *testing.T) {
	for key, bad := range map[string]struct {
		value any
		words string
	}{
		"AutoCloseDays":     {"soon", "AutoCloseDays: soon is not a whole number from 0 to 3650"},
		"MentionIsNote":     {"yes", "MentionIsNote: yes is neither true nor false"},
		"PublicURL":         {"chat.example.com", "PublicURL: chat.example.com is not an address that begins with https:// or http://"},
		"DefaultLanguage":   {"de", "DefaultLanguage: de is not one of en, uk"},
		"NotePrefixes":      {12.5, "NotePrefixes: 12.5 is not a text"},
		"MaxFileMB":         {0, "MaxFileMB: 0 is not a whole number from 1 to 2000"},
		"DeliveredReaction": {"on", "DeliveredReaction: on is neither true nor false"},
	} {
		t.Run(key, func(t *testing.T) {
			_, err := parseConfiguration(map[string]any{key: bad.value})
			require.EqualError(t, err, bad.words)
		})
	}
	for _, n := range []any{-1, 3651, 1.5, "7 days"} {
		_, err := parseConfiguration(map[string]any{"autoclosedays": n})
		require.Error(t, err, "%v", n)
	}
	for _, n := range []any{0, 2001, -5, 10.5, "100 MB"} {
		_, err := parseConfiguration(map[string]any{"maxfilemb": n})
		require.Error(t, err, "%v", n)
	}
}

// TestThePublicAddressIsTheSettingOrElseSiteURL holds where webhooks are registered.
func TestThePublicAddressIsTheSettingOrElseSiteURL(t *testing.T) {
	c := defaultConfiguration()
	require.Equal(t, "https://chat.example.com", c.endpoints("https://chat.example.com/").PublicURL)
	c.PublicURL = "https://hooks.example.com"
	require.Equal(t, bots.Endpoints{
		TelegramAPIURL: bots.TelegramCloud, ViberAPIURL: bots.ViberCloud, PublicURL: "https://hooks.example.com",
	}, c.endpoints("https://chat.example.com"))
}

// TestTheManifestAndTheCodeNameTheSameSettings keeps plugin.json and configuration from drifting apart.
func TestTheManifestAndTheCodeNameTheSameSettings(t *testing.T) {
	raw, err := os.ReadFile("../plugin.json")
	require.NoError(t, err)
	var manifest struct {
		Schema struct {
			Settings []struct{ Key string }
		} `json:"settings_schema"`
	}
	require.NoError(t, json.Unmarshal(raw, &manifest))
	var inManifest, inCode []string
	for _, s := range manifest.Schema.Settings {
		inManifest = append(inManifest, s.Key)
	}
	for i := range reflect.TypeFor[configuration]().NumField() {
		inCode = append(inCode, reflect.TypeFor[configuration]().Field(i).Name)
	}
	require.ElementsMatch(t, inCode, inManifest)
}
