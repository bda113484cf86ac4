// Ids in Mattermost's form: 26 characters of a-z and 0-9.

package conversation

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

var idEncoding = base32.NewEncoding("ybndrfg8ejkmcpqxot1uwisza345h769").WithPadding(base32.NoPadding)

// NewID returns a random id.
func NewID() string {
	return newIDFrom(rand.Text())
}

// PostID returns the id that every try at the same thing gives its post: Mattermost refuses the second post with the
// same id, so that a CreatePost that was in flight when the plugin died cannot double. Parts are joined by NUL.
func PostID(parts ...string) string {
	return newIDFrom(strings.Join(parts, "\x00"))
}

func newIDFrom(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return idEncoding.EncodeToString(sum[:16])
}
