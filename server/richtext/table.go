// Tables as monospaced text.

package richtext

import (
	"strings"

	"github.com/rivo/uniseg"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// maxColumnWidth bounds the padding of columns; a longer cell sticks out.
const maxColumnWidth = 40

// table writes the cells in columns, with a line under the header.
func (r *reader) table(table *extast.Table) {
	var rows [][]string
	var widths []int
	for n := table.FirstChild(); n != nil; n = n.NextSibling() {
		row := r.cells(n)
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], min(uniseg.StringWidth(cell), maxColumnWidth))
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		if i > 0 {
			r.newLine()
		}
		r.write(tableLine(row, widths, table.Alignments))
		if i == 0 {
			r.newLine()
			r.write(ruler(widths))
		}
	}
}

// cells returns the plain text of the cells of a row.
func (r *reader) cells(row ast.Node) []string {
	var cells []string
	for n := row.FirstChild(); n != nil; n = n.NextSibling() {
		cell := reader{source: r.source, options: r.options, cell: true}
		cell.inlines(n)
		cells = append(cells, strings.TrimSpace(cell.out.String()))
	}
	return cells
}

func tableLine(row []string, widths []int, alignments []extast.Alignment) string {
	var b strings.Builder
	for i, cell := range row {
		if i > 0 {
			b.WriteString(" | ")
		}
		space := max(widths[i]-uniseg.StringWidth(cell), 0)
		left := 0
		switch alignments[i] {
		case extast.AlignRight:
			left = space
		case extast.AlignCenter:
			left = space / 2
		}
		b.WriteString(strings.Repeat(" ", left) + cell + strings.Repeat(" ", space-left))
	}
	return strings.TrimRight(b.String(), " ")
}

func ruler(widths []int) string {
	lines := make([]string, len(widths))
	for i, width := range widths {
		lines[i] = strings.Repeat("-", max(width, 1))
	}
	return strings.Join(lines, "-+-")
}
