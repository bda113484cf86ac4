// Command prepare makes ahead of time what the end-to-end tests would make at their first start: it
// builds Mattermost, finds or installs PostgreSQL and migrates a database. It prints its progress,
// which "go test" would hold back.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := prepare(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
}

func prepare(ctx context.Context) error {
	mattermost, err := lab.FindMattermost(ctx, os.Stderr)
	if err != nil {
		return err
	}
	postgres, err := lab.StartPostgresFor(ctx, mattermost, lab.PostgresOptions{Progress: os.Stderr})
	if err != nil {
		return err
	}
	return postgres.Close()
}
