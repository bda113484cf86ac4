// Downloads: getFile, and the addresses it gives out, https://core.telegram.org/bots/api#getfile.

package telegramtest

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// maxDownload is the largest file that getFile lets go.
	maxDownload = 20 << 20
	// downloadable is how long an address works.
	downloadable = time.Hour
)

// ExpireDownloads ends all addresses that getFile gave out so far, as an hour does; a new getFile gives new ones.
func (b *Bot) ExpireDownloads() {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	for _, f := range b.files {
		f.expires = time.Time{}
	}
}

func getFile(c call) (any, *apiError) {
	f, refusal := c.offer(c.params.text("file_id"))
	if refusal != nil {
		return nil, refusal
	}
	if c.server.options.localFiles != "" {
		if err := f.store(); err != nil {
			return nil, refuse(http.StatusInternalServerError, "Internal Server Error: %v", err)
		}
	}
	return f.wire(), nil
}

// offered is a file that getFile gives out; open is as in storedFile.
type offered struct {
	id, unique string
	size       int64
	path       string
	open       func() io.Reader
}

func (f offered) wire() map[string]any {
	return map[string]any{"file_id": f.id, "file_unique_id": f.unique, "file_size": f.size, "file_path": f.path}
}

// offer gives a file an address.
func (c call) offer(id string) (offered, *apiError) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	f := c.bot.files[id]
	switch {
	case f == nil:
		return offered{}, badRequest("invalid file_id")
	case f.open == nil:
		return offered{}, badRequest("wrong file_id or the file is temporarily unavailable")
	case f.Size > maxDownload && !c.server.options.local:
		return offered{}, badRequest("file is too big")
	}
	if !c.server.options.now().Before(f.expires) {
		c.bot.offers++
		folder := map[string]string{kindPhoto: "photos", "voice": "voice", "video": "videos"}[f.kind]
		if folder == "" {
			folder = "documents"
		}
		f.path = path.Join(folder, fmt.Sprintf("file_%d%s", c.bot.offers, extension(f.Name)))
	}
	f.expires = c.server.options.now().Add(downloadable)
	out := offered{id: f.ID, unique: f.unique, size: f.Size, path: f.path, open: f.open}
	if dir := c.server.options.localFiles; dir != "" {
		out.path = filepath.Join(dir, c.bot.Token, filepath.FromSlash(f.path))
	}
	return out, nil
}

// store writes the file to its absolute path.
func (f offered) store() (err error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o750); err != nil {
		return err
	}
	to, err := os.Create(f.path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, f.open()); err != nil {
		_ = to.Close() // the copy's error is the one to tell
		return err
	}
	return to.Close()
}

// serveFile answers a download, or spoils it if a failure was ordered.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, token, filePath string) {
	record := Record{
		At: s.options.now(), Direction: ToFile, Method: FileDownload, Params: map[string]string{"file_path": filePath}, began: time.Now(),
	}
	bot, f := s.downloadable(token, filePath)
	if bot != nil {
		record.Bot = bot.Username
	}
	failure := s.takeFailure(FileDownload, func(f *Failure) bool { return f.ChatID == 0 })
	if failure != nil && !failure.cutsBody() {
		failure.spoil(s, w, r, &record)
		return
	}
	if f == nil {
		s.answer(w, &record, nil, refuse(http.StatusNotFound, "Not Found"))
		return
	}
	record.Status = http.StatusOK
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(f.size, 10))
	if failure != nil {
		record.Description = "failure on demand: " + string(failure.Kind)
		_, _ = io.CopyN(w, f.open(), f.size/2)    // the caller may have hung up
		_ = http.NewResponseController(w).Flush() // as may be
		s.keep(record)
		failure.breakOff(s, w)
		return
	}
	if _, err := io.Copy(w, f.open()); err != nil {
		record.Description = "the caller hung up"
	}
	s.keep(record)
}

// downloadable finds what can be downloaded at a path now.
func (s *Server) downloadable(token, filePath string) (*Bot, *offered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bot := s.bot(token)
	if bot == nil || bot.revoked || s.options.localFiles != "" {
		return bot, nil
	}
	for _, f := range bot.files {
		if f.path == filePath && s.options.now().Before(f.expires) {
			return bot, &offered{size: f.Size, open: f.open}
		}
	}
	return bot, nil
}
