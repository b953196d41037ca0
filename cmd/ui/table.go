package ui

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Column is one column of a table.
type Column struct {
	Name  string
	Right bool // align to the right, as numbers are
	Wide  bool // takes what width is left, and is cut to it
}

// Cell is one value in both of its forms.
type Cell struct {
	Human  string // for a terminal
	Script string // for a pipe; Human when empty
}

// Text is a cell that is the same in both forms.
func Text(s string) Cell { return Cell{Human: s} }

// Table writes rows aligned on a terminal, and tab-separated without a heading
// in a pipe, where cells hold exact values.
func (s *Streams) Table(columns []Column, rows [][]Cell) error {
	if !s.OutTTY {
		return writeTabs(s.Out, rows)
	}
	return s.writeAligned(columns, rows)
}

func writeTabs(w io.Writer, rows [][]Cell) error {
	var b strings.Builder
	for _, row := range rows {
		for i, c := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if c.Script != "" {
				b.WriteString(Safe(c.Script))
			} else {
				b.WriteString(Safe(c.Human))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Streams) writeAligned(columns []Column, rows [][]Cell) error {
	t := table.NewWriter()
	t.SetStyle(plainStyle())
	limits := wideLimits(columns, rows, s.Width)
	head := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range columns {
		head = append(head, c.Name)
		align := text.AlignLeft
		if c.Right {
			align = text.AlignRight
		}
		configs = append(configs, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(head)
	for _, row := range rows {
		out := table.Row{}
		for i, c := range row {
			v := Safe(c.Human)
			if limits[i] > 0 {
				v = Cut(v, limits[i])
			}
			out = append(out, v)
		}
		t.AppendRow(out)
	}
	_, err := fmt.Fprintln(s.Out, t.Render())
	return err
}

func plainStyle() table.Style {
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	style.Format.Header = text.FormatUpper
	return style
}

// wideLimits shares what the narrow columns leave among the wide ones.
func wideLimits(columns []Column, rows [][]Cell, width int) []int {
	limits := make([]int, len(columns))
	if width <= 0 {
		return limits
	}
	left, wide := width, 0
	for i, c := range columns {
		if c.Wide {
			wide++
			continue
		}
		need := len(c.Name)
		for _, r := range rows {
			need = max(need, text.StringWidthWithoutEscSequences(Safe(r[i].Human)))
		}
		left -= need + 2
	}
	for i, c := range columns {
		if c.Wide {
			limits[i] = max(left/wide-2, 12)
		}
	}
	return limits
}
