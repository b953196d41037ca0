package postfix

import (
	"errors"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"qclean/scan/spool"
)

// quarantines every message whose seq is odd, while Postfix delivers.
func TestZZRace(t *testing.T) {
	s := openAt(t, "/tmp/p6/pf", "spool")
	os.MkdirAll("/tmp/p6/pf/spool/.old/run", 0o700)
	buf := make([]byte, 1<<16)
	why := map[string]int{}
	var retry []spool.Entry
	one := func(e spool.Entry) string {
		if err := s.Stat(t.Context(), &e); err != nil {
			return "stat " + err.Error()
		}
		to, err := s.Stage(t.Context(), e)
		if err != nil {
			return "stage " + err.Error()
		}
		staged := false
		if to != "" {
			if err := s.t.Move(e.Files[0].Name, to); err != nil {
				return "move to hold: gone"
			}
			staged = true
			if e, err = s.Find(t.Context(), e.ID); err != nil {
				return "find staged " + err.Error()
			}
		}
		c, err := s.Claim(t.Context(), e)
		if errors.Is(err, spool.ErrBusy) {
			retry = append(retry, e)
			return "busy"
		}
		if errors.Is(err, spool.ErrGone) && (staged || e.Queue == "hold") {
			to, err := s.Release(t.Context(), e)
			if err != nil {
				return "release " + err.Error()
			}
			if err := s.t.Move(e.Files[0].Name, to); err != nil {
				return "release " + err.Error()
			}
			return "served"
		}
		if err != nil {
			return "claim " + err.Error()
		}
		defer c.Close()
		if err := s.Gather(t.Context(), &e); err != nil {
			return "gather " + err.Error()
		}
		for i, f := range e.Files {
			if err := s.t.Move(f.Name, "spool/.old/run/"+s.Shelf(e, f)); err != nil && i == 0 {
				return "move out: gone"
			}
		}
		return "quarantined from " + e.Queue
	}
	for begin := time.Now(); time.Since(begin) < 25*time.Second; {
		for e, err := range s.Entries(t.Context()) {
			if err != nil || e.Queue == "hold" {
				continue
			}
			text, err := s.Load(t.Context(), &e, buf)
			if err != nil {
				continue
			}
			_, a, ok := strings.Cut(string(text.Bytes), "X-Flood-Seq: ")
			seq, _, _ := strings.Cut(a, "\n")
			seq = strings.TrimSpace(seq)
			if !ok || seq == "" || (seq[len(seq)-1]-'0')%2 == 0 {
				continue
			}
			why[one(e)]++
		}
	}
	for round := 0; len(retry) > 0 && round < 50; round++ {
		again := retry
		retry = nil
		for _, e := range again {
			why["again: "+one(e)]++
		}
	}
	t.Log(why, len(retry))
	d, _ := os.ReadDir("/tmp/p6/pf/spool/.old/run")
	n := 0
	for _, f := range d {
		if validID(path.Base(f.Name())) {
			n++
		}
	}
	t.Log("in quarantine", n)
}
