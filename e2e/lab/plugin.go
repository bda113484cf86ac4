package lab

// The plugin under test: installed, switched on and off, configured and killed from outside.

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// InstallPlugin uploads a bundle (.tar.gz) in place of what is installed, and returns the plugin's
// id. The bundle goes to the file store, where other nodes find it when they start; on a node that
// runs already it must be installed too.
func (s *Session) InstallPlugin(ctx context.Context, bundle string) (string, error) {
	file, err := os.Open(bundle)
	if err != nil {
		return "", errors.Wrap(err, "opening the bundle")
	}
	defer func() { _ = file.Close() }()
	manifest, _, err := s.Client.UploadPluginForced(ctx, file)
	if err != nil {
		return "", errors.Wrap(err, "installing the plugin")
	}
	return manifest.Id, nil
}

// EnablePlugin switches a plugin on and waits until it answers.
func (s *Session) EnablePlugin(ctx context.Context, id string) error {
	if _, err := s.Client.EnablePlugin(ctx, id); err != nil {
		return errors.Wrap(err, "enabling the plugin")
	}
	return s.AwaitPlugin(ctx, id)
}

// DisablePlugin switches a plugin off; its process has ended then.
func (s *Session) DisablePlugin(ctx context.Context, id string) error {
	_, err := s.Client.DisablePlugin(ctx, id)
	return errors.Wrap(err, "disabling the plugin")
}

// RestartPlugin switches a plugin off and on. It is how to go on after a kill: the server would
// notice only at its next look (every 30 s) and give the plugin up at the third kill within an hour.
func (s *Session) RestartPlugin(ctx context.Context, id string) error {
	if err := s.DisablePlugin(ctx, id); err != nil {
		return err
	}
	return s.EnablePlugin(ctx, id)
}

// AwaitPlugin waits until the plugin answers on this node: it refuses a nameless request to its
// REST interface with 401. (Mattermost 11.1 itself answers 404 for a plugin that is not active and
// 500 for one that was killed.)
func (s *Session) AwaitPlugin(ctx context.Context, id string) error {
	return Eventually(ctx, "plugin "+id, func() (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Client.URL+"/plugins/"+id+"/api/v1/status", nil)
		if err != nil {
			return false, err
		}
		answer, err := s.Client.HTTPClient.Do(request)
		if err != nil {
			return false, err
		}
		if err = answer.Body.Close(); err != nil || answer.StatusCode == http.StatusUnauthorized {
			return err == nil, err
		}
		return false, errors.Errorf("HTTP %d, %s", answer.StatusCode, s.pluginState(ctx, id))
	})
}

// pluginState says what the server thinks of a plugin, for an error message.
func (s *Session) pluginState(ctx context.Context, id string) string {
	statuses, _, err := s.Client.GetPluginStatuses(ctx)
	if err != nil {
		return err.Error()
	}
	for _, status := range statuses {
		if status.PluginId != id {
			continue
		}
		if status.State == model.PluginStateRunning {
			return "the server thinks it runs"
		}
		return "the server says it does not run: " + status.Error
	}
	return "not installed"
}

// SetPluginConfig replaces the plugin's settings. Keys are those of plugin.json in lower case, as
// the System Console writes them.
func (s *Session) SetPluginConfig(ctx context.Context, id string, settings map[string]any) error {
	patch := map[string]any{"PluginSettings": map[string]any{"Plugins": map[string]any{id: settings}}}
	return errors.Wrap(s.Call(ctx, http.MethodPut, "/api/v4/config/patch", patch, nil), "configuring the plugin")
}

// ReloadConfig makes this node read its configuration file again, after another node saved it.
func (s *Session) ReloadConfig(ctx context.Context) error {
	_, err := s.Client.ReloadConfig(ctx)
	return errors.Wrap(err, "reloading the configuration")
}

// PluginPIDs returns the plugin's processes on this node: the server's child and those that an
// earlier, killed server left behind.
func (s *Server) PluginPIDs(id string) ([]int, error) {
	children, orphans, err := s.pluginProcesses(id)
	return append(children, orphans...), err
}

// OrphanPIDs returns the plugin's processes on this node that are not children of its server.
func (s *Server) OrphanPIDs(id string) ([]int, error) {
	_, orphans, err := s.pluginProcesses(id)
	return orphans, err
}

// pluginProcesses tells the processes of the present server from those of an earlier one.
func (s *Server) pluginProcesses(id string) (children, orphans []int, err error) {
	found, err := processesUnder(filepath.Join(s.pluginDir(), id))
	server := s.PID()
	for _, p := range found {
		if p.parent == server {
			children = append(children, p.pid)
		} else {
			orphans = append(orphans, p.pid)
		}
	}
	return children, orphans, err
}

// KillPlugin sends SIGKILL to the plugin's process on this node and waits until it is gone. Orphans
// are left alone: they must end by themselves. No process at all is an error.
func (s *Server) KillPlugin(ctx context.Context, id string) error {
	killed, _, err := s.pluginProcesses(id)
	if err != nil {
		return err
	}
	if len(killed) == 0 {
		return errors.Errorf("no process of plugin %s to kill", id)
	}
	for _, pid := range killed {
		if err = syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return errors.Wrap(err, "killing the plugin")
		}
	}
	return Eventually(ctx, "the end of plugin "+id, func() (bool, error) {
		left, err := s.PluginPIDs(id)
		alive := slices.ContainsFunc(left, func(pid int) bool { return slices.Contains(killed, pid) })
		return !alive && err == nil, err
	})
}
