// Plan: one reply as the calls that send it, and the files that no call can send.

package messenger

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// Why a file cannot be sent: FileError.Reason.
const (
	RefusedTooLarge  = "too_large" // FileError.Limit is what would be taken
	RefusedForbidden = "forbidden" // the messenger takes no such extension
	RefusedKind      = "kind"      // the messenger sends nothing of that kind
	RefusedEmpty     = "empty"
)

// FileError says which file of a reply the messenger does not take, and why. Its text leaves the name out, so that it
// may be logged.
type FileError struct {
	Name string
	// Size is the file's and Limit the largest that would be taken, in bytes; Limit is 0 but for RefusedTooLarge.
	Size, Limit int64
	Reason      string
}

// Error implements error.
func (e *FileError) Error() string {
	return fmt.Sprintf("a file of %d bytes is refused: %s (limit %d)", e.Size, e.Reason, e.Limit)
}

// Plan cuts one reply into the calls that send it: out has a text of any length and any number of files, whose Kind is
// chosen here. The same reply gives the same calls. Files come first, in the order of the agent, neighbours together in
// albums where the messenger has them. The text is the caption of the first call if it may stand there, else it follows
// the files, in parts if need be; where there is no formatting it is PlainText. ReplyTo stands on the first call only,
// Buttons on the last, which is no album then, since those have none: a text follows the album, and without a text the
// last file goes alone. There are no calls where there is nothing to send, nor for buttons alone. The error is a
// *FileError for the first file that cannot be sent: then nothing of the reply is to be sent.
func Plan(can Capabilities, out Outgoing) ([]Outgoing, error) {
	files, captions, err := can.withKinds(out.Files)
	if err != nil {
		return nil, err
	}
	text := out.Text.Normal()
	if !can.Formatting {
		text = richtext.Plain(text.PlainText())
	}
	parts := text.Split(can.TextLimit, can.TextUnit)
	albums := can.albums(files)
	if len(out.Buttons) > 0 && endsInAlbum(albums) {
		captions = false
		if len(parts) == 0 {
			albums = lastAlone(albums)
		}
	}
	var calls []Outgoing
	for _, album := range albums {
		calls = append(calls, Outgoing{Files: album})
	}
	if len(calls) > 0 && len(parts) > 0 && captions && text.Len(can.TextUnit) <= can.CaptionLimit {
		calls[0].Text = text
	} else {
		for _, part := range parts {
			calls = append(calls, Outgoing{Text: part})
		}
	}
	for i := range calls {
		calls[i].Chat, calls[i].SenderName = out.Chat, out.SenderName
	}
	if len(calls) > 0 {
		calls[0].ReplyTo = out.ReplyTo
		calls[len(calls)-1].Buttons = out.Buttons
	}
	return calls, nil
}

// withKinds are the files with their kinds; captions says that a text can stand with the first. The error is a *FileError.
func (can Capabilities) withKinds(uploads []Upload) (files []Upload, captions bool, err error) {
	captions = true
	for i, file := range uploads {
		rule, err := can.rule(file)
		if err != nil {
			return nil, false, err
		}
		file.Kind = rule.Kind
		files = append(files, file)
		captions = captions && (i > 0 || !rule.NoCaption)
	}
	return files, captions, nil
}

func endsInAlbum(albums [][]Upload) bool {
	return len(albums) > 0 && len(albums[len(albums)-1]) > 1
}

// lastAlone takes the last file out of its album.
func lastAlone(albums [][]Upload) [][]Upload {
	last := len(albums) - 1
	album := albums[last]
	n := len(album) - 1
	return append(albums[:last:last], album[:n:n], album[n:])
}

// rule returns the first rule that takes the file; the error is a *FileError.
func (can Capabilities) rule(file Upload) (FileRule, error) {
	refused := &FileError{Name: file.Name, Size: file.Size, Reason: RefusedKind}
	extension := strings.ToLower(path.Ext(file.Name))
	switch {
	case file.Size <= 0:
		refused.Reason = RefusedEmpty
		return FileRule{}, refused
	case slices.Contains(can.Forbidden, extension):
		refused.Reason = RefusedForbidden
		return FileRule{}, refused
	}
	for _, rule := range can.Files {
		switch {
		case rule.Extensions != nil && !slices.Contains(rule.Extensions, extension), !rule.shapes(file.Width, file.Height):
		case file.Size <= rule.MaxBytes:
			return rule, nil
		default:
			refused.Reason, refused.Limit = RefusedTooLarge, max(refused.Limit, rule.MaxBytes)
		}
	}
	return FileRule{}, refused
}

// shapes tells whether the sides of a picture are within the rule's bounds. Unknown ones are not: what the rule's kind
// is refused for, another kind may carry.
func (r FileRule) shapes(width, height int) bool {
	long, short := max(width, height), min(width, height)
	if short <= 0 {
		return r.MaxSides == 0 && r.MaxRatio == 0
	}
	return (r.MaxSides == 0 || long+short <= r.MaxSides) && (r.MaxRatio == 0 || long <= r.MaxRatio*short)
}

// albums groups the files, in their order, by what one call sends.
func (can Capabilities) albums(files []Upload) [][]Upload {
	var albums [][]Upload
	for len(files) > 0 {
		n := 1
		for together := can.Albums; n < min(len(files), can.AlbumLimit); n++ {
			together = having(having(together, files[n-1].Kind), files[n].Kind)
			if len(together) == 0 {
				break
			}
		}
		albums = append(albums, files[:n:n])
		files = files[n:]
	}
	return albums
}

// having returns those of the sets that have the kind.
func having(sets [][]FileKind, kind FileKind) [][]FileKind {
	var all [][]FileKind
	for _, set := range sets {
		if slices.Contains(set, kind) {
			all = append(all, set)
		}
	}
	return all
}
