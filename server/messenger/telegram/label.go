// The labels of a message: what it is besides its text. Here is how they are chosen; the kinds of content are in
// content.go and service.go, the words in assets/i18n/label.*.json.

package telegram

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// content is a kind of content by its field in a message.
type content struct {
	field string
	// label says what it is; nil where the file or the text alone tells.
	label func(message) messenger.Label
	// file is what has to be fetched, nil for nothing.
	file func(message) messenger.File
	// service marks what tells of the chat and not of a person's wish.
	service bool
	// named marks what is told by its name alone, so that the library need not be able to read it.
	named bool
}

// content is the kind of the message, the zero content for text and for what this version does not know.
func (m message) content() content {
	for _, kinds := range [][]content{contents(), serviceContents()} {
		for _, kind := range kinds {
			if _, there := m.fields[kind.field]; there && (kind.named || m.has(kind.field)) {
				return kind
			}
		}
	}
	return content{}
}

// labels are those of the message: from whom it was forwarded, which story it answers, what it is.
func (m message) labels(what content) []messenger.Label {
	var out []messenger.Label
	if origin, there := m.fields["forward_origin"]; there {
		name, address := originOf(origin)
		forwarded := labelOr("forwarded", "name", name)
		forwarded.URL = address
		out = append(out, forwarded)
	}
	if m.has("reply_to_story") {
		out = append(out, label("reply_to_story", "name", m.story("reply_to_story")))
	}
	switch {
	case what.label != nil:
		out = append(out, what.label(m))
	case what.field == "" && m.Text == "":
		out = append(out, labelOr("unknown", "fields", strings.Join(m.unknown(), ", ")))
	}
	return out
}

// wrapping are the fields that say something about a message without being its content.
func wrapping() []string {
	return strings.Fields(`message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count
		sender_business_bot sender_tag date guest_query_id business_connection_id chat forward_origin is_topic_message
		is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
		reply_to_poll_option_id via_bot guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content
		is_from_offline is_paid_post media_group_id author_signature paid_star_count text entities link_preview_options
		suggested_post_info effect_id caption caption_entities show_caption_above_media has_media_spoiler reply_markup`)
}

// unknown are the names of the fields that can be the content, in order.
func (m message) unknown() []string {
	var names []string
	for name := range m.fields {
		if !slices.Contains(wrapping(), name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// label is a label with the arguments given as name, value, name, value.
func label(key string, args ...string) messenger.Label {
	l := messenger.Label{Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if l.Args == nil {
			l.Args = map[string]string{}
		}
		l.Args[args[i]] = args[i+1]
	}
	return l
}

// labelOr is a label with one argument more, or without it the label whose words do without: its key ends in "_bare".
func labelOr(key, name, value string, args ...string) messenger.Label {
	if value == "" {
		return label(key+"_bare", args...)
	}
	return label(key, append(args, name, value)...)
}

// always is the label of a kind that has nothing more to say than its name.
func always(key string) func(message) messenger.Label {
	return func(message) messenger.Label { return label(key) }
}

// joined is the parts that are not empty, one after the other.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), separator)
}

// duration is minutes and seconds, with hours from one hour on.
func duration(seconds int) string {
	if seconds < 3600 {
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// moment is a time in UTC, empty for one outside the calendar.
func moment(seconds int64) string {
	at, err := instant(seconds)
	if err != nil || seconds == 0 {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04 ") + time.UTC.String()
}

// decimals are of the currencies that have not two (https://core.telegram.org/bots/payments/currencies.json, ISO 4217);
// XTR are Telegram's stars, TON is counted in billionths.
func decimals(currency string) int {
	switch currency {
	case "CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XTR":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "TON":
		return 9
	}
	return 2
}

// amount is a sum of money that is told in the currency's smallest units.
func amount(units int, currency string) string {
	digits := decimals(currency)
	text := fmt.Sprintf("%0*d", digits+1, max(units, -units))
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	if digits > 3 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if units < 0 {
		text = "-" + text
	}
	return text + " " + cmp.Or(map[string]string{"XTR": "⭐"}[currency], currency)
}

// stars is a sum in Telegram's own currency.
func stars(n int) string { return amount(n, "XTR") }

func number(n int) string { return strconv.Itoa(n) }
