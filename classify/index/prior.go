package index

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// The campaigns of a scan also stand in a file of their own, one a line: the
// scan of one set needs to know the campaigns of the other, and no more of it.

func (s *Store) priors(spool string, set Set) string {
	return filepath.Join(s.Folder(spool), string(set)+".campaigns")
}

func (s *Store) savePriors(set Set, snap *Snapshot) error {
	name := s.priors(snap.Spool, set)
	err := replace(name, func(f *os.File) error {
		w := bufio.NewWriter(f)
		for _, p := range snap.Priors {
			fmt.Fprintf(w, "%s %d %s\n", p.ID, p.Count, p.Print)
		}
		return w.Flush()
	})
	if err != nil {
		return err
	}
	return writeSum(name)
}

// Priors gives the campaigns of a remembered scan alone: ErrNone, ErrDamaged.
func (s *Store) Priors(spool string, set Set) ([]classify.Prior, error) {
	name := s.priors(spool, set)
	f, err := openSummed(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []classify.Prior
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		p, err := parsePrior(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
		}
		out = append(out, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return out, nil
}

func parsePrior(line string) (classify.Prior, error) {
	fields := strings.Fields(line)
	if len(fields) != 3 || !fingerprint.ValidID(fields[0]) {
		return classify.Prior{}, fmt.Errorf("campaign %q", line)
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return classify.Prior{}, fmt.Errorf("campaign %q: %w", fields[0], err)
	}
	print, err := fingerprint.ParsePrint(fields[2])
	if err != nil {
		return classify.Prior{}, fmt.Errorf("campaign %q: %w", fields[0], err)
	}
	return classify.Prior{ID: fingerprint.ID(fields[0]), Print: print, Count: n}, nil
}
