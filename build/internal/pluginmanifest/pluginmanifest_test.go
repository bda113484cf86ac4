// Tests that a broken plugin.json is refused in words and the real one is not.
package pluginmanifest_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/build/internal/pluginmanifest"
)

const good = `{
	"id": "msgbot", "name": "msgbot", "version": "1.2.3", "min_server_version": "11.0.0",
	"icon_path": "assets/icon.svg",
	"server": {"executables": {"windows-amd64": "server/dist/p.exe", "linux-arm64": "server/dist/p"}},
	"settings_schema": {"settings": [{"key": "Days", "display_name": "Days:", "type": "number", "help_text": "How many."}]}
}`

func repository(manifest string) fstest.MapFS {
	return fstest.MapFS{
		"plugin.json":     {Data: []byte(manifest)},
		"assets/icon.svg": {Data: []byte("<svg/>")},
	}
}

func TestTheRepositorysOwnManifestIsValid(t *testing.T) {
	manifest, err := pluginmanifest.Load(os.DirFS("../../.."))
	require.NoError(t, err)
	require.Equal(t, "msgbot", manifest.Id)
	require.Equal(t,
		[]string{"darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64"},
		pluginmanifest.Platforms(manifest))
}

func TestPlatformsAreSorted(t *testing.T) {
	manifest, err := pluginmanifest.Load(repository(good))
	require.NoError(t, err)
	require.Equal(t, []string{"linux-arm64", "windows-amd64"}, pluginmanifest.Platforms(manifest))
}

func TestABrokenManifestIsRefused(t *testing.T) {
	setting := `{"key": "Days", "display_name": "Days:", "type": "number", "help_text": "How many."}`
	for name, test := range map[string]struct{ old, new, says string }{
		"broken JSON":           {`}}`, `}`, "EOF"},
		"text after the end":    {`"How many."}]}` + "\n}", `"How many."}]}` + "\n} x", "follows"},
		"misspelt field":        {`"icon_path"`, `"icon_pth"`, "icon_pth"},
		"broken id":             {`"id": "msgbot"`, `"id": "ms bot"`, "plugin ID"},
		"broken version":        {`"1.2.3"`, `"v1"`, "Version"},
		"no version":            {`"1.2.3"`, `""`, "version"},
		"missing icon":          {`assets/icon.svg`, `assets/other.svg`, "icon_path"},
		"no executables":        {`"windows-amd64": "server/dist/p.exe", "linux-arm64": "server/dist/p"`, ``, "executables"},
		"platform in one word":  {`linux-arm64`, `linux`, "GOOS-GOARCH"},
		"path out of bundle":    {`"server/dist/p"`, `"../p"`, "path in the bundle"},
		"windows without .exe":  {`p.exe`, `p`, ".exe"},
		".exe outside windows":  {`"server/dist/p"`, `"server/dist/p.exe"`, ".exe"},
		"unknown setting type":  {`"number"`, `"integer"`, "integer"},
		"setting without help":  {`"How many."`, `""`, "help text"},
		"setting twice":         {setting, setting + `,` + strings.Replace(setting, "Days", "days", 1), "twice"},
		"settings in a section": {`"settings": [`, `"sections": [{"key": "s"}], "settings": [`, "sections"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, test.old)
			_, err := pluginmanifest.Load(repository(strings.Replace(good, test.old, test.new, 1)))
			require.ErrorContains(t, err, test.says)
		})
	}
}
