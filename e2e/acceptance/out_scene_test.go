// What goes out: an agent beside a customer who has begun, the calls that are made for him, and what no call may have in it.

package acceptance

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// telegramStage is a channel with a Telegram bot and a customer of it who has begun.
func telegramStage(t *testing.T, settings map[string]any) *stage {
	t.Helper()
	s := newScene(t)
	return s.enters(s.telegram(world.Webhook, settings))
}

// viberStage is the same at Viber.
func viberStage(t *testing.T) *stage {
	t.Helper()
	s := newScene(t)
	return s.enters(s.viber())
}

// enters makes another customer of the bot write his first words. When the test ends, nothing of Mattermost's inside may
// stand in any call of the run.
func (s *scene) enters(bot *world.Bot) *stage {
	s.Helper()
	customer := s.customer(bot, "Оксана "+strconv.FormatInt(numbers.Add(1), 10))
	k := &stage{scene: s, customer: customer, tg: customer.AtTelegram, viber: customer.AtViber}
	k.begins()
	s.Cleanup(func() { require.Empty(s, indiscretions()) })
	return k
}

// playing is the same stage for a subtest.
func (k *stage) playing(t *testing.T) *stage {
	t.Helper()
	sub := *k
	sub.scene = k.on(t)
	return &sub
}

// calls are those of the methods at Telegram for the customer, oldest first.
func (k *stage) calls(methods ...string) []telegramtest.Record {
	chat := strconv.FormatInt(k.tg.ID, 10)
	return slices.DeleteFunc(w.TelegramCloud.Journal(), func(r telegramtest.Record) bool {
		return r.Direction != telegramtest.ToServer || r.Params["chat_id"] != chat || !slices.Contains(methods, r.Method)
	})
}

// failing orders the next call of a method for the customer to fail.
func (k *stage) failing(method string, f telegramtest.Failure) {
	f.Method, f.ChatID = method, k.tg.ID
	w.TelegramCloud.Fail(f)
}

// whispered waits for what is told to one person alone about a post, and requires these words in it.
func (k *stage) whispered(e *ears, about *model.Post, words string) *model.Post {
	k.Helper()
	told := k.hears(e, about.Id)
	require.Contains(k, told.Message, words)
	return told
}

// refusals are the notices in the thread that something of a reply did not go out, oldest first.
func (k *stage) refusals() []*model.Post {
	k.Helper()
	return slices.DeleteFunc(k.lines(k.c.RootPostID), func(p *model.Post) bool { return !strings.Contains(p.Message, "⚠️") })
}

// number is the messenger's id of the n-th message that the customer got.
func (k *stage) number(n int) int {
	k.Helper()
	id, err := strconv.Atoi(k.customer.Received()[n].ID)
	require.NoError(k, err)
	return id
}

// reads waits until the customer's messages from the bot have exactly these texts.
func (k *stage) reads(texts ...string) {
	k.Helper()
	err := eventually(k.ctx, "the customer's chat", func() bool { return slices.Equal(received(k.customer), texts) })
	require.Equal(k, texts, received(k.customer), "%v", err)
}

// called makes a user of the team in the scene's channel who has a first and a last name.
func (s *scene) called(first, last string) *lab.Session {
	s.Helper()
	who := s.colleague(s.channel)
	_, _, err := w.Admin.Client.PatchUser(s.ctx, who.User.Id, &model.UserPatch{FirstName: &first, LastName: &last})
	require.NoError(s, err)
	return who
}

// permalink is the address of a post as Mattermost copies it.
func permalink(postID string) string {
	return w.Server.SiteURL + "/" + world.TeamName + "/pl/" + postID
}

// keepsFiles takes all files but these out of the agent's post.
func (s *scene) keepsFiles(postID string, fileIDs ...string) {
	s.Helper()
	kept := model.StringArray(fileIDs)
	_, _, err := s.agent.Client.PatchPost(s.ctx, postID, &model.PostPatch{FileIds: &kept})
	require.NoError(s, err)
}

// indiscretions tells of calls of the run that carry an address of this Mattermost. Where the messengers send updates and
// fetch files is another address of it in all tests.
func indiscretions() []string {
	_, inside, _ := strings.Cut(w.Server.SiteURL, "://")
	var found []string
	for _, call := range w.TelegramCloud.Journal() {
		for name, value := range call.Params {
			if call.Direction == telegramtest.ToServer && strings.Contains(value, inside) {
				found = append(found, call.Method+"."+name)
			}
		}
	}
	for _, call := range w.ViberCloud.Calls("") {
		if strings.Contains(string(call.Body), inside) {
			found = append(found, call.Method)
		}
	}
	return found
}
