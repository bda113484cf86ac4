package lab

// Child processes: started with a log file, stopped by signal, found by the file they run.

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"
)

// process is a running child. It is in a process group of its own, so that Ctrl-C in a terminal
// reaches the lab alone and the lab can stop its children in order.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// startProcess starts cmd with both outputs appended to logFile. On Linux the child gets whenOrphan
// when this process dies.
func startProcess(cmd *exec.Cmd, logFile string, whenOrphan syscall.Signal) (*process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, errors.Wrap(err, "opening a log")
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	dieWithParent(cmd.SysProcAttr, whenOrphan)
	if err = cmd.Start(); err != nil {
		return nil, errors.Wrap(err, "starting a process")
	}

	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// stop sends the signal and waits for the end; after grace it kills.
func (p *process) stop(signal syscall.Signal, grace time.Duration) error {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return errors.Wrap(err, "signalling a process")
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
		return p.kill()
	}
}

// kill sends SIGKILL and waits for the end.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return errors.Wrap(err, "killing a process")
	}
	<-p.done
	return nil
}

// runningFile is a process of the machine and the file it runs.
type runningFile struct {
	pid, parent int
	file        string
}

// processesUnder returns the live processes whose program lies in the folder dir (an absolute path
// without symbolic links), also when the file has been deleted since.
func processesUnder(dir string) ([]runningFile, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	var found []runningFile
	for _, p := range all {
		if strings.HasPrefix(p.file, strings.TrimRight(dir, "/")+"/") {
			found = append(found, p)
		}
	}
	return found, nil
}
