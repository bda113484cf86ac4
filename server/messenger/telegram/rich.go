// The text of rich messages, https://core.telegram.org/bots/api#richmessage: documents of nested blocks that the library
// does not know. Their words are taken in order; their formatting and media are not.

package telegram

import (
	"strings"
)

// richMessage is the text of the message's blocks, empty when it has none.
func (m message) richMessage() string {
	var document struct {
		Blocks any `json:"blocks"`
	}
	m.read("rich_message", &document)
	return strings.Join(richLines(document.Blocks), "\n")
}

// richLines are the lines of a block, of a list of blocks, or of what stands in one: a list item, a caption.
func richLines(value any) []string {
	if list, isList := value.([]any); isList {
		var lines []string
		for _, block := range list {
			lines = append(lines, richLines(block)...)
		}
		return lines
	}
	block, isBlock := value.(map[string]any)
	if !isBlock {
		return nil
	}
	var lines []string
	for _, text := range []string{richText(block["summary"]), richText(block["text"]), richText(block["expression"])} {
		if text != "" {
			lines = append(lines, text)
		}
	}
	lines = append(lines, richRows(block["cells"])...)
	for _, inner := range []string{"items", "blocks"} {
		lines = append(lines, richLines(block[inner])...)
	}
	if mark := richText(block["label"]); mark != "" && len(lines) > 0 {
		lines[0] = mark + " " + lines[0]
	}
	lines = append(lines, richCaption(block["caption"])...)
	return append(lines, richCaption(block["credit"])...)
}

// richCaption are the lines below a block: a RichText, or one with a credit.
func richCaption(value any) []string {
	if _, isObject := value.(map[string]any); isObject {
		return richLines(value)
	}
	if text := richText(value); text != "" {
		return []string{text}
	}
	return nil
}

// richRows are the rows of a table.
func richRows(value any) []string {
	rows, isTable := value.([]any)
	if !isTable {
		return nil
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		var texts []string
		cells, isRow := row.([]any)
		for _, cell := range cells {
			texts = append(texts, richText(cell))
		}
		if isRow {
			lines[i] = strings.Join(texts, " | ")
		}
	}
	return lines
}

// richText is the text of a RichText: a string, a list of them, or an object around one.
func richText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		var whole strings.Builder
		for _, part := range v {
			whole.WriteString(richText(part))
		}
		return whole.String()
	case map[string]any:
		return richText(v["text"]) + richText(v["alternative_text"]) + richText(v["expression"])
	}
	return ""
}
