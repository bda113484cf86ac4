// What goes out, what a messenger can do as data, and the optional capabilities.

package messenger

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// Outgoing is one message, or one album, to send: it fits the Capabilities already.
type Outgoing struct {
	Chat Chat
	// Text is the message, or the caption of the first file.
	Text richtext.Text
	// Files are none for a text, one for a message with a file, two or more for an album.
	Files []Upload
	// Buttons stand below the message, in rows; none for none.
	Buttons [][]Button
	// ReplyTo is the external id of the message that this one answers natively; empty for none. When it is gone the
	// message goes out all the same.
	ReplyTo string
	// SenderName is shown by messengers that want one with each message (Viber); others ignore it.
	SenderName string
}

// Button is one that a customer can press. It has Data, or URL, or asks for the phone number or the place of the customer.
type Button struct {
	Label string `json:"label"`
	// Data comes back in Press.Data: 1 to 64 bytes of ASCII.
	Data string `json:"data,omitempty"`
	// URL opens an address.
	URL string `json:"url,omitempty"`
	// AsksPhone and AsksLocation let the customer share what he may choose to; Data comes back with it.
	AsksPhone    bool `json:"asks_phone,omitempty"`
	AsksLocation bool `json:"asks_location,omitempty"`
}

// Upload is a file to send.
type Upload struct {
	// Kind is how it is sent.
	Kind FileKind
	// Name has an extension that fits MIME.
	Name, MIME string
	// Size is in bytes.
	Size int64
	// Width and Height are of pictures, 0 when not known.
	Width, Height int
	// Open streams the content, from its beginning at each call; the caller closes it.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// URL is a public address of the content, where Capabilities.FilesByURL asks for one.
	URL string
}

// Capabilities is what a messenger can do, as data.
type Capabilities struct {
	// TextLimit is the longest text of one message, in TextUnit.
	TextLimit int
	// CaptionLimit is the longest text of a message with a file, in TextUnit; FileRule may forbid any.
	CaptionLimit int
	TextUnit     richtext.Unit
	// Formatting says that bold, links and the like can be sent as such; without it Text.PlainText is what counts.
	Formatting bool
	// Rates are the messenger's own limits of sending.
	Rates Rates
	// NeedsPublicHTTPS says that the messenger's own cloud calls only https addresses.
	NeedsPublicHTTPS bool
	// WebhookPorts are the ports the messenger's cloud calls, empty for any.
	WebhookPorts []int

	// Files are the kinds that can be sent, the first that takes a file is the one it is sent as.
	Files []FileRule
	// FilesByURL says that files are fetched from a public address (Upload.URL) instead of being uploaded.
	FilesByURL bool
	// Forbidden are extensions that are not taken, in lower case with the dot.
	Forbidden []string
	// AlbumLimit is how many files one album has at most; 0 when there are no albums. Albums are the kinds that may
	// stand in one together.
	AlbumLimit int
	Albums     [][]FileKind
	// FetchLimit is the size in bytes of the largest file of a customer that can be fetched, 0 for any.
	FetchLimit int64
	// NativeReplies says that Outgoing.ReplyTo is honoured.
	NativeReplies bool
	// Reactions are the emoji that Reactor takes.
	Reactions []string
}

// Within returns the capabilities with no file larger than limit bytes, 0 for any.
func (can Capabilities) Within(limit int64) Capabilities {
	if limit == 0 {
		return can
	}
	can.Files = slices.Clone(can.Files)
	for i := range can.Files {
		can.Files[i].MaxBytes = min(can.Files[i].MaxBytes, limit)
	}
	return can
}

// FileRule says which files can be sent as one kind.
type FileRule struct {
	Kind FileKind
	// MaxBytes is the largest size.
	MaxBytes int64
	// Extensions are those that are taken, in lower case with the dot; nil for any.
	Extensions []string
	// MaxSides bounds width plus height in pixels, MaxRatio how many times one side may be the other; 0 for no bound.
	MaxSides, MaxRatio int
	// NoCaption says that no text can stand with it.
	NoCaption bool
}

// Rates are messages per second; zero means no limit of that kind.
type Rates struct {
	PerChat, PerGroup, PerBot Rate
}

// Rate is a token bucket: Burst at once, refilled by one every Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// Poller is the capability of asking for updates instead of being called.
type Poller interface {
	// Poll waits up to wait for updates that follow offset; next is the offset that confirms them. Calling Poll with
	// next deletes them at the messenger, so it may be called only when they are stored. 409 is class Conflict.
	Poll(ctx context.Context, offset int64, wait time.Duration) (d Delivery, next int64, err error)
}

// FileFetcher is the capability of fetching a customer's file.
type FileFetcher interface {
	// Fetch opens a file by File.Ref; the caller closes the body. Class Rejected says that it cannot be had at any later
	// time (too big, expired, a forbidden address), Transient and RetryAfter that it may.
	Fetch(ctx context.Context, ref string) (Download, error)
}

// Download is a file being fetched.
type Download struct {
	Body io.ReadCloser
	// Size is in bytes, -1 when not told.
	Size int64
}

// Editor is the capability of changing the text of a message that was sent. It is idempotent: a message that has the
// text already is no error.
type Editor interface {
	// Edit replaces the text of the message, or its caption when it was sent with a file (caption).
	Edit(ctx context.Context, chat Chat, externalID string, text richtext.Text, caption bool) error
}

// Deleter is the capability of deleting a message that was sent. A message that is gone is no error.
type Deleter interface {
	Delete(ctx context.Context, chat Chat, externalID string) error
}

// Reactor is the capability of reacting to a message of either side.
type Reactor interface {
	// React makes emoji, one of Capabilities.Reactions, the bot's only reaction; the empty one removes it.
	React(ctx context.Context, chat Chat, externalID, emoji string) error
}

// Typer is the capability of showing that somebody writes, for about five seconds.
type Typer interface {
	Typing(ctx context.Context, chat Chat) error
}

// Acknowledger is the capability of ending the wait of a customer who pressed a button.
type Acknowledger interface {
	// Acknowledge shows text, which may be empty, for a moment. A press that is too old is class Rejected.
	Acknowledge(ctx context.Context, pressID, text string) error
}

// Connector is the capability of Business connections.
type Connector interface {
	// Connection asks for the present state of a connection; class Rejected when there is none of that id.
	Connection(ctx context.Context, id string) (Connection, error)
}
