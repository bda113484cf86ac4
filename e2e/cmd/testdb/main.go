// Command testdb runs a command with a PostgreSQL to test against:
//
//	go run ./cmd/testdb go test ./...
//
// The command finds the server's URL in MSGBOT_TEST_DATABASE_URL and may create databases there. A
// URL that is set already is used as it is. testdb ends with the command's exit status.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

const statusOfFailure = 125 // as env(1) and timeout(1) have it for a failure of their own

func main() {
	arguments := os.Args[1:]
	if len(arguments) > 0 && arguments[0] == "--" {
		arguments = arguments[1:]
	}
	if len(arguments) == 0 {
		fmt.Fprintln(os.Stderr, "usage: testdb command [argument…]")
		os.Exit(statusOfFailure)
	}
	status, err := run(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
	}
	os.Exit(status)
}

// run returns the command's exit status, and an error when the command could not be run.
func run(arguments []string) (int, error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	postgres, err := lab.StartPostgres(ctx, lab.PostgresOptions{})
	if err != nil {
		return statusOfFailure, err
	}
	defer func() { _ = postgres.Close() }()

	cmd := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), lab.DatabaseURL+"="+postgres.URL())
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return statusOfFailure, err
	}
	return 0, nil
}
