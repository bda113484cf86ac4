// Package pluginmanifest reads plugin.json, the one place that holds the
// plugin's id, version, platforms and settings, for the tools in build/.
package pluginmanifest

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"sort"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// FileName is the manifest's path below the root of the repository and of the
// bundle.
const FileName = "plugin.json"

// Load reads and checks the manifest in root, the repository's folder. Besides
// Mattermost's own rules it refuses what Mattermost would ignore in silence:
// misspelt fields, a repeated or unexplained setting, a missing icon.
func Load(root fs.FS) (*model.Manifest, error) {
	raw, err := fs.ReadFile(root, FileName)
	if err != nil {
		return nil, errors.Wrap(err, "read the manifest")
	}

	manifest, err := decode(raw)
	if err != nil {
		return nil, errors.Wrap(err, FileName)
	}
	for _, check := range []func(*model.Manifest) error{
		(*model.Manifest).IsValid, checkVersions, checkExecutables, checkSettings,
	} {
		if err := check(manifest); err != nil {
			return nil, errors.Wrap(err, FileName)
		}
	}
	if _, err := fs.Stat(root, manifest.IconPath); err != nil {
		return nil, errors.Wrap(err, FileName+": icon_path")
	}
	return manifest, nil
}

// Platforms lists what the manifest has an executable for, as GOOS-GOARCH,
// sorted.
func Platforms(manifest *model.Manifest) []string {
	platforms := make([]string, 0, len(manifest.Server.Executables))
	for platform := range manifest.Server.Executables {
		platforms = append(platforms, platform)
	}
	sort.Strings(platforms)
	return platforms
}

func decode(raw []byte) (*model.Manifest, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()

	manifest := &model.Manifest{}
	if err := decoder.Decode(manifest); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the manifest's closing brace")
	}
	return manifest, nil
}

func checkVersions(manifest *model.Manifest) error {
	if manifest.Version == "" || manifest.MinServerVersion == "" {
		return errors.New("version and min_server_version are needed")
	}
	return nil
}

func checkExecutables(manifest *model.Manifest) error {
	if manifest.Server == nil || len(manifest.Server.Executables) == 0 {
		return errors.New("server.executables is empty")
	}
	for platform, path := range manifest.Server.Executables {
		goos, _, found := strings.Cut(platform, "-")
		if !found || !fs.ValidPath(path) {
			return errors.Errorf("server.executables: %q: %q is not GOOS-GOARCH and a path in the bundle", platform, path)
		}
		// Windows starts only what ends so.
		if strings.HasSuffix(path, ".exe") != (goos == "windows") {
			return errors.Errorf("server.executables: %q: %q: .exe is for windows, and only there", platform, path)
		}
	}
	return nil
}

func checkSettings(manifest *model.Manifest) error {
	schema := manifest.SettingsSchema
	if schema == nil {
		return nil
	}
	// The server takes defaults from the top-level settings only.
	if len(schema.Sections) != 0 {
		return errors.New("settings_schema.sections: settings in sections get no defaults")
	}

	seen := map[string]bool{}
	for _, setting := range schema.Settings {
		// The server stores keys in lower case.
		key := strings.ToLower(setting.Key)
		switch {
		case seen[key]:
			return errors.Errorf("settings_schema: %s occurs twice", setting.Key)
		case setting.DisplayName == "" || setting.HelpText == "":
			return errors.Errorf("settings_schema: %s needs a display name and a help text", setting.Key)
		}
		seen[key] = true
	}
	return nil
}
