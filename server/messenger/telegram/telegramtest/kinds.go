// The kinds of message with a file, as data: what the API demands of an upload, and how it shows the file.

package telegramtest

import (
	"maps"
	"time"
)

// The kinds of message that the emulator itself must tell apart.
const (
	kindText      = "text"
	kindPhoto     = "photo"
	kindVideoNote = "video_note"
	kindSticker   = "sticker"
)

// mediaKind is one kind of message with a file; the limits are those of https://core.telegram.org/bots/api#sendphoto and
// the methods that follow it.
type mediaKind struct {
	// typeName is the kind in the words of errors.
	typeName string
	// maxBytes is the largest upload, 0 for the server's own limit.
	maxBytes int64
	// extensions are what the method is documented to take, in lower case with the dot; nil for any.
	extensions []string
	// uncaptioned says that no text can stand with it.
	uncaptioned bool
	// uploadOnly says that it cannot be sent by URL.
	uploadOnly bool
	// shows are the fields of the object, besides ids and size.
	shows []string
}

// mediaKinds are all kinds by the name of their field in Message.
func mediaKinds() map[string]mediaKind {
	return map[string]mediaKind{
		kindPhoto: {typeName: "Photo", maxBytes: 10 << 20, extensions: []string{"", ".jpg", ".jpeg", ".png", ".gif", ".tif", ".bmp"}},
		"video":   {typeName: "Video", shows: []string{"width", "height", "duration", "thumbnail", "file_name", "mime_type"}},
		"animation": {
			typeName: "Animation", extensions: []string{".gif", ".mp4"},
			shows: []string{"width", "height", "duration", "thumbnail", "file_name", "mime_type"},
		},
		"audio": {
			typeName: "Audio", extensions: []string{".mp3", ".m4a"},
			shows: []string{"duration", "performer", "title", "thumbnail", "file_name", "mime_type"},
		},
		"voice":    {typeName: "VoiceNote", extensions: []string{".ogg", ".oga", ".mp3", ".m4a"}, shows: []string{"duration", "mime_type"}},
		"document": {typeName: "Document", shows: []string{"thumbnail", "file_name", "mime_type"}},
		kindVideoNote: {
			typeName: "VideoNote", extensions: []string{".mp4"}, uncaptioned: true, uploadOnly: true,
			shows: []string{"length", "duration", "thumbnail"},
		},
		kindSticker: {
			typeName: "Sticker", extensions: []string{".webp", ".tgs", ".webm"}, uncaptioned: true,
			shows: []string{"thumbnail"},
		},
	}
}

// captioned tells whether a message of that kind can have a caption.
func captioned(kind string) bool {
	k, isMedia := mediaKinds()[kind]
	return isMedia && !k.uncaptioned
}

// content is what the API shows of a message whose only content is this file; more are fields of the object that only
// some kinds have. The caller holds the server's mu.
func (b *Bot) content(f *storedFile, as File, more map[string]any) map[string]any {
	if f.kind == kindPhoto {
		return map[string]any{kindPhoto: b.photoSizes(f, as.HidesSize)}
	}
	attributes := map[string]any{
		"width": max(f.Width, as.Width), "height": max(f.Height, as.Height), "length": max(f.Width, as.Width),
		"duration": int(as.Duration / time.Second),
	}
	set(attributes, "performer", as.Performer)
	set(attributes, "title", as.Title)
	set(attributes, "file_name", f.Name)
	set(attributes, "mime_type", f.Type)
	if as.Thumbnail != nil {
		attributes["thumbnail"] = b.receive("thumbnail", *as.Thumbnail).size(as.HidesSize)
	}
	show := func(kind string) map[string]any {
		o := f.object(as.HidesSize)
		for _, name := range mediaKinds()[kind].shows {
			if value, has := attributes[name]; has {
				o[name] = value
			}
		}
		maps.Copy(o, more)
		return o
	}
	content := map[string]any{f.kind: show(f.kind)}
	if f.kind == "animation" { // "for backward compatibility", says the documentation of Message
		content["document"] = show("document")
	}
	return content
}

// set sets a field that is not empty.
func set(fields map[string]any, name, value string) {
	if value != "" {
		fields[name] = value
	}
}

// object is the file as every object with a file begins.
func (f *storedFile) object(hidesSize bool) map[string]any {
	o := map[string]any{"file_id": f.ID, "file_unique_id": f.unique}
	if f.Size > 0 && !hidesSize {
		o["file_size"] = f.Size
	}
	return o
}

// size is the file as a PhotoSize.
func (f *storedFile) size(hidesSize bool) map[string]any {
	o := f.object(hidesSize)
	o["width"], o["height"] = f.Width, f.Height
	return o
}

// photoSizes are the sizes of a photo, the smallest first, as the real server makes them.
func (b *Bot) photoSizes(f *storedFile, hidesSize bool) []any {
	const width, maxHeight = 90, 900
	height := min(max(1, width*f.Height/max(1, f.Width)), maxHeight)
	thumbnail := b.receive("thumbnail", File{Type: "image/png", Content: PNG(width, height)})
	return []any{thumbnail.size(false), f.size(hidesSize)}
}

// stickerFields are the fields of a sticker that follow from its format.
func stickerFields(name, emoji string) map[string]any {
	fields := map[string]any{
		"type": "regular", "width": 512, "height": 512,
		"is_animated": extension(name) == ".tgs", "is_video": extension(name) == ".webm",
	}
	set(fields, "emoji", emoji)
	return fields
}
