// Files that agents send: cases 37 to 39, and what becomes of a reply whose file cannot be sent.

package acceptance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCase37ACaptionOverTheLimitFollowsTheFile(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	fits := strings.Repeat("щ", 1023) + "👍"
	image := anImage()
	s.enters(bot).goesOut(fits, enclosed(image), gets{"photo", fits, image.SHA256()})

	k := s.enters(bot)
	post := k.goesOut(fits+"**о**", enclosed(image, aVideo()),
		gets{"photo", "", image.SHA256()}, gets{"video", "", aVideo().SHA256()}, gets{"text", fits + "о", ""})
	require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 1025, Length: 1}}, k.customer.Received()[2].Entities)
	require.Equal(t, []world.Part{
		{ExternalID: k.customer.Received()[0].ID, Kind: "photo", State: "sent"},
		{ExternalID: k.customer.Received()[1].ID, Kind: "video", State: "sent"},
		{ExternalID: k.customer.Received()[2].ID, Kind: "text", State: "sent"},
	}, k.settles(k.c, post, "sent").Parts)
}

// images are n different pictures.
func images(n int) []world.Enclosure {
	var files []world.Enclosure
	for i := range n {
		files = append(files, world.Enclosure{Name: fmt.Sprintf("фото%d.png", i), Content: telegramtest.PNG(40+i, 30)})
	}
	return files
}

// A post of Mattermost has ten files at most: twelve photos in one reply are for the planner's own test.
func TestCase38FilesGoOutInAlbumsOfWhatTelegramAllowsTogether(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	for _, tt := range []struct {
		name  string
		files []world.Enclosure
		// albums are how many messages each call makes.
		albums []int
		kinds  string
	}{
		{"nine photos and a pdf", append(images(9), aPDF()), []int{9, 1}, strings.Repeat("photo ", 9) + "document"},
		{"ten photos", images(10), []int{10}, strings.TrimSpace(strings.Repeat("photo ", 10))},
		{"a video among photos", []world.Enclosure{images(1)[0], aVideo(), images(2)[1]}, []int{3}, "photo video photo"},
		{"documents before and behind", []world.Enclosure{aPDF(), images(1)[0], aPDF(), aPDF()}, []int{1, 1, 2}, "document photo document document"},
		{"audio", enclosed(aSong(), aSong()), []int{2}, "audio audio"},
		{"what stands in no album", enclosed(aGIF(), aVoice(), aVoice()), []int{1, 1, 1}, "animation voice voice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			var want []gets
			for i, kind := range strings.Fields(tt.kinds) {
				want = append(want, gets{kind, "", tt.files[i].SHA256()})
			}
			want[0].text = "Ось"
			k.goesOut("Ось", tt.files, want...)
			require.Equal(t, tt.albums, albumsOf(k.customer.Received()))
		})
	}
}

// albumsOf are the lengths of the albums that messages stand in, one for a message of its own.
func albumsOf(lines []world.Line) []int {
	var lengths []int
	for i, line := range lines {
		if line.Album != "" && i > 0 && lines[i-1].Album == line.Album {
			lengths[len(lengths)-1]++
		} else {
			lengths = append(lengths, 1)
		}
	}
	return lengths
}

func TestCase39APictureThatTelegramTakesForNoPhotoIsADocument(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	for name, file := range map[string]world.Enclosure{
		"11 MB":              {Name: "плакат.jpg", Content: append(jpegPicture(64, 48), make([]byte, 11<<20)...)},
		"20000 by 100":       {Name: "рулон.png", Content: telegramtest.PNG(20000, 100)},
		"more than 20 to 1":  {Name: "смужка.png", Content: telegramtest.PNG(2001, 100)},
		"more than 10000":    {Name: "мапа.png", Content: telegramtest.PNG(5001, 5000)},
		"a type of no photo": {Name: "наліпка.webp", Content: webpPicture(64, 64)},
	} {
		t.Run(name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			k.goesOut("Ось", enclosed(file), gets{"document", "Ось", file.SHA256()})
			require.Equal(t, file.Name, k.customer.Received()[0].File.Name)
			require.Empty(t, k.calls("sendPhoto"), "it was tried as a photo")
		})
	}
}

func TestAReplyOfNothingButFilesArrivesByteForByteUnderTheirNames(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	telegram, viber := s.telegram(world.Webhook, nil), s.viber()
	for _, name := range []string{"рахунок №1 (копія).pdf", `"a;b".pdf`, "without-extension", "1% & more+.pdf"} {
		file := world.Enclosure{Name: name, Content: body(pdfHead, strings.Repeat(name, 2000))}
		for kind, bot := range map[string]*world.Bot{"document": telegram, "file": viber} {
			if bot == viber && !strings.Contains(name, ".") {
				continue // Viber wants an extension
			}
			t.Run(bot.Kind+" "+name, func(t *testing.T) {
				k := s.on(t).enters(bot)
				k.goesOut("", enclosed(file), gets{kind, "", file.SHA256()})
				require.Equal(t, name, k.customer.Received()[0].File.Name)
				require.EqualValues(t, len(file.Content), k.customer.Received()[0].File.Size)
			})
		}
	}
}

func TestAFileTheMessengerDoesNotTakeKeepsTheWholeReplyBackUntilItIsRemoved(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	for name, tt := range map[string]struct {
		file  world.Enclosure
		words []string
	}{
		"too large":           {world.Enclosure{Name: "архів.zip", Content: make([]byte, 50<<20+1)}, []string{"архів.zip", "50 MB"}},
		"of a forbidden type": {world.Enclosure{Name: "гра.exe", Content: []byte("MZ")}, []string{"гра.exe"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			post := k.repliesWith(k.c, "Ось", anImage(), tt.file)
			require.NotNil(t, k.settles(k.c, post, "failed").Error)
			notice := k.notice(k.c.RootPostID, "Retry")
			for _, word := range tt.words {
				require.Contains(t, notice.Message, word)
			}
			require.Zero(t, tries(k.customer), "a part of the reply went out")

			k.presses(k.agent, notice, "Retry")
			require.NoError(t, eventually(k.ctx, "a second refusal", func() bool { return len(k.refusals()) == 2 }))
			require.Zero(t, tries(k.customer))

			k.keepsFiles(post.Id, fitting(k, post))
			// Posts are seen in the order of their changes: when the note is, so is the other post's new state.
			k.marked(k.replies(k.c, "! прибрав файл"), "lock")
			k.presses(k.agent, k.refusals()[1], "Retry")
			k.settles(k.c, post, "sent")
			require.Equal(t, []gets{{"picture", "Ось", anImage().SHA256()}}, k.got())
			require.Len(t, k.refusals(), 2, "there is more than one refusal for each try")
		})
	}
}

// fitting is the id of the picture in a post.
func fitting(k *stage, post *model.Post) string {
	k.Helper()
	for _, f := range k.files(post) {
		if f.Name == anImage().Name {
			return f.ID
		}
	}
	require.Fail(k, "there is no picture in the post")
	return ""
}

func TestARetrySendsOnlyThePartsThatDidNotGoOut(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	long := strings.Repeat("щ", 1025)
	k.failing("sendMessage", telegramtest.Failure{Status: http.StatusBadRequest, Description: "Bad Request: not today"})
	post := k.repliesWith(k.c, long, anImage())
	message := k.settles(k.c, post, "failed")
	require.Equal(t, []world.Part{{ExternalID: k.customer.Received()[0].ID, Kind: "photo", State: "sent"}}, message.Parts)
	notice := k.notice(k.c.RootPostID, "Retry")
	require.Contains(t, notice.Message, "not today")

	k.presses(k.agent, notice, "Retry")
	message = k.settles(k.c, post, "sent")
	require.Equal(t, []gets{{"photo", "", anImage().SHA256()}, {"text", long, ""}}, k.got())
	require.Len(t, message.Parts, 2)
	require.Len(t, k.calls("sendPhoto"), 1)
}

func TestAFileWhoseOutcomeNobodyKnowsIsNotSentAgainByItself(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	k.failing("sendMediaGroup", telegramtest.Failure{Kind: telegramtest.Cut, Done: true})
	post := k.repliesWith(k.c, "Ось", images(2)...)
	k.settles(k.c, post, "unknown")
	k.notice(k.c.RootPostID, "Send anyway")
	k.settles(k.c, k.replies(k.c, "Отримали?"), "sent")
	require.Len(t, k.calls("sendMediaGroup"), 1)
	require.Equal(t, []int{2, 1}, albumsOf(k.customer.Received()))
}
