// The table of methods is held against the documentation, where a copy of it as JSON is at hand.

package telegramtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// specField, specEntry and spec are the parts of a Bot API specification file that the test needs.
type specField struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

type specEntry struct {
	Fields   []specField `json:"fields"`
	Subtypes []string    `json:"subtypes"`
}

type spec struct {
	Methods map[string]specEntry `json:"methods"`
	Types   map[string]specEntry `json:"types"`
}

// readSpec reads the file that MSGBOT_BOT_API_SPEC names, or one in a folder "shared" beside the repository.
func readSpec(t *testing.T) (spec, bool) {
	path := os.Getenv("MSGBOT_BOT_API_SPEC")
	if path == "" {
		path = filepath.Join("..", "..", "..", "..", "..", "shared", "telegram", "bot-api-10.1.json")
	}
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Logf("no Bot API specification at %s: set MSGBOT_BOT_API_SPEC to compare with one", path)
		return spec{}, false
	}
	require.NoError(t, err)
	var s spec
	require.NoError(t, json.Unmarshal(raw, &s))
	return s, true
}

func TestTheTablesAreASubsetOfTheSpecification(t *testing.T) {
	s, has := readSpec(t)
	if !has {
		return
	}
	for name, m := range methods() {
		entry, exists := s.Methods[name]
		require.True(t, exists, "no method %s", name)
		compare(t, name, m.fields, entry.Fields)
		for _, f := range entry.Fields {
			if f.Required {
				require.True(t, slices.ContainsFunc(m.fields, func(x field) bool { return x.name == f.Name }), "%s lacks %s", name, f.Name)
			}
		}
	}
	for name, fields := range types() {
		entry, exists := s.Types[name]
		require.True(t, exists, "no type %s", name)
		if len(entry.Subtypes) == 0 {
			compare(t, name, fields, entry.Fields)
			continue
		}
		for _, f := range fields {
			require.True(t, slices.ContainsFunc(entry.Subtypes, func(sub string) bool {
				return slices.ContainsFunc(s.Types[sub].Fields, func(x specField) bool { return same(f, x) })
			}), "no kind of %s has %s of type %s", name, f.name, f.kind)
		}
	}
}

// compare requires each of our fields to be in the specification, as it is there.
func compare(t *testing.T, where string, ours []field, theirs []specField) {
	for _, f := range ours {
		i := slices.IndexFunc(theirs, func(x specField) bool { return x.Name == f.name })
		require.GreaterOrEqual(t, i, 0, "%s has no %s", where, f.name)
		require.True(t, same(f, theirs[i]), "%s.%s is of type %v", where, f.name, theirs[i].Types)
		require.Equal(t, theirs[i].Required, f.required, "%s.%s required", where, f.name)
	}
}

func same(f field, x specField) bool {
	return f.name == x.Name && f.kind == strings.Join(x.Types, " or ")
}
