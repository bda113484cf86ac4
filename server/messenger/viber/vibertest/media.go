// Files on the emulated Viber's media servers, which customers' messages lead to: they expire, lead elsewhere, are slow or
// break off when a test says so.

package vibertest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	mediaPath = "/media/"
	// maxKept is the largest content that a File keeps.
	maxKept = 1 << 20
)

// File is a file of a chat.
type File struct {
	// Name is the told one, empty for none.
	Name string
	// MIME is the content type that its server told.
	MIME string
	Size int64
	// SHA256 is in hex.
	SHA256 string
	// URL is where it came from.
	URL string
	// Content is nil above 1 MB.
	Content []byte
}

// Media is a file on Viber's media servers. Its address is public and unguessable, no token is needed or wanted. All
// methods are safe for concurrent use.
type Media struct {
	name, mime string
	size       int64
	url        string
	content    func() io.ReadSeeker

	mu       sync.Mutex
	status   int
	redirect string
	slow     time.Duration
	cut      int64 // -1 for never
	requests []http.Header
}

// Store puts content on the media servers; mime is the content type they tell.
func (s *Server) Store(name, mime string, content []byte) *Media {
	return s.host(name, mime, int64(len(content)), func() io.ReadSeeker { return bytes.NewReader(content) })
}

// Generate puts size made-up bytes on the media servers, which take no memory.
func (s *Server) Generate(name, mime string, size int64) *Media {
	return s.host(name, mime, size, func() io.ReadSeeker { return io.NewSectionReader(pattern{}, 0, size) })
}

func (s *Server) host(name, mime string, size int64, content func() io.ReadSeeker) *Media {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256(fmt.Appendf(nil, "media %d", len(s.media)))
	id := hex.EncodeToString(sum[:8])
	m := &Media{name: name, mime: mime, size: size, content: content, cut: -1}
	m.url = s.http.URL + mediaPath + id + "/" + url.PathEscape(name) + "?sig=" + hex.EncodeToString(sum[8:])
	s.media[id] = m
	return m
}

// pattern is endless bytes that depend on their place only.
type pattern struct{}

func (pattern) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		at := off + int64(i)
		p[i] = byte(at ^ at>>8 ^ at>>16)
	}
	return len(p), nil
}

// URL is the address that a message tells.
func (m *Media) URL() string { return m.url }

// Name is the file's name.
func (m *Media) Name() string { return m.name }

// Size is in bytes.
func (m *Media) Size() int64 { return m.size }

// SHA256 is that of the whole content, in hex.
func (m *Media) SHA256() string {
	hash := sha256.New()
	_, _ = io.Copy(hash, m.content())
	return hex.EncodeToString(hash.Sum(nil))
}

// Expire ends the address: it answers 404 from now on.
func (m *Media) Expire() { m.Answer(http.StatusNotFound) }

// Answer makes the address answer an HTTP status from now on, and the file again for 0.
func (m *Media) Answer(status int) { m.change(func() { m.status = status }) }

// Redirect makes the address lead to another one, which may be anything.
func (m *Media) Redirect(url string) { m.change(func() { m.redirect = url }) }

// Slow makes the address wait before it answers.
func (m *Media) Slow(d time.Duration) { m.change(func() { m.slow = d }) }

// CutAfter breaks the connection off after n bytes of the content, of which the whole length was told.
func (m *Media) CutAfter(n int64) { m.change(func() { m.cut = n }) }

// Requests are the headers of the requests so far.
func (m *Media) Requests() []http.Header {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.requests)
}

func (m *Media) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// file is what the customer sees of it.
func (m *Media) file() *File {
	f := &File{Name: m.name, MIME: m.mime, Size: m.size, SHA256: m.SHA256(), URL: m.url}
	if m.size <= maxKept {
		f.Content, _ = io.ReadAll(m.content())
	}
	return f
}

// serveMedia answers a request for a file; a token in it is a violation, since these servers are not the API.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, mediaPath), "/")
	s.mu.Lock()
	m := s.media[id]
	if r.Header.Get(tokenHeader) != "" {
		s.violationLocked("a request for a file carries the token")
	}
	s.mu.Unlock()
	if m == nil || r.URL.RawQuery != m.query() {
		http.NotFound(w, r)
		return
	}
	m.mu.Lock()
	m.requests = append(m.requests, r.Header.Clone())
	status, redirect, slow, breakAt := m.status, m.redirect, m.slow, m.cut
	m.mu.Unlock()
	s.pause(r, slow)
	switch {
	case redirect != "":
		w.Header().Set("Location", redirect)
		w.WriteHeader(http.StatusFound)
	case status != 0:
		http.Error(w, http.StatusText(status), status)
	case breakAt >= 0:
		m.breakOff(w, breakAt)
	default:
		w.Header().Set("Content-Type", m.mime)
		http.ServeContent(w, r, m.name, time.Time{}, m.content())
	}
}

func (m *Media) query() string {
	_, query, _ := strings.Cut(m.url, "?")
	return query
}

// breakOff sends n bytes of the content and never returns.
func (m *Media) breakOff(w http.ResponseWriter, n int64) {
	w.Header().Set("Content-Type", m.mime)
	w.Header().Set("Content-Length", strconv.FormatInt(m.size, 10))
	_, _ = io.CopyN(w, m.content(), n)
	_ = http.NewResponseController(w).Flush()
	// net/http ends the connection behind what was written, where cut would also take that back.
	panic(http.ErrAbortHandler)
}
