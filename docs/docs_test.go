// Package docs_test keeps the pages true: what they list is compared with the code that it is about.
package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/command"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// read is a file of the repository, by its path from the root.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(path)))
	require.NoError(t, err)
	return string(text)
}

// section is the part of a page under a heading of the second level.
func section(t *testing.T, path, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, path), "\n## "+heading+"\n")
	require.True(t, found, "%s has no section %q", path, heading)
	part, _, _ := strings.Cut(rest, "\n## ")
	return part
}

// table is the rows of the first table whose head begins with the given cell, without the head.
func table(t *testing.T, text, head string) [][]string {
	t.Helper()
	_, rest, found := strings.Cut(text, "| "+head+" |")
	require.True(t, found, "no table begins with %q", head)
	var rows [][]string
	for i, line := range strings.Split(rest, "\n") {
		if i < 2 {
			continue // the rest of the head, and the rule below it
		}
		if !strings.HasPrefix(line, "|") {
			break
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), " | ") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	require.NotEmpty(t, rows)
	return rows
}

var quoted = regexp.MustCompile("`([^`]+)`")

// names are the texts in backquotes.
func names(cell string) []string {
	var found []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		found = append(found, m[1])
	}
	return found
}

// matches are the first groups of a pattern, sorted, each once.
func matches(pattern, text string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestTheAdminGuideHasEverySettingWithItsNameAndDefault(t *testing.T) {
	var manifest model.Manifest
	require.NoError(t, json.Unmarshal([]byte(read(t, "plugin.json")), &manifest))
	var settings [][]string
	for _, s := range manifest.SettingsSchema.Settings {
		settings = append(settings, []string{strings.TrimSuffix(s.DisplayName, ":"), s.Key, fmt.Sprint(s.Default)})
	}
	var documented [][]string
	for _, row := range table(t, section(t, "docs/admin-guide.md", "Settings"), "setting") {
		value := ""
		if !strings.HasPrefix(row[2], "empty") {
			value = names(row[2])[0]
		}
		documented = append(documented, []string{row[0], names(row[1])[0], value})
	}
	require.ElementsMatch(t, settings, documented)
}

func TestEverySettingIsReadAndBoundedAsDocumented(t *testing.T) {
	source := read(t, "server/configuration.go")
	var documented []string
	allowed := map[string]string{}
	for _, row := range table(t, section(t, "docs/admin-guide.md", "Settings"), "setting") {
		key := names(row[1])[0]
		documented = append(documented, key)
		allowed[key] = row[3]
	}
	require.ElementsMatch(t, matches(`\{"(\w+)", (?:address|proxy|secret|text|flag|number|choice)\(`, source), documented)
	most := matches(`maxAutoCloseDays = (\d+)`, source)
	require.Len(t, most, 1)
	require.Equal(t, most, matches(`^0 to (\d+)`, allowed["AutoCloseDays"]))
	for _, language := range matches(`"(\w\w)"`, strings.Join(matches(`choice\(&c\.DefaultLanguage, ([^)]+)\)`, source), "")) {
		require.Contains(t, names(allowed["DefaultLanguage"]), language)
	}
}

func TestTheAdminGuideHasEverySettingOfABot(t *testing.T) {
	encoded, err := json.Marshal(conversation.DefaultSettings())
	require.NoError(t, err)
	settings := map[string]any{}
	require.NoError(t, json.Unmarshal(encoded, &settings))
	documented := map[string]string{}
	for _, row := range table(t, section(t, "docs/admin-guide.md", "Settings of one bot"), "in the form") {
		defaults := names(row[2])
		documented[names(row[1])[0]] = defaults[len(defaults)-1]
	}
	for key, value := range settings {
		want := fmt.Sprint(value)
		shown, err := time.ParseDuration(documented[key])
		if err == nil {
			documented[key] = shown.String()
		}
		require.Equal(t, want, documented[key], key)
		delete(documented, key)
	}
	require.Empty(t, documented, "documented, but no setting")
}

func TestTheAdminGuideHasEveryHealthCheck(t *testing.T) {
	var documented []string
	for _, row := range table(t, section(t, "docs/admin-guide.md", "Health"), "check") {
		documented = append(documented, names(row[0])[0])
	}
	// One check is added where the parts are put together: the bots know nothing of their automatic answers.
	checks := append(matches(`(?m)^\tcheck\w+ += "(\w+)"`, read(t, "server/bots/checks.go")),
		matches(`bots\.Check\{Name: "(\w+)"`, read(t, "server/wiring.go"))...)
	require.ElementsMatch(t, checks, slices.Compact(slices.Sorted(slices.Values(documented))))
}

func TestTheAdminGuideHasEveryMetricWithItsLabels(t *testing.T) {
	source := read(t, "server/metrics/metrics.go")
	namespace := matches(`namespace = "(\w+)"`, source)
	require.Len(t, namespace, 1)
	metrics := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?s)Name: "(\w+)".*?\[\]string\{([^}]*)\}`).FindAllStringSubmatch(source, -1) {
		metrics[namespace[0]+"_"+m[1]] = strings.Split(strings.ReplaceAll(m[2], `"`, ""), ", ")
	}
	documented := map[string][]string{}
	for _, row := range table(t, section(t, "docs/admin-guide.md", "Metrics"), "metric") {
		documented[names(row[0])[0]] = names(row[1])
	}
	require.NotEmpty(t, metrics)
	require.Equal(t, metrics, documented)
}

func TestTheAdminGuideHasEveryTableAndHowToDropIt(t *testing.T) {
	files, err := filepath.Glob("../server/store/migrations/*.up.sql")
	require.NoError(t, err)
	source := read(t, "server/store/migrate.go")
	for _, file := range files {
		source += read(t, strings.TrimPrefix(filepath.ToSlash(file), "../"))
	}
	tables := matches(`CREATE TABLE (?:IF NOT EXISTS )?(\w+)`, source)
	guide := section(t, "docs/admin-guide.md", "What is stored, backup, removal")
	var documented []string
	for _, row := range table(t, guide, "table") {
		documented = append(documented, names(row[0])...)
	}
	require.ElementsMatch(t, tables, documented)
	_, dropped, _ := strings.Cut(guide, "DROP TABLE ")
	dropped, _, _ = strings.Cut(dropped, ";")
	require.Equal(t, tables, matches(`(\w+)`, dropped))
	require.Equal(t, matches(`CREATE FUNCTION (\w+)`, source), matches(`DROP FUNCTION (\w+)`, guide))
}

// silentDesk has no texts: only the names of commands matter here.
type silentDesk struct{}

func (silentDesk) T(string, string, map[string]string) string { return "" }
func (silentDesk) UserLocale(string) string                   { return "en" }

// noExamples has no example flows.
type noExamples struct{ command.Answers }

func (noExamples) Examples() []string { return nil }

// commands are the lines that help shows, by the path of the command.
func commands() map[string]string {
	kinds := []api.Kind{{ID: messenger.Telegram}, {ID: messenger.Viber}}
	all := command.New(command.Options{Desk: silentDesk{}, Answers: noExamples{}, Kinds: kinds}).Command("en")
	lines := map[string]string{}
	var walk func(path string, at *model.AutocompleteData)
	walk = func(path string, at *model.AutocompleteData) {
		if len(at.SubCommands) == 0 {
			lines[path] = strings.TrimSpace(path + " " + at.Hint)
		}
		for _, sub := range at.SubCommands {
			walk(path+" "+sub.Trigger, sub)
		}
	}
	walk("/"+command.Trigger, all.AutocompleteData)
	return lines
}

func TestTheGuidesHaveEveryCommand(t *testing.T) {
	var documented []string
	for _, head := range []string{"These work in the thread", "And these everywhere"} {
		_, part, _ := strings.Cut(section(t, "docs/agent-guide.md", "Commands"), head)
		for _, row := range table(t, part, "command") {
			documented = append(documented, names(row[0])...)
		}
	}
	for _, heading := range []string{"Who may do what", "Automatic answers"} {
		documented = append(documented, matches(`(?m)^(/msgbot .*)$`, section(t, "docs/admin-guide.md", heading))...)
	}
	slices.Sort(documented)
	var all []string
	for _, line := range commands() {
		all = append(all, line)
	}
	slices.Sort(all)
	require.Equal(t, all, slices.Compact(documented))
}

func TestNoPageNamesACommandThatDoesNotExist(t *testing.T) {
	known := commands()
	for path, text := range pages(t) {
		for _, name := range append(matches("`(/msgbot [^`]+)`", text), matches(`(?m)^(/msgbot .*)$`, text)...) {
			found := false
			for path := range known {
				found = found || name == path || strings.HasPrefix(name, path+" ")
			}
			require.True(t, found, "%s: there is no command %s", path, name)
		}
	}
}

func TestTheGuidesExplainEveryButton(t *testing.T) {
	texts := map[string]string{}
	require.NoError(t, json.Unmarshal([]byte(read(t, "assets/i18n/en.json")), &texts))
	agents, admins := read(t, "docs/agent-guide.md"), read(t, "docs/admin-guide.md")
	buttons := 0
	for key, label := range texts {
		if !strings.HasPrefix(key, "button.") {
			continue
		}
		buttons++
		guide := agents
		if key == "button.take_back" {
			guide = admins
		}
		require.Contains(t, guide, "*"+label+"*", key)
	}
	require.Positive(t, buttons)
}
