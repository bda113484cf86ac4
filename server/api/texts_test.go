// Texts in both languages, and the REST reference.

package api

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestEveryErrorHasWordsInBothLanguages(t *testing.T) {
	all := []error{
		notFound(), forbidden(), unauthorized(), internal(), notReady(), badRequest("x"), tooLarge(), wrongType(), conversation.Wrong("f", conversation.ProblemMissing),
		bots.ErrNotFound, bots.ErrExists, bots.ErrChanged, relay.ErrNotFound, relay.ErrNothingToSend, context.DeadlineExceeded,
		&bots.InUseError{Host: "h"}, &bots.RefusedError{Field: "token"}, &bots.RefusedError{},
		&messenger.Error{}, errors.New("anything"), answers.ErrNotFound, answers.ErrChanged, answers.ErrSysadminOnly, &answers.FlowError{},
	}
	for _, lang := range []string{"en", "uk"} {
		for _, err := range all {
			text := Say(func(key string, args map[string]string) string { return catalogText(t, lang, key, args) }, errors.Wrap(err, "where"))
			require.NotEmpty(t, text)
		}
	}
}

func TestBothLanguagesHaveTheSameTextsAndArguments(t *testing.T) {
	placeholders := regexp.MustCompile(`{{\w+}}`)
	for _, name := range []string{"api", "command"} {
		texts := map[string]map[string]string{}
		for _, lang := range []string{"en", "uk"} {
			data, err := assets.I18n.ReadFile("i18n/" + name + "." + lang + ".json")
			require.NoError(t, err)
			m := map[string]string{}
			require.NoError(t, json.Unmarshal(data, &m))
			texts[lang] = m
		}
		require.Equal(t, slices.Sorted(maps.Keys(texts["en"])), slices.Sorted(maps.Keys(texts["uk"])))
		for key, text := range texts["en"] {
			en, uk := placeholders.FindAllString(text, -1), placeholders.FindAllString(texts["uk"][key], -1)
			slices.Sort(en)
			slices.Sort(uk)
			require.Equal(t, en, uk, key)
		}
	}
}

// The REST reference lists each route with who may use it, as "| `GET /bots/{id}` | member | … |".
func TestTheReferenceListsEveryRouteAndNoOther(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "rest.md"))
	require.NoError(t, err)
	documented := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+ [^`]+)` \\| (\\w+) \\|").FindAllStringSubmatch(string(page), -1) {
		documented[m[1]] = m[2]
	}
	routes := map[string]string{"POST /webhook/{kind}/{bot}": "messenger", "GET /files/{token}/{name}": "link"}
	for _, r := range newWorld(t).everyRoute() {
		routes[strings.Replace(r.pattern, Prefix, "", 1)] = string(r.may)
	}
	require.Equal(t, routes, documented)
}
