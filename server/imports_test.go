package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/msgbot/mattermost-plugin-msgbot/"

// rules say what each package may import beyond the standard library: of this module by folder, of others by path.
// What is not listed may not be imported; see docs/decisions.
var rules = map[string]string{
	"assets":                                 "",
	"server/richtext":                        "github.com/yuin/goldmark github.com/rivo/uniseg",
	"server/messenger":                       "server/richtext github.com/pkg/errors",
	"server/conversation":                    "server/messenger",
	"server/autoreply":                       "server/autoreply/flow server/autoreply/hours server/conversation server/messenger server/richtext",
	"server/autoreply/flow":                  "server/richtext github.com/agnivade/levenshtein github.com/pkg/errors go.yaml.in/yaml",
	"server/autoreply/hours":                 "server/conversation github.com/rickar/cal/v2",
	"server/relay":                           "server/autoreply server/autoreply/flow server/conversation server/messenger server/richtext github.com/pkg/errors golang.org/x/time",
	"server/bots":                            "server/conversation server/messenger github.com/pkg/errors golang.org/x/sync golang.org/x/time",
	"server/answers":                         "docs/examples server/autoreply server/autoreply/flow server/autoreply/hours server/conversation server/guard server/messenger server/relay github.com/pkg/errors",
	"server/guard":                           "github.com/mattermost/mattermost/server/public github.com/pkg/errors",
	"server/filelink":                        "",
	"server/metrics":                         "server/messenger github.com/prometheus/client_golang",
	"server/messenger/telegram":              "server/messenger server/richtext github.com/go-telegram/bot github.com/pkg/errors",
	"server/messenger/viber":                 "server/messenger server/richtext github.com/pkg/errors",
	"server/messenger/messengertest":         "server/messenger server/richtext github.com/pkg/errors github.com/stretchr/testify",
	"server/store":                           "server/answers server/api server/autoreply server/autoreply/flow server/autoreply/hours server/bots server/conversation server/messenger server/relay github.com/lib/pq github.com/pkg/errors",
	"server/desk":                            "assets server/bots server/conversation server/filelink server/messenger server/relay server/richtext github.com/gabriel-vasile/mimetype github.com/mattermost/mattermost/server/public github.com/pkg/errors github.com/rivo/uniseg",
	"server/api":                             "server/answers server/autoreply server/autoreply/flow server/autoreply/hours server/bots server/conversation server/messenger server/relay server/richtext github.com/mattermost/mattermost/server/public github.com/pkg/errors golang.org/x/time",
	"server/command":                         "server/answers server/api server/autoreply server/autoreply/flow server/autoreply/hours server/bots server/conversation server/messenger server/relay github.com/agnivade/levenshtein github.com/mattermost/mattermost/server/public github.com/pkg/errors",
	"server/messenger/telegram/telegramtest": "github.com/pkg/errors golang.org/x/time",
	"server/messenger/viber/vibertest":       "github.com/pkg/errors golang.org/x/time",
	"server/store/storetest":                 "server/answers server/api server/autoreply server/autoreply/flow server/autoreply/hours server/bots server/conversation server/messenger server/relay server/store github.com/lib/pq github.com/pkg/errors github.com/stretchr/testify",
}

// TestEachPackageKnowsOnlyTheStopsBelowIt holds the import rules of the architecture.
func TestEachPackageKnowsOnlyTheStopsBelowIt(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "../server/...", "../assets/...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		folder := strings.TrimPrefix(fields[0], module)
		if folder == "server" {
			continue // the composition root knows everything
		}
		allowed, ok := rules[folder]
		require.True(t, ok, "%s has no rule: say in rules what it may import", folder)
		seen++
		for _, path := range fields[1:] {
			require.True(t, permitted(path, strings.Fields(allowed)), "%s must not import %s", folder, path)
		}
	}
	require.Equal(t, len(rules), seen, "a rule is for a package that is not there")
}

func permitted(path string, allowed []string) bool {
	if local, ok := strings.CutPrefix(path, module); ok {
		for _, a := range allowed {
			if local == a {
				return true
			}
		}
		return false
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return true
	}
	for _, a := range allowed {
		if path == a || strings.HasPrefix(path, a+"/") {
			return true
		}
	}
	return false
}
