// What a button brings back, and the list of what an input takes.

package flow

import (
	"fmt"
	"strings"
)

// Target is where a pressed button leads. Step of DoBack is where the button stood.
type Target struct {
	Do         Do
	Flow, Step string
}

// letters begin the Data of each kind of button that has any.
var letters = map[Do]string{DoGo: "g", DoPhone: "p", DoLocation: "l", DoHandover: "h", DoBack: "b", DoMenu: "m"}

// Data is what comes back when b is pressed, of a button at this step of a flow: ASCII, at most 64 bytes, the same in all
// versions of the flow. A rule's button belongs to no flow: both names are empty. A button with an address has no data.
func Data(flowName, stepName string, b Button) string {
	letter := letters[b.Do]
	switch b.Do {
	case DoGo, DoPhone, DoLocation:
		if flowName == "" {
			flowName, stepName, _ = strings.Cut(b.Value, "/")
		} else {
			stepName = b.Value
		}
		return letter + ":" + flowName + ":" + stepName
	case DoBack:
		return letter + ":" + flowName + ":" + stepName
	case DoMenu:
		return letter + ":" + flowName
	}
	return letter
}

// ParseData says where a Data leads; ok is false for anything that Data does not make. The names are well formed, but
// there may be no such flow or step: customers can send what they like.
func ParseData(data string) (target Target, ok bool) {
	parts := strings.Split(data, ":")
	for do, letter := range letters {
		if parts[0] == letter {
			target.Do = do
		}
	}
	wanted := map[Do]int{DoGo: 3, DoPhone: 3, DoLocation: 3, DoBack: 3, DoMenu: 2, DoHandover: 1}
	if target.Do == "" || len(parts) != wanted[target.Do] {
		return Target{}, false
	}
	if len(parts) > 1 {
		target.Flow = parts[1]
	}
	if len(parts) > 2 {
		target.Step = parts[2]
	}
	if target.Flow == "" && target.Step != "" {
		return Target{}, false
	}
	if target.Flow != "" && !flowForm.is.MatchString(target.Flow) || target.Step != "" && !stepForm.is.MatchString(target.Step) {
		return Target{}, false
	}
	return target, true
}

// numberedChoices is the list of what an input takes, in each language.
func numberedChoices(choices []Texts) Texts {
	list := Texts{}
	for _, choice := range choices {
		for language := range choice {
			list[language] = ""
		}
	}
	for language := range list {
		var lines []string
		for i, choice := range choices {
			word, _ := Pick(choice, language)
			lines = append(lines, fmt.Sprintf("%d. %s", i+1, literal(word)))
		}
		list[language] = strings.Join(lines, "\n")
	}
	return list
}
