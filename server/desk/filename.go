// Names of customers' files: theirs made harmless, and good ones for what has none.

package desk

import (
	"cmp"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// The longest name of a file. Its bytes are bounded too because file systems take 255, and Mattermost adds to the name.
const (
	maxFileName      = 100
	maxFileNameBytes = 200
)

// invented are the names of files that have none, and their extension where the content does not tell it.
var invented = map[messenger.FileKind]struct{ name, extension string }{
	messenger.Photo:     {"photo", ".jpg"},
	messenger.Video:     {"video", ".mp4"},
	messenger.Animation: {"animation", ".mp4"},
	messenger.Audio:     {"audio", ".mp3"},
	messenger.Voice:     {"voice", ".ogg"},
	messenger.VideoNote: {"video-message", ".mp4"},
	messenger.Sticker:   {"sticker", ".webp"},
	messenger.Document:  {"file", ".bin"},
}

// usual are extensions that say the same as another one and play in Mattermost.
var usual = map[string]string{".oga": ".ogg", ".opus": ".ogg"}

// programs are extensions of what runs on somebody's machine, harmless those of what nobody expects to: a name with one of
// these gets the actual extension behind it when the content is of those.
var (
	programs = extensions(".exe .elf .so .macho .msi .jar .apk .class .lnk .swf .wasm .deb .rpm .cab .chm")
	harmless = extensions(".jpg .jpeg .png .gif .webp .bmp .tif .tiff .heic .avif .mp4 .mov .avi .webm .mkv .mp3 .m4a .ogg .wav .flac .aac " +
		".pdf .txt .csv .doc .docx .xls .xlsx .ppt .pptx .odt .ods .odp .rtf .zip .rar .7z")
)

func extensions(list string) map[string]bool {
	set := map[string]bool{}
	for _, e := range strings.Fields(list) {
		set[e] = true
	}
	return set
}

// unnamed are the extensions of types that have none of their own.
var unnamed = map[string]string{
	"application/x-elf": ".elf", "application/x-object": ".elf", "application/x-executable": ".elf",
}

// naming is what a file is called by.
type naming struct {
	file messenger.File
	// number tells the files of one message apart, from 0; at is its time, in the team's zone.
	number int
	at     time.Time
	// neutral hides that it is a picture from Mattermost, which would refuse one it cannot read.
	neutral bool
}

// name is the file's name in Mattermost; head is the beginning of its content, nil when it is not known.
func (n naming) name(head []byte) string {
	actual := n.extension(head)
	base, extension := cleanName(n.file.Name)
	if better, ok := usual[strings.ToLower(extension)]; ok {
		extension = better
	}
	switch {
	case base == "":
		base, extension = n.invent(), actual
	case extension == "":
		extension = actual
	case harmless[strings.ToLower(extension)] && programs[actual]:
		extension += actual
	}
	if n.neutral {
		extension += ".bin"
	}
	return fittingName(base, extension)
}

// invent is a name of the kind and the time.
func (n naming) invent() string {
	kind, ok := invented[n.file.Kind]
	if !ok {
		kind = invented[messenger.Document]
	}
	name := kind.name + "-" + n.at.Format("2006-01-02-1504")
	if n.number > 0 {
		name += "-" + strconv.Itoa(n.number+1)
	}
	return name
}

// extension is what the content is, else what was told of it, else what its kind usually is.
func (n naming) extension(head []byte) string {
	var candidates []string
	if head != nil {
		found := mimetype.Detect(head)
		candidates = append(candidates, found.Extension(), unnamed[found.String()])
	}
	if told := mimetype.Lookup(n.file.MIME); told != nil {
		candidates = append(candidates, told.Extension())
	}
	found := cmp.Or(append(candidates, invented[n.file.Kind].extension, ".bin")...)
	if n.file.Kind == messenger.Sticker && found == ".gz" {
		return ".tgs" // an animated sticker is a packed Lottie (https://core.telegram.org/stickers)
	}
	return cmp.Or(usual[found], found)
}

// cleanName takes a name apart that may be a path or hold what nobody sees; base is empty when there is none.
func cleanName(name string) (base, extension string) {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200D' {
			return -1
		}
		return visible(r)
	}, name)
	name = strings.TrimLeft(strings.Join(strings.Fields(name), " "), ". ")
	name = strings.TrimRight(name, ". ")
	extension = path.Ext(name)
	if !isExtension(extension) {
		return name, ""
	}
	return strings.TrimRight(strings.TrimSuffix(name, extension), ". "), extension
}

// maxExtension is the longest extension in bytes, with its dot.
const maxExtension = 12

// isExtension tells an extension from the end of a sentence ("v1.2", "St. Anna").
func isExtension(s string) bool {
	letters := 0
	for _, r := range strings.TrimPrefix(s, ".") {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			letters++
		case r < '0' || '9' < r:
			return false
		}
	}
	return letters > 0 && len(s) <= maxExtension
}

// fittingName shortens the base so that the name is not too long.
func fittingName(base, extension string) string {
	for utf8.RuneCountInString(base)+len(extension) > maxFileName || len(base)+len(extension) > maxFileNameBytes {
		_, last := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-last]
	}
	return strings.TrimRight(base, ". ") + extension
}
