// The plugin's peak memory, as Linux counts it: https://man7.org/linux/man-pages/man5/proc.5.html (clear_refs, status).

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// peak measures by how much a process's memory rises.
type peak struct {
	dir  string
	rest int64
}

// watchPlugin begins to measure the plugin's process on a node.
func watchPlugin(node *lab.Server) (peak, error) {
	pids, err := node.PluginPIDs(world.PluginID)
	if err != nil {
		return peak{}, err
	}
	if len(pids) != 1 {
		return peak{}, errors.Errorf("%d processes of the plugin run, not one", len(pids))
	}
	return watch(pids[0])
}

// watch begins to measure a process.
func watch(pid int) (p peak, err error) {
	p.dir = filepath.Join("/proc", strconv.Itoa(pid))
	const forgetPeak = "5"
	if err = os.WriteFile(filepath.Join(p.dir, "clear_refs"), []byte(forgetPeak), 0); err != nil {
		return peak{}, errors.Wrap(err, "the system does not tell peaks of memory")
	}
	p.rest, err = p.read("VmRSS:")
	return p, err
}

// growth is the highest resident memory since then, less what it was then, in bytes.
func (p peak) growth() (int64, error) {
	highest, err := p.read("VmHWM:")
	return highest - p.rest, err
}

// read is a line of the process's status, in bytes.
func (p peak) read(name string) (int64, error) {
	status, err := os.ReadFile(filepath.Join(p.dir, "status"))
	if err != nil {
		return 0, errors.Wrap(err, "the plugin's memory")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kilobytes << 10, errors.Wrap(err, name)
		}
	}
	return 0, errors.Errorf("the system does not tell %s", name)
}
