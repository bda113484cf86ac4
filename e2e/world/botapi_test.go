package world_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// description is a Bot API of one method.
const description = `{
	"methods": {"sendThing": {"fields": [
		{"name": "chat_id", "types": ["Integer", "String"], "required": true},
		{"name": "text", "types": ["String"], "required": true},
		{"name": "silent", "types": ["Boolean"]},
		{"name": "at", "types": ["Integer"]},
		{"name": "entities", "types": ["Array of Entity"]},
		{"name": "rows", "types": ["Array of Array of Integer"]},
		{"name": "photo", "types": ["InputFile", "String"]},
		{"name": "media", "types": ["Array of MediaA", "Array of MediaB"]},
		{"name": "reaction", "types": ["Reaction"]}
	]}},
	"types": {
		"InputFile": {},
		"Entity": {"fields": [
			{"name": "type", "types": ["String"], "required": true},
			{"name": "offset", "types": ["Integer"], "required": true},
			{"name": "user", "types": ["User"]}
		]},
		"User": {"fields": [{"name": "id", "types": ["Integer"], "required": true}]},
		"MediaA": {"fields": [{"name": "a", "types": ["Float"], "required": true}]},
		"MediaB": {"fields": [{"name": "b", "types": ["String"], "required": true}]},
		"Reaction": {"subtypes": ["MediaA", "MediaB"]}
	}
}`

func TestCallsAreHeldAgainstMethodsParametersAndTypes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "api.json")
	require.NoError(t, os.WriteFile(file, []byte(description), 0o600))
	t.Setenv(world.BotAPIFile, file)
	for _, tt := range []struct{ name, value, fault string }{
		{"silent", "true", ""},
		{"silent", "yes", "sendThing.silent is no Boolean"},
		{"silent", `"true"`, "sendThing.silent is no Boolean"},
		{"at", "-12", ""},
		{"at", "1.5", "sendThing.at is no Integer"},
		{"at", "", "sendThing.at is no Integer"},
		{"photo", `attach name="a.jpg"`, ""},
		{"loud", "true", "sendThing has no parameter loud"},
		{"entities", "[]", ""},
		{"entities", "null", "sendThing.entities is no Array of Entity"},
		{"entities", `[{"type":"bold","offset":1}]`, ""},
		{"entities", `[{"type":"bold"}]`, "sendThing.entities[] needs offset"},
		{"entities", `[{"type":"bold","offset":"1"}]`, "sendThing.entities[].offset is no Integer"},
		{"entities", `[{"type":"bold","offset":1,"depth":1}]`, "sendThing.entities[] has no field depth"},
		{"entities", `[{"type":"bold","offset":1,"user":{"id":1.5}}]`, "sendThing.entities[].user.id is no Integer"},
		{"rows", "[[1],[2,3]]", ""},
		{"rows", "[1]", "sendThing.rows[] is no Array of Integer"},
		{"media", `[{"a":1.5}]`, ""},
		{"media", `[{"a":1.5},{"b":"x"}]`, ""},
		{"media", `[{"b":1}]`, "sendThing.media[].b is no String"},
		{"reaction", `{"a":1}`, ""},
		{"reaction", `{"b":true}`, "sendThing.reaction.b is no String"},
	} {
		call := telegramtest.Record{
			Direction: telegramtest.ToServer, Method: "sendThing", Status: http.StatusOK,
			Params: map[string]string{"chat_id": "7", "text": "x", tt.name: tt.value},
		}
		faults, err := world.UndocumentedCalls([]telegramtest.Record{call, call})
		require.NoError(t, err)
		if tt.fault == "" {
			require.Empty(t, faults, "%s %s", tt.name, tt.value)
			continue
		}
		require.Equal(t, []string{tt.fault}, faults, "%s %s", tt.name, tt.value)
	}

	lacking := telegramtest.Record{
		Direction: telegramtest.ToServer, Method: "sendThing", Status: http.StatusOK, Params: map[string]string{"text": "x"},
	}
	faults, err := world.UndocumentedCalls([]telegramtest.Record{lacking, {Direction: telegramtest.ToServer, Method: "sendAnything"}})
	require.NoError(t, err)
	require.Equal(t, []string{"sendThing needs chat_id", "the Bot API has no method sendAnything"}, faults)
}

func TestWithoutADescriptionTheErrorNamesWhereItIsLookedFor(t *testing.T) {
	t.Setenv(world.BotAPIFile, filepath.Join(t.TempDir(), "none.json"))
	_, err := world.UndocumentedCalls(nil)
	require.ErrorContains(t, err, world.BotAPIFile)
}
