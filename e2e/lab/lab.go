// Package lab boots a real PostgreSQL and a real Mattermost for the end-to-end tests, the demo and
// the benchmark, and drives them from outside. It knows nothing of the plugin's inside.
//
// What takes long is made once and cached; "go run ./cmd/prepare" makes it ahead of a test run.
// Everything listens on 127.0.0.1 only, ends with Close and, on Linux, with the calling process.
package lab

import (
	"context"
	"io"
)

// Options says what to start; the zero value is right for most tests.
type Options struct {
	Postgres PostgresOptions
	// Server: its Mattermost, Postgres and DSN are filled in when empty.
	Server ServerOptions
	// Progress gets a line about slow steps; nil is standard error.
	Progress io.Writer
}

// Lab is a PostgreSQL, a Mattermost on it and its administrator.
type Lab struct {
	Postgres *Postgres
	Server   *Server
	Admin    *Session
}

// Start brings up a lab.
func Start(ctx context.Context, options Options) (*Lab, error) {
	l := &Lab{}
	if err := l.start(ctx, options); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Lab) start(ctx context.Context, options Options) error {
	var err error
	options.Postgres.Progress, options.Server.Progress = options.Progress, options.Progress
	if options.Server.Mattermost == nil {
		if options.Server.Mattermost, err = FindMattermost(ctx, options.Progress); err != nil {
			return err
		}
	}
	if l.Postgres, err = StartPostgresFor(ctx, options.Server.Mattermost, options.Postgres); err != nil {
		return err
	}
	options.Server.Postgres = l.Postgres
	if l.Server, err = StartServer(ctx, options.Server); err != nil {
		return err
	}
	l.Admin, err = l.Server.Admin(ctx)
	return err
}

// Close ends everything.
func (l *Lab) Close() error {
	var err error
	if l.Server != nil {
		err = l.Server.Close()
	}
	if l.Postgres != nil {
		if closeErr := l.Postgres.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}
