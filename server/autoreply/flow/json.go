// The JSON form of a flow: the keys of the YAML, with durations as Go strings.

package flow

import (
	"encoding/json"
	"strings"
	"time"
)

// duration writes a length of time as short as Go reads it: "1h30m".
func duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// readDuration takes an empty text for none.
func readDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return time.ParseDuration(text)
}

// The plain types have the fields of a Flow and an HTTP without their methods.
type (
	plainFlow Flow
	plainHTTP HTTP
)

// MarshalJSON implements json.Marshaler.
func (f Flow) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainFlow
		Idle string `json:"idle"`
	}{plainFlow(f), duration(f.Idle)})
}

// UnmarshalJSON implements json.Unmarshaler. It fills what is not said, but finds only what is no JSON of a flow at all:
// to find the rest, parse what Marshal makes of it.
func (f *Flow) UnmarshalJSON(data []byte) error {
	read := struct {
		*plainFlow
		Idle string `json:"idle"`
	}{plainFlow: (*plainFlow)(f)}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	idle, err := readDuration(read.Idle)
	f.Idle = idle
	f.defaults()
	f.compile()
	return err
}

// MarshalJSON implements json.Marshaler.
func (h HTTP) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainHTTP
		Timeout string `json:"timeout"`
	}{plainHTTP(h), duration(h.Timeout)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (h *HTTP) UnmarshalJSON(data []byte) error {
	read := struct {
		*plainHTTP
		Timeout string `json:"timeout"`
	}{plainHTTP: (*plainHTTP)(h)}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	timeout, err := readDuration(read.Timeout)
	h.Timeout = timeout
	return err
}
