// The small menu: what the commands make of it, and that it is a flow that works whatever they do.

package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

func (w *world) menu(lines ...string) string {
	w.t.Helper()
	answer := ""
	for _, line := range lines {
		answer = w.enter(channelAdmin, "", "/msgbot menu "+line)
		require.NotContains(w.t, answer, "Usage", line)
	}
	return answer
}

func TestAMenuIsMadeButtonByButton(t *testing.T) {
	w := newWorld(t)
	require.Contains(t, w.menu("show"), "`My shop` has no menu yet.")
	require.Equal(t, "Button `1` `Наші ціни` is saved, and the menu is published.", w.menu(`button 1 "Наші ціни" Дивіться нижче`))
	require.Equal(t, []string{"replace menu of tg1 at 0"}, w.calls)
	w.menu(`button 2 Адреса "Київ,  вул. Садова, 1"`, "button 1.1 Доставка **70** грн\nпо місту", "button 1.2 Самовивіз безкоштовно")
	require.Equal(t, strings.Join([]string{
		"**Menu of `My shop`** (on, version 3). Customers open it with `/start`, `/menu`.", "> Чим можемо допомогти?", "",
		"- `1` **`Наші ціни`** Дивіться нижче", "  - `1.1` **`Доставка`** **70** грн по місту", "  - `1.2` **`Самовивіз`** безкоштовно",
		"- `2` **`Адреса`** Київ, вул. Садова, 1",
	}, "\n"), w.menu("show"))

	f, problems := flow.Parse([]byte(w.scripts.texts["menu"]))
	require.Empty(t, problems, "no warnings either")
	require.Equal(t, "Київ,  вул. Садова, 1", f.Steps["b2"].Text["uk"], "the quotes are gone, the words as they were written")
	require.Equal(t, flow.DoHandover, f.Steps["main"].Buttons[2][0].Do, "a person stands last")
	require.Equal(t, []flow.Button{
		{Label: flow.Texts{"uk": "« Назад"}, Do: flow.DoBack}, {Label: flow.Texts{"uk": "Меню"}, Do: flow.DoMenu},
	}, f.Steps["b1-2"].Buttons[0])
	for name, step := range f.Steps {
		last := step.Buttons[len(step.Buttons)-1]
		require.Equal(t, flow.DoHandover, last[0].Do, "a person on %s as well", name)
	}
}

func TestAButtonIsChangedAndRemoved(t *testing.T) {
	w := newWorld(t)
	w.menu("button 1 A a", "button 1.1 B b", "button 2 C c", "button 1 D d")
	f, _ := flow.Parse([]byte(w.scripts.texts["menu"]))
	require.Equal(t, "d", f.Steps["b1"].Text["uk"])
	require.Contains(t, f.Steps, "b1-1", "what is below stays")
	require.Equal(t, "Button `1` is removed, and the menu is published.", w.menu("remove 1"))
	f, _ = flow.Parse([]byte(w.scripts.texts["menu"]))
	require.Len(t, f.Steps, 2, "with all that only it leads to")
	w.menu("button 2 E e")
	f, _ = flow.Parse([]byte(w.scripts.texts["menu"]))
	require.Equal(t, "c", f.Steps["b2"].Text["uk"], "a step that is there is not taken for a new one")
	require.Equal(t, "e", f.Steps["b2_2"].Text["uk"])
	w.menu("remove 2")
	require.Equal(t, "That was the last button: the menu of `My shop` is removed.", w.menu("remove 1"))
	require.Equal(t, "remove flow menu of tg1 at 2", w.calls[len(w.calls)-1])
}

func TestAMenuThatSomebodyEditedInYAMLStaysWhatItIs(t *testing.T) {
	w := newWorld(t)
	w.scripts.texts["menu"] = `flow: menu
start: top
trigger: {commands: [/menu]}
steps:
  top:
    text: {uk: "Так", en: "Yes"}
    buttons:
      - - {label: {uk: "Один", en: "One"}, do: go, value: one}
        - {label: {uk: "Знову", en: "Again"}, do: go, value: top}
      - [{label: {uk: "Сайт", en: "Site"}, do: url, value: "https://example.ua"}]
  one: {text: {uk: "1", en: "1"}, next: end}
  end: {text: {uk: "Кінець", en: "End"}, do: handover}
`
	w.scripts.flows = append(w.scripts.flows, w.scripts.flows[0])
	w.scripts.flows[1].Name = "menu"
	require.Contains(t, w.menu("show"), "- `2` **`Знову`** Так", "a button that leads back ends there")
	w.menu("button 1 Перший перше", "button 3 Новий нове")
	f, _ := flow.Parse([]byte(w.scripts.texts["menu"]))
	require.Equal(t, flow.Texts{"uk": "Перший", "en": "One"}, f.Steps["top"].Buttons[0][0].Label, "the other language stays")
	require.Equal(t, "Новий", f.Steps["top"].Buttons[1][0].Label["uk"], "behind the last of its kind")
	require.Equal(t, flow.DoURL, f.Steps["top"].Buttons[2][0].Do)
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot menu button 1.1 X x"), "The step `one` goes on by itself")
	w.menu("remove 3", "remove 2", "remove 1")
	require.Contains(t, w.scripts.texts["menu"], "example.ua", "a menu with other buttons is not removed")
}

func TestTheMenuIsNotPublishedWhenItCouldNotBeSaved(t *testing.T) {
	w := newWorld(t)
	w.menu("button 1 A a")
	w.calls, w.scripts.err = nil, errors.New("pq: down")
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot menu button 2 B b"), "Something failed")
	require.Empty(t, w.calls)
}

func TestAMenuThatCouldNotBePublishedIsNotSaved(t *testing.T) {
	w := newWorld(t)
	w.scripts.texts["shop"] = strings.ReplaceAll(shopYAML, "/shop", "/menu")
	require.Equal(t, "`/menu` already begins the flow `shop`, so the menu was not changed. Switch that flow off first: `/msgbot flow off shop`. "+
		"Or build your buttons into it: `/msgbot flow export shop` shows its YAML.", w.enter(channelAdmin, "", "/msgbot menu button 1 A a"))
	require.Empty(t, w.calls, "no draft is left either")
	require.Equal(t, 409, w.audits[0].Status)
	require.Contains(t, w.enterIn("elsewhere", sysadmin, "/msgbot menu button tg1 1 A a"), "`/msgbot flow off \"My shop\" shop`")
	w.scripts.flows[0].On = false
	require.Contains(t, w.menu("button 1 A a"), "is published")
}

func TestAMistakeInAMenuIsNamedByItsButton(t *testing.T) {
	w := newWorld(t)
	w.menu("button 1 A a", "button 1.1 B b")
	w.calls = nil
	long := strings.Repeat("я", 251)
	for line, want := range map[string]string{
		"button 1.1 B Hi {{customer.nick}}": "The menu was not changed:\n- Button `1.1`: The placeholder customer.nick is not known.",
		"button 2 C {{customer.nick}}":      "- Button `2`: The placeholder customer.nick is not known.",
		"button 1.1 " + long + " text":      "- Button `1.1`: The text has 251 characters.",
	} {
		answer := w.enter(channelAdmin, "", "/msgbot menu "+line)
		require.Contains(t, answer, want, line)
		require.NotContains(t, answer, "Line", line)
		require.NotContains(t, answer, "Usage", line)
	}
	require.Empty(t, w.calls)
}

func TestTheMenuIsAFlowThatWorksWhateverIsDoneToIt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := newMenu("uk", func(key string) string { return key })
		path := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4)
		for i := range rapid.IntRange(1, 30).Draw(r, "steps") {
			at := path.Draw(r, "path")
			before := len(m.choices(m.flow.Start))
			var err error
			if rapid.IntRange(0, 2).Draw(r, "what") == 0 {
				err = m.remove(at)
			} else {
				err = m.set(at, fmt.Sprintf("label %d", i), fmt.Sprintf("text %d", i))
			}
			if err != nil {
				require.Len(r, m.choices(m.flow.Start), before, "what is refused changes nothing")
				continue
			}
			_, problems := flow.Parse(flow.Marshal(m.flow))
			require.Empty(r, problems)
		}
	})
}
