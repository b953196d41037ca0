package replay

import (
	"encoding/hex"
	"fmt"
	"path"
	"strconv"
	"strings"
)

// event takes a line about step n.
func (l *ledger) event(n int, kind string, args []string) error {
	s := &l.steps[n-1]
	switch kind {
	case lineWhere:
		moves, err := l.moves(args)
		if err != nil {
			return err
		}
		s.Moves, l.phases[n-1] = moves, waiting
		if q, _, ok := l.at.inOld(s.control().To); ok && l.verb == Quarantine {
			s.Queue = q.Name // where it was found
		}
	case lineStage:
		if len(args) != 1 {
			return fmt.Errorf("%s: %q", kind, args)
		}
		var err error
		if s.stage, err = l.names.name(args[0]); err != nil {
			return err
		}
	case lineIntent:
		return l.intent(s, args)
	case lineStaged:
		return l.stage(n, args)
	case lineName:
		return l.name(n, args)
	case lineOwed, lineOffer, lineTaken, lineNever, lineNotNow:
		return l.handing(n, kind, args)
	case lineSum:
		return sums(s, args)
	case lineFar:
		if len(args) < 2 || plainName(args[0]) != nil {
			return fmt.Errorf("%s: %q", kind, args)
		}
		s.Far = args[0]
		if len(args) == len(s.Moves)+2 {
			s.sender, args = args[len(args)-1], args[:len(args)-1]
		}
		return sums(s, args[1:])
	case lineNear:
		s.Far = ""
	case linePurging:
		return nil
	case lineDone:
		return l.done(n, args)
	case lineSkip:
		if len(args) == 0 {
			return fmt.Errorf("skip without a reason")
		}
		l.phases[n-1], l.reason[n] = skipped, args[0]
	default:
		return fmt.Errorf("line %q is not known", kind)
	}
	return nil
}

func (l *ledger) intent(s *Step, idents []string) error {
	if len(idents) != len(s.Moves) {
		return fmt.Errorf("intent of %d files, step %d has %d", len(idents), s.N, len(s.Moves))
	}
	for i, ident := range idents {
		s.Moves[i].Ident = ident
	}
	l.phases[s.N-1] = meant
	return nil
}

func sums(s *Step, args []string) error {
	if len(args) != len(s.Moves) {
		return fmt.Errorf("%d sums, step %d has %d files", len(args), s.N, len(s.Moves))
	}
	for i, sum := range args {
		if sum != "" && !isSum(sum) {
			return fmt.Errorf("sum %q", sum)
		}
		s.Moves[i].Sum = sum
	}
	return nil
}

func isSum(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 64
}

func (l *ledger) stage(n int, args []string) error {
	if len(args) != 5 || l.verb != Inject {
		return fmt.Errorf("staged line with %d arguments", len(args))
	}
	s := &staged{file: args[0], ident: args[1], sum: args[2], name: args[4]}
	var err error
	if s.size, err = strconv.ParseInt(args[3], 10, 64); err != nil || !isSum(s.sum) {
		return fmt.Errorf("staged: size %q, sum %q", args[3], s.sum)
	}
	if s.file != strconv.Itoa(n) || !lastName(s.name) {
		return fmt.Errorf("staged as %q for %q", s.file, s.name)
	}
	l.inject[n] = s
	return nil
}

// lastName tells whether a name has one part.
func lastName(s string) bool { return plainName(s) == nil && !strings.Contains(s, "/") }

func (l *ledger) name(n int, args []string) error {
	s := l.inject[n]
	if s == nil || len(args) != 1 || !lastName(args[0]) {
		return fmt.Errorf("name %q of step %d", args, n)
	}
	s.name = args[0]
	return nil
}

func (l *ledger) release(args []string) error {
	for _, arg := range args {
		n, err := l.number([]string{arg})
		if err != nil || l.inject[n] == nil {
			return fmt.Errorf("release of %q", arg)
		}
		l.inject[n].released = true
	}
	return nil
}

func (l *ledger) done(n int, args []string) error {
	l.phases[n-1] = done
	l.recent = append(l.recent, n)
	delete(l.reason, n)
	if len(args) == 0 {
		return nil
	}
	if len(args) != 2 || l.inject[n] == nil || !lastName(args[0]) {
		return fmt.Errorf("done with %q", args)
	}
	nano, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return fmt.Errorf("done with %q", args)
	}
	l.inject[n].name = args[0]
	if at := fromNano(nano); at.After(l.last) {
		l.last = at
	}
	return nil
}

// stagePlace is where a message waits on its way into pickup, and pickupPlace
// where it goes.
func (l *ledger) stagePlace(s *staged) string { return path.Join(l.dir, ownDir, stageDir, s.file) }

func (l *ledger) pickupPlace(s *staged) string { return path.Join(l.at.Pickup, s.name) }
