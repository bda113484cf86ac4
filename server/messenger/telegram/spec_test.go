// The kinds of message are held against the documentation, where a copy of it as JSON is at hand.

package telegram_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spec is the part of a Bot API specification file that the test needs.
type spec struct {
	Types map[string]struct {
		Fields []struct {
			Name     string   `json:"name"`
			Types    []string `json:"types"`
			Required bool     `json:"required"`
		} `json:"fields"`
	} `json:"types"`
}

// readSpec reads the file that MSGBOT_BOT_API_SPEC names, or one in a folder "shared" beside the repository.
func readSpec(t *testing.T) (s spec, has bool) {
	path := os.Getenv("MSGBOT_BOT_API_SPEC")
	if path == "" {
		path = filepath.Join("..", "..", "..", "..", "shared", "telegram", "bot-api-10.1.json")
	}
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Logf("no Bot API specification at %s: set MSGBOT_BOT_API_SPEC to compare with one", path)
		return spec{}, false
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &s))
	return s, true
}

// sample is a value of a type with what it must have and nothing more; of a union one of its kinds.
func (s spec) sample(kind string) any {
	if inner, isList := strings.CutPrefix(kind, "Array of "); isList {
		return []any{s.sample(inner)}
	}
	switch kind {
	case "Integer":
		return 1
	case "Float":
		return 1.5
	case "Boolean":
		return true
	case "String", "RichText":
		return "x"
	case "MaybeInaccessibleMessage":
		return s.sample("InaccessibleMessage")
	case "MessageOrigin":
		return map[string]any{"type": "hidden_user", "date": 1, "sender_user_name": "x"}
	case "PaidMedia":
		return map[string]any{"type": "preview"}
	case "RichBlock":
		return map[string]any{"type": "paragraph", "text": "x"}
	}
	object := map[string]any{}
	for _, f := range s.Types[kind].Fields {
		if f.Required {
			object[f.Name] = s.sample(f.Types[0])
		}
	}
	return object
}

func TestCase22NoDocumentedFieldOfAMessageIsCalledUnknown(t *testing.T) {
	s, has := readSpec(t)
	if !has {
		return
	}
	for _, f := range s.Types["Message"].Fields {
		m := s.sample("Message").(map[string]any)
		m[f.Name] = s.sample(f.Types[0])
		raw, err := json.Marshal(map[string]any{"update_id": 9, "message": m})
		require.NoError(t, err)
		e := decode(t, raw)
		require.NotContains(t, says(t, e), "does not know (", f.Name)
	}
}
