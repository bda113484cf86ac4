// Viber's files: what customers send is fetched at once, case 54 and 55; what agents send is fetched from us, case 62.

package acceptance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/filelink"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

func TestCase54PicturesVideosAndFilesAreFetchedAtOnce(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	picture := w.ViberCloud.Store("", "image/png", telegramtest.PNG(33, 44))
	video := w.ViberCloud.Store("", "video/mp4", body(mp4Head, "viber"))
	file := w.ViberCloud.Generate("рахунок.pdf", "application/pdf", 3<<20)
	k.viber.SendsPicture(picture, "Ось *так*")
	k.viber.SendsVideo(video, 7, "")
	k.viber.SendsFile(file)
	posts := k.arrivals(k.customer, 4)[1:]
	k.has(posts[0], "Ось \\*так\\*", shown{`^photo-.+\.png$`, picture.SHA256()})
	k.has(posts[1], "", shown{`^video-.+\.mp4$`, video.SHA256()})
	k.has(posts[2], "", shown{`^рахунок\.pdf$`, file.SHA256()})
	for _, m := range []*vibertest.Media{picture, video, file} {
		require.Len(t, m.Requests(), 1)
		require.Empty(t, m.Requests()[0].Get("X-Viber-Auth-Token"))
		m.Expire()
	}
	require.Equal(t, file.SHA256(), k.files(posts[2])[0].SHA256, "it is not ours once the address has ended")
}

func TestCase54AFileThatCannotBeHadIsALineAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	var called atomic.Int64
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	t.Cleanup(private.Close)
	for name, tt := range map[string]struct {
		spoils func(*vibertest.Media)
		words  string
	}{
		"expired":                            {(*vibertest.Media).Expire, "no longer hands it out"},
		"a redirect to this host":            {func(m *vibertest.Media) { m.Redirect(private.URL + "/secret") }, "private network"},
		"a redirect to its name":             {func(m *vibertest.Media) { m.Redirect(strings.Replace(private.URL, "127.0.0.1", "localhost", 1)) }, "private network"},
		"a redirect to Mattermost":           {func(m *vibertest.Media) { m.Redirect(w.Server.URL + "/api/v4/system/ping") }, "private network"},
		"a redirect to a link-local address": {func(m *vibertest.Media) { m.Redirect("http://169.254.169.254/latest/meta-data/") }, "private network"},
		"a redirect to a local network":      {func(m *vibertest.Media) { m.Redirect("http://10.0.0.1/") }, "private network"},
		"a redirect to a file":               {func(m *vibertest.Media) { m.Redirect("file:///etc/passwd") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			media := w.ViberCloud.Store("договір.pdf", "application/pdf", body(pdfHead, name))
			tt.spoils(media)
			k.viber.SendsFile(media)
			k.viber.Says("Отримали?")
			posts := k.arrivals(k.customer, 3)[1:]
			k.missing(posts[0], "договір.pdf", tt.words)
			require.Equal(t, "Отримали?", posts[1].Message)
		})
	}
	require.Zero(t, called.Load(), "somebody inside was called")
}

func TestCase54ARedirectOnTheMessengersOwnServersIsFollowed(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	to := w.ViberCloud.Store("договір.pdf", "application/pdf", body(pdfHead, "to"))
	from := w.ViberCloud.Store("договір.pdf", "application/pdf", body(pdfHead, "from"))
	from.Redirect(to.URL())
	k.viber.SendsFile(from)
	k.has(k.arrivals(k.customer, 2)[1], "", shown{`^договір\.pdf$`, to.SHA256()})
}

func TestCase55WhatIsNoTextIsReadable(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	secrets.add(phone)
	for name, tt := range map[string]struct {
		sends func(*vibertest.Customer)
		words []string
	}{
		"sticker":  {func(c *vibertest.Customer) { c.SendsSticker(40101, nil) }, []string{"40101"}},
		"contact":  {func(c *vibertest.Customer) { c.SendsContact("Тарас Ш.", phone) }, []string{"Тарас Ш.", phone}},
		"location": {func(c *vibertest.Customer) { c.SendsLocation(50.4501, 30.5234) }, []string{"50.4501, 30.5234", "https://"}},
		"link":     {func(c *vibertest.Customer) { c.SendsURL("https://example.com/a_b") }, []string{"https://example.com/a_b"}},
		"smiley":   {func(c *vibertest.Customer) { c.Says("Дякую (smiley) (heart)") }, []string{"Дякую 😊 ❤"}},
		"no code":  {func(c *vibertest.Customer) { c.Says("Ціна (без знижки) (x)") }, []string{"Ціна (без знижки) (x)"}},
		"unknown":  {func(c *vibertest.Customer) { c.Sends(map[string]any{"type": "hologram", "beam": 7}) }, []string{"hologram"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			tt.sends(k.viber)
			post := k.arrivals(k.customer, 2)[1]
			for _, word := range tt.words {
				require.Contains(t, post.Message, word)
			}
		})
	}
}

// link is the address that the newest message to a customer told Viber to fetch.
func (k *stage) link() *url.URL {
	k.Helper()
	var told struct {
		Media string `json:"media"`
	}
	for _, call := range w.ViberCloud.Calls("send_message") {
		if strings.Contains(string(call.Body), k.viber.ID) {
			require.NoError(k, json.Unmarshal(call.Body, &told))
		}
	}
	address, err := url.Parse(told.Media)
	require.NoError(k, err)
	return address
}

// fetched is what an address answered.
type fetched struct {
	status  int
	header  http.Header
	length  int64
	content []byte
}

// fetches asks for an address without any login.
func (s *scene) fetches(method, address string, header http.Header) fetched {
	s.Helper()
	request, err := http.NewRequestWithContext(s.ctx, method, address, http.NoBody)
	require.NoError(s, err)
	request.Header = header
	answer, err := http.DefaultClient.Do(request)
	require.NoError(s, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(s, err)
	require.NoError(s, answer.Body.Close())
	return fetched{answer.StatusCode, answer.Header, answer.ContentLength, content}
}

func TestCase62ASignedAddressOpensOneFileWithoutALogin(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	image := world.Enclosure{Name: "схема № 1.png", Content: telegramtest.PNG(60, 40)}
	k.goesOut("Ось", enclosed(image), gets{"picture", "Ось", image.SHA256()})
	link := k.link()
	require.True(t, strings.HasPrefix(link.String(), w.Server.URL+"/plugins/"+world.PluginID+"/files/"), link)
	require.True(t, strings.HasSuffix(link.Path, ".png"))

	whole := k.fetches(http.MethodGet, link.String(), nil)
	require.Equal(t, http.StatusOK, whole.status)
	require.Equal(t, "image/png", whole.header.Get("Content-Type"))
	require.Equal(t, image.Content, whole.content)
	require.Empty(t, whole.header.Values("Set-Cookie"))
	head := k.fetches(http.MethodHead, link.String(), nil)
	require.Equal(t, http.StatusOK, head.status)
	require.EqualValues(t, len(image.Content), head.length)
	require.Equal(t, "image/png", head.header.Get("Content-Type"))
	require.Empty(t, head.content)
	part := k.fetches(http.MethodGet, link.String(), http.Header{"Range": {"bytes=5-9"}})
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, image.Content[5:10], part.content)

	token, name := linkParts(link)
	for what, path := range map[string]string{
		"no token":        "/" + name,
		"another name":    token + "/else.png",
		"no name":         token,
		"an altered one":  flipped(token) + "/" + name,
		"a shortened one": token[:len(token)-1] + "/" + name,
		"a longer one":    token + "A/" + name,
		"another file":    strings.Repeat("A", len(token)) + "/" + name,
	} {
		answer := k.fetches(http.MethodGet, w.Server.URL+"/plugins/"+world.PluginID+"/files/"+path, nil)
		require.Equal(t, http.StatusNotFound, answer.status, what)
	}
	posted := k.fetches(http.MethodPost, link.String(), nil)
	require.Equal(t, http.StatusMethodNotAllowed, posted.status)
}

// linkParts are the token and the escaped name at the end of a file's address.
func linkParts(link *url.URL) (token, name string) {
	parts := strings.Split(link.EscapedPath(), "/")
	return parts[len(parts)-2], parts[len(parts)-1]
}

// flipped is a token with another character in its middle.
func flipped(token string) string {
	at, other := len(token)/2, "A"
	if token[at:at+1] == other {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}

// The key is read where the plugin keeps it, so that an address can be signed that has expired; that the same way gives
// one that works proves that it is the time that ended the other.
func TestCase62AnAddressThatHasExpiredOpensNothing(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	post := k.repliesWith(k.c, "", anImage())
	k.settles(k.c, post, "sent")
	var secret []byte
	require.NoError(t, k.database().QueryRowContext(k.ctx, `SELECT key FROM msgbot_key`).Scan(&secret))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("msgbot file links"))
	links := filelink.New(func() [][]byte { return [][]byte{mac.Sum(nil)} }, time.Now)
	for ttl, status := range map[time.Duration]int{
		time.Minute: http.StatusOK, -time.Second: http.StatusNotFound, -24 * time.Hour: http.StatusNotFound,
	} {
		address := w.Server.URL + "/plugins/" + world.PluginID + "/files/" + links.Sign(post.FileIds[0], "a.png", ttl) + "/a.png"
		answer := k.fetches(http.MethodGet, address, nil)
		require.Equal(t, status, answer.status, "%s", ttl)
	}
	sum := sha256.Sum256(anImage().Content)
	require.Equal(t, hex.EncodeToString(sum[:]), k.got()[0].hash)
}
