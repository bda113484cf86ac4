// What the pages point at: links, files, make targets, versions, dependencies.

package docs_test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

const module = "github.com/msgbot/mattermost-plugin-msgbot"

// pages are the texts of all pages by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"../*.md", "*.md", "*/*.md"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			name := path.Join("docs", filepath.ToSlash(file))
			found[name] = read(t, name)
		}
	}
	require.Contains(t, found, "README.md")
	return found
}

// prose is a page without its code.
func prose(text string) string {
	return regexp.MustCompile("(?ms)^ *```.*?^ *```|`[^`\n]*`").ReplaceAllString(text, "")
}

// anchors are the fragments that GitHub makes of a page's headings.
func anchors(text string) []string {
	var found []string
	for _, heading := range matches(`(?m)^#+ (.+)$`, prose(text)) {
		heading = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
		found = append(found, strings.ReplaceAll(heading, " ", "-"))
	}
	return found
}

func TestEveryLinkLeadsToAPageOfTheRepository(t *testing.T) {
	all := pages(t)
	for name, text := range all {
		for _, link := range matches(`\]\(([^)]+)\)`, prose(text)) {
			if strings.Contains(link, "://") {
				continue
			}
			file, anchor, hasAnchor := strings.Cut(link, "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			_, err := os.Stat(filepath.Join("..", filepath.FromSlash(target)))
			require.NoError(t, err, "%s links to %s", name, link)
			if hasAnchor {
				require.Contains(t, anchors(all[target]), anchor, "%s links to %s", name, link)
			}
		}
	}
}

func TestEveryFileThatAPageNamesExists(t *testing.T) {
	for name, text := range pages(t) {
		for _, file := range matches("`((?:server|webapp|assets|e2e|build|docs)/[\\w./-]*)`", text) {
			_, err := os.Stat(filepath.Join("..", filepath.FromSlash(file)))
			require.NoError(t, err, name)
		}
	}
}

func TestEveryMakeTargetThatAPageNamesExists(t *testing.T) {
	rules := read(t, "Makefile") + read(t, "build/check.mk") + read(t, "build/test.mk")
	targets := strings.Fields(strings.Join(matches(`(?m)^([a-z][a-z0-9 -]*):`, rules), " "))
	for name, text := range pages(t) {
		for _, target := range matches("(?m)(?:`|^|MATTERMOST_DIR=\\S+ )make ([a-z][a-z0-9-]*)", text) {
			require.Contains(t, targets, target, name)
		}
	}
}

func TestThePagesNameThePresentVersions(t *testing.T) {
	var manifest model.Manifest
	require.NoError(t, json.Unmarshal([]byte(read(t, "plugin.json")), &manifest))
	server := strings.TrimSuffix(manifest.MinServerVersion, ".0")
	for _, name := range []string{"README.md", "docs/admin-guide.md"} {
		text := read(t, name)
		require.Equal(t, []string{manifest.Version}, matches(`dist/msgbot-([\d.]+)\.tar\.gz`, text), name)
		require.Regexp(t, regexp.QuoteMeta(server)+` or newer`, text, name)
	}
	require.Contains(t, read(t, "CHANGELOG.md"), "## ["+manifest.Version+"]")
}

// imported are the packages of other modules that the repository's Go code imports.
func imported(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, folder := range []string{"server", "assets", "build", "e2e", "docs"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(file) != ".go" {
				return err
			}
			source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range source.Imports {
				name, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				first, _, _ := strings.Cut(name, "/")
				if strings.Contains(first, ".") && !within(name, module) {
					found[name] = true
				}
			}
			return nil
		})
		require.NoError(t, err)
	}
	return slices.Sorted(maps.Keys(found))
}

func within(name, module string) bool { return name == module || strings.HasPrefix(name, module+"/") }

func TestEveryDependencyHasItsSentenceAndNoOther(t *testing.T) {
	page := read(t, "docs/decisions/0008-dependencies.md")
	apart := read(t, "build/tools/go.mod") + read(t, "e2e/mattermost/go.mod") // without code of their own
	modules := matches("(?m)^\\| `([^`]+\\.[^`]+/[^`]+)` \\| .+ \\| .+ \\|$", page)
	packages := imported(t)
	for _, name := range packages {
		require.True(t, slices.ContainsFunc(modules, func(m string) bool { return within(name, m) }), "%s has no sentence", name)
	}
	for _, m := range modules {
		used := slices.ContainsFunc(packages, func(name string) bool { return within(name, m) })
		require.True(t, used || strings.Contains(apart, m+" "), "%s is not used", m)
	}
}

func TestEveryPackageOfTheWebAppHasItsSentenceAndNoOther(t *testing.T) {
	var web struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, "webapp/package.json")), &web))
	var documented []string
	for _, row := range table(t, read(t, "docs/decisions/0008-dependencies.md"), "package") {
		documented = append(documented, names(row[0])...)
	}
	used := slices.Concat(slices.Collect(maps.Keys(web.Dependencies)), slices.Collect(maps.Keys(web.DevDependencies)))
	require.ElementsMatch(t, used, documented)
}
