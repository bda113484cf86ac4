// Tokens at rest: AES-256-GCM with the id of the key beside each.

package bots

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/pkg/errors"
)

// ErrKeyLost is returned when no key we have opens these credentials.
var ErrKeyLost = errors.New("the key that sealed this bot's token is not the present one")

// credentials are what is sealed.
type credentials struct {
	Token string `json:"token"`
	// Secret comes back with each webhook call where the messenger has such a thing.
	Secret string `json:"secret"`
}

// key is one AES-256 key with its id, which tells keys apart without telling them.
type key struct {
	id   string
	aead cipher.AEAD
	// link is a key made from the same secret for another use: links to files.
	link []byte
}

func newKey(secret []byte) (key, error) {
	sum := sha256.Sum256(append([]byte("msgbot token key\x00"), secret...))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return key{}, errors.Wrap(err, "a key")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, errors.Wrap(err, "a key")
	}
	id := sha256.Sum256(append([]byte("msgbot key id\x00"), sum[:]...))
	link := hmac.New(sha256.New, secret)
	link.Write([]byte("msgbot file links"))
	return key{id: hex.EncodeToString(id[:6]), aead: aead, link: link.Sum(nil)}, nil
}

// keyring seals with its first key and opens with any.
type keyring []key

// newKeyring makes the ring of the setting (if there is one) and the database's own key, which is made at first start.
func newKeyring(ctx context.Context, store Store, setting string) (keyring, error) {
	candidate := make([]byte, 32)
	if _, err := rand.Read(candidate); err != nil {
		return nil, errors.Wrap(err, "a random key")
	}
	own, err := store.EnsureKey(ctx, candidate)
	if err != nil {
		return nil, err
	}
	secrets := [][]byte{own}
	if setting != "" {
		secrets = [][]byte{[]byte(setting), own}
	}
	ring := make(keyring, 0, len(secrets))
	for _, secret := range secrets {
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		ring = append(ring, k)
	}
	return ring, nil
}

// seal encrypts for one bot; what was sealed for one bot does not open for another.
func (r keyring) seal(botID string, c credentials) (Sealed, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return Sealed{}, errors.Wrap(err, "credentials")
	}
	nonce := make([]byte, r[0].aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return Sealed{}, errors.Wrap(err, "a nonce")
	}
	return Sealed{KeyID: r[0].id, Data: r[0].aead.Seal(nonce, nonce, plain, []byte(botID))}, nil
}

// open decrypts, or returns ErrKeyLost.
func (r keyring) open(botID string, s Sealed) (credentials, error) {
	for _, k := range r {
		if k.id != s.KeyID || len(s.Data) < k.aead.NonceSize() {
			continue
		}
		nonce, data := s.Data[:k.aead.NonceSize()], s.Data[k.aead.NonceSize():]
		plain, err := k.aead.Open(nil, nonce, data, []byte(botID))
		if err != nil {
			return credentials{}, ErrKeyLost
		}
		var c credentials
		if err := json.Unmarshal(plain, &c); err != nil {
			return credentials{}, errors.Wrap(err, "credentials")
		}
		return c, nil
	}
	return credentials{}, ErrKeyLost
}

// LinkKeys are the keys that links to files are signed with, the same on every node: the one of the present
// EncryptionKey first, then that of the database's own key, so that links outlive the day on which a key is generated.
// None before Configure.
func (s *Service) LinkKeys() [][]byte {
	ring := s.keys()
	keys := make([][]byte, len(ring))
	for i, k := range ring {
		keys[i] = k.link
	}
	return keys
}
