package world

// Files: as agents find them in posts, as they put them there, and as customers send them.

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// File is a file in a post as a person finds it.
type File struct {
	ID, Name, Type string
	Size           int64
	// Width and Height are of pictures that Mattermost could read, and Preview tells that it shows one.
	Width, Height int
	Preview       bool
	// SHA256 is that of the downloaded content, in hexadecimal digits.
	SHA256 string
}

// Files downloads the files of a post as who, in the order in which Mattermost's apps show them: by the time of upload.
// (Mattermost 11.1 sorts Post.FileIds by the ids.)
func Files(ctx context.Context, who *lab.Session, post *model.Post) ([]File, error) {
	var infos []*model.FileInfo
	// A post is there a moment before its files are attached to it.
	err := lab.Eventually(ctx, "the files of a post", func() (bool, error) {
		now, _, err := who.Client.GetPost(ctx, post.Id, "")
		if err != nil {
			return false, err
		}
		infos, _, err = who.Client.GetFileInfosForPost(ctx, post.Id, "")
		return len(infos) == len(now.FileIds), err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(infos, func(a, b *model.FileInfo) int { return cmp.Compare(a.CreateAt, b.CreateAt) })
	var files []File
	for _, info := range infos {
		content, _, err := who.Client.GetFile(ctx, info.Id)
		if err != nil {
			return nil, errors.Wrap(err, "downloading a file")
		}
		sum := sha256.Sum256(content)
		files = append(files, File{
			ID: info.Id, Name: info.Name, Type: info.MimeType, Size: info.Size, Width: info.Width, Height: info.Height,
			Preview: info.HasPreviewImage, SHA256: hex.EncodeToString(sum[:]),
		})
	}
	return files, nil
}

// Enclosure is a file that an agent puts into a post.
type Enclosure struct {
	Name    string
	Content []byte
}

// SHA256 is that of the content, in hexadecimal digits.
func (e Enclosure) SHA256() string {
	sum := sha256.Sum256(e.Content)
	return hex.EncodeToString(sum[:])
}

// ReplyWith writes into the thread of a conversation, with files in this order.
func ReplyWith(ctx context.Context, who *lab.Session, c Conversation, text string, files ...Enclosure) (*model.Post, error) {
	post := &model.Post{ChannelId: c.ChannelID, RootId: c.RootPostID, Message: text}
	for _, f := range files {
		uploaded, _, err := who.Client.UploadFile(ctx, f.Content, c.ChannelID, f.Name)
		if err != nil {
			return nil, errors.Wrap(err, "uploading a file")
		}
		post.FileIds = append(post.FileIds, uploaded.FileInfos[0].Id)
	}
	created, _, err := who.Client.CreatePost(ctx, post)
	return created, errors.Wrap(err, "posting")
}

// SendFile makes a customer send a file, as the messenger's app would: pictures, videos, GIFs and recordings as such, all
// else as a file.
func (w *World) SendFile(c *Customer, name string, content []byte, text string) {
	kind, _, _ := strings.Cut(http.DetectContentType(content), ";")
	if c.AtViber != nil {
		sendViberFile(c.AtViber, w.ViberCloud.Store(name, kind, content), kind, text)
		return
	}
	file := telegramtest.File{Name: name, Type: kind, Content: content}
	switch kind {
	case "image/jpeg", "image/png":
		c.AtTelegram.SendsPhoto(file, text)
	case "image/gif":
		c.AtTelegram.SendsAnimation(file, text)
	case "video/mp4":
		c.AtTelegram.SendsVideo(file, text)
	case "audio/mpeg":
		c.AtTelegram.SendsAudio(file, text)
	case "application/ogg":
		c.AtTelegram.SendsVoice(file, text)
	default:
		c.AtTelegram.SendsDocument(file, text)
	}
}

// sendViberFile writes the text of its own where Viber's message has none.
func sendViberFile(c *vibertest.Customer, media *vibertest.Media, kind, text string) {
	switch kind {
	case "image/jpeg", "image/png", "image/gif":
		c.SendsPicture(media, text)
		return
	case "video/mp4":
		c.SendsVideo(media, 1, text)
		return
	}
	c.SendsFile(media)
	if text != "" {
		c.Says(text)
	}
}
