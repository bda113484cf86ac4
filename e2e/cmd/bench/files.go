// Large files each way: how long they take, and how much memory of the plugin's.

package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

const (
	// largest is the largest file that the server of the measurement takes, and largestToViber the largest that Viber does.
	largest        = 100 << 20
	largestToViber = 50 << 20
	// mayGrow is by how much one file may raise the plugin's peak memory.
	mayGrow = 20 << 20
	// fileName is what every file is called.
	fileName = "large.zip"
)

// fileBench is a world whose Telegram is self-hosted, so that it has no limit below ours, and one customer of each messenger.
type fileBench struct {
	world *world.World
	// over are the ways on which the plugin took more memory than it may.
	over []string
}

// measureFiles measures in a world of its own: what others left in the plugin's memory would hide its growth.
func measureFiles(ctx context.Context) error {
	w, err := world.Start(ctx, world.Options{
		Lab:             lab.Options{Server: lab.ServerOptions{Env: map[string]string{"MM_FILESETTINGS_MAXFILESIZE": strconv.Itoa(largest)}}},
		Settings:        map[string]any{"maxfilemb": largest >> 20},
		TelegramOptions: []telegramtest.Option{telegramtest.WithLocalServer()},
	})
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	b := &fileBench{world: w}
	telegram, err := w.Telegram(ctx, world.Webhook)
	if err != nil {
		return err
	}
	viber, err := w.Viber(ctx)
	if err != nil {
		return err
	}
	for _, way := range []struct {
		name string
		bot  *world.Bot
		size int64
		play func(context.Context, *world.Customer, int64) (began, ended time.Time, err error)
	}{
		{"file-in-telegram", telegram, largest, b.in}, {"file-out-telegram", telegram, largest, b.out},
		{"file-in-viber", viber, largest, b.in}, {"file-out-viber", viber, largestToViber, b.out},
	} {
		customer := way.bot.NewCustomer(way.name)
		customer.Says("hello")
		if _, err = w.AwaitInbound(ctx, customer, "hello"); err != nil {
			return errors.Wrap(err, way.name)
		}
		if err = b.measure(ctx, way.name, way.size, func() (time.Time, time.Time, error) { return way.play(ctx, customer, way.size) }); err != nil {
			return errors.Wrap(err, way.name)
		}
	}
	if len(b.over) > 0 {
		return errors.Errorf("a file raised the plugin's peak memory by more than %d MB: %v", mayGrow>>20, b.over)
	}
	return nil
}

// measure prints the time and the memory of one way.
func (b *fileBench) measure(ctx context.Context, name string, size int64, play func() (time.Time, time.Time, error)) error {
	if err := b.world.AwaitIdle(ctx); err != nil {
		return err
	}
	memory, err := watchPlugin(b.world.Server)
	if err != nil {
		return err
	}
	began, ended, err := play()
	if err != nil {
		return err
	}
	growth, err := memory.growth()
	if err != nil {
		return err
	}
	say("%s: %d MB, resting at %d MB", name, size>>20, memory.rest>>20)
	fmt.Printf("s %s %.1f\n", name, ended.Sub(began).Seconds())
	fmt.Printf("mb %s-peak %.1f\n", name, float64(growth)/(1<<20))
	if growth > mayGrow {
		b.over = append(b.over, name)
	}
	return nil
}

// in lets a customer send a file until it stands in the thread; the file must be the one that was sent.
func (b *fileBench) in(ctx context.Context, customer *world.Customer, size int64) (began, ended time.Time, err error) {
	var want string
	if customer.AtViber != nil {
		media := b.world.ViberCloud.Generate(fileName, "application/zip", size)
		want = media.SHA256()
		customer.AtViber.SendsFile(media)
	} else {
		file := telegramtest.File{Name: fileName, Type: "application/zip", Size: size}
		want = file.SHA256()
		customer.AtTelegram.SendsDocument(file, "")
	}
	began = time.Now()
	post, err := b.arrival(ctx, customer)
	if err != nil {
		return began, ended, err
	}
	ended = time.UnixMilli(post.CreateAt)
	content, _, err := b.world.Admin.Client.GetFile(ctx, post.FileIds[0])
	if err == nil && sum(content) != want {
		err = errors.New("it is not the file that was sent")
	}
	return began, ended, err
}

// arrival waits for the customer's post with a file.
func (b *fileBench) arrival(ctx context.Context, customer *world.Customer) (*model.Post, error) {
	conversation, err := b.world.AwaitConversation(ctx, customer)
	if err != nil {
		return nil, err
	}
	var found *model.Post
	return found, lab.Eventually(ctx, "the file in the thread", func() (bool, error) {
		posts, err := b.world.Admin.Thread(ctx, conversation.RootPostID)
		for _, post := range posts {
			if world.IsInbound(post) && len(post.FileIds) > 0 {
				found = post
			}
		}
		return found != nil, err
	})
}

// sum is the SHA-256 of a content in hexadecimal digits.
func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}

// out lets an agent send a file until the customer has it; the file must be the one that was sent.
func (b *fileBench) out(ctx context.Context, customer *world.Customer, size int64) (began, ended time.Time, err error) {
	conversation, err := b.world.AwaitConversation(ctx, customer)
	if err != nil {
		return began, ended, err
	}
	content := make([]byte, size)
	if _, err = rand.Read(content); err != nil {
		return began, ended, errors.WithStack(err)
	}
	post, err := world.ReplyWith(ctx, b.world.Agents[0], conversation, "", world.Enclosure{Name: fileName, Content: content})
	if err != nil {
		return began, ended, err
	}
	began = time.UnixMilli(post.CreateAt)
	err = lab.Eventually(ctx, "the file at the customer", func() (bool, error) { return len(customer.Received()) > 0, nil })
	if err != nil {
		return began, ended, err
	}
	line := customer.Received()[0]
	if line.File == nil || line.File.SHA256 != sum(content) {
		err = errors.New("it is not the file that was sent")
	}
	return began, line.At, err
}
