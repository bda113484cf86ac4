// Command demo shows msgbot at work on this machine: a real Mattermost with the plugin, one Telegram and one Viber bot
// at emulated messengers, customers who write and an agent who answers. It prints both sides of the conversations with
// the time each hop took, then stays up to be tried by hand until Ctrl-C.
//
//	go run ./cmd/demo           stays up
//	go run ./cmd/demo -once     ends by itself, with status 0 only if every message arrived on the other side
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/customerpage"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

func main() {
	once := flag.Bool("once", false, "end after the scripted conversations")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demonstrate(ctx, newScreen(os.Stdout), *once)
	interrupted := ctx.Err() != nil
	cancel()
	switch {
	case err == nil:
	case interrupted:
		fmt.Fprintln(os.Stderr, "demo: interrupted")
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// stage is the world with its two bots, and where the demonstration is printed.
type stage struct {
	*world.World
	mattermost *lab.Mattermost
	screen     *screen
	telegram   *world.Bot
	viber      *world.Bot
	chats      *chats
	shown      *sightings
}

func demonstrate(ctx context.Context, out *screen, once bool) (err error) {
	s, err := setUp(ctx, out)
	if err != nil {
		return err
	}
	defer func() {
		out.title("Stopping")
		if failed := s.Close(); err == nil {
			err = failed
		}
		out.text("Mattermost, PostgreSQL and the emulators are stopped, their files are removed.")
	}()

	if s.shown, err = watch(s.Agents[0]); err != nil {
		return err
	}
	defer s.shown.close()
	if err = s.tell(ctx); err != nil || once {
		return err
	}
	page, err := customerpage.Start(s.chats)
	if err != nil {
		return err
	}
	defer func() { _ = page.Close() }()
	s.invite(page.URL, s.chats.customer(s.telegram, "Іван Коваль"), s.chats.customer(s.viber, "Ганна Мельник"))
	s.follow(ctx)
	return nil
}

// setUp brings everything up, saying what it does and how long each step took.
func setUp(ctx context.Context, out *screen) (*stage, error) {
	out.title("Setting up")
	defer out.breakStep() // nothing is under way when all went well
	mattermost, err := lab.FindMattermost(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	w, err := world.Start(ctx, world.Options{
		Lab:          lab.Options{Server: lab.ServerOptions{Mattermost: mattermost}},
		Step:         out.step,
		ViberOptions: []vibertest.Option{vibertest.WithReceipts(true, true)},
	})
	if err != nil {
		return nil, err
	}
	s := &stage{World: w, mattermost: mattermost, screen: out}
	if err = s.connect(ctx); err != nil {
		_ = w.Close() // the first error says more
		return nil, err
	}
	out.endStep()
	return s, nil
}

func (s *stage) connect(ctx context.Context) error {
	var err error
	s.screen.step("Telegram bot, connected through REST")
	if s.telegram, err = s.Telegram(ctx, world.Webhook); err != nil {
		return errors.Wrap(err, "connecting the Telegram bot")
	}
	s.screen.step("Viber bot, connected through REST")
	if s.viber, err = s.Viber(ctx); err != nil {
		return errors.Wrap(err, "connecting the Viber bot")
	}
	s.chats = newChats(s.World, s.telegram, s.viber)
	s.screen.step("example flow " + shop + ", published at both bots")
	for _, bot := range []*world.Bot{s.telegram, s.viber} {
		if err = s.publish(ctx, bot); err != nil {
			return err
		}
	}
	s.screen.step("both bots at work and healthy")
	return s.AwaitHealthy(ctx, s.telegram, s.viber)
}
