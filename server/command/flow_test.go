// Commands about flows, and where a flow is imported from.

package command

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
)

// fullYAML has all that a step can have.
const fullYAML = `flow: full
start: main
trigger: {commands: [/start]}
idle: 90m
steps:
  main:
    text: {uk: "Вітаю", en: "Hello"}
    buttons:
      - [{label: {uk: "Де", en: "Where"}, do: go, value: ask}]
      - [{label: {uk: "Сайт", en: "Site"}, do: url, value: "https://example.ua"}]
      - [{label: {uk: "Номер", en: "Number"}, do: phone, value: bye}]
      - [{label: {uk: "Людина", en: "Person"}, do: handover}]
  ask:
    text: {uk: "Номер?", en: "Number?"}
    input: {field: parcel, type: text, pattern: "[0-9]+", tries: 3, else: bye}
    next: call
  call:
    http: {url: "https://api.example.ua/{{field.parcel}}", save: {status: order.status}, error: bye}
    next: bye
  bye: {text: {uk: "Бувайте", en: "Bye"}, tags: [done], assign: olena, do: close}
  lost: {text: {uk: "Ніхто сюди не йде", en: "Nobody comes here"}}
`

func TestFlowsAreListedWithTheirState(t *testing.T) {
	w := newWorld(t)
	w.scripts.flows = []answers.FlowState{
		{Name: "a", Published: 2, On: true, Draft: 3}, {Name: "b", Published: 1}, {Name: "c", Draft: 1},
	}
	require.Equal(t, "**Flows of `My shop`**\n- 🟢 `a`: on, version 2; version 3 is a draft\n- ⚪ `b`: off, version 1\n- ⚪ `c`: version 1 is a draft",
		w.enter(member, "", "/msgbot flow list"))
	w.scripts.flows = nil
	require.Contains(t, w.enter(member, "", "/msgbot flow list"), "has no flows yet")
}

func TestAFlowIsShownStepByStep(t *testing.T) {
	w := newWorld(t)
	w.scripts.texts["shop"] = fullYAML
	require.Equal(t, strings.TrimPrefix(`
**`+"`full`"+`**: on, version 2
Begins with `+"`/start`"+`; ends after 1 h 30 min of silence.

**`+"`main`"+`**
> Hello

- `+"`Where`"+` → `+"`ask`"+`
- `+"`Site`"+` → <https://example.ua>
- `+"`Number`"+` → asks for the phone number, then `+"`bye`"+`
- `+"`Person`"+` → a person answers

**`+"`ask`"+`**
> Number?

asks for `+"`parcel`"+` (`+"`text`"+`); tries: 3, then `+"`bye`"+`
it has to match `+"`[0-9]+`"+`
→ `+"`call`"+`

**`+"`bye`"+`**
> Bye

→ closes the conversation
tags: `+"`done`"+`
assigned to `+"`@olena`"+`

**`+"`call`"+`**
calls `+"`GET https://api.example.ua/{{field.parcel}}`"+`; if that fails: `+"`bye`"+`
keeps `+"`status`"+` of the answer
→ `+"`bye`"+`

**`+"`lost`"+`**
> Nobody comes here`, "\n"), w.enter(member, "", "/msgbot flow show shop"))
}

func TestWhichVersionOfAFlowIsShownIsSaidWhereThereAreTwo(t *testing.T) {
	for want, state := range map[string]answers.FlowState{
		"**`full`**: version 1 is a draft\n":                                           {Draft: 1},
		"**`full`**: off, version 2\n":                                                 {Published: 2},
		"**`full`**: on, version 2; version 3 is a draft, which is shown here\nBegins": {Published: 2, On: true, Draft: 3},
	} {
		w := newWorld(t)
		state.Name = "shop"
		w.scripts.texts["shop"], w.scripts.flows = fullYAML, []answers.FlowState{state}
		require.Contains(t, w.enter(member, "", "/msgbot flow show shop"), want)
	}
}

func TestTheNewestFlowThatTheCallerPostedIsImported(t *testing.T) {
	w := newWorld(t)
	w.host.post(member, "foreign.yaml", shopYAML)
	w.host.post(channelAdmin, "notes.txt", "nothing")
	w.host.post(channelAdmin, "Hello.YML", helloYAML)
	w.host.post(channelAdmin, "older.yaml", shopYAML)
	require.Equal(t, "Read from `Hello.YML`. `hello` is saved as a draft, version 3. To publish it: `/msgbot flow publish hello`",
		w.enter(channelAdmin, "", "/msgbot flow import"))
	require.Equal(t, []string{"draft hello of tg1"}, w.calls)
	require.Equal(t, helloYAML, w.scripts.texts["hello"])
	require.Equal(t, answers.Editor{UserID: channelAdmin}, w.scripts.editor)
	require.Equal(t, "hello", w.audits[0].Target)
}

func TestAFlowIsPastedWhereNoneWasPosted(t *testing.T) {
	for _, line := range []string{"/msgbot flow import", "/msgbot flow import paste"} {
		w := newWorld(t)
		if strings.HasSuffix(line, paste) {
			w.host.post(channelAdmin, "hello.yaml", helloYAML)
		}
		require.Empty(t, w.enter(channelAdmin, "", line))
		require.Equal(t, "/plugins/msgbot/api/v1/dialogs/flow-import", w.dialogs[0].URL)
		require.Equal(t, "tg1", w.dialogs[0].Dialog.State)
		require.Empty(t, w.calls)
	}
}

func TestAnExampleIsImportedByOneCommand(t *testing.T) {
	w := newWorld(t)
	require.Contains(t, w.enterIn("chan-x", sysadmin, "/msgbot flow import tg1 example:hello"),
		"To publish it: `/msgbot flow publish \"My shop\" hello`")
	require.Equal(t, answers.Editor{UserID: sysadmin, Sysadmin: true}, w.scripts.editor)
	data := w.commands.Command("en").AutocompleteData
	require.Equal(t, []string{"paste paste the text into a form", "example:hello a built-in example"}, staticItems(t, data, "flow import"))
}

// staticItems are what a command's last argument offers.
func staticItems(t *testing.T, data *model.AutocompleteData, path string) []string {
	t.Helper()
	arguments := leaf(data, strings.Fields(path)).Arguments
	list, ok := arguments[len(arguments)-1].Data.(*model.AutocompleteStaticListArg)
	require.True(t, ok)
	var items []string
	for _, item := range list.PossibleArguments {
		items = append(items, item.Item+" "+item.HelpText)
	}
	return items
}

func TestAFileThatCannotBeUsedIsNamed(t *testing.T) {
	w := newWorld(t)
	w.host.post(channelAdmin, "big.yaml", helloYAML)
	w.host.files["filebig.yaml"].Size = maxUpload + 1
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot flow import"), "`big.yaml` is larger than 256 KB.")
	w.host.down = true
	require.Equal(t, "Something failed; the server log says what.", w.enter(channelAdmin, "", "/msgbot flow import"))
	require.Len(t, w.failed, 1)
	require.Empty(t, w.calls)
}

func TestWhatIsWrongWithAFlowIsListedWithLineStepAndRemedy(t *testing.T) {
	w := newWorld(t)
	w.host.post(channelAdmin, "bad.yaml", "flow: bad\nstart: main\nsteps:\n  main:\n    text: {uk: x}\n    next: mian\n")
	answer := w.enter(channelAdmin, "", "/msgbot flow import")
	require.Contains(t, answer, "The flow has mistakes and cannot be used as it is.\n- Line 6, step main, next: There is no step mian. Did you mean main?")
	require.Equal(t, 422, w.audits[0].Status)
	w.host.posts[0].UserId = sysadmin
	w.host.text["filebad.yaml"] = strings.ReplaceAll(fullYAML, "[0-9]+", "[")
	require.Contains(t, w.enter(sysadmin, "", "/msgbot flow import"), "step ask")
}

func TestWarningsDoNotRefuse(t *testing.T) {
	w := newWorld(t)
	w.host.post(channelAdmin, "full.yaml", fullYAML)
	answer := w.enter(channelAdmin, "", "/msgbot flow import")
	require.Contains(t, answer, "`full` is saved as a draft")
	require.Contains(t, answer, "(warning): ")
	published := w.enter(channelAdmin, "", "/msgbot flow publish full")
	require.Contains(t, published, "`full` answers from now on, version 3.")
	require.Contains(t, published, "(warning): ")
	require.Equal(t, []string{"draft full of tg1", "publish full of tg1"}, w.calls)
}

func TestAFlowIsExportedInABlock(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "`shop`, version 2:\n```yaml\n"+shopYAML+"```", w.enter(member, "", "/msgbot flow export SHOP"))
	require.Equal(t, answers.Editor{UserID: member}, w.scripts.editor, "the service hides keys from who is no system admin")
	w.scripts.texts["shop"] = "# ```` in it"
	require.Contains(t, w.enter(member, "", "/msgbot flow export shop"), "\n`````yaml\n# ```` in it\n`````")
	w.scripts.texts["shop"] = strings.Repeat("я", maxAnswer+1)
	require.Contains(t, w.enter(member, "", "/msgbot flow export shop"), "REST has it: `GET /api/v1/bots/tg1/flows/shop`")
}

func TestAFlowIsSwitchedOff(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "`shop` is off. `/msgbot flow publish shop` switches it on again.", w.enter(channelAdmin, "", "/msgbot flow off shop"))
	require.Equal(t, []string{"off shop of tg1"}, w.calls)
	w.scripts.flows[0] = answers.FlowState{Name: "shop", Draft: 1}
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot flow off shop"), "`shop` is not published")
}

func TestAFlowThatCallsAServiceIsSwitchedOnAgainBySystemAdminsOnly(t *testing.T) {
	w := newWorld(t)
	w.scripts.texts["shop"] = strings.ReplaceAll(fullYAML, "flow: full", "flow: shop")
	require.Equal(t, "`shop` is off. It calls a service, so only a system admin can switch it on again: `/msgbot flow publish shop`",
		w.enter(channelAdmin, "", "/msgbot flow off shop"))
	require.Contains(t, w.enter(sysadmin, "", "/msgbot flow off shop"), "`/msgbot flow publish shop` switches it on again.")
	require.Equal(t, []string{"off shop of tg1", "off shop of tg1"}, w.calls)
}

func TestRulesAndFlowsCompleteThemselvesFromTheServer(t *testing.T) {
	data := newWorld(t).commands.Command("en").AutocompleteData
	for path, want := range map[string]string{
		"autoreply edit": "api/v1/autocomplete/rules", "autoreply off": "api/v1/autocomplete/rules",
		"flow publish": "api/v1/autocomplete/flows", "flow export": "api/v1/autocomplete/flows", "hours show": "api/v1/autocomplete/bots",
		"hours set": "api/v1/autocomplete/which-bot", "hours close-until": "api/v1/autocomplete/which-bot", "holiday add": "api/v1/autocomplete/which-bot",
		"holiday remove": "api/v1/autocomplete/dates", "menu button": "api/v1/autocomplete/new-paths", "menu remove": "api/v1/autocomplete/paths",
		"autoreply add": "api/v1/autocomplete/which-bot", "autoreply test": "api/v1/autocomplete/which-bot",
	} {
		list, ok := leaf(data, strings.Fields(path)).Arguments[0].Data.(*model.AutocompleteDynamicListArg)
		require.True(t, ok, path)
		require.Equal(t, want, list.FetchURL, path)
	}
}
