// Digests: what is kept of a message's content so that an edit that changes nothing is known.

package relay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// textDigest is that of a text with its formatting and labels, empty for nothing.
func textDigest(text richtext.Text, labels []messenger.Label) string {
	if text.Plain == "" && len(labels) == 0 {
		return ""
	}
	return digest(text.Normal(), labels)
}

// filesDigest is that of the files themselves, empty for none.
func filesDigest(files []messenger.File) string {
	if len(files) == 0 {
		return ""
	}
	names := make([]string, len(files))
	for i, f := range files {
		if names[i] = f.Identity; names[i] == "" {
			names[i] = f.Ref
		}
	}
	return digest(names)
}

func digest(parts ...any) string {
	content, err := json.Marshal(parts)
	if err != nil {
		return "" // none of these types can fail
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}
