package customerpage

// The page's HTTP interface: the page itself, what there is to do, and a stream of what changes.

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"
)

//go:embed page
var page embed.FS

const (
	maxName = 64   // runes
	maxText = 7000 // runes, the longest text of a Viber message
	maxBody = 1 << 17
	maxFile = 30 << 20 // bytes; more than the 20 MB that Telegram lets bots fetch, so that one can see what happens then
	// refresh is how often an open page looks for something new.
	refresh = 150 * time.Millisecond
	// patience is how long a bot may take to acknowledge a press.
	patience = 15 * time.Second
)

type server struct {
	chats Chats
	index *template.Template
}

// Handler is the page without its own listener.
func Handler(chats Chats) (http.Handler, error) {
	index, err := template.ParseFS(page, "page/index.html")
	if err != nil {
		return nil, errors.Wrap(err, "the customer page")
	}
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, errors.Wrap(err, "the customer page")
	}
	s := &server{chats: chats, index: index}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show)
	mux.Handle("GET /files/", http.StripPrefix("/files", http.FileServerFS(files)))
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /customers", s.newCustomer)
	mux.HandleFunc("POST /customers/{id}/messages", s.say)
	mux.HandleFunc("POST /customers/{id}/files", s.send)
	mux.HandleFunc("POST /customers/{id}/presses", s.press)
	mux.HandleFunc("GET /customers/{id}/messages/{message}/file", s.file)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

func (s *server) show(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'self'")
	_ = s.index.Execute(w, s.chats.Bots()) // the browser may have gone away
}

// entry is a customer in the list, with the end of his chat.
type entry struct {
	Customer
	Last  string `json:"last"`
	Count int    `json:"count"`
}

// state is all that the page shows.
type state struct {
	Customers []entry    `json:"customers"`
	Messages  []Message  `json:"messages"`
	Keys      [][]Button `json:"keys"`
}

func (s *server) state(open string) state {
	now := state{Customers: []entry{}, Messages: []Message{}, Keys: [][]Button{}}
	for _, c := range s.chats.Customers() {
		messages := s.chats.Messages(c.ID)
		e := entry{Customer: c, Count: len(messages)}
		if len(messages) > 0 {
			e.Last = messages[len(messages)-1].brief()
		}
		now.Customers = append(now.Customers, e)
		if c.ID == open {
			now.Messages = append(now.Messages, messages...)
			now.Keys = append(now.Keys, s.chats.Keys(c.ID)...)
		}
	}
	return now
}

// events streams the state, with the messages and keys of the customer in the query, each time it has changed.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for last := ""; ; {
		text, err := json.Marshal(s.state(r.URL.Query().Get("customer")))
		if err != nil {
			return
		}
		if now := string(text); now != last {
			last = now
			if _, err = fmt.Fprintf(w, "data: %s\n\n", now); err == nil {
				err = http.NewResponseController(w).Flush()
			}
			if err != nil {
				return
			}
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

func (s *server) newCustomer(w http.ResponseWriter, r *http.Request) {
	var in struct {
		BotID string `json:"bot_id"`
		Name  string `json:"name"`
	}
	if !read(w, r, &in) {
		return
	}
	name, wrong := line(in.Name, maxName)
	if wrong != "" {
		http.Error(w, "The name "+wrong, http.StatusUnprocessableEntity)
		return
	}
	made, err := s.chats.NewCustomer(in.BotID, name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(made) // the browser may have gone away
}

func (s *server) say(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text string `json:"text"`
	}
	if !read(w, r, &in) {
		return
	}
	text, wrong := line(in.Text, maxText)
	if wrong != "" {
		http.Error(w, "The message "+wrong, http.StatusUnprocessableEntity)
		return
	}
	if err := s.chats.Say(r.PathValue("id"), text); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// press is a press on a button: the answer has what the messenger shows for a moment.
func (s *server) press(w http.ResponseWriter, r *http.Request) {
	var in struct {
		// Message is the id of the message that the button is below, empty for a key.
		Message string `json:"message"`
		Button  string `json:"button"`
	}
	if !read(w, r, &in) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	toast, err := s.chats.Press(ctx, r.PathValue("id"), in.Message, in.Button)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"toast": toast}) // the browser may have gone away
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(into)
	if err != nil {
		http.Error(w, "The request is not JSON of a reasonable size", http.StatusBadRequest)
	}
	return err == nil
}

// line trims what was typed and says what is wrong with it, "" for nothing.
func line(typed string, limit int) (text, wrong string) {
	text = strings.TrimSpace(typed)
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		return "", "is empty"
	case length > limit:
		return "", fmt.Sprintf("is too long: %d characters, at most %d", length, limit)
	}
	return text, ""
}
