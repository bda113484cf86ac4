package lab

// Processes on Linux: read from /proc.

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/pkg/errors"
)

func dieWithParent(attributes *syscall.SysProcAttr, signal syscall.Signal) {
	attributes.Pdeathsig = signal
}

// processes lists what runs now. A process that ends while it is being looked at, a zombie and one
// of another user whose file may not be read are left out.
func processes() ([]runningFile, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, errors.Wrap(err, "listing processes")
	}
	var all []runningFile
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		file, err := os.Readlink(filepath.Join(dir, "exe"))
		if err != nil {
			continue
		}
		if parent, err := parentOf(dir); err == nil {
			all = append(all, runningFile{pid: pid, parent: parent, file: file})
		}
	}
	return all, nil
}

// parentOf reads the fourth field of /proc/<pid>/stat, see proc(5). The second field is the name
// in parentheses and may hold anything, hence the search for the last one.
func parentOf(dir string) (int, error) {
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return 0, err
	}
	var state string
	var parent int
	_, err = fmt.Sscan(string(stat[bytes.LastIndexByte(stat, ')')+1:]), &state, &parent)
	return parent, err
}
