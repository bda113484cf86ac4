// Both languages are complete, and every key in the code has a text.

package desk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
)

var (
	argument  = regexp.MustCompile(`\{\{[^}]*\}\}`)
	keyShape  = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)+$`)
	stemShape = regexp.MustCompile(`^[a-z]+\.([a-z_]+\.)*$`)
)

func arguments(text string) []string {
	found := argument.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestBothLanguagesHaveTheSameTextsWithTheSameArguments(t *testing.T) {
	c := mustCatalog(assets.I18n)
	require.Equal(t, 2, len(c))
	for key, text := range c["en"] {
		other, ok := c["uk"][key]
		require.True(t, ok, "%s is missing in uk", key)
		require.Equal(t, arguments(text), arguments(other), key)
		require.NotEmpty(t, strings.TrimSpace(text), key)
		require.NotEmpty(t, strings.TrimSpace(other), key)
		require.Regexp(t, keyShape, key)
		for _, a := range arguments(text) {
			require.Regexp(t, `^\{\{[a-z_]+\}\}$`, a, key)
		}
	}
	for key := range c["uk"] {
		require.True(t, c.has(key), "%s is missing in en", key)
	}
}

// literals are all string constants in the plugin's Go sources, without tests.
func literals(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					all = append(all, text)
				}
			}
			return true
		})
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// sections are the first words of the keys: a constant that begins with one and looks like a key is meant as one.
func sections(c catalog) map[string]bool {
	first := map[string]bool{}
	for key := range c["en"] {
		section, _, _ := strings.Cut(key, ".")
		first[section] = true
	}
	return first
}

func TestEveryKeyThatIsUsedHasATextAndEveryTextIsUsed(t *testing.T) {
	c := mustCatalog(assets.I18n)
	known := sections(c)
	unused := map[string]bool{}
	for key := range c["en"] {
		unused[key] = true
	}
	for _, text := range literals(t) {
		section, _, _ := strings.Cut(text, ".")
		switch {
		case !known[section]:
		case keyShape.MatchString(text):
			if !c.has(text) {
				t.Errorf("there is no text for %s", text)
			}
			delete(unused, text)
		case stemShape.MatchString(text):
			for key := range c["en"] {
				if strings.HasPrefix(key, text) {
					delete(unused, key)
				}
			}
		}
	}
	for key := range unused {
		t.Errorf("nobody uses %s", key)
	}
}

func TestTextsThatAreMadeFromNamesAreThere(t *testing.T) {
	c := mustCatalog(assets.I18n)
	for _, status := range []string{"open", "snoozed", "closed"} {
		require.True(t, c.has("card."+status), status)
	}
	for _, name := range checkNames[:len(checkNames)-1] {
		require.True(t, c.has("alert."+name), name)
	}
	for _, state := range []string{"waiting", "accepted", "refused", "revoked"} {
		require.True(t, c.has("connection."+state), state)
	}
	for _, look := range forms {
		require.True(t, c.has(look.text))
		require.True(t, c.has(look.button))
	}
	for _, w := range words {
		require.True(t, c.has(w.key))
		require.Equal(t, strings.ToLower(w.said), w.said)
	}
}

func TestDatesHaveAFormInEveryLanguage(t *testing.T) {
	at := time.Date(2026, 3, 7, 9, 5, 0, 0, time.UTC)
	d, _, _ := newDesk(t)
	require.Equal(t, "7 Mar 09:05", at.Format(d.T("en", "time.layout", nil)))
	require.Equal(t, "07.03 09:05", at.Format(d.T("uk", "time.layout", nil)))
}

func TestTexts(t *testing.T) {
	c, err := loadCatalog(fstest.MapFS{
		"i18n/en.json": {Data: []byte(`{"a":"{{x}} and {{y}}","b":"only"}`)},
		"i18n/uk.json": {Data: []byte(`{"a":"{{y}} і {{x}}"}`)},

		"i18n/api.en.json": {Data: []byte(`{"c":"more"}`)},
	})
	require.NoError(t, err)
	args := map[string]string{"x": "{{y}}", "y": "2"}
	require.Equal(t, "{{y}} and 2", c.text("en-US", "a", args), "an argument is not looked into")
	require.Equal(t, "2 і {{y}}", c.text("uk_UA", "a", args))
	require.Equal(t, "only", c.text("uk", "b", nil))
	require.Equal(t, "{{y}} and 2", c.text("", "a", args))
	require.Equal(t, "more", c.text("en", "c", nil))
	require.Equal(t, "none", c.text("uk", "none", nil))
}

func TestBrokenTextsAreAnError(t *testing.T) {
	_, err := loadCatalog(fstest.MapFS{"i18n/en.json": {Data: []byte(`{`)}})
	require.ErrorContains(t, err, "i18n/en.json")
	_, err = loadCatalog(fstest.MapFS{
		"i18n/api.en.json": {Data: []byte(`{"a":"1"}`)}, "i18n/en.json": {Data: []byte(`{"a":"2"}`)},
	})
	require.ErrorContains(t, err, "a stands in another file as well")
	require.Panics(t, func() { mustCatalog(fstest.MapFS{"i18n/en.json": {Data: []byte(`{`)}}) })
}
