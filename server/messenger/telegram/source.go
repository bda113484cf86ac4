// A file on its way into a request.

package telegram

import (
	"context"
	"io"
	"sync"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// source reads a file to send. It is opened when its first byte is due, so that the later files of an album do not wait
// open, and closed at its end. A file that is not as long as told is an error: the customer would get half of it.
type source struct {
	ctx    context.Context
	cancel context.CancelFunc
	upload messenger.Upload

	// mu: the transport may read still while close is called.
	mu   sync.Mutex
	body io.ReadCloser
	got  int64
	err  error
}

func newSource(ctx context.Context, u messenger.Upload) *source {
	ctx, cancel := context.WithCancel(ctx)
	return &source{ctx: ctx, cancel: cancel, upload: u}
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	if s.body == nil {
		body, err := s.upload.Open(s.ctx)
		if err != nil {
			s.err = &sourceError{err}
			return 0, s.err
		}
		s.body = body
	}
	n, err := s.body.Read(p)
	s.got += int64(n)
	switch {
	case s.got > s.upload.Size, err == io.EOF && s.got < s.upload.Size:
		err = &sourceError{errors.Errorf("it has %d bytes instead of %d", s.got, s.upload.Size)}
	case err != nil && err != io.EOF:
		err = &sourceError{err}
	}
	if err != nil {
		s.finish(err)
	}
	return n, err
}

// finish closes the file; err is what further reads get.
func (s *source) finish(err error) {
	s.err = err
	if s.body != nil {
		_ = s.body.Close() // it was only read
		s.body = nil
	}
}

// close ends a reading that is under way and closes the file.
func (s *source) close() {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.finish(io.ErrClosedPipe)
	}
}

// sourceError is what went wrong with our own file and not with the messenger.
type sourceError struct{ cause error }

func (e *sourceError) Error() string { return "the file cannot be read: " + e.cause.Error() }

func (e *sourceError) Unwrap() error { return e.cause }
