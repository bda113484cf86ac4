// Commands: input and answer, permissions, help, autocomplete.

package command

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestCommandsDoWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		user, root, line string
		answer           string
		calls            []string
	}{
		{channelAdmin, "", `/msgbot bot pause My shop`, "`My shop` is paused: nothing goes out, customers' messages are still shown.", []string{"pause tg1"}},
		{channelAdmin, "", `/msgbot bot pause "My shop"`, "`My shop` is paused: nothing goes out, customers' messages are still shown.", []string{"pause tg1"}},
		{channelAdmin, "", `/msgbot bot resume “my SHOP”`, "`My shop` works again.", []string{"resume tg1"}},
		{channelAdmin, "", `/MSGBOT  Bot   Resume  @Shop_Bot `, "`My shop` works again.", []string{"resume tg1"}},
		{sysadmin, "", `/msgbot bot reclaim vb1`, "`Viber` receives its messages here again.", []string{"reclaim vb1"}},
		{sysadmin, "", `/msgbot bot remove My shop`, "This disconnects `My shop` and forgets its conversations; the posts in Mattermost stay. To do it: `/msgbot bot remove \"My shop\" --yes`", nil},
		{sysadmin, "", `/msgbot bot remove viber`, "`viber` may be any of these bots: `vb1`, `vb2`.\nUsage: `/msgbot bot remove <bot> [--yes]`", nil},
		{sysadmin, "", `/msgbot bot remove "My shop" --yes`, "`My shop` is disconnected.", []string{"remove tg1"}},
		{sysadmin, "", `/msgbot bot remove --yes vb2`, "`viber` is disconnected.", []string{"remove vb2"}},
		{member, "root2", `/msgbot claim`, "You have claimed this conversation.", []string{"claim conv1 member"}},
		{member, "root2", `/msgbot close`, "You have closed this conversation.", []string{"close conv1"}},
		{member, "root2", "/msgbot close paid \"in full\"\n- done", "You have closed this conversation.", []string{"note conv1 chan-a root2 member: paid \"in full\"\n- done", "close conv1"}},
		{member, "root2", `/msgbot reopen`, "You have reopened this conversation.", []string{"reopen conv1"}},
		{member, "root2", `/msgbot resend`, "The reply is on its way to the customer.", []string{"resend conv1"}},
		{member, "root2", "/msgbot note  call   back\n tomorrow --yes ", "", []string{"note conv1 chan-a root2 member: call   back\n tomorrow --yes"}},
		{member, "root1", `/msgbot note older thread`, "", []string{"note conv1 chan-a root1 member: older thread"}},
	} {
		w := newWorld(t)
		require.Equal(t, c.answer, w.enter(c.user, c.root, c.line), c.line)
		require.Equal(t, c.calls, w.calls, c.line)
	}
}

func TestWrongInputNamesWhatIsWrongAndShowsTheUsage(t *testing.T) {
	for _, c := range []struct{ user, root, line, wrong, usage string }{
		{sysadmin, "", `/msgbot bot pause`, "Which bot? There are: `\"My shop\"`, `vb1`, `vb2`.", "/msgbot bot pause <bot>"},
		{member, "", `/msgbot bot pause shopp`, "There is no bot `shopp` that you can see. There are: `\"My shop\"`.", "/msgbot bot pause <bot>"},
		{member, "", `/msgbot status Viber`, "There is no bot `Viber` that you can see.", "/msgbot status [bot]"},
		{member, "", `/msgbot status @`, "There is no bot `@` that you can see.", "/msgbot status [bot]"},
		{sysadmin, "", `/msgbot bot add`, "Which messenger?", "/msgbot bot add telegram|viber"},
		{sysadmin, "", `/msgbot bot add icq`, "`icq` is not a messenger that msgbot knows.", "/msgbot bot add telegram|viber"},
		{sysadmin, "", `/msgbot bot add telegram viber`, "`telegram viber` is not a messenger", "/msgbot bot add telegram|viber"},
		{sysadmin, "", `/msgbot bot list all`, "This command takes nothing more: `all`", "/msgbot bot list"},
		{member, "root2", `/msgbot claim me`, "This command takes nothing more: `me`", "/msgbot claim"},
		{member, "root2", `/msgbot note`, "The text is missing.", "/msgbot note <text>"},
		{member, "", `/msgbot claim`, "This works only as a reply in the thread of a conversation.", "/msgbot claim"},
		{member, "root9", `/msgbot close x`, "This works only as a reply in the thread of a conversation.", "/msgbot close [note]"},
		{outsider, "root2", `/msgbot note x`, "Це працює лише як відповідь у гілці розмови.", "/msgbot note <text>"},
		{member, "", `/msgbot help fly`, "There is no command `fly`.", "/msgbot help [command]"},
		{member, "", "/msgbot help `@all", "There is no command `'@all`.", "/msgbot help [command]"},
		{member, "", `/msgbot fly away`, "There is no command `fly away`.", "/msgbot bot remove <bot> [--yes]"},
		{member, "", `/msgbot bot`, "There is no command `bot`.", "/msgbot bot pause <bot>"},
	} {
		w := newWorld(t)
		answer := w.enter(c.user, c.root, c.line)
		require.Contains(t, answer, c.wrong, c.line)
		require.Contains(t, answer, c.usage, c.line)
		require.Empty(t, w.calls, c.line)
		require.Empty(t, w.dialogs, c.line)
	}
}

// lines is a good line of every command and the least level that may enter it.
var lines = map[string]string{
	"help": "/msgbot help", "status": "/msgbot status tg1", "bot add": "/msgbot bot add viber", "bot list": "/msgbot bot list",
	"bot edit": "/msgbot bot edit tg1", "bot pause": "/msgbot bot pause tg1", "bot resume": "/msgbot bot resume tg1",
	"bot reclaim": "/msgbot bot reclaim tg1", "bot remove": "/msgbot bot remove tg1 --yes", "claim": "/msgbot claim",
	"close": "/msgbot close", "reopen": "/msgbot reopen", "note": "/msgbot note x", "resend": "/msgbot resend",
	"autoreply list": "/msgbot autoreply list tg1", "autoreply add": "/msgbot autoreply add first tg1",
	"autoreply edit": "/msgbot autoreply edit r1", "autoreply on": "/msgbot autoreply on r1", "autoreply off": "/msgbot autoreply off r1",
	"autoreply remove": "/msgbot autoreply remove r1", "autoreply test": `/msgbot autoreply test "ціна" tg1`,
	"hours show": "/msgbot hours show tg1", "hours set": "/msgbot hours set tg1 Mon-Fri 9-18", "hours close-until": "/msgbot hours close-until tg1 2h",
	"hours open-until": "/msgbot hours open-until tg1 2h", "hours normal": "/msgbot hours normal tg1",
	"holiday list": "/msgbot holiday list tg1", "holiday add": "/msgbot holiday add tg1 25.12", "holiday country": "/msgbot holiday country tg1 ua",
	"holiday remove": "/msgbot holiday remove tg1 24.08", "menu show": "/msgbot menu show tg1", "menu button": "/msgbot menu button tg1 1 Prices 70",
	"menu remove": "/msgbot menu remove tg1 1", "flow list": "/msgbot flow list tg1", "flow show": "/msgbot flow show tg1 shop",
	"flow import": "/msgbot flow import tg1 example:hello", "flow export": "/msgbot flow export tg1 shop",
	"flow publish": "/msgbot flow publish tg1 shop", "flow off": "/msgbot flow off tg1 shop",
}

// refusals are what is said to who may not; the outsider's Mattermost is Ukrainian, and he sees two bots in another channel.
var refusals = []string{
	"You may not do this.", "Ви не маєте на це права.", "Бота `tg1` серед доступних", "лише як відповідь у гілці", "Який бот? Є такі",
	"Правила `r1` серед доступних",
}

func TestEveryCommandChecksPermission(t *testing.T) {
	rank := map[string]int{outsider: -1, member: 0, channelAdmin: 1, sysadmin: 2}
	need := map[api.Level]int{api.Member: 0, api.Admin: 1, api.Manager: 2}
	for _, s := range newWorld(t).commands.table {
		require.Contains(t, need, s.may, s.path)
		for user, has := range rank {
			w := newWorld(t)
			answer := w.enter(user, "root2", lines[s.path])
			allowed := has >= need[s.may] || s.path == "help"
			refused := slices.ContainsFunc(refusals, func(words string) bool { return strings.Contains(answer, words) })
			require.Equal(t, !allowed, refused, "%s as %s: %s", s.path, user, answer)
			if !allowed {
				require.Empty(t, w.calls, "%s as %s", s.path, user)
				require.Empty(t, w.dialogs, "%s as %s", s.path, user)
			}
		}
	}
}

func TestChannelAdminsManageTheirBotsWhenTheSettingSaysSo(t *testing.T) {
	w := newWorld(t)
	w.channelAdmins = true
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot bot list"), "My shop")
	require.NotContains(t, w.enter(channelAdmin, "", "/msgbot bot list"), "Viber")
	w.enter(channelAdmin, "", "/msgbot bot reclaim tg1")
	require.Equal(t, []string{"reclaim tg1"}, w.calls)
	require.Equal(t, "You may not do this.", w.enter(member, "", "/msgbot bot reclaim tg1"))
}

func TestEveryCommandHasHelpAndAutocomplete(t *testing.T) {
	for user, lang := range map[string]string{member: "en", outsider: "uk"} {
		w := newWorld(t)
		all := w.enter(user, "", "/msgbot help")
		require.Equal(t, all, w.enter(user, "", "/msgbot"))
		command := w.commands.Command(lang)
		require.NoError(t, command.AutocompleteData.IsValid())
		for _, s := range w.commands.table {
			require.Contains(t, lines, s.path)
			require.Contains(t, all, "`"+s.usageLine()+"` – "+w.T(lang, s.helpKey(), nil))
			require.Contains(t, w.enter(user, "", "/msgbot help "+s.path), s.usageLine())
			require.NotNil(t, leaf(command.AutocompleteData, s.words()), s.path)
		}
	}
}

func leaf(at *model.AutocompleteData, path []string) *model.AutocompleteData {
	for _, word := range path {
		var next *model.AutocompleteData
		for _, sub := range at.SubCommands {
			if sub.Trigger == word {
				next = sub
			}
		}
		if next == nil {
			return nil
		}
		at = next
	}
	return at
}

func TestBotsCompleteThemselvesFromTheServer(t *testing.T) {
	data := newWorld(t).commands.Command("en").AutocompleteData
	for _, path := range []string{"status", "bot edit", "bot pause", "bot remove"} {
		argument := leaf(data, strings.Fields(path)).Arguments[0]
		list, ok := argument.Data.(*model.AutocompleteDynamicListArg)
		require.True(t, ok)
		require.Equal(t, "api/v1/autocomplete/bots", list.FetchURL, "Mattermost puts the plugin's path before it")
	}
}

func TestStatusShowsAllOrOneInFull(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "- 🟢 `My shop` (Telegram, `@shop_bot`): works. Waiting: 1 messages of customers, 2 replies. Unreadable today: 3. The oldest waits since 2026-11-23 14:05 UTC.",
		strings.Split(strings.ReplaceAll(w.enterIn("chan-x", sysadmin, "/msgbot status"), "\r", ""), "\n")[0])
	require.Len(t, strings.Split(w.enterIn("chan-b", sysadmin, "/msgbot status"), "\n"), 3, "two bots here: all are listed")

	full := w.enter(member, "", "/msgbot status")
	require.Equal(t, full, w.enter(member, "", "/msgbot status My shop"), "the channel's only bot needs no name")
	require.Contains(t, full, "🟡 `My shop` (Telegram, `@shop_bot`): works, but needs attention")
	require.Contains(t, full, "- 🟡 **webhook**: old.example receives the messages (2026-11-23 14:05 UTC)")
	require.NotContains(t, full, "**token**")
	require.Contains(t, full, "Last error: `2026-11-23 14:05 UTC out sendMessage 429 1s Too 'many'`")
	require.Equal(t, 3, strings.Count(full, "getMe"), "five exchanges in all")

	require.Contains(t, w.enter("stranger", "", "/msgbot status"), "There is no bot here")
}

func (w *world) enterIn(channel, user, line string) string {
	return w.commands.Execute(w.t.Context(), &model.CommandArgs{UserId: user, ChannelId: channel, Command: line}).Text
}

func TestAddAndEditOpenAForm(t *testing.T) {
	w := newWorld(t)
	require.Empty(t, w.enter(sysadmin, "", "/msgbot bot add telegram"))
	require.Empty(t, w.enter(sysadmin, "", "/msgbot bot edit tg1"))
	require.Len(t, w.dialogs, 2)
	require.Equal(t, "/plugins/msgbot/api/v1/dialogs/bot-add", w.dialogs[0].URL)
	require.Equal(t, "telegram", w.dialogs[0].Dialog.State)
	require.Equal(t, "trigger", w.dialogs[0].TriggerId)
	require.Equal(t, "/plugins/msgbot/api/v1/dialogs/bot-edit", w.dialogs[1].URL)
	require.Equal(t, "tg1", w.dialogs[1].Dialog.State)

	w.dialogErr = model.NewAppError("Open", "api.trigger_id", nil, "", 400)
	require.Equal(t, "Something failed; the server log says what.", w.enter(sysadmin, "", "/msgbot bot add viber"))
	require.Len(t, w.failed, 1)
}

func TestErrorsAreSaidAndOnlyUnexpectedOnesLogged(t *testing.T) {
	for err, want := range map[error]string{
		relay.ErrNothingToSend:          "There is no reply here that did not go out.",
		errors.New("pq: down"):          "Something failed; the server log says what.",
		&bots.InUseError{Host: "o.ua"}:  "Another service receives this bot's messages now: `o.ua`. Confirm that it should be cut off.",
		&bots.RefusedError{Words: "no"}: "The messenger refused: `no`",
	} {
		w := newWorld(t)
		w.err = err
		require.Equal(t, want, w.enter(member, "root2", "/msgbot resend"))
		require.Equal(t, strings.HasPrefix(want, "Something"), len(w.failed) == 1)
	}
}

func TestAConversationStaysOpenWhenItsNoteCouldNotBeWritten(t *testing.T) {
	w := newWorld(t)
	w.err = errors.New("no")
	w.enter(member, "root2", "/msgbot close because")
	require.NotContains(t, w.calls, "close conv1")
}

func TestAPanicIsAnsweredAndCounted(t *testing.T) {
	w := newWorld(t)
	w.panics = true
	require.Equal(t, "Something failed; the server log says what.", w.enter(member, "", "/msgbot status"))
	require.Equal(t, []string{"command"}, w.panicked)
}

func TestNothingIsDoneBeforeTheStoreIsReady(t *testing.T) {
	w := newWorld(t)
	w.ready = false
	require.Equal(t, "msgbot is not ready yet, try again in a few seconds.", w.enter(member, "root2", "/msgbot claim"))
	require.Empty(t, w.calls)
}

func TestChangesAreAuditedByIdsOnly(t *testing.T) {
	w := newWorld(t)
	w.enter(sysadmin, "", "/msgbot status")
	w.enter(sysadmin, "", "/msgbot bot pause tg1")
	w.enter(member, "", "/msgbot bot remove tg1 --yes")
	w.enter(member, "root2", "/msgbot note private words")
	w.enter(member, "", "/msgbot note private words")
	require.Equal(t, []api.Audit{
		{UserID: sysadmin, Action: "/msgbot bot pause", Target: "tg1", Status: 200},
		{UserID: member, Action: "/msgbot bot remove", Target: "tg1", Status: http.StatusForbidden},
		{UserID: member, Action: "/msgbot note", Target: "conv1", Status: 200},
		{UserID: member, Action: "/msgbot note", Target: "", Status: http.StatusUnprocessableEntity},
	}, w.audits)
}

func TestWordsAreCutAtSpacesOutsideQuotes(t *testing.T) {
	for line, want := range map[string][]string{
		``: nil, `  `: nil, `a  b`: {"a", "b"}, `"a b" c`: {"a b", "c"}, `«а б»`: {"а б"}, `„а“ б`: {"а", "б"},
		`a "b c`: {"a", "b c"}, `""`: {""}, "a\n b": {"a", "b"},
	} {
		require.Equal(t, want, split(line), line)
	}
}
