// Lengths of time as people type them.

package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const day = 24 * time.Hour

const exampleLengths = "30m, 12h, 30d"

// FormatLength writes "30d", "12h" or "1h30m".
func FormatLength(d conversation.Duration) string {
	length := time.Duration(d)
	if length >= day && length%day == 0 {
		return strconv.Itoa(int(length/day)) + "d"
	}
	return d.String()
}

// parseLength reads what FormatLength writes, any Go duration, and the same with Ukrainian units; nothing is zero.
func parseLength(field, text string) (conversation.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if length, err := time.ParseDuration(text); err == nil {
		return conversation.Duration(length), nil
	}
	var from time.Time
	// A clock time is a moment too, but no length.
	at, err := hours.ParseMoment(text, from, time.UTC)
	if err != nil || strings.Contains(text, ":") {
		return 0, conversation.Wrong(field, conversation.ProblemNotLength, "value", text, "example", exampleLengths)
	}
	return conversation.Duration(at.Sub(from)), nil
}
