// Why something was not sent, in words a person understands.

package desk

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// words are what messengers say, in lower case, and what that means to an agent; lasting ones will be said again however
// often it is tried. The texts are those of the Telegram Bot API and of Viber's status messages.
var words = []struct {
	said, key string
	lasting   bool
}{
	{"publicaccountblocked", "reason.account_blocked", false},
	{"blocked", "reason.blocked", false},
	{"not subscribed", "reason.unsubscribed", false},
	{"notsubscribed", "reason.unsubscribed", false},
	{"user is deactivated", "reason.deactivated", false},
	{"chat not found", "reason.no_chat", false},
	{"receivernotregistered", "reason.no_chat", false},
	{"nosuitabledevice", "reason.no_device", false},
	{"bot was kicked", "reason.kicked", false},
	{"can't initiate conversation", "reason.not_started", false},
	{"message is too long", "reason.too_long", false},
	{"caption is too long", "reason.too_long", false},
	{"message text is empty", "reason.empty", false},
	{"message can't be edited", "reason.edit_refused", true},
	{"message to edit not found", "reason.edit_gone", true},
	{"message can't be deleted", "reason.delete_refused", true},
	{"message to delete not found", "reason.edit_gone", true},
	{"business connection ended", "reason.connection_ended", false},
	{"business_connection_invalid", "reason.connection_ended", false},
	{"business connection not found", "reason.connection_ended", false},
	{"file is too big", "reason.file_too_big", false},
	{"request entity too large", "reason.file_too_big", false},
	{"refuses a file of this size", "reason.file_too_big", false},
	{"baddata", "reason.bad_data", false},
	{"toomanyrequests", "reason.too_many", false},
	{"out-of-session", "reason.session_limit", false},
	{"threshold", "reason.session_limit", false},
	{"balance", "reason.no_balance", false},
}

// named is a reason that msgbot gives itself, with what belongs to it as of an address: file_empty?name=a.mp4.
var named = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)

// Reason says plainly, as plain text without a full stop, why something was not sent: a reason of msgbot's own, which is
// the end of a key "reason.", or the messenger's words.
func (d *Desk) Reason(lang, said string) string {
	if text, ok := d.ownReason(lang, said); ok {
		return text
	}
	lower := strings.ToLower(said)
	for _, w := range words {
		if strings.Contains(lower, w.said) {
			return d.T(lang, w.key, nil)
		}
	}
	if said = strings.TrimRight(said, ". "); said == "" {
		return d.T(lang, "reason.none", nil)
	}
	return said
}

// ownReason is the text of a reason that msgbot gives itself. Arguments that are sizes are written as such.
func (d *Desk) ownReason(lang, said string) (text string, ok bool) {
	name, query, _ := strings.Cut(said, "?")
	if !named.MatchString(name) || !d.texts.has("reason."+name) {
		return "", false
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", false
	}
	args := map[string]string{}
	for key := range values {
		args[key] = oneLine(values.Get(key), maxFileName)
		if bytes, err := strconv.ParseInt(values.Get(key), 10, 64); err == nil && (key == "size" || key == "limit") {
			args[key] = d.size(lang, bytes)
		}
	}
	return d.T(lang, "reason."+name, args), true
}

// mayPass tells whether trying again can help: not where msgbot itself said no, or the messenger always will.
func (d *Desk) mayPass(said string) bool {
	if _, own := d.ownReason(fallbackLanguage, said); own {
		return false
	}
	lower := strings.ToLower(said)
	for _, w := range words {
		if strings.Contains(lower, w.said) {
			return !w.lasting
		}
	}
	return true
}
