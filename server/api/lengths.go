// Lengths of time as people type them.

package api

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const day = 24 * time.Hour

// FormatLength writes "30d", "12h" or "1h30m".
func FormatLength(d conversation.Duration) string {
	length := time.Duration(d)
	if length >= day && length%day == 0 {
		return strconv.Itoa(int(length/day)) + "d"
	}
	text := length.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
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
		return 0, invalid(field, fmt.Sprintf("%q is not a length of time such as 30m, 12h or 30d", text))
	}
	return conversation.Duration(at.Sub(from)), nil
}
