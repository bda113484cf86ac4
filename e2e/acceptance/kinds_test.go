// The page of all kinds of message, docs/messages.md: its table is written from the rows here, and each cell of it is played
// on the real server. Its rows are in kinds_in_test.go and kinds_out_test.go.

package acceptance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// update writes the page instead of comparing it.
var update = flag.Bool("update", false, "write the table of docs/messages.md from its rows")

// way is a column of the table: a messenger and a direction.
type way string

const (
	fromTelegram way = "from Telegram"
	fromViber    way = "from Viber"
	toTelegram   way = "to Telegram"
	toViber      way = "to Viber"
)

func ways() []way { return []way{fromTelegram, fromViber, toTelegram, toViber} }

// row is a cell of the table with its proof.
type row struct {
	kind string
	way  way
	// words stand in the cell.
	words string
	// plays does it and requires what the words say.
	plays func(*stage)
}

func rows() []row { return slices.Concat(telegramRows(), viberRows(), replyRows()) }

// stage is where a row is played: a customer who has not written yet, and an agent. Exactly one of tg and viber is set.
type stage struct {
	*scene
	customer *world.Customer
	tg       *telegramtest.Customer
	viber    *vibertest.Customer
	// c is the conversation of a customer who has begun.
	c world.Conversation
}

func TestCase22EveryKindOfMessageBecomesWhatThePageSays(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.botFor(way)
			for _, r := range rows() {
				if r.way != way {
					continue
				}
				t.Run(r.kind, func(t *testing.T) {
					s := s.on(t)
					customer := s.customer(bot, "Оксана "+r.kind)
					k := &stage{scene: s, customer: customer, tg: customer.AtTelegram, viber: customer.AtViber}
					if way == toTelegram || way == toViber {
						k.begins()
					}
					r.plays(k)
				})
			}
		})
	}
}

// botFor is a bot of the messenger of a way, which mirrors reactions where that can be.
func (s *scene) botFor(way way) *world.Bot {
	s.Helper()
	if way == fromViber || way == toViber {
		return s.viber()
	}
	return s.telegram(world.Webhook, map[string]any{"mirror_reactions": true})
}

// begins makes the customer write his first words.
func (k *stage) begins() *model.Post {
	k.Helper()
	post := k.says(k.customer, "Добрий день!")
	k.c = k.conversation(k.customer)
	k.settles(k.c, post, "received")
	return post
}

// shows requires that all the customer did became one post with these words in it and these files.
func (k *stage) shows(words string, files ...shown) *model.Post {
	k.Helper()
	k.worksOff(k.customer.Bot)
	post := k.arrivals(k.customer, 1)[0]
	k.has(post, words, files...)
	return post
}

// shown is a file as the team gets it: a pattern of its name, and its hash.
type shown struct{ name, hash string }

func (k *stage) has(post *model.Post, words string, files ...shown) {
	k.Helper()
	require.Contains(k, post.Message, words)
	got := k.files(post)
	require.Len(k, got, len(files), "%q", post.Message)
	for i, f := range files {
		require.Regexp(k, f.name, got[i].Name)
		require.Equal(k, f.hash, got[i].SHA256)
	}
}

// gets is a message as the customer gets it: the messenger's kind of it, the text, and the file's hash or nothing.
type gets struct{ kind, text, hash string }

// goesOut makes the agent reply, and requires that the customer gets exactly this of it, and that the reply is sent.
func (k *stage) goesOut(text string, files []world.Enclosure, want ...gets) *model.Post {
	k.Helper()
	before := len(k.got())
	post := k.repliesWith(k.c, text, files...)
	k.settles(k.c, post, "sent", "delivered", "seen")
	require.Equal(k, want, k.got()[before:])
	return post
}

// got is all that the customer got.
func (k *stage) got() []gets {
	var got []gets
	for _, line := range k.customer.Received() {
		g := gets{kind: line.Kind, text: line.Text}
		if line.File != nil {
			g.hash = line.File.SHA256
		}
		got = append(got, g)
	}
	return got
}

// fails makes the agent reply, and requires that nothing of it goes out and that the thread says why.
func (k *stage) fails(text string, files []world.Enclosure, why string) {
	k.Helper()
	post := k.repliesWith(k.c, text, files...)
	k.settles(k.c, post, "failed")
	k.line(k.c.RootPostID, why)
	require.Empty(k, k.customer.Received())
}

// Where the table stands in the page.
const (
	pagePath   = "docs/messages.md"
	tableBegin = "<!-- the table: written by its test -->\n"
	tableEnd   = "<!-- the end of the table -->\n"
)

func TestMessagesPageHasTheTableThatTheRowsMake(t *testing.T) {
	root, err := lab.Root()
	require.NoError(t, err)
	file := filepath.Join(root, filepath.FromSlash(pagePath))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, begun := strings.Cut(string(content), tableBegin)
	table, after, ended := strings.Cut(rest, tableEnd)
	require.True(t, begun && ended, "%s has no place for the table", pagePath)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+tableBegin+tableOf(rows())+tableEnd+after), 0o600))
		return
	}
	require.Equal(t, tableOf(rows()), table, "the rows say something else: go test ./acceptance -run TestMessagesPage -args -update")
}

// tableOf is the table of rows: a line for each kind in the order in which they first appear, a column for each way. What
// a messenger does not have has an empty cell.
func tableOf(rows []row) string {
	cells := map[string]map[way]string{}
	var kinds []string
	for _, r := range rows {
		if cells[r.kind] == nil {
			cells[r.kind] = map[way]string{}
			kinds = append(kinds, r.kind)
		}
		if cells[r.kind][r.way] != "" {
			panic(fmt.Sprintf("two rows for %s %s", r.kind, r.way))
		}
		cells[r.kind][r.way] = r.words
	}
	var out strings.Builder
	out.WriteString("| kind |")
	for _, w := range ways() {
		fmt.Fprintf(&out, " %s |", w)
	}
	out.WriteString("\n|---" + strings.Repeat("|---", len(ways())) + "|\n")
	for _, kind := range kinds {
		fmt.Fprintf(&out, "| %s |", kind)
		for _, w := range ways() {
			fmt.Fprintf(&out, " %s |", cells[kind][w])
		}
		out.WriteString("\n")
	}
	return out.String()
}
