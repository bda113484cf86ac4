// The buttons of a small menu by their paths, for the commands that show and change it and for their autocomplete.

package api

import (
	"slices"
	"strconv"
	"strings"

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
	// Back says that it leads to a step on the way to it.
	Back bool
}

// MaxMenuDepth is how deep a menu may be: buttons of more digits than that nobody finds again.
const MaxMenuDepth = 5

// FreePaths are where the next button may stand: behind the others, and below each of them.
func FreePaths(f flow.Flow) []string {
	below := map[string]int{}
	parents := []string{""}
	for _, b := range MenuButtons(f) {
		below[b.Path[:strings.LastIndex(b.Path, ".")+1]]++
		if !b.Back && strings.Count(b.Path, ".")+1 < MaxMenuDepth {
			parents = append(parents, b.Path+".")
		}
	}
	free := make([]string, 0, len(parents))
	for _, parent := range parents {
		free = append(free, parent+strconv.Itoa(below[parent]+1))
	}
	return free
}

// MenuButtons are the buttons of a flow that lead to other steps, each followed by those below it; a button that leads back
// has none.
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
			back := slices.Contains(seen, b.Value)
			found = append(found, MenuButton{Path: here, Button: b, Step: step, Row: row, Column: column, Back: back})
			if !back {
				found = append(found, menuButtons(f, b.Value, here+".", append(slices.Clone(seen), b.Value))...)
			}
		}
	}
	return found
}
