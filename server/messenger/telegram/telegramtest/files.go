// Files: what customers send, what the server keeps of each, and the ids by which a bot names them.

package telegramtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"path"
	"strings"
	"time"
)

// File is a file that somebody sends. Only Name, Type and Content (or Size) matter for most tests; what is left zero is
// not told to the bot, or is made up where the API always tells it.
type File struct {
	// Name is its name, Type its MIME type.
	Name, Type string
	// Content is what is in it. Without it the file is Size bytes that are made up while they are downloaded, so that
	// 100 MB cost no memory; Open, if set, is where they come from instead.
	Content []byte
	Size    int64
	Open    func() io.Reader
	// Width and Height are of pictures and videos, Duration of what is played, Performer and Title of audio.
	Width, Height    int
	Duration         time.Duration
	Performer, Title string
	// Thumbnail is a small picture of it.
	Thumbnail *File
	// HidesSize keeps the size from the update; getFile still tells it.
	HidesSize bool
}

// SHA256 is the hash of the content in hexadecimal digits.
func (f File) SHA256() string {
	h := sha256.New()
	_, _ = io.Copy(h, f.reader()) // a hash takes all, and what is made up never fails
	return hex.EncodeToString(h.Sum(nil))
}

// size is the number of bytes in it.
func (f File) size() int64 {
	if f.Content != nil {
		return int64(len(f.Content))
	}
	return f.Size
}

// reader begins at the first byte.
func (f File) reader() io.Reader {
	switch {
	case f.Content != nil:
		return bytes.NewReader(f.Content)
	case f.Open != nil:
		return io.LimitReader(f.Open(), f.Size)
	}
	return io.LimitReader(&pattern{}, f.Size)
}

// pattern is an endless content without a period that a faulty copy could hide behind.
type pattern struct{ at uint64 }

func (p *pattern) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(p.at>>16) ^ byte(p.at>>8)*31 ^ byte(p.at)
		p.at++
	}
	return len(b), nil
}

// FileInfo is what is known of a file in a chat.
type FileInfo struct {
	// ID is the bot's file_id.
	ID string
	// Name and Type are as they were declared, Type of an upload is the content type of its part.
	Name, Type string
	Size       int64
	// SHA256 (hexadecimal) and Head, the first 512 bytes, are of the content; empty when it was not uploaded here.
	SHA256 string
	Head   []byte
	// Content is all of it, when it is smaller than 1 MB.
	Content []byte
	// Width and Height are of pictures.
	Width, Height int
	// URL is the address by which the bot sent it instead of uploading it.
	URL string
}

// What the server keeps of a content.
const (
	keptHead    = 512
	keptContent = 1 << 20
)

// intake takes a content in as a stream and keeps what FileInfo says.
type intake struct {
	hash  hash.Hash
	begin []byte
	size  int64
}

func newIntake() *intake { return &intake{hash: sha256.New()} }

func (in *intake) Write(b []byte) (int, error) {
	in.size += int64(len(b))
	if room := keptContent - len(in.begin); room > 0 {
		in.begin = append(in.begin, b[:min(room, len(b))]...)
	}
	return in.hash.Write(b)
}

// into fills in what was taken.
func (in *intake) into(info *FileInfo) {
	info.Size, info.SHA256 = in.size, hex.EncodeToString(in.hash.Sum(nil))
	info.Head = bytes.Clone(in.begin[:min(keptHead, len(in.begin))])
	if in.size < keptContent {
		info.Content = bytes.Clone(in.begin)
	}
	info.Width, info.Height = dimensions(in.begin)
}

// storedFile is a file as a bot's server knows it.
type storedFile struct {
	FileInfo
	kind   string
	unique string
	// open begins at the first byte; nil when the content was not kept.
	open func() io.Reader
	// path is the file_path given out, empty for none yet; it works until expires.
	path    string
	expires time.Time
}

// keep makes a file known to the bot and gives it an id. The caller holds the server's mu.
func (b *Bot) keep(kind string, info FileInfo, open func() io.Reader) *storedFile {
	f := &storedFile{FileInfo: info, kind: kind, unique: randomText(15), open: open}
	f.ID = randomText(60)
	b.files[f.ID] = f
	return f
}

// receive keeps a file that somebody sent as kind. The caller holds the server's mu.
func (b *Bot) receive(kind string, f File) *storedFile {
	info := FileInfo{Name: f.Name, Type: f.Type, Size: f.size(), Width: f.Width, Height: f.Height}
	if f.Content != nil {
		in := newIntake()
		_, _ = in.Write(f.Content) // it never fails
		in.into(&info)
		if f.Width != 0 {
			info.Width, info.Height = f.Width, f.Height
		}
	}
	return b.keep(kind, info, f.reader)
}

// extension is a name's, in lower case with the dot; empty for none.
func extension(name string) string { return strings.ToLower(path.Ext(name)) }
