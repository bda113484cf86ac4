// What only others can tell of a flow: whether the people and files that it names are there, and what its writer did not see.

package flow

import (
	"encoding/json"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// NoAgent is the problem of a step that assigns somebody who cannot be the assignee; text is that of the flow.
func NoAgent(text []byte, step, username string) Problem {
	at := place{lineOf(text, "steps", step, "assign"), step, "assign"}
	return at.problem("no_agent", "name", username)
}

// NoFile is the problem of a step whose i-th file may not be sent; text is that of the flow.
func NoFile(text []byte, step string, i int, id string) Problem {
	line := lineOf(text, "steps", step, "files", strconv.Itoa(i))
	return place{line, step, "files"}.at(i, line).problem("no_file", "name", id)
}

// HiddenHeader is the problem of a header whose value was not shown to who wrote the flow; text is that of the flow.
func HiddenHeader(text []byte, step, name string) Problem {
	at := place{lineOf(text, "steps", step, "http", "headers", name), step, "http.headers." + name}
	return at.problem("hidden_header", "name", name)
}

// lineOf is where in the text of a flow something stands: the names of keys and the numbers in lists lead there.
func lineOf(text []byte, path ...string) int {
	if json.Valid(text) {
		text = escaped.ReplaceAllFunc(text, unescape)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil || len(document.Content) == 0 {
		return 1
	}
	n := document.Content[0]
	line := n.Line
	for _, name := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		key, value := within(n, name)
		if value == nil {
			break
		}
		n, line = value, key.Line
	}
	return line
}

// within is the key and the value of this name in an object, or the entry of this number in a list twice; nil for none.
func within(n *yaml.Node, name string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	}
	return nil, nil
}
