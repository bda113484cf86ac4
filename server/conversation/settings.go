// The settings of one bot, as they stand in REST (Bot.settings).

package conversation

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Settings of one bot. Unset fields of a PATCH keep their value: decode into the current settings.
type Settings struct {
	// Language is that of automatic answers to a customer whose own language has no text: a tag such as "uk".
	Language string `json:"language"`
	// TeamLanguage is the language of card, notices and thread texts: "en" or "uk".
	TeamLanguage string `json:"team_language"`
	// ReopenWithin is how long after closing a customer's message reopens the same thread; later it opens a new card.
	ReopenWithin Duration `json:"reopen_within"`
	// AgentName is put before the text of a reply: "hidden", "first" or "full".
	AgentName string `json:"agent_name"`
	// NotesByDefault keeps every reply inside the team unless it starts with >>.
	NotesByDefault bool `json:"notes_by_default"`
	// ClosedReply says what becomes of a reply in a closed or superseded thread: "ask" or "send".
	ClosedReply string `json:"closed_reply"`
	// FirstReplierAssigns makes the first agent who replies the assignee.
	FirstReplierAssigns bool `json:"first_replier_assigns"`
	// MirrorReactions shows the customer how agents react to messages, where the messenger can.
	MirrorReactions bool `json:"mirror_reactions"`
	// BusinessAuto lets automatic answers speak in the chats of Business accounts.
	BusinessAuto bool `json:"business_auto"`
	// KeepKeyboard leaves the buttons under an automatic answer when they have done their work.
	KeepKeyboard bool `json:"keep_keyboard"`
	// Undo is how long a reply waits before it is sent, so that it can still be edited or deleted; at most a minute.
	Undo Duration `json:"undo"`
}

// Values of Settings.AgentName.
const (
	NameHidden = "hidden"
	NameFirst  = "first"
	NameFull   = "full"
)

// Values of Settings.ClosedReply.
const (
	ClosedReplyAsk  = "ask"
	ClosedReplySend = "send"
)

// DefaultSettings are the settings of a bot nobody configured.
func DefaultSettings() Settings {
	return Settings{
		Language: "uk", TeamLanguage: "en", ReopenWithin: Duration(24 * time.Hour), AgentName: NameHidden,
		ClosedReply: ClosedReplyAsk, FirstReplierAssigns: true,
	}
}

// languageTag is a language, with a region at most.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z]{2,4})?$`)

// Validate returns a *FieldError for the first field whose value is not allowed.
func (s Settings) Validate() error {
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"settings.agent_name", s.AgentName, []string{NameHidden, NameFirst, NameFull}},
		{"settings.closed_reply", s.ClosedReply, []string{ClosedReplyAsk, ClosedReplySend}},
		{"settings.team_language", s.TeamLanguage, []string{"en", "uk"}},
	} {
		if !slices.Contains(f.allowed, f.value) {
			return Wrong(f.name, ProblemNotOneOf, "value", f.value, "allowed", strings.Join(f.allowed, ", "))
		}
	}
	if !languageTag.MatchString(s.Language) {
		return Wrong("settings.language", ProblemNotLanguage, "value", s.Language)
	}
	for _, f := range []struct {
		name       string
		value, max Duration
	}{
		{"settings.reopen_within", s.ReopenWithin, Duration(365 * 24 * time.Hour)},
		{"settings.undo", s.Undo, Duration(time.Minute)},
	} {
		if f.value < 0 || f.value > f.max {
			return Wrong(f.name, ProblemOutOfRange, "value", f.value.String(), "least", Duration(0).String(), "most", f.max.String())
		}
	}
	return nil
}

// Duration is a time.Duration written as a Go string ("24h") in JSON.
type Duration time.Duration

// String is the Go string without needless zeros: "24h", "1h30m".
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalJSON writes the Go string.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON reads a Go string; anything else is a *FieldError, which does not know the field.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return Wrong("", ProblemNotLength, "value", string(b), "example", exampleLength)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return Wrong("", ProblemNotLength, "value", s, "example", exampleLength)
	}
	*d = Duration(v)
	return nil
}

const exampleLength = "24h"
