// The journal: every request in both directions.

package telegramtest

import (
	"slices"
	"time"
)

// Direction of a request.
type Direction string

// The directions.
const (
	// ToServer is a call of a method.
	ToServer Direction = "to server"
	// ToWebhook is the delivery of an update.
	ToWebhook Direction = "to webhook"
	// ToFile is the download of a file; its Method is FileDownload.
	ToFile Direction = "to file"
)

// FileDownload stands for the download of a file where a method's name is asked for; it is no method of the API.
const FileDownload = "file download"

// Record is one request and its answer. It holds no token.
type Record struct {
	At        time.Time
	Direction Direction
	// Bot is the bot's username, empty for a call with a token of no bot.
	Bot string
	// Method is the method called, or the kind of the update delivered.
	Method string
	// Params are the call's parameters, JSON for arrays and objects, of a file what it is and not what is in it; of a
	// delivery the update as "update", its id as "update_id"; of a download the path as "file_path".
	Params map[string]string
	// Files are the files of a call by the names of their parts, also those that are named by attach:// only.
	Files map[string]FileInfo
	// Status is what was answered, 0 for no answer.
	Status      int
	Description string
	Duration    time.Duration

	began time.Time
}

// Journal is all that was requested and ended so far, in the order of its end.
func (s *Server) Journal() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// Calls are the journal's calls of one method.
func (s *Server) Calls(method string) []Record {
	return slices.DeleteFunc(s.Journal(), func(r Record) bool {
		return r.Direction != ToServer || r.Method != method
	})
}

// keep writes into the journal.
func (s *Server) keep(r Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(r)
}

// write writes into the journal and tells who waits. The caller holds mu.
func (s *Server) write(r Record) {
	r.Duration = time.Since(r.began)
	s.journal = append(s.journal, r)
	s.notify()
}
