package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a policy.
type Fault struct {
	Line   int    `json:"line"` // from 1; 0: of the file as a whole
	Column int    `json:"column,omitempty"`
	Text   string `json:"text"`
}

// String gives the place and what is wrong there.
func (f Fault) String() string {
	switch {
	case f.Line == 0:
		return f.Text
	case f.Column == 0:
		return fmt.Sprintf("line %d: %s", f.Line, f.Text)
	}
	return fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, f.Text)
}

// Faults is all that is wrong with a policy, in the order of its lines.
type Faults []Fault

func (f Faults) Error() string {
	switch len(f) {
	case 0:
		return "nothing is wrong"
	case 1:
		return f[0].String()
	}
	return fmt.Sprintf("%s; and %d more", f[0], len(f)-1)
}

func (f *Faults) add(at place, format string, args ...any) {
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	*f = append(*f, Fault{at.line, at.column, text})
}

func (f Faults) sort() {
	slices.SortStableFunc(f, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
}
