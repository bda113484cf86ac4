// The buttons of a small menu by their paths, for the commands that show and change it and for their autocomplete.

package api

import (
	"slices"
	"strconv"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// MenuName is the flow that /msgbot menu makes.
const MenuName = "menu"

// MenuButton is a button of a flow that leads to another step.
type MenuButton struct {
	// Path is "1.2" for the second button below the first one.
	Path string
	flow.Button
	// It stands in this row and column of the buttons of Step.
	Step        string
	Row, Column int
}

// MenuButtons are the buttons of a flow that lead to other steps, each followed by those below it. A step that is on the
// way already, since a button may lead back, is not gone through again.
func MenuButtons(f flow.Flow) []MenuButton {
	return menuButtons(f, f.Start, "", []string{f.Start})
}

func menuButtons(f flow.Flow, step, path string, seen []string) []MenuButton {
	var found []MenuButton
	n := 0
	for row, buttons := range f.Steps[step].Buttons {
		for column, b := range buttons {
			if b.Do != flow.DoGo {
				continue
			}
			n++
			here := path + strconv.Itoa(n)
			found = append(found, MenuButton{Path: here, Button: b, Step: step, Row: row, Column: column})
			if !slices.Contains(seen, b.Value) {
				found = append(found, menuButtons(f, b.Value, here+".", append(slices.Clone(seen), b.Value))...)
			}
		}
	}
	return found
}
