// Keyboards: buttons that customers see in place of their own keyboard, and what a press brings back. Facts are from Viber's
// page of keyboards (developers.viber.com/docs/tools/keyboards).

package viber

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// marker begins what a button sends, since a press comes as a text like any other.
	marker = "msgbot:"
	// keyboardVersion is the min_api_version of a message with a keyboard: InputFieldState needs 4, share-phone and
	// location-picker 3, and programs saw that clients heed Silent from 6 on only.
	keyboardVersion = 6
	maxRows         = 24
	// columns are how wide a keyboard is; a button has one at least.
	columns = 6
	// maxButton is the longest text of a button in code points, escapes included.
	maxButton = 250
	// openedLink is the reason of an event that tells only that a button's address was opened.
	openedLink = "opened_link"
)

type keyboard struct {
	Type            string
	InputFieldState string
	Buttons         []button
}

type button struct {
	Columns    int
	Rows       int
	ActionType string
	ActionBody string
	Text       string
	// Silent keeps from the chat what a press sends.
	Silent bool `json:",omitempty"`
}

// keyboardOf is the keyboard that shows the buttons, nil for none. The error says that they do not fit one.
func keyboardOf(rows [][]messenger.Button) (*keyboard, *messenger.Error) {
	rows, refused := layout(rows)
	if refused != nil || len(rows) == 0 {
		return nil, refused
	}
	k := &keyboard{Type: "keyboard", InputFieldState: "regular"}
	for _, row := range rows {
		for i, b := range row {
			wide := columns / len(row)
			if i < columns%len(row) {
				wide++
			}
			k.Buttons = append(k.Buttons, buttonOf(b, wide))
		}
	}
	return k, nil
}

// layout puts the buttons into rows that a keyboard can have: too long ones are cut, and where there are too many rows,
// all are laid out anew with as few buttons beside each other as will do.
func layout(rows [][]messenger.Button) ([][]messenger.Button, *messenger.Error) {
	var all [][]messenger.Button
	for _, row := range rows {
		all = slices.AppendSeq(all, slices.Chunk(row, columns))
	}
	if len(all) <= maxRows {
		return all, nil
	}
	flat := slices.Concat(rows...)
	if len(flat) > maxRows*columns {
		return nil, rejected("there are too many buttons")
	}
	return slices.Collect(slices.Chunk(flat, (len(flat)+maxRows-1)/maxRows)), nil
}

// buttonOf is a button of so many columns. Those that share something need a body too, and leave it in the chat, where the
// customer sees what he gave away.
func buttonOf(b messenger.Button, wide int) button {
	k := button{
		Columns: wide, Rows: 1, ActionType: "reply", ActionBody: marker + b.Data + "\n" + b.Label,
		Text: buttonText(b.Label), Silent: true,
	}
	switch {
	case b.URL != "":
		k.ActionType, k.ActionBody = "open-url", b.URL
	case b.AsksPhone:
		k.ActionType, k.Silent = "share-phone", false
	case b.AsksLocation:
		k.ActionType, k.Silent = "location-picker", false
	}
	return k
}

// buttonText is a label in the HTML that buttons have; what is too long ends in an ellipsis.
func buttonText(label string) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	label = visibleText(label)
	whole := escape.Replace(label)
	if len([]rune(whole)) <= maxButton {
		return whole
	}
	var text []rune
	for _, r := range label {
		next := []rune(escape.Replace(string(r)))
		if len(text)+len(next) >= maxButton {
			break
		}
		text = append(text, next...)
	}
	return string(text) + "…"
}

// links is what comes back in tracking_data with whatever the customer sends next: by it the address of a button is told
// from one that he wrote, since opening it sends it as a text. It is empty without such buttons.
func links(rows [][]messenger.Button) string {
	var keys []string
	for _, b := range slices.Concat(rows...) {
		if b.URL != "" {
			keys = append(keys, linkKey(b.URL))
		}
	}
	if len(keys) == 0 {
		return ""
	}
	return marker + strings.Join(keys, ",")
}

// linkKey is short: tracking_data has at most 4,000 characters.
func linkKey(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:8])
}

// press is the pressed button that the message tells of, nil for none.
func (m message) press() *messenger.Press {
	body, isOurs := strings.CutPrefix(m.Text, marker)
	data, label, _ := strings.Cut(body, "\n")
	if m.Type != "text" || !isOurs || data == "" {
		return nil
	}
	return &messenger.Press{Data: data, Label: label}
}

// opensLink tells whether the message is the address of a button that was opened.
func (m message) opensLink() bool {
	keys, isOurs := strings.CutPrefix(m.Tracking, marker)
	return isOurs && m.Type == "text" && slices.Contains(strings.Split(keys, ","), linkKey(m.Text))
}
