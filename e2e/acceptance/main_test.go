// Package acceptance holds the acceptance cases of msgbot, named by their numbers, end to end on a real Mattermost with
// both messengers emulated. All tests share one world; each has a channel, bots and customers of its own.
package acceptance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// w is the world of the run. Tests that change its settings, or disturb it in another way that others would notice, are
// not parallel: they run before those that are.
var w *world.World

// bootTime is how long the world may take to come up; the first run of all fills caches.
const bootTime = 5 * time.Minute

func TestMain(m *testing.M) { os.Exit(run(m)) }

// allowedAddresses are those of this machine that may be called; tests require that its other names and addresses are not.
// The first is not there on every system.
const allowedAddresses = "127.0.0.2 ::1"

// atOnce is how many of the parallel tests run together: they wait most of their time.
const atOnce = "8"

func run(m *testing.M) int {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), bootTime)
	defer cancel()
	if err := os.MkdirAll(filepath.Join(zoneFolder, "Test"), 0o700); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var err error
	w, err = world.Start(ctx, world.Options{
		Lab: lab.Options{Server: lab.ServerOptions{Env: map[string]string{
			"MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION":            "true",
			"MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS": allowedAddresses,
			"ZONEINFO": zoneFolder,
		}}},
		Settings:        map[string]any{"fallbackchannel": world.TeamName + ":" + world.InboxName},
		TelegramOptions: []telegramtest.Option{telegramtest.WithRetry(soon)},
		ViberOptions:    []vibertest.Option{vibertest.WithRetry(soon)},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	for _, fault := range slices.Concat(violations(), leaks(), undocumentedCalls()) {
		fmt.Fprintln(os.Stderr, "FAULT:", fault)
		code = 1
	}
	if code != 0 {
		fmt.Fprintf(os.Stderr, "last lines of the server's log:\n%s\n", w.Server.Log())
	}
	if err := errors.Join(w.Close(), os.RemoveAll(zoneFolder)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// soon is how long the emulators wait before they deliver again; the real messengers wait seconds to minutes.
func soon(int) time.Duration { return 300 * time.Millisecond }

// violations are what a program without faults does not do to a messenger.
func violations() []string {
	return slices.Concat(w.TelegramCloud.Violations(), w.ViberCloud.Violations())
}

// leaks tells of tokens and of customers' words in the server's log, which has the plugin's in it.
func leaks() []string {
	log, err := os.ReadFile(w.Server.LogFile)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	for i, secret := range secrets.all() {
		if strings.Contains(string(log), secret) {
			found = append(found, fmt.Sprintf("secret %d is in the server's log", i))
		}
	}
	return found
}

// patience is how long a test waits for what takes a second or two; what is known to take longer has its own.
const patience = 20 * time.Second

// eventually is lab.Eventually for a condition that cannot fail otherwise.
func eventually(ctx context.Context, what string, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return lab.Eventually(ctx, what, func() (bool, error) { return done(), nil })
}
