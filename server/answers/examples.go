// The flows that come along.

package answers

import (
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/docs/examples"
)

const exampleEnding = ".yaml"

// Example is the YAML of an example flow, false when there is none of that name.
func (s *Service) Example(name string) ([]byte, bool) {
	text, err := examples.Flows.ReadFile(name + exampleEnding)
	return text, err == nil
}

// Examples are the names of the example flows, in their order.
func (s *Service) Examples() []string {
	entries, err := examples.Flows.ReadDir(".")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), exampleEnding))
	}
	return names
}
