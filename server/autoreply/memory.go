// What is remembered of a conversation.

package autoreply

import (
	"maps"
	"slices"
)

// HumanTookOver is what is remembered once an agent replied or claimed the conversation: its flow is over.
func (m Memory) HumanTookOver() Memory {
	m.Position, m.Held = nil, nil
	return m
}

// clone copies what is changed in place.
func (m Memory) clone() Memory {
	m.Fired, m.Fields = maps.Clone(m.Fired), maps.Clone(m.Fields)
	m.Recent = slices.Clone(m.Recent)
	return m
}
