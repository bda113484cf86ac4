// Fetching what a bot sends: Viber's servers get the file from the told address, and refuse the message when they cannot.

package vibertest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"github.com/pkg/errors"
)

// contentTypes are those of each extension of pictures and videos; a file has any.
var contentTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".mp4": "video/mp4",
}

// maxBytes are the largest files of each type.
var maxBytes = map[string]int64{typePicture: maxPicture, typeVideo: maxVideo, typeFile: maxFile}

// fetch gets the file of a message by HEAD, by GET of its first byte, and by GET of all of it, streaming. A program cannot
// help it when nobody answers; wrong answers are its own fault.
func (s *Server) fetch(ctx context.Context, m message) (*File, *fault) {
	if !m.hasFile() {
		return nil, nil
	}
	if !s.fetches {
		return &File{Name: m.FileName, Size: m.Size, URL: m.Media}, nil
	}
	head, wrong := s.ask(ctx, http.MethodHead, m, "", http.StatusOK)
	if wrong != nil {
		return nil, wrong
	}
	_ = head.Body.Close()
	if wrong := m.checkHead(head); wrong != nil {
		return nil, wrong
	}
	part, wrong := s.ask(ctx, http.MethodGet, m, "bytes=0-0", http.StatusPartialContent)
	if wrong != nil {
		return nil, wrong
	}
	_ = part.Body.Close()
	if told, want := part.Header.Get("Content-Range"), fmt.Sprintf("bytes 0-0/%d", head.ContentLength); told != want {
		return nil, bad("media: the Content-Range is %q instead of %q", told, want)
	}
	whole, wrong := s.ask(ctx, http.MethodGet, m, "", http.StatusOK)
	if wrong != nil {
		return nil, wrong
	}
	defer func() { _ = whole.Body.Close() }()
	return m.take(whole, head.ContentLength)
}

// ask makes one request for the file and demands an HTTP status.
func (s *Server) ask(ctx context.Context, method string, m message, part string, want int) (*http.Response, *fault) {
	req, err := http.NewRequestWithContext(ctx, method, m.Media, http.NoBody)
	if err != nil {
		return nil, bad("media: the address cannot be read")
	}
	if part != "" {
		req.Header.Set("Range", part)
	}
	res, err := s.downloads.Do(req)
	if err != nil {
		return nil, &fault{status: statusBadData, words: "media cannot be fetched: " + err.Error(), excused: true}
	}
	if res.StatusCode != want {
		_ = res.Body.Close()
		words := fmt.Sprintf("media: %s %s answers HTTP %d instead of %d", method, part, res.StatusCode, want)
		return nil, &fault{status: statusBadData, words: words, excused: excused(res.StatusCode)}
	}
	return res, nil
}

// excused tells of an HTTP status that an address which has ended, or cannot answer now, gives.
func excused(status int) bool {
	ended := []int{http.StatusForbidden, http.StatusNotFound, http.StatusGone}
	return slices.Contains(ended, status) || status >= http.StatusInternalServerError
}

// checkHead compares what is told of the file with the message.
func (m message) checkHead(res *http.Response) *fault {
	given, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	want := contentTypes[m.extension()]
	if m.Type == typeFile {
		want = ""
	}
	switch {
	case err != nil || want != "" && given != want:
		return bad("media: the Content-Type is %q instead of %q", given, want)
	case res.ContentLength < 0:
		return bad("media: HEAD tells no Content-Length")
	case m.Size != 0 && res.ContentLength != m.Size:
		return bad("media: the Content-Length is %d instead of %d", res.ContentLength, m.Size)
	case res.ContentLength > maxBytes[m.Type]:
		return bad("media: %d bytes, at most %d", res.ContentLength, maxBytes[m.Type])
	}
	return nil
}

// take reads the whole file without keeping more of it than 1 MB.
func (m message) take(res *http.Response, size int64) (*File, *fault) {
	hash, kept := sha256.New(), bytes.Buffer{}
	body := io.TeeReader(io.LimitReader(res.Body, size+1), hash)
	n, err := io.CopyN(&kept, body, maxKept+1)
	if err == nil {
		kept = bytes.Buffer{}
		var more int64
		more, err = io.Copy(io.Discard, body)
		n += more
	}
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, &fault{status: statusBadData, words: "media broke off: " + err.Error(), excused: true}
	case n != size:
		return nil, bad("media: %d bytes instead of %d", n, size)
	}
	f := &File{
		Name: m.FileName, MIME: res.Header.Get("Content-Type"), Size: n, URL: m.Media, SHA256: hex.EncodeToString(hash.Sum(nil)),
	}
	if n <= maxKept {
		f.Content = slices.Clip(kept.Bytes())
	}
	return f, nil
}
