// The menu as a tree of buttons: "1.2" is the second button below the first one. Any flow is such a tree, also one that
// somebody wrote in YAML; what the paths do not name stays as it is.

package command

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// menu is a flow whose texts are in one language.
type menu struct {
	flow flow.Flow
	// version is that of the flow it was read from, 0 for a new one.
	version  int
	language string
	words    func(key string) string
}

// newMenu has a greeting and the way to a person.
func newMenu(language string, words func(key string) string) menu {
	m := menu{language: language, words: words}
	m.flow = flow.Flow{
		Name: api.MenuName, Start: "main", Idle: time.Hour, Trigger: flow.Trigger{Commands: []string{"/start", "/menu"}},
		Steps: map[string]flow.Step{"main": {
			Text: m.text(words("command.menu.welcome")), Buttons: [][]flow.Button{{m.person()}},
		}},
	}
	return m
}

func (m menu) text(words string) flow.Texts { return flow.Texts{m.language: words} }

func (m menu) button(key string, do flow.Do) flow.Button {
	return flow.Button{Label: m.text(m.words(key)), Do: do}
}

// person is on every page, so that nobody has to look for the way.
func (m menu) person() flow.Button { return m.button("command.menu.person", flow.DoHandover) }

func (m menu) pick(texts flow.Texts) string {
	text, _ := flow.Pick(texts, m.language)
	return text
}

// parsePath reads "1.2".
func parsePath(word string) ([]int, error) {
	var path []int
	for part := range strings.SplitSeq(strings.TrimSuffix(word, "."), ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, wrong("command.menu_path_wrong", map[string]string{"text": api.Literal(word)})
		}
		path = append(path, n)
	}
	if len(path) > api.MaxMenuDepth {
		return nil, wrong("command.menu_too_deep", map[string]string{"most": strconv.Itoa(api.MaxMenuDepth)})
	}
	return path, nil
}

func formatPath(path []int) string {
	parts := make([]string, 0, len(path))
	for _, n := range path {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ".")
}

// choices are the buttons of a step that lead to others, in their order.
func (m menu) choices(step string) []flow.Button {
	return slices.DeleteFunc(slices.Concat(m.flow.Steps[step].Buttons...), func(b flow.Button) bool { return b.Do != flow.DoGo })
}

// empty tells whether the menu offers nothing but a person.
func (m menu) empty() bool {
	return !slices.ContainsFunc(slices.Concat(m.flow.Steps[m.flow.Start].Buttons...), func(b flow.Button) bool { return b.Do != flow.DoHandover })
}

// parent is the step whose buttons a path counts.
func (m menu) parent(path []int) (string, error) {
	step := m.flow.Start
	for depth, n := range path[:len(path)-1] {
		below := m.choices(step)
		if n > len(below) {
			return "", wrong("command.menu_no_button", map[string]string{"path": api.Literal(formatPath(path[:depth+1]))})
		}
		step = below[n-1].Value
	}
	return step, nil
}

// set changes the button at a path, or adds one behind the others.
func (m menu) set(path []int, label, text string) error {
	parent, err := m.parent(path)
	if err != nil {
		return err
	}
	n, there := path[len(path)-1], len(m.choices(parent))
	switch {
	case n <= there:
		m.change(parent, n, label, text)
		return nil
	case n == there+1:
		return m.add(parent, path, label, text)
	}
	next := append(slices.Clone(path[:len(path)-1]), there+1)
	return wrong("command.menu_gap", map[string]string{"next": api.Literal(formatPath(next))})
}

// change gives the n-th choice of a step another label, and another text to the step that it leads to.
func (m menu) change(step string, n int, label, text string) {
	row, column := m.place(step, n)
	b := &m.flow.Steps[step].Buttons[row][column]
	b.Label = m.with(b.Label, label)
	target := m.flow.Steps[b.Value]
	target.Text = m.with(target.Text, text)
	m.flow.Steps[b.Value] = target
}

// with is a text with other words in the menu's language.
func (m menu) with(texts flow.Texts, words string) flow.Texts {
	texts = maps.Clone(texts)
	if texts == nil {
		texts = flow.Texts{}
	}
	texts[m.language] = words
	return texts
}

// place is where the n-th choice of a step stands; behind the last one it is the row after it.
func (m menu) place(step string, n int) (row, column int) {
	after := 0
	for i, buttons := range m.flow.Steps[step].Buttons {
		for j, b := range buttons {
			if b.Do != flow.DoGo {
				continue
			}
			if n--; n == 0 {
				return i, j
			}
			after = i + 1
		}
	}
	return after, 0
}

// add puts a button that leads to a new step behind the choices of a step.
func (m menu) add(parent string, path []int, label, text string) error {
	step := m.flow.Steps[parent]
	if step.Input != nil || step.HTTP != nil || step.Next != "" || step.Do != "" {
		return wrong("command.menu_no_place", map[string]string{"step": api.Literal(parent)})
	}
	row, _ := m.place(parent, len(m.choices(parent))+1)
	name := m.newName(path)
	step.Buttons = slices.Insert(step.Buttons, row, []flow.Button{{Label: m.text(label), Do: flow.DoGo, Value: name}})
	m.flow.Steps[parent] = step
	ways := []flow.Button{m.button("command.menu.back", flow.DoBack)}
	if len(path) > 1 {
		ways = append(ways, m.button("command.menu.main", flow.DoMenu))
	}
	m.flow.Steps[name] = flow.Step{Text: m.text(text), Buttons: [][]flow.Button{ways, {m.person()}}}
	return nil
}

// mistakes say what is wrong with the menu, by the buttons that its admin knows; empty for nothing.
func (m menu) mistakes(t api.Texts) string {
	_, problems := flow.Parse(flow.Marshal(m.flow))
	var lines []string
	for _, p := range problems {
		if p.Warning {
			continue
		}
		path := m.pathOf(p)
		if path == "" {
			lines = append(lines, "- "+p.Say(t, api.Escaped))
			continue
		}
		problem, remedy := p.Words(t, api.Escaped)
		lines = append(lines, "- "+t("command.menu_mistake", map[string]string{"path": api.Literal(path), "problem": problem, "remedy": remedy}))
	}
	return strings.Join(lines, "\n")
}

// ofButton is a field of a step that belongs to one of its buttons.
var ofButton = regexp.MustCompile(`^buttons\[(\d+)]\[(\d+)]`)

// pathOf is the path of the button that a problem is about, by its label or by the text of its answer; empty for none.
func (m menu) pathOf(p flow.Problem) string {
	for _, b := range api.MenuButtons(m.flow) {
		at := ofButton.FindStringSubmatch(p.Field)
		switch {
		case at == nil && b.Value == p.Step:
			return b.Path
		case at != nil && b.Step == p.Step && at[1] == strconv.Itoa(b.Row) && at[2] == strconv.Itoa(b.Column):
			return b.Path
		}
	}
	return ""
}

// newName is a name that no step has; old keyboards keep theirs, so it tells nothing but where the step came to be.
func (m menu) newName(path []int) string {
	name := "b" + strings.ReplaceAll(formatPath(path), ".", "-")
	for n := 2; ; n++ {
		if _, taken := m.flow.Steps[name]; !taken {
			return name
		}
		name = "b" + strings.ReplaceAll(formatPath(path), ".", "-") + "_" + strconv.Itoa(n)
	}
}

// remove takes a button away, and the steps that nothing leads to any more.
func (m menu) remove(path []int) error {
	parent, err := m.parent(path)
	if err != nil {
		return err
	}
	n := path[len(path)-1]
	if n > len(m.choices(parent)) {
		return wrong("command.menu_no_button", map[string]string{"path": api.Literal(formatPath(path))})
	}
	before := m.reached()
	row, column := m.place(parent, n)
	step := m.flow.Steps[parent]
	step.Buttons[row] = slices.Delete(step.Buttons[row], column, column+1)
	if len(step.Buttons[row]) == 0 {
		step.Buttons = slices.Delete(step.Buttons, row, row+1)
	}
	m.flow.Steps[parent] = step
	after := m.reached()
	for _, name := range before {
		if !slices.Contains(after, name) {
			delete(m.flow.Steps, name)
		}
	}
	return nil
}

// reached are the steps that a customer can come to.
func (m menu) reached() []string {
	names, reached := m.flow.InOrder()
	return names[:reached]
}
