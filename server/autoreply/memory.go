// What is remembered of a conversation.

package autoreply

import (
	"maps"
	"slices"
)

// clone copies what is changed in place.
func (m Memory) clone() Memory {
	m.Fired, m.Fields = maps.Clone(m.Fired), maps.Clone(m.Fields)
	m.Recent = slices.Clone(m.Recent)
	return m
}
