package lab

// A Mattermost server as a child process: start, stop, kill, restart, and a second node beside it.

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/pkg/errors"
)

const (
	bootPatience = 2 * time.Minute
	stopServer   = 30 * time.Second
	logTail      = 40
)

// ServerOptions says what server to start. Only a database is needed: Postgres or DSN.
type ServerOptions struct {
	// Mattermost is what to run; nil is FindMattermost.
	Mattermost *Mattermost
	// Postgres gives the server a database of its own, unless DSN names one.
	Postgres *Postgres
	// DSN is the database to use.
	DSN string
	// Port on 127.0.0.1; 0 is a free one.
	Port int
	// SiteURL is http://localhost:<port> when empty. The nodes of one installation share it.
	SiteURL string
	// Dir keeps config.json, the log and the unpacked plugins. Empty is a temporary folder that
	// Close removes. Every node needs its own.
	Dir string
	// DataDir is the file store: <Dir>/data when empty. The nodes of one installation share it, and
	// with it the plugins that were installed.
	DataDir string
	// Config is the configuration file: <Dir>/config.json when empty. Without a licence the server
	// tells other nodes nothing: they read a shared file when they start.
	Config string
	// Env overrides settings, as in MM_LOGSETTINGS_CONSOLELEVEL=DEBUG.
	Env map[string]string
	// Progress gets a line about slow steps; nil is standard error.
	Progress io.Writer
}

// Server is one node of Mattermost.
type Server struct {
	// URL is where this node listens, http://127.0.0.1:<port>.
	URL string
	// SiteURL is what the server calls itself in links.
	SiteURL string
	// Dir is the node's working folder.
	Dir string
	// LogFile has the server's and its plugins' log, one JSON object on a line.
	LogFile string

	options   ServerOptions
	temporary *runDir

	mu      sync.Mutex
	process *process
}

// StartServer starts a server and waits until it answers. It ends with Close or, on Linux, with
// this process.
func StartServer(ctx context.Context, options ServerOptions) (*Server, error) {
	s, err := newServer(ctx, options)
	if err == nil {
		err = s.Start(ctx)
	}
	if err != nil {
		if s != nil {
			_ = s.Close()
		}
		return nil, err
	}
	return s, nil
}

// StartPeer starts another node on the database, the file store and the configuration file of s,
// with env on top of its settings. It runs the plugins that are installed and enabled by now.
func (s *Server) StartPeer(ctx context.Context, env map[string]string) (*Server, error) {
	options := s.options
	options.Port, options.Dir = 0, ""
	options.SiteURL = s.SiteURL
	options.Env = maps.Clone(s.options.Env)
	if options.Env == nil {
		options.Env = map[string]string{}
	}
	maps.Copy(options.Env, env)
	return StartServer(ctx, options)
}

// newServer fills what the options leave open and prepares the working folder.
func newServer(ctx context.Context, options ServerOptions) (*Server, error) {
	var err error
	if options.Mattermost == nil {
		if options.Mattermost, err = FindMattermost(ctx, options.Progress); err != nil {
			return nil, err
		}
	}
	if options.DSN == "" {
		if options.Postgres == nil {
			return nil, errors.New("a server needs a PostgreSQL or a data source name")
		}
		if options.DSN, err = options.Postgres.NewServerDatabase(ctx); err != nil {
			return nil, err
		}
	}
	if options.Port == 0 {
		if options.Port, err = freePort(); err != nil {
			return nil, err
		}
	}
	if options.SiteURL == "" {
		options.SiteURL = fmt.Sprintf("http://localhost:%d", options.Port)
	}
	s := &Server{
		URL:     fmt.Sprintf("http://127.0.0.1:%d", options.Port),
		SiteURL: options.SiteURL,
		options: options,
	}
	return s, s.prepareDir()
}

// prepareDir makes the working folder. The server looks for its own folders beside it.
func (s *Server) prepareDir() error {
	var err error
	if s.options.Dir == "" {
		if s.temporary, err = newRunDir(); err != nil {
			return err
		}
		s.options.Dir = s.temporary.path
	}
	if err = os.MkdirAll(s.options.Dir, 0o755); err != nil {
		return errors.Wrap(err, "the server's folder")
	}
	// Running processes are recognised by their path, so it must be free of links.
	if s.Dir, err = filepath.Abs(s.options.Dir); err == nil {
		s.Dir, err = filepath.EvalSymlinks(s.Dir)
	}
	if err != nil {
		return errors.Wrap(err, "the server's folder")
	}
	s.LogFile = filepath.Join(s.Dir, "mattermost.log")
	if s.options.DataDir == "" {
		s.options.DataDir = filepath.Join(s.Dir, "data")
	}
	if s.options.Config == "" {
		s.options.Config = filepath.Join(s.Dir, "config.json")
	}
	if err = os.MkdirAll(s.pluginDir(), 0o755); err != nil {
		return errors.Wrap(err, "the server's folder")
	}
	return s.linkParts()
}

// linkParts shows the server the folders of its release; a client folder without the web app is
// empty.
func (s *Server) linkParts() error {
	for _, name := range []string{"i18n", "templates", "fonts", "client"} {
		source, target := filepath.Join(s.options.Mattermost.Dir, name), filepath.Join(s.Dir, name)
		var err error
		switch {
		case exists(target):
		case exists(source):
			err = os.Symlink(source, target)
		default:
			err = os.Mkdir(target, 0o755)
		}
		if err != nil {
			return errors.Wrap(err, "the server's folder")
		}
	}
	return nil
}

func (s *Server) pluginDir() string { return filepath.Join(s.Dir, "plugins") }

// Start starts the server again after Stop or Kill, on the same port, and waits until it answers.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil && s.process.running() {
		return errors.New("the server is running already")
	}
	cmd := exec.Command(s.options.Mattermost.program("mattermost"), "server", "--config", s.options.Config)
	cmd.Dir = s.Dir
	cmd.Env = s.environment()
	started, err := startProcess(cmd, s.LogFile, syscall.SIGTERM)
	if err != nil {
		return err
	}
	s.process = started

	ctx, cancel := context.WithTimeout(ctx, bootPatience)
	defer cancel()
	return Eventually(ctx, "Mattermost", func() (bool, error) {
		if !started.running() {
			cancel() // there is nothing left to wait for
			return false, errors.Errorf("Mattermost ended:\n%s", s.Log())
		}
		return s.answers(ctx)
	})
}

func (s *Server) answers(ctx context.Context) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v4/system/ping", nil)
	if err != nil {
		return false, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, err
	}
	return answer.StatusCode == http.StatusOK, answer.Body.Close()
}

// Stop ends the server and its plugins in good order.
func (s *Server) Stop() error {
	return s.end(func(p *process) error { return p.stop(syscall.SIGTERM, stopServer) })
}

// Kill sends SIGKILL to the server alone: its plugins are orphans then.
func (s *Server) Kill() error { return s.end((*process).kill) }

func (s *Server) end(how func(*process) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	return how(s.process)
}

// Restart is Stop and Start.
func (s *Server) Restart(ctx context.Context) error {
	if err := s.Stop(); err != nil {
		return err
	}
	return s.Start(ctx)
}

// PID is the process id of the server, 0 before the first start.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.pid()
}

// DSN is the data source name of the server's database.
func (s *Server) DSN() string { return s.options.DSN }

// Log returns the last lines of the server's log.
func (s *Server) Log() string { return Tail(s.LogFile, logTail) }

// MMCTL runs mmctl against this server as its local administrator and returns what it printed.
func (s *Server) MMCTL(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.options.Mattermost.program("mmctl"), append([]string{"--local"}, args...)...)
	cmd.Env = append(os.Environ(), "MMCTL_LOCAL_SOCKET_PATH="+s.socket())
	output, err := cmd.CombinedOutput()
	return string(output), errors.Wrapf(err, "mmctl %v: %s", args, output)
}

// Close kills the server and every plugin process of it, and removes a temporary working folder.
// (Stop is the orderly end, but it takes Mattermost several seconds.)
func (s *Server) Close() error {
	if err := s.Kill(); err != nil {
		return err
	}
	left, err := processesUnder(s.pluginDir())
	if err != nil {
		return err
	}
	for _, p := range left {
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
	}
	if s.temporary == nil {
		return nil
	}
	return s.temporary.remove()
}
