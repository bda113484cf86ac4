package lab

// A PostgreSQL server of our own, or the one the environment names.

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
	"github.com/pkg/errors"
)

// DatabaseURL names the environment variable with the URL of a PostgreSQL to use instead of an own
// one. Its user must be allowed to create databases.
const DatabaseURL = "MSGBOT_TEST_DATABASE_URL"

// ErrNotOurs is the answer to stopping or starting a PostgreSQL that the environment named.
var ErrNotOurs = errors.New("this PostgreSQL is not the lab's own: it cannot be stopped or started")

const (
	superuser   = "msgbot"
	stopPostgre = 30 * time.Second
)

// StopMode is how PostgreSQL is told to stop (its manual, "Shutting Down the Server").
type StopMode syscall.Signal

// The two ways to stop: Fast rolls back what is open, disconnects everybody and ends in good order;
// Immediate breaks off, and the next start recovers from the log as after a crash.
const (
	Fast      = StopMode(syscall.SIGINT)
	Immediate = StopMode(syscall.SIGQUIT)
)

// PostgresOptions says what PostgreSQL to start; the zero value is right for most tests.
type PostgresOptions struct {
	// Own starts a server even if the environment names one: for callers that stop and start it.
	Own bool
	// Durable leaves fsync and full page writes on. Off is faster, and safe as long as the machine
	// itself does not crash.
	Durable bool
	// Settings are further parameters of postgresql.conf.
	Settings map[string]string
	// Progress gets a line about slow steps; nil is standard error.
	Progress io.Writer

	// seed is a stopped data folder to copy instead of an initdb.
	seed string
}

// Postgres is a running (or stopped) PostgreSQL server.
type Postgres struct {
	// LogFile is the server's log, empty when it is not the lab's own.
	LogFile string

	server   url.URL // path is not set
	seeded   bool
	dir      *runDir
	user     *account
	install  *pgInstallation
	settings []string

	mu      sync.Mutex
	process *process
	made    []string // databases to drop when the server is not ours
}

// StartPostgres returns a PostgreSQL that answers: the one that MSGBOT_TEST_DATABASE_URL names,
// else one of its own on a free port of 127.0.0.1 with an empty data folder, that ends with Close
// or, on Linux, with this process.
func StartPostgres(ctx context.Context, options PostgresOptions) (*Postgres, error) {
	if !usesOwnPostgres(options) {
		server, err := url.Parse(os.Getenv(DatabaseURL))
		if err != nil {
			return nil, errors.Errorf("%s is not a URL", DatabaseURL)
		}
		return &Postgres{server: *server}, nil
	}

	p := &Postgres{seeded: options.seed != ""}
	err := p.prepare(ctx, options)
	if err == nil {
		err = p.Start(ctx)
	}
	if err != nil {
		_ = p.Close()
		return nil, err
	}
	return p, nil
}

func usesOwnPostgres(options PostgresOptions) bool {
	return options.Own || os.Getenv(DatabaseURL) == ""
}

func (p *Postgres) prepare(ctx context.Context, options PostgresOptions) error {
	install, err := findPostgres(ctx, options.Progress)
	if err != nil {
		return err
	}
	if p.user, err = postgresAccount(); err != nil {
		return err
	}
	if p.dir, err = newRunDir(); err != nil {
		return err
	}
	if p.install, err = install.reachableBy(p.user, p.dir.path); err != nil {
		return err
	}
	if options.seed != "" {
		err = copyTree(options.seed, p.data(), p.user)
	} else {
		err = p.initialise(ctx)
	}
	if err != nil {
		return err
	}

	port, err := freePort()
	if err != nil {
		return err
	}
	p.LogFile = filepath.Join(p.dir.path, "postgres.log")
	p.server = url.URL{
		Scheme: "postgres", User: url.User(superuser), Host: fmt.Sprintf("127.0.0.1:%d", port),
		RawQuery: "sslmode=disable",
	}
	p.settings = settingsOf(options, port)
	return nil
}

func settingsOf(options PostgresOptions, port int) []string {
	settings := map[string]string{
		"port":                    fmt.Sprint(port),
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"max_connections":         "300",
		"shared_buffers":          "128MB",
	}
	if !options.Durable {
		settings["fsync"] = "off"
		settings["full_page_writes"] = "off"
	}
	for name, value := range options.Settings {
		settings[name] = value
	}
	var arguments []string
	for name, value := range settings {
		arguments = append(arguments, "-c", name+"="+value)
	}
	return arguments
}

func (p *Postgres) data() string { return filepath.Join(p.dir.path, "data") }

// initialise makes an empty data folder. The locale must know lower and upper case of Cyrillic, so
// plain "C" is only the last resort of machines that have no other.
func (p *Postgres) initialise(ctx context.Context) error {
	var err error
	for _, locale := range []string{"C.UTF-8", "en_US.UTF-8", "C"} {
		if err = p.emptyData(); err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, filepath.Join(p.install.bin, "initdb"),
			"--pgdata", p.data(), "--username", superuser, "--auth", "trust",
			"--encoding", "UTF8", "--locale", locale, "--no-sync")
		cmd.Dir = p.dir.path
		p.user.run(cmd)
		output, failure := cmd.CombinedOutput()
		if failure == nil {
			return nil
		}
		err = errors.Wrapf(failure, "initdb: %s", output)
	}
	return err
}

func (p *Postgres) emptyData() error {
	err := os.RemoveAll(p.data())
	if err == nil {
		err = os.Mkdir(p.data(), 0o700)
	}
	if err == nil {
		err = p.user.own(p.data())
	}
	return errors.Wrap(err, "making a data folder")
}

// Start starts a stopped server on the port it had and waits until it answers.
func (p *Postgres) Start(ctx context.Context) error {
	if p.dir == nil {
		return ErrNotOurs
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command(filepath.Join(p.install.bin, "postgres"), append([]string{"-D", p.data()}, p.settings...)...)
	cmd.Dir = p.dir.path
	p.user.run(cmd)
	started, err := startProcess(cmd, p.LogFile, syscall.SIGQUIT)
	if err != nil {
		return err
	}
	p.process = started

	db, err := sql.Open("postgres", p.dsn("postgres"))
	if err != nil {
		return errors.Wrap(err, "opening the database")
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return Eventually(ctx, "PostgreSQL", func() (bool, error) {
		if !started.running() {
			cancel() // there is nothing left to wait for
			return false, errors.Errorf("PostgreSQL ended:\n%s", Tail(p.LogFile, 20))
		}
		err := db.PingContext(ctx)
		return err == nil, err
	})
}

// Stop stops the server and waits for its end; its data stays.
func (p *Postgres) Stop(mode StopMode) error {
	if p.dir == nil {
		return ErrNotOurs
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process == nil {
		return nil
	}
	return p.process.stop(syscall.Signal(mode), stopPostgre)
}

// URL is the server's address for a program that makes databases of its own: the database
// "postgres" of an own server, else what the environment named.
func (p *Postgres) URL() string {
	if p.dir == nil {
		return p.dsn("")
	}
	return p.dsn("postgres")
}

// NewDatabase makes an empty database and returns its data source name, a URL with
// sslmode=disable (on an own server) and binary_parameters=yes, as Mattermost's default has it.
func (p *Postgres) NewDatabase(ctx context.Context) (string, error) {
	return p.newDatabase(ctx, "template0")
}

// NewServerDatabase makes a database for a Mattermost server: already migrated if this PostgreSQL
// came from StartPostgresFor, else empty.
func (p *Postgres) NewServerDatabase(ctx context.Context) (string, error) {
	if p.seeded {
		return p.newDatabase(ctx, seedDatabase)
	}
	return p.NewDatabase(ctx)
}

func (p *Postgres) newDatabase(ctx context.Context, template string) (string, error) {
	random := make([]byte, 6)
	_, _ = rand.Read(random) // never fails, see crypto/rand
	name := "msgbot_" + hex.EncodeToString(random)
	if err := p.execute(ctx, "CREATE DATABASE "+name+" ENCODING 'UTF8' TEMPLATE "+template); err != nil {
		return "", errors.Wrap(err, "creating a database")
	}
	p.mu.Lock()
	p.made = append(p.made, name)
	p.mu.Unlock()
	return p.dsn(name), nil
}

// dsn is the data source name of a database; an empty name keeps the one of the environment.
func (p *Postgres) dsn(database string) string {
	dsn := p.server
	if database != "" {
		dsn.Path = "/" + database
	}
	query := dsn.Query()
	query.Set("binary_parameters", "yes")
	dsn.RawQuery = query.Encode()
	return dsn.String()
}

// execute runs one statement outside the databases of the tests.
func (p *Postgres) execute(ctx context.Context, statement string) error {
	db, err := sql.Open("postgres", p.URL())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// Close ends an own server and removes its data. Of a named one it drops the databases made here.
func (p *Postgres) Close() error {
	if p.dir == nil {
		return p.dropMade()
	}
	if err := p.Stop(Immediate); err != nil {
		return err
	}
	return p.dir.remove()
}

func (p *Postgres) dropMade() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range p.made {
		if err := p.execute(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return errors.Wrap(err, "dropping a database")
		}
	}
	p.made = nil
	return nil
}

// freePort returns a TCP port of 127.0.0.1 that was free a moment ago.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, errors.Wrap(err, "looking for a free port")
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, errors.Wrap(listener.Close(), "looking for a free port")
}
