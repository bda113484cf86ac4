package customerpage

// Files on the page: what was sent is shown, and customers send some.

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// brief is a message in the list of customers.
func (m Message) brief() string {
	if m.Text == "" && m.File != nil {
		return m.File.Name
	}
	return m.Text
}

// shownTypes are the types that a browser may show in the page; all others are for downloading only.
func shownTypes() []string { return []string{"image/", "audio/", "video/", "application/ogg"} }

// file is the content of a message's file.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	messages := s.chats.Messages(r.PathValue("id"))
	i := slices.IndexFunc(messages, func(m Message) bool { return m.ID == r.PathValue("message") && m.File != nil && m.File.Kept })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	f := messages[i].File
	disposition := "attachment"
	if slices.ContainsFunc(shownTypes(), func(prefix string) bool { return strings.HasPrefix(f.Type, prefix) }) {
		disposition = "inline"
	}
	header := w.Header()
	header.Set("Content-Type", f.Type)
	header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(f.Content) // the browser may have gone away
}

// send is a file that the customer sends: the body, under the name and with the text of the query.
func (s *server) send(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	name, wrong := line(query.Get("name"), maxText)
	if wrong != "" {
		http.Error(w, "The name "+wrong, http.StatusUnprocessableEntity)
		return
	}
	text := strings.TrimSpace(query.Get("text"))
	if length := utf8.RuneCountInString(text); length > maxText {
		http.Error(w, fmt.Sprintf("The message is too long: %d characters, at most %d", length, maxText), http.StatusUnprocessableEntity)
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFile))
	switch {
	case err != nil:
		http.Error(w, fmt.Sprintf("The file is too large: at most %d MB", maxFile>>20), http.StatusRequestEntityTooLarge)
		return
	case len(content) == 0:
		http.Error(w, "The file is empty", http.StatusUnprocessableEntity)
		return
	}
	if err := s.chats.SendFile(r.PathValue("id"), name, content, text); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
