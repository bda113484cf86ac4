//go:build unix && !linux

package lab

// Processes on other systems: read from ps.

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/pkg/errors"
)

// dieWithParent does nothing: only Linux can signal a child when its parent dies.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}

// processes lists what runs now; on macOS comm is the full path of the program.
func processes() ([]runningFile, error) {
	output, err := exec.Command("ps", "-axo", "pid=,ppid=,comm=").Output()
	if err != nil {
		return nil, errors.Wrap(err, "listing processes")
	}
	var all []runningFile
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		pid, pidErr := strconv.Atoi(fields[0])
		parent, parentErr := strconv.Atoi(fields[1])
		if pidErr == nil && parentErr == nil {
			all = append(all, runningFile{pid: pid, parent: parent, file: strings.Join(fields[2:], " ")})
		}
	}
	return all, nil
}
