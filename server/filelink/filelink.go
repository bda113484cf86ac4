// Package filelink signs addresses of files that work for a while without a login: a messenger that fetches what an
// agent sent cannot log in to Mattermost.
package filelink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// version begins every token. Another layout gets another one, so that no token is ever read as what it is not.
const version = 1

// What a token holds around the id of the file: version and expiry before it, the signature behind it.
const (
	headLength = 1 + 8
	macLength  = sha256.Size
)

// encoding is strict: a token has one spelling only.
var encoding = base64.RawURLEncoding.Strict()

// Links signs tokens and checks them. It is safe for concurrent use.
type Links struct {
	keys func() [][]byte
	now  func() time.Time
}

// New returns links signed with the first of keys and checked with each of them, so that a key can be changed while
// addresses are still in use. Both functions are asked at every call; now is time.Now when nil.
func New(keys func() [][]byte, now func() time.Time) *Links {
	if now == nil {
		now = time.Now
	}
	return &Links{keys: keys, now: now}
}

// Sign returns a token for the file under that name, good for ttl: characters of base64url only. Without a key it is
// empty, which Verify never takes.
func (l *Links) Sign(fileID, name string, ttl time.Duration) string {
	keys := l.keys()
	if len(keys) == 0 {
		return ""
	}
	raw := binary.BigEndian.AppendUint64([]byte{version}, uint64(l.now().Add(ttl).Unix()))
	raw = append(raw, fileID...)
	raw = append(raw, mac(keys[0], raw, name)...)
	return encoding.EncodeToString(raw)
}

// Verify returns the id of the file that a token was signed for, false when it was signed for another name or with no
// key of ours, was changed, or has expired. Its time tells nothing of the signature.
func (l *Links) Verify(token, name string) (fileID string, ok bool) {
	raw, err := encoding.DecodeString(token)
	if err != nil || len(raw) <= headLength+macLength || raw[0] != version {
		return "", false
	}
	signed, have := raw[:len(raw)-macLength], raw[len(raw)-macLength:]
	for _, key := range l.keys() {
		ok = hmac.Equal(have, mac(key, signed, name)) || ok
	}
	expiry := time.Unix(int64(binary.BigEndian.Uint64(signed[1:headLength])), 0)
	if !ok || !l.now().Before(expiry) {
		return "", false
	}
	return string(signed[headLength:]), true
}

// mac signs a token for a name. The length of what stands before the name keeps a piece of one from passing as a piece of
// the other.
func mac(key, signed []byte, name string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(signed))))
	h.Write(signed)
	h.Write([]byte(name))
	return h.Sum(nil)
}
