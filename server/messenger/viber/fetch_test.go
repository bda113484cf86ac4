// Tests of fetching what customers send.

package viber_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber"
)

var picture = []byte("\xff\xd8\xff not really a picture")

// errForbidden is what a guard says that lets nobody but the emulator be reached.
var errForbidden = errors.New("guard: address forbidden")

// guarded is a client that reaches one host only, as the plugin's does with private addresses.
func guarded(t *testing.T, allowed string) *http.Client {
	host := strings.TrimPrefix(allowed, "http://")
	host, _, _ = strings.Cut(host, "/")
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr != host {
			return nil, errForbidden
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// received is the file of the customer's last message, as decoded.
func (s *scene) received(t *testing.T) messenger.File {
	t.Helper()
	events := s.events(t)
	files := events[len(events)-1].Files
	require.Len(t, files, 1)
	return files[0]
}

func (s *scene) fetch(t *testing.T, ref string) ([]byte, error) {
	t.Helper()
	d, err := s.client.Fetch(ctx(t), ref)
	if err != nil {
		require.Nil(t, d.Body)
		return nil, err
	}
	content, err := io.ReadAll(d.Body)
	require.NoError(t, d.Body.Close())
	if err == nil && d.Size >= 0 {
		require.Len(t, content, int(d.Size))
	}
	return content, err
}

func TestCase54PicturesVideosAndFilesAreFetchedAsTheyWereSent(t *testing.T) {
	s := newChat(t)
	media := s.Store("котик.jpg", "image/jpeg", picture)
	for kind, send := range map[messenger.FileKind]func(){
		messenger.Photo:    func() { s.customer.SendsPicture(media, "our cat") },
		messenger.Video:    func() { s.customer.SendsVideo(media, 12, "") },
		messenger.Document: func() { s.customer.SendsFile(media) },
		messenger.Sticker:  func() { s.customer.SendsSticker(40125, media) },
	} {
		send()
		file := s.received(t)
		require.Equal(t, kind, file.Kind)
		content, err := s.fetch(t, file.Ref)
		require.NoError(t, err)
		require.Equal(t, picture, content)
		require.Equal(t, "media", s.lastExchange().Method)
		require.Equal(t, http.StatusOK, s.lastExchange().Status)
		require.Equal(t, messenger.Outbound, s.lastExchange().Direction)
	}
	require.Empty(t, s.Violations(), "the token is for the API only")
}

func TestAFetchedFileIsStreamedWithItsSize(t *testing.T) {
	s := newChat(t)
	media := s.Generate("film.mp4", "video/mp4", 20_000_000)
	s.customer.SendsVideo(media, 60, "")
	d, err := s.client.Fetch(ctx(t), s.received(t).Ref)
	require.NoError(t, err)
	require.Equal(t, media.Size(), d.Size)
	hash := sha256.New()
	_, err = io.Copy(hash, d.Body)
	require.NoError(t, err)
	require.NoError(t, d.Body.Close())
	require.Equal(t, media.SHA256(), hex.EncodeToString(hash.Sum(nil)))
}

func TestCase54WhatCannotBeFetchedSaysWhetherItMayBeLater(t *testing.T) {
	for status, want := range map[int]struct {
		class messenger.Class
		words string
	}{
		http.StatusNotFound:            {messenger.Rejected, "expired"},
		http.StatusGone:                {messenger.Rejected, "expired"},
		http.StatusForbidden:           {messenger.Rejected, "expired"},
		http.StatusBadRequest:          {messenger.Rejected, "HTTP 400"},
		http.StatusNoContent:           {messenger.Rejected, "HTTP 204"},
		http.StatusRequestTimeout:      {messenger.Transient, "HTTP 408"},
		http.StatusTooManyRequests:     {messenger.RetryAfter, "HTTP 429"},
		http.StatusInternalServerError: {messenger.Transient, "HTTP 500"},
		http.StatusGatewayTimeout:      {messenger.Transient, "HTTP 504"},
	} {
		s := newChat(t)
		media := s.Store("a.pdf", "application/pdf", picture)
		s.customer.SendsFile(media)
		media.Answer(status)
		_, err := s.fetch(t, s.received(t).Ref)
		e := messenger.AsError(err)
		require.Equal(t, want.class, e.Class, "HTTP %d", status)
		require.Equal(t, status, e.Code)
		require.Contains(t, e.Description, want.words)
		require.Equal(t, want.class == messenger.RetryAfter, e.After > 0)
		require.Equal(t, status, s.lastExchange().Status)
		require.Equal(t, e.Description, s.lastExchange().Error)
	}
}

func TestCase54ARedirectToAForbiddenAddressIsRejected(t *testing.T) {
	s := newChat(t)
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an inner address was called") }))
	defer inside.Close()
	s.client = s.connectWith(t, messenger.Options{BaseURL: s.URL, Media: guarded(t, s.URL)})
	media := s.Store("a.pdf", "application/pdf", picture)
	s.customer.SendsFile(media)
	ref := s.received(t).Ref
	content, err := s.fetch(t, ref)
	require.NoError(t, err)
	require.Equal(t, picture, content)

	for _, address := range []string{inside.URL + "/meta?key=secret", "ftp://files.example/secret", "file:///etc/passwd", inside.URL} {
		media.Redirect(address)
		_, err := s.fetch(t, ref)
		e := messenger.AsError(err)
		require.Equal(t, messenger.Rejected, e.Class, address)
		require.Equal(t, "address forbidden", e.Description)
		require.Equal(t, "address forbidden", s.lastExchange().Error)
	}
	media.Redirect("http://%zz/secret")
	_, err = s.fetch(t, ref)
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.NotContains(t, err.Error(), "secret")
	media.Redirect(media.URL())
	_, err = s.fetch(t, ref)
	require.Equal(t, messenger.Transient, messenger.AsError(err).Class, "a circle ends")
}

func TestARedirectIsFollowedWhereItMayLead(t *testing.T) {
	s := newChat(t)
	target, media := s.Store("b.pdf", "application/pdf", picture), s.Store("a.pdf", "application/pdf", nil)
	media.Redirect(target.URL())
	content, err := s.fetch(t, media.URL())
	require.NoError(t, err)
	require.Equal(t, picture, content)

	refusing := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errForbidden }}
	s.client = s.connectWith(t, messenger.Options{BaseURL: s.URL, Media: refusing})
	_, err = s.fetch(t, media.URL())
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, "the given client's own rule holds")
}

func TestOnlyAddressesOfTheWebAreFetched(t *testing.T) {
	s := newScene(t)
	for _, ref := range []string{"", "file:///etc/passwd", "ftp://host/a", "//host/a", "/etc/passwd", "http://", "http://a b/", "gopher://x"} {
		_, err := s.fetch(t, ref)
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, ref)
		require.Equal(t, "media", s.lastExchange().Method)
	}
}

func TestAnAddressThatNobodyAnswersMayAnswerLater(t *testing.T) {
	s := newScene(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, ref := range []string{gone.URL + "/a?sig=secret", "http://nobody.invalid/a?sig=secret"} {
		_, err := s.fetch(t, ref)
		require.Equal(t, messenger.Transient, messenger.AsError(err).Class, ref)
		require.NotContains(t, err.Error(), "secret")
		require.NotContains(t, s.lastExchange().Error, "secret")
		require.NotEmpty(t, s.lastExchange().Error)
	}
}

func TestASlowOrBrokenFileIsAnErrorAndNoShorterFile(t *testing.T) {
	s := newChat(t)
	media := s.Generate("a.bin.pdf", "application/pdf", 1_000_000)
	media.CutAfter(300_000)
	_, err := s.fetch(t, media.URL())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	media.CutAfter(-1)
	media.Slow(time.Hour)
	short, cancel := context.WithTimeout(ctx(t), 50*time.Millisecond)
	defer cancel()
	_, err = s.client.Fetch(short, media.URL())
	require.Equal(t, messenger.Transient, messenger.AsError(err).Class)
}

func TestAFetchCarriesNothingOfTheBot(t *testing.T) {
	s := newChat(t)
	media := s.Store("a.pdf", "application/pdf", picture)
	_, err := s.fetch(t, media.URL())
	require.NoError(t, err)
	require.Len(t, media.Requests(), 1)
	for name, values := range media.Requests()[0] {
		require.NotContains(t, strings.Join(values, " "), s.bot.Token, name)
	}
	require.Implements(t, (*messenger.FileFetcher)(nil), &viber.Client{})
}
