// Files for messengers that fetch them from us: public, so a signed link is all that opens one.

package api

import "net/http"

const (
	// maxStreams is how many files are served at once: each holds a connection to Mattermost.
	maxStreams = 64
	// maxLinkToken and maxLinkName bound what is looked at, in bytes; Viber's names have at most 256 characters.
	maxLinkToken = 512
	maxLinkName  = 1024
)

// file serves the file of a link. Whatever is wrong with a link answers the same, so that nothing can be learnt by trying.
// The answer is streamed; the one Write that buttons need is not needed here.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	if !s.Ready() {
		s.write(w, r.Pattern, s.failure(r.Pattern, notReady(), ""))
		return
	}
	id, ok := s.linked(r.PathValue("token"), r.PathValue("name"))
	if !ok {
		s.write(w, r.Pattern, s.failure(r.Pattern, notFound(), ""))
		return
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		s.write(w, r.Pattern, s.failure(r.Pattern, notReady(), ""))
		return
	}
	header := w.Header()
	// Files of others under Mattermost's own address: a browser that opens one must run nothing in it.
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Robots-Tag", "noindex")
	s.Desk.ServeFile(w, r, id)
}

func (s *server) linked(token, name string) (fileID string, ok bool) {
	if token == "" || name == "" || len(token) > maxLinkToken || len(name) > maxLinkName {
		return "", false
	}
	return s.Files.Verify(token, name)
}
