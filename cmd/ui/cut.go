package ui

import (
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Cut shortens a safe string to a number of columns, counting wide characters as two.
func Cut(s string, columns int) string {
	if columns <= 0 {
		return ""
	}
	width := 0
	for i, r := range s {
		w := text.StringWidthWithoutEscSequences(string(r))
		if width+w > columns {
			return cutBack(s[:i], width-(columns-1)) + "…"
		}
		width += w
	}
	return s
}

// cutBack takes as many columns off the end as are too many for the ellipsis.
func cutBack(s string, over int) string {
	for over > 0 && s != "" {
		r, n := utf8.DecodeLastRuneInString(s)
		s, over = s[:len(s)-n], over-text.StringWidthWithoutEscSequences(string(r))
	}
	return s
}
