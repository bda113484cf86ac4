// The suite's statements on capabilities: files, albums, native replies, edits, deletions, reactions, typing. Those on
// buttons are in buttons.go.

package messengertest

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// capable are the statements on what this messenger can do besides, and its emulator can show.
func capable(s *stage) []statement {
	limits := s.messenger.Capabilities()
	_, showsFiles := s.Emulator.(Files)
	_, showsReactions := s.Emulator.(Reactions)
	_, edits := s.messenger.(messenger.Editor)
	_, deletes := s.messenger.(messenger.Deleter)
	_, reacts := s.messenger.(messenger.Reactor)
	_, types := s.messenger.(messenger.Typer)
	_, fetches := s.messenger.(messenger.FileFetcher)
	_, showsButtons := s.Emulator.(Keyboards)
	_, removes := s.messenger.(messenger.KeyboardRemover)
	buttons := limits.Buttons && showsButtons
	uploads := showsFiles && len(limits.Files) > 0 && !limits.FilesByURL
	var out []statement
	for _, c := range []struct {
		has bool
		statement
	}{
		{fetches && showsFiles, statement{"a customer's file can be fetched", testFetch}},
		{fetches, statement{"a file that is unknown cannot be fetched", testFetchUnknown}},
		{uploads, statement{"a file reaches the customer once, as it is", testFile}},
		{uploads, statement{"a file that cannot be read is transient and not sent", testBrokenFile}},
		{uploads && limits.AlbumLimit > 0, statement{"an album has an id for each file", testAlbum}},
		{limits.NativeReplies && deletes, statement{"a reply to a message that is gone is sent", testReplyToGone}},
		{edits, statement{"an edit replaces the text, also with the same", testEdit}},
		{deletes, statement{"a deleted message is gone, also the second time", testDelete}},
		{reacts && showsReactions, statement{"a reaction is set and removed", testReact}},
		{types, statement{"typing shows no message", testTyping}},
		{buttons, statement{"a pressed button brings back its data", testPress}},
		{buttons, statement{"what is written as a label is no press", testLabelWritten}},
		{buttons, statement{"a button with an address is shown", testAddress}},
		{buttons, statement{"what a customer shares by a button is told", testShare}},
		{buttons && removes, statement{"buttons are removed, also the second time", testRemoveKeyboard}},
	} {
		if c.has {
			out = append(out, c.statement)
		}
	}
	return out
}

func testFetch(t *testing.T, s *stage) {
	s.connected()
	content := bytes.Repeat([]byte("вміст "), 20_000)
	s.Emulator.(Files).WriteFile("прайс.pdf", content)
	_, u := s.next()
	e, err := s.messenger.Decode(u.Raw)
	require.NoError(t, err)
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Len(t, e.Files, 1)
	require.NotEmpty(t, e.Files[0].Ref)
	require.Equal(t, "прайс.pdf", e.Files[0].Name)
	got, err := s.messenger.(messenger.FileFetcher).Fetch(s.ctx(), e.Files[0].Ref)
	require.NoError(t, err)
	fetched, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.True(t, bytes.Equal(content, fetched), "the content is another")
	require.Contains(t, []int64{-1, int64(len(content))}, got.Size)
}

func testFetchUnknown(t *testing.T, s *stage) {
	_, err := s.messenger.(messenger.FileFetcher).Fetch(s.ctx(), "unknown")
	require.Error(t, err)
	require.Contains(t, []messenger.Class{messenger.Rejected, messenger.Transient}, messenger.AsError(err).Class, "%v", err)
	require.NotContains(t, err.Error(), s.Token)
}

// plainFile is a file of the last rule, which takes the most; content is opened anew at each call.
func (s *stage) plainFile(open func() (io.Reader, error), size int64) messenger.Upload {
	rules := s.messenger.Capabilities().Files
	rule := rules[len(rules)-1]
	name := "a.bin"
	if len(rule.Extensions) > 0 {
		name = "a" + rule.Extensions[0]
	}
	return messenger.Upload{
		Kind: rule.Kind, Name: name, MIME: "application/octet-stream", Size: size,
		Open: func(context.Context) (io.ReadCloser, error) {
			content, err := open()
			return io.NopCloser(content), err
		},
	}
}

func (s *stage) filled(content []byte) messenger.Upload {
	return s.plainFile(func() (io.Reader, error) { return bytes.NewReader(content), nil }, int64(len(content)))
}

func testFile(t *testing.T, s *stage) {
	chat := s.met()
	content := bytes.Repeat([]byte("вміст "), 20_000)
	out := outgoing(chat, richtext.Plain("прайс"))
	out.Files = []messenger.Upload{s.filled(content)}
	ids, err := s.messenger.Send(s.ctx(), out)
	require.NoError(t, err)
	require.Len(t, ids, 1)
	require.Equal(t, []string{"прайс"}, s.Emulator.Seen())
	files := s.Emulator.(Files).SeenFiles()
	require.Len(t, files, 1)
	require.True(t, bytes.Equal(content, files[0]), "the content is another")
}

func testBrokenFile(t *testing.T, s *stage) {
	chat := s.met()
	for name, open := range map[string]func() (io.Reader, error){
		"it does not open": func() (io.Reader, error) { return nil, errors.New("the disk is gone") },
		"it breaks off": func() (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(make([]byte, 100_000)), broken{}), nil
		},
	} {
		out := outgoing(chat, richtext.Text{})
		out.Files = []messenger.Upload{s.plainFile(open, 200_000)}
		_, err := s.messenger.Send(s.ctx(), out)
		require.Error(t, err, name)
		requireClass(t, messenger.Transient, err)
		require.NotContains(t, err.Error(), s.Token)
	}
	require.Empty(t, s.Emulator.(Files).SeenFiles())
}

// broken is a file that cannot be read.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func testAlbum(t *testing.T, s *stage) {
	chat := s.met()
	out := outgoing(chat, richtext.Plain("прайси"))
	out.Files = []messenger.Upload{s.filled([]byte("one")), s.filled([]byte("two")), s.filled([]byte("three"))}
	ids, err := s.messenger.Send(s.ctx(), out)
	require.NoError(t, err)
	require.Len(t, ids, 3)
	require.NotEqual(t, ids[0], ids[1])
	require.NotEqual(t, ids[1], ids[2])
	require.Equal(t, [][]byte{[]byte("one"), []byte("two"), []byte("three")}, s.Emulator.(Files).SeenFiles())
}

func testReplyToGone(t *testing.T, s *stage) {
	chat := s.met()
	id, err := s.send(s.messenger, chat, "gone")
	require.NoError(t, err)
	require.NoError(t, s.messenger.(messenger.Deleter).Delete(s.ctx(), chat, id))
	out := outgoing(chat, richtext.Plain("reply"))
	out.ReplyTo = id
	_, err = s.messenger.Send(s.ctx(), out)
	require.NoError(t, err)
	require.Equal(t, []string{"reply"}, s.Emulator.Seen())
}

func testEdit(t *testing.T, s *stage) {
	chat := s.met()
	id, err := s.send(s.messenger, chat, "before")
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, s.messenger.(messenger.Editor).Edit(s.ctx(), chat, id, richtext.Plain("after"), false))
		require.Equal(t, []string{"after"}, s.Emulator.Seen())
	}
}

func testDelete(t *testing.T, s *stage) {
	chat := s.met()
	id, err := s.send(s.messenger, chat, "gone")
	require.NoError(t, err)
	_, err = s.send(s.messenger, chat, "stays")
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, s.messenger.(messenger.Deleter).Delete(s.ctx(), chat, id))
		require.Equal(t, []string{"stays"}, s.Emulator.Seen())
	}
}

func testReact(t *testing.T, s *stage) {
	s.connected()
	_, _, e := s.customerWrites("thanks")
	possible := s.messenger.Capabilities().Reactions
	require.NotEmpty(t, possible)
	for _, emoji := range []string{possible[0], possible[len(possible)-1]} {
		require.NoError(t, s.messenger.(messenger.Reactor).React(s.ctx(), e.Chat, e.ExternalID, emoji))
		require.Equal(t, []string{emoji}, s.Emulator.(Reactions).Reactions(e.ExternalID))
	}
	require.NoError(t, s.messenger.(messenger.Reactor).React(s.ctx(), e.Chat, e.ExternalID, ""))
	require.Empty(t, s.Emulator.(Reactions).Reactions(e.ExternalID))
}

func testTyping(t *testing.T, s *stage) {
	chat := s.met()
	require.NoError(t, s.messenger.(messenger.Typer).Typing(s.ctx(), chat))
	require.Empty(t, s.Emulator.Seen())
}
