// Tokens: what they hold, and what they do not forgive.

package filelink

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 23, 12, 15, 0, 0, time.UTC)

// signing are links with these keys, on a clock that the test may move.
func signing(keys ...string) (*Links, *time.Time) {
	clock := now
	return New(func() [][]byte {
		var list [][]byte
		for _, k := range keys {
			list = append(list, []byte(k))
		}
		return list
	}, func() time.Time { return clock }), &clock
}

func TestATokenLeadsToItsFileUntilItExpires(t *testing.T) {
	l, clock := signing("key")
	token := l.Sign("fileid", "a b.jpg", time.Hour)
	require.Regexp(t, "^[A-Za-z0-9_-]+$", token)
	for after, want := range map[time.Duration]bool{0: true, time.Hour - time.Second: true, time.Hour: false, 99 * time.Hour: false} {
		*clock = now.Add(after)
		id, ok := l.Verify(token, "a b.jpg")
		require.Equal(t, want, ok, after)
		require.Equal(t, want, id == "fileid", after)
	}
}

func TestATokenIsForOneNameAndOneKey(t *testing.T) {
	l, _ := signing("key")
	token := l.Sign("fileid", "a.jpg", time.Hour)
	for _, name := range []string{"", "b.jpg", "a.jpg ", "A.jpg"} {
		_, ok := l.Verify(token, name)
		require.False(t, ok, name)
	}
	for _, keys := range [][]string{nil, {"other"}, {""}} {
		other, _ := signing(keys...)
		_, ok := other.Verify(token, "a.jpg")
		require.False(t, ok, keys)
	}
}

func TestAnOldKeyStillVerifiesAndTheFirstOneSigns(t *testing.T) {
	before, _ := signing("old")
	after, _ := signing("new", "old")
	_, ok := after.Verify(before.Sign("fileid", "a.jpg", time.Hour), "a.jpg")
	require.True(t, ok)
	_, ok = before.Verify(after.Sign("fileid", "a.jpg", time.Hour), "a.jpg")
	require.False(t, ok)
	alone, _ := signing("new")
	_, ok = alone.Verify(after.Sign("fileid", "a.jpg", time.Hour), "a.jpg")
	require.True(t, ok)
}

func TestWithoutAKeyNothingIsSigned(t *testing.T) {
	l, _ := signing()
	require.Empty(t, l.Sign("fileid", "a.jpg", time.Hour))
	_, ok := l.Verify("", "a.jpg")
	require.False(t, ok)
}

func TestAPieceOfTheNameIsNoPieceOfTheId(t *testing.T) {
	l, _ := signing("key")
	raw, err := encoding.DecodeString(l.Sign("file", "id.jpg", time.Hour))
	require.NoError(t, err)
	head, sum := raw[:headLength+len("file")], raw[headLength+len("file"):]
	forged := encoding.EncodeToString(append(append(append([]byte{}, head...), "id"...), sum...))
	_, ok := l.Verify(forged, ".jpg")
	require.False(t, ok)
}

func TestATokenOfAnotherLayoutIsNotRead(t *testing.T) {
	l, _ := signing("key")
	raw, err := encoding.DecodeString(l.Sign("fileid", "a.jpg", time.Hour))
	require.NoError(t, err)
	signed := raw[:len(raw)-macLength]
	signed[0] = version + 1
	token := encoding.EncodeToString(append(signed, mac([]byte("key"), signed, "a.jpg")...))
	_, ok := l.Verify(token, "a.jpg")
	require.False(t, ok)
}

func TestAnyChangeOfATokenIsNoticed(t *testing.T) {
	l, _ := signing("key")
	token := l.Sign("fileidfileidfileidfileidfi", "a.jpg", time.Hour)
	rapid.Check(t, func(t *rapid.T) {
		changed := []byte(token)
		at := rapid.IntRange(0, len(changed)-1).Draw(t, "at")
		to := rapid.SampledFrom([]byte("ABab01-_=. ")).Draw(t, "to")
		if changed[at] == to {
			return
		}
		changed[at] = to
		if _, ok := l.Verify(string(changed), "a.jpg"); ok {
			t.Fatalf("%s was taken", changed)
		}
	})
	for _, cut := range []string{"", token[:len(token)-1], token[1:], token + "A", token + token, strings.ToLower(token)} {
		_, ok := l.Verify(cut, "a.jpg")
		require.False(t, ok)
	}
}
