// Tests of the calls that one reply becomes.

package messenger

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const mb = 1 << 20

// telegramLike is what Telegram's Bot API documents, https://core.telegram.org/bots/api#sending-files.
func telegramLike() Capabilities {
	return Capabilities{
		TextLimit: 4096, CaptionLimit: 1024, TextUnit: richtext.CodePoints, Formatting: true,
		Files: []FileRule{
			{Kind: Photo, MaxBytes: 10 * mb, Extensions: []string{".jpg", ".jpeg", ".png"}, MaxSides: 10000, MaxRatio: 20},
			{Kind: Video, MaxBytes: 50 * mb, Extensions: []string{".mp4"}},
			{Kind: Audio, MaxBytes: 50 * mb, Extensions: []string{".mp3", ".m4a"}},
			{Kind: Sticker, MaxBytes: mb, Extensions: []string{".webp"}, NoCaption: true},
			{Kind: Document, MaxBytes: 50 * mb},
		},
		AlbumLimit: 10,
		Albums:     [][]FileKind{{Photo, Video}, {Audio}, {Document}},
	}
}

// viberLike is what Viber's REST API documents, https://developers.viber.com/docs/api/rest-bot-api.
func viberLike() Capabilities {
	return Capabilities{
		TextLimit: 7000, CaptionLimit: 512, TextUnit: richtext.CodePoints,
		Files: []FileRule{
			{Kind: Photo, MaxBytes: mb, Extensions: []string{".jpg", ".jpeg", ".png"}},
			{Kind: Video, MaxBytes: 26 * mb, Extensions: []string{".mp4"}, NoCaption: true},
			{Kind: Document, MaxBytes: 50 * mb, NoCaption: true},
		},
		FilesByURL: true,
		Forbidden:  []string{".exe", ".apk"},
	}
}

func picture(name string, size int64, width, height int) Upload {
	return Upload{Name: name, Size: size, Width: width, Height: height}
}

func file(name string, size int64) Upload { return Upload{Name: name, Size: size} }

// shape is a call as the tests compare it: the kinds and names of its files and the length of its text.
func shape(calls []Outgoing) []string {
	var all []string
	for _, call := range calls {
		var words []string
		for _, f := range call.Files {
			words = append(words, string(f.Kind)+":"+f.Name)
		}
		if n := call.Text.Len(richtext.CodePoints); n > 0 {
			words = append(words, strconv.Itoa(n))
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

func TestAReplyBecomesTheCallsThatTheMessengerTakes(t *testing.T) {
	jpg, mp4, pdf, mp3 := picture("a.jpg", mb, 800, 600), file("a.mp4", mb), file("a.pdf", mb), file("a.mp3", mb)
	for name, c := range map[string]struct {
		can   Capabilities
		text  string
		files []Upload
		want  []string
	}{
		"nothing":                      {telegramLike(), "", nil, nil},
		"white space":                  {telegramLike(), " \n", nil, nil},
		"white space with a file":      {telegramLike(), " \n", []Upload{jpg}, []string{"photo:a.jpg"}},
		"a text":                       {telegramLike(), "hi", nil, []string{"2"}},
		"a photo":                      {telegramLike(), "", []Upload{jpg}, []string{"photo:a.jpg"}},
		"a photo with a caption":       {telegramLike(), "hi", []Upload{jpg}, []string{"photo:a.jpg 2"}},
		"kinds that stand together":    {telegramLike(), "hi", []Upload{jpg, mp4, jpg}, []string{"photo:a.jpg video:a.mp4 photo:a.jpg 2"}},
		"kinds that do not, in order":  {telegramLike(), "hi", []Upload{jpg, pdf, pdf, mp3, mp4}, []string{"photo:a.jpg 2", "document:a.pdf document:a.pdf", "audio:a.mp3", "video:a.mp4"}},
		"no kind is moved to its like": {telegramLike(), "", []Upload{jpg, pdf, jpg}, []string{"photo:a.jpg", "document:a.pdf", "photo:a.jpg"}},
		"a kind without a caption":     {telegramLike(), "hi", []Upload{file("a.webp", 1), jpg}, []string{"sticker:a.webp", "photo:a.jpg", "2"}},
		"a caption of the first only":  {telegramLike(), "hi", []Upload{jpg, file("a.webp", 1)}, []string{"photo:a.jpg 2", "sticker:a.webp"}},
		"extensions in capitals":       {telegramLike(), "", []Upload{picture("A.JPG", mb, 8, 6)}, []string{"photo:A.JPG"}},
		"a picture of unknown sides":   {telegramLike(), "", []Upload{file("a.jpg", mb)}, []string{"document:a.jpg"}},
		"a name without an extension":  {telegramLike(), "", []Upload{file("a", mb)}, []string{"document:a"}},
		"no albums":                    {viberLike(), "hi", []Upload{jpg, jpg}, []string{"photo:a.jpg 2", "photo:a.jpg"}},
		"a kind without any caption":   {viberLike(), "hi", []Upload{pdf}, []string{"document:a.pdf", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			calls, err := Plan(c.can, Outgoing{Text: richtext.Plain(c.text), Files: c.files})
			require.NoError(t, err)
			require.Equal(t, c.want, shape(calls))
		})
	}
}

func TestCase36ALongTextIsCutIntoSeveralCalls(t *testing.T) {
	calls, err := Plan(telegramLike(), Outgoing{Text: richtext.Text{
		Plain: strings.Repeat("щ", 4097), Spans: []richtext.Span{{Start: 0, End: 8194, Kind: richtext.Bold}},
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"4096", "1"}, shape(calls))
	require.Equal(t, []richtext.Span{{Start: 0, End: 2, Kind: richtext.Bold}}, calls[1].Text.Spans)

	calls, err = Plan(telegramLike(), Outgoing{Text: richtext.Plain(strings.Repeat("щ", 4096))})
	require.NoError(t, err)
	require.Equal(t, []string{"4096"}, shape(calls))
}

func TestCase37ACaptionOverTheLimitFollowsTheFiles(t *testing.T) {
	files := []Upload{picture("a.jpg", mb, 800, 600), file("b.pdf", mb)}
	for length, want := range map[int][]string{
		1024: {"photo:a.jpg 1024", "document:b.pdf"},
		1025: {"photo:a.jpg", "document:b.pdf", "1025"},
		4097: {"photo:a.jpg", "document:b.pdf", "4096", "1"},
	} {
		calls, err := Plan(telegramLike(), Outgoing{Text: richtext.Plain(strings.Repeat("щ", length)), Files: files})
		require.NoError(t, err)
		require.Equal(t, want, shape(calls))
	}
}

func TestCase38TwelvePhotosAndAPDFAreThreeCalls(t *testing.T) {
	files := append(slices.Repeat([]Upload{picture("a.jpg", mb, 800, 600)}, 12), file("b.pdf", mb))
	calls, err := Plan(telegramLike(), Outgoing{Files: files})
	require.NoError(t, err)
	require.Len(t, calls, 3)
	require.Len(t, calls[0].Files, 10)
	require.Len(t, calls[1].Files, 2)
	require.Equal(t, "document:b.pdf", shape(calls)[2])

	calls, err = Plan(telegramLike(), Outgoing{Files: files[:11]})
	require.NoError(t, err)
	require.Equal(t, "photo:a.jpg", shape(calls)[1], "an album of one is a message")
}

func TestCase39APictureThatIsNoPhotoIsADocument(t *testing.T) {
	for name, f := range map[string]Upload{
		"too large":  picture("a.jpg", 11*mb, 800, 600),
		"too long":   picture("a.jpg", mb, 20000, 100),
		"too thin":   picture("a.jpg", mb, 2001, 100),
		"too wide":   picture("a.jpg", mb, 9000, 1001),
		"of no kind": picture("a.tiff", mb, 800, 600),
	} {
		calls, err := Plan(telegramLike(), Outgoing{Files: []Upload{f}})
		require.NoError(t, err, name)
		require.Equal(t, Document, calls[0].Files[0].Kind, name)
	}
	for name, f := range map[string]Upload{
		"largest": picture("a.jpg", 10*mb, 9000, 1000),
		"longest": picture("a.jpg", mb, 100, 2000),
	} {
		calls, err := Plan(telegramLike(), Outgoing{Files: []Upload{f}})
		require.NoError(t, err, name)
		require.Equal(t, Photo, calls[0].Files[0].Kind, name)
	}
}

func TestCase60ALongTextIsCutAndTwoFilesAreTwoMessages(t *testing.T) {
	calls, err := Plan(viberLike(), Outgoing{
		Text:  richtext.Plain(strings.Repeat("я", 7001)),
		Files: []Upload{picture("a.jpg", mb, 800, 600), picture("b.jpg", mb, 800, 600)},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"photo:a.jpg", "photo:b.jpg", "7000", "1"}, shape(calls))
}

func TestCase61AForbiddenFileIsRefusedAndALargeVideoIsAFile(t *testing.T) {
	_, err := Plan(viberLike(), Outgoing{Files: []Upload{file("setup.EXE", mb)}})
	require.Equal(t, &FileError{Name: "setup.EXE", Size: mb, Reason: RefusedForbidden}, err)

	calls, err := Plan(viberLike(), Outgoing{Files: []Upload{file("a.mp4", 27*mb)}})
	require.NoError(t, err)
	require.Equal(t, []string{"document:a.mp4"}, shape(calls))
}

func TestOneFileThatCannotBeSentRefusesTheWholeReply(t *testing.T) {
	pictures := Capabilities{TextLimit: 10, Files: []FileRule{
		{Kind: Photo, MaxBytes: 3 * mb, Extensions: []string{".jpg"}},
		{Kind: Sticker, MaxBytes: mb, Extensions: []string{".jpg"}},
	}}
	for name, c := range map[string]struct {
		can  Capabilities
		file Upload
		want FileError
	}{
		"too large":                   {telegramLike(), file("b.pdf", 50*mb+1), FileError{"b.pdf", 50*mb + 1, 50 * mb, RefusedTooLarge}},
		"the largest limit is told":   {pictures, file("b.jpg", 4*mb), FileError{"b.jpg", 4 * mb, 3 * mb, RefusedTooLarge}},
		"no such kind":                {pictures, file("b.pdf", mb), FileError{"b.pdf", mb, 0, RefusedKind}},
		"no such kind, and too large": {pictures, file("b.pdf", 9*mb), FileError{"b.pdf", 9 * mb, 0, RefusedKind}},
		"no files at all":             {Capabilities{TextLimit: 10}, file("b.pdf", mb), FileError{"b.pdf", mb, 0, RefusedKind}},
		"empty":                       {telegramLike(), file("b.pdf", 0), FileError{"b.pdf", 0, 0, RefusedEmpty}},
	} {
		t.Run(name, func(t *testing.T) {
			// A second one that is wrong: the first is told.
			calls, err := Plan(c.can, Outgoing{Text: richtext.Plain("hi"), Files: []Upload{c.file, file("c", 0)}})
			require.Empty(t, calls)
			var refused *FileError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, c.want, *refused)
			require.NotContains(t, err.Error(), refused.Name)
		})
	}
	calls, err := Plan(telegramLike(), Outgoing{Files: []Upload{file("a.pdf", mb), file("b.pdf", 51*mb)}})
	require.Error(t, err)
	require.Empty(t, calls, "the file before it neither")
}

func TestEachCallKnowsItsChatAndTheFirstWhatItAnswers(t *testing.T) {
	reply := Outgoing{
		Chat: Chat{ID: "7", Connection: "c"}, SenderName: "Анна", ReplyTo: "5", Text: richtext.Plain(strings.Repeat("щ", 600)),
		Files: []Upload{
			{Name: "a.jpg", MIME: "image/jpeg", Size: mb, URL: "https://files.example/a.jpg"},
			{Name: "b.jpg", MIME: "image/jpeg", Size: mb, URL: "https://files.example/b.jpg"},
		},
	}
	calls, err := Plan(viberLike(), reply)
	require.NoError(t, err)
	require.Len(t, calls, 3)
	for i, call := range calls {
		require.Equal(t, reply.Chat, call.Chat)
		require.Equal(t, "Анна", call.SenderName)
		require.Equal(t, []string{"5", "", ""}[i], call.ReplyTo)
	}
	require.Equal(t, Upload{Kind: Photo, Name: "b.jpg", MIME: "image/jpeg", Size: mb, URL: "https://files.example/b.jpg"}, calls[1].Files[0])
	require.Empty(t, reply.Files[0].Kind, "the reply is not changed")
}

func TestTheContentOfAFileIsHandedOn(t *testing.T) {
	open := func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("content")), nil }
	calls, err := Plan(telegramLike(), Outgoing{Files: []Upload{{Name: "a.pdf", Size: 7, Open: open}}})
	require.NoError(t, err)
	body, err := calls[0].Files[0].Open(t.Context())
	require.NoError(t, err)
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, "content", string(content))
}

func TestWithoutFormattingATextIsPlain(t *testing.T) {
	link := richtext.Text{Plain: "тут", Spans: []richtext.Span{{Start: 0, End: 6, Kind: richtext.Link, Value: "https://a.b"}}}
	calls, err := Plan(viberLike(), Outgoing{Text: link})
	require.NoError(t, err)
	require.Equal(t, []Outgoing{{Text: richtext.Plain("тут (https://a.b)")}}, calls)

	calls, err = Plan(telegramLike(), Outgoing{Text: link})
	require.NoError(t, err)
	require.Equal(t, []Outgoing{{Text: link}}, calls)
}

func TestCase60ButtonsStandBelowTheLastCallWhichIsNoAlbum(t *testing.T) {
	jpg, pdf := picture("a.jpg", mb, 800, 600), file("a.pdf", mb)
	buttons := [][]Button{{{Label: "Так", Data: "y"}, {Label: "Ні", Data: "n"}}}
	for name, c := range map[string]struct {
		can   Capabilities
		text  string
		files []Upload
		want  []string
	}{
		"a text":                          {telegramLike(), "hi", nil, []string{"2"}},
		"a long text":                     {telegramLike(), strings.Repeat("щ", 4097), nil, []string{"4096", "1"}},
		"a photo with a caption":          {telegramLike(), "hi", []Upload{jpg}, []string{"photo:a.jpg 2"}},
		"a photo alone":                   {telegramLike(), "", []Upload{jpg}, []string{"photo:a.jpg"}},
		"an album and a text":             {telegramLike(), "hi", []Upload{jpg, jpg}, []string{"photo:a.jpg photo:a.jpg", "2"}},
		"an album alone":                  {telegramLike(), "", []Upload{jpg, jpg, jpg}, []string{"photo:a.jpg photo:a.jpg", "photo:a.jpg"}},
		"an album of two":                 {telegramLike(), "", []Upload{jpg, jpg}, []string{"photo:a.jpg", "photo:a.jpg"}},
		"an album before a file":          {telegramLike(), "hi", []Upload{jpg, jpg, pdf}, []string{"photo:a.jpg photo:a.jpg 2", "document:a.pdf"}},
		"an album behind a file":          {telegramLike(), "hi", []Upload{pdf, jpg, jpg}, []string{"document:a.pdf", "photo:a.jpg photo:a.jpg", "2"}},
		"files without albums":            {viberLike(), "hi", []Upload{jpg, jpg}, []string{"photo:a.jpg 2", "photo:a.jpg"}},
		"a text over the limit of Viber":  {viberLike(), strings.Repeat("щ", 7001), nil, []string{"7000", "1"}},
		"nothing to stand below":          {telegramLike(), "", nil, nil},
		"nothing but white space is none": {telegramLike(), " \n", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			calls, err := Plan(c.can, Outgoing{Text: richtext.Plain(c.text), Files: c.files, Buttons: buttons})
			require.NoError(t, err)
			require.Equal(t, c.want, shape(calls))
			for i, call := range calls {
				require.Equal(t, i == len(calls)-1, len(call.Buttons) > 0)
			}
			if len(calls) > 0 {
				require.Equal(t, buttons, calls[len(calls)-1].Buttons)
			}
		})
	}
}

// drawCapabilities draws limits that are small, so that they matter.
func drawCapabilities(t *rapid.T) Capabilities {
	kinds := []FileKind{Photo, Video, Audio, Document}
	can := Capabilities{
		TextLimit:    rapid.IntRange(1, 30).Draw(t, "text limit"),
		CaptionLimit: rapid.IntRange(0, 20).Draw(t, "caption limit"),
		TextUnit:     rapid.SampledFrom([]richtext.Unit{richtext.CodePoints, richtext.UTF16Units, richtext.Bytes}).Draw(t, "unit"),
		Formatting:   rapid.Bool().Draw(t, "formatting"),
		AlbumLimit:   rapid.IntRange(0, 4).Draw(t, "album limit"),
		Albums:       rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 3), 0, 3).Draw(t, "albums"),
	}
	for _, kind := range kinds {
		can.Files = append(can.Files, FileRule{
			Kind:       kind,
			MaxBytes:   rapid.Int64Range(5, 20).Draw(t, "bytes"),
			Extensions: rapid.SampledFrom([][]string{nil, {".a"}, {".b", ".c"}}).Draw(t, "extensions"),
			MaxSides:   rapid.IntRange(0, 20).Draw(t, "sides"),
			MaxRatio:   rapid.IntRange(0, 3).Draw(t, "ratio"),
			NoCaption:  rapid.Bool().Draw(t, "no caption"),
		})
	}
	return can
}

func TestAPlanSendsEverythingOnceInOrderWithinTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		can := drawCapabilities(t)
		reply := Outgoing{
			Text:    richtext.Plain(rapid.StringOfN(rapid.SampledFrom([]rune("aщ日👍 \n")), 0, 60, -1).Draw(t, "text")),
			ReplyTo: "5",
		}
		if rapid.Bool().Draw(t, "buttons") {
			reply.Buttons = [][]Button{{{Label: "Так", Data: "y"}}}
		}
		for i := range rapid.IntRange(0, 9).Draw(t, "files") {
			reply.Files = append(reply.Files, Upload{
				Name: strconv.Itoa(i) + rapid.SampledFrom([]string{".a", ".b", ".C", ""}).Draw(t, "extension"),
				Size: rapid.Int64Range(1, 20).Draw(t, "size"), Width: rapid.IntRange(0, 12).Draw(t, "width"), Height: rapid.IntRange(0, 12).Draw(t, "height"),
			})
		}
		calls, err := Plan(can, reply)
		again, _ := Plan(can, reply)
		require.Equal(t, calls, again)
		if err != nil {
			require.Empty(t, calls)
			return
		}
		var names []string
		var text strings.Builder
		for i, call := range calls {
			requireWithin(t, can, call)
			require.Equal(t, i == 0, call.ReplyTo != "")
			require.Equal(t, i == len(calls)-1 && reply.Buttons != nil, call.Buttons != nil)
			require.True(t, len(call.Buttons) == 0 || len(call.Files) < 2, "an album has no buttons")
			require.True(t, call.Text.Plain == "" || len(call.Files) == 0 || i == 0, "a caption is on the first call")
			for _, f := range call.Files {
				names = append(names, f.Name)
			}
			text.WriteString(call.Text.Plain)
		}
		var want []string
		for _, f := range reply.Files {
			want = append(want, f.Name)
		}
		require.Equal(t, want, names)
		require.Equal(t, strings.Join(strings.Fields(reply.Text.Plain), ""), strings.Join(strings.Fields(text.String()), ""))
	})
}

// requireWithin fails on what a messenger would refuse.
func requireWithin(t *rapid.T, can Capabilities, call Outgoing) {
	if len(call.Files) == 0 {
		require.NotEmpty(t, strings.TrimSpace(call.Text.Plain))
		if len([]rune(call.Text.Plain)) > 1 { // a code point cannot be cut
			require.LessOrEqual(t, call.Text.Len(can.TextUnit), can.TextLimit)
		}
		return
	}
	require.LessOrEqual(t, call.Text.Len(can.TextUnit), can.CaptionLimit)
	require.LessOrEqual(t, len(call.Files), max(can.AlbumLimit, 1))
	if len(call.Files) > 1 {
		require.True(t, slices.ContainsFunc(can.Albums, func(set []FileKind) bool {
			return !slices.ContainsFunc(call.Files, func(f Upload) bool { return !slices.Contains(set, f.Kind) })
		}), "no album has all these kinds")
	}
	for i, f := range call.Files {
		rule := can.Files[slices.IndexFunc(can.Files, func(r FileRule) bool { return r.Kind == f.Kind })]
		require.LessOrEqual(t, f.Size, rule.MaxBytes)
		require.True(t, rule.Extensions == nil || slices.ContainsFunc(rule.Extensions, func(e string) bool {
			return strings.HasSuffix(strings.ToLower(f.Name), e)
		}))
		if rule.MaxSides > 0 {
			require.LessOrEqual(t, f.Width+f.Height, rule.MaxSides)
		}
		if rule.MaxRatio > 0 {
			require.LessOrEqual(t, max(f.Width, f.Height), rule.MaxRatio*min(f.Width, f.Height))
		}
		require.False(t, i == 0 && rule.NoCaption && call.Text.Plain != "")
	}
}
