package survey

import (
	"errors"

	"qclean/scan"
	"qclean/scan/spool"
)

// Tolls counts things by reason and keeps a few examples of each.
type Tolls map[string]*Toll

// Toll is one reason.
type Toll struct {
	Count    int
	Examples []string
}

const maxExamples = 5

func (t Tolls) add(reason, example string) {
	if t[reason] == nil {
		t[reason] = &Toll{}
	}
	t[reason].Count++
	if len(t[reason].Examples) < maxExamples {
		t[reason].Examples = append(t[reason].Examples, example)
	}
}

// Total is the sum over all reasons.
func (t Tolls) Total() int {
	n := 0
	for _, toll := range t {
		n += toll.Count
	}
	return n
}

// Counts gives the numbers alone.
func (t Tolls) Counts() map[string]int {
	out := make(map[string]int, len(t))
	for reason, toll := range t {
		out[reason] = toll.Count
	}
	return out
}

// note counts what a scan could not read.
func (v *Survey) note(err error) {
	var left *spool.Left
	var trouble *scan.MessageError
	switch {
	case errors.As(err, &left):
		v.Left.add(left.Reason, spool.EscapeName(left.Name))
	case errors.Is(err, spool.ErrGone):
		v.Gone++
	case errors.As(err, &trouble):
		v.Trouble.add(reason(trouble.Err), spool.EscapeName(string(trouble.ID)))
	default:
		v.Folders = append(v.Folders, err)
	}
}

// reason is the innermost error: without the file's name it counts as one.
func reason(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
