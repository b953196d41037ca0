package replay

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// handing is how far a message has come on its way to another server, as the
// journal tells. A message with many recipients goes in parts.
type handing struct {
	owed    int             // recipients that were due when the run came to it
	before  map[string]bool // served by earlier runs
	taken   map[string]bool // served by this one
	never   map[string]bool // refused for good
	offered []string        // those of a part that got no answer; nil when there is none
}

func newHanding(owed int, before []string) *handing {
	h := &handing{owed: owed, before: map[string]bool{}, taken: map[string]bool{}, never: map[string]bool{}}
	for _, a := range before {
		h.before[a] = true
	}
	return h
}

// rest leaves of the recipients those that nobody has served or refused yet.
func (h *handing) rest(to []string) []string {
	return slices.DeleteFunc(slices.Clone(to), func(a string) bool { return h.before[a] || h.taken[a] || h.never[a] })
}

// served are all that have the message.
func (h *handing) served() []string {
	var out []string
	for _, set := range []map[string]bool{h.before, h.taken} {
		for a := range set {
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return out
}

// verdict is what becomes of the message: nothing, when it is done.
func (h *handing) verdict() string {
	switch {
	case len(h.offered) > 0:
		return whyDoubt
	case len(h.taken)+len(h.never) >= h.owed && len(h.taken)+len(h.before) > 0:
		return ""
	case len(h.taken)+len(h.never) >= h.owed:
		return whyRefused
	case len(h.taken)+len(h.before) > 0:
		return whyPart
	}
	return whyLater
}

// handing takes a line about a message on its way to another server.
func (l *ledger) handing(n int, kind string, args []string) error {
	h := l.handed[n]
	if l.verb != Submit || (h == nil) != (kind == lineOwed) {
		return fmt.Errorf("%s out of place", kind)
	}
	switch kind {
	case lineOwed:
		owed := -1
		if len(args) > 0 {
			owed, _ = strconv.Atoi(args[0])
		}
		if owed < 1 {
			return fmt.Errorf("%s of %q", kind, args)
		}
		l.handed[n] = newHanding(owed, args[1:])
		return nil
	case lineOffer:
		h.offered = args
		return nil
	case lineNotNow:
		h.offered = nil
		return nil
	case lineTaken:
		if len(args) < 3 {
			return fmt.Errorf("%s with %d arguments", kind, len(args))
		}
		nano, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		if at := fromNano(nano); at.After(l.last) {
			l.last = at
		}
		h.offered = nil
		mark(h.taken, args[2:])
		return nil
	}
	mark(h.never, args[min(1, len(args)):])
	return nil
}

func mark(set map[string]bool, names []string) {
	for _, a := range names {
		set[a] = true
	}
}

func nanoText(t time.Time) string { return strconv.FormatInt(unixNano(t), 10) }
