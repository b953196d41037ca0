package spooltest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

// checkLoadLent reads through views, as a scan does. While a message is in hand
// it is as it should be, whatever the view lent for the one before.
func checkLoadLent(t *testing.T, b *bench) { b.loadLent(t, b.open(t)) }

func (b *bench) loadLent(t *testing.T, s *spoolIn) {
	t.Helper()
	nearer, ok := s.Spool.(spool.Nearer)
	if !ok {
		return
	}
	buf := make([]byte, maxText)
	entries := collect(s.Entries(context.Background())).entries
	for range 2 { // the second view has what the first one lent
		view, letGo := nearer.Near(true)
		for _, e := range slices.Clone(entries) {
			stat := e
			if err := s.Stat(context.Background(), &stat); err != nil {
				continue // left alone
			}
			text, err := view.Load(context.Background(), &e, buf)
			if err != nil {
				t.Errorf("%q: %v", e.ID, err)
				continue
			}
			if e.Ident != stat.Ident || e.Size != stat.Size {
				t.Errorf("%q: %q of %d bytes, Stat says %q of %d", e.ID, e.Ident, e.Size, stat.Ident, stat.Size)
			}
			if diff := compare(b.want(t, e.ID), messageOf(e, string(text.Bytes), text.Flaws)); diff != "" {
				t.Errorf("%q through a view (-want +got):\n%s", e.ID, diff)
			}
		}
		letGo()
	}
}

// checkLoadGiven keeps what the spool itself gave while all is read again,
// through views and otherwise: it is the caller's.
func checkLoadGiven(t *testing.T, b *bench) {
	s := b.open(t)
	buf := make([]byte, maxText)
	type kept struct{ Now, Then spool.Entry }
	var all []kept
	for _, e := range collect(s.Entries(context.Background())).entries {
		if s.Stat(context.Background(), &e) != nil {
			continue
		}
		e.Ident = ""
		if _, err := s.Load(context.Background(), &e, buf); err == nil {
			all = append(all, kept{e, deepCopy(e)})
		}
	}
	b.loadLent(t, s)
	for i := range buf {
		buf[i] = '#'
	}
	for _, k := range all {
		if diff := cmp.Diff(k.Then, k.Now); diff != "" {
			t.Errorf("%q changed after it was given (-then +now):\n%s", k.Then.ID, diff)
		}
	}
}

// deepCopy shares nothing with e.
func deepCopy(e spool.Entry) spool.Entry {
	env := &e.Envelope
	for _, s := range []*string{&e.Queue, &e.Ident, &env.From, &env.AuthUser, &env.ClientIP, &env.ClientName, &env.Helo, &env.Reason} {
		*s = strings.Clone(*s)
	}
	e.ID = spool.ID(strings.Clone(string(e.ID)))
	e.Files, env.To = slices.Clone(e.Files), slices.Clone(env.To)
	for i := range e.Files {
		e.Files[i].Name = strings.Clone(e.Files[i].Name)
	}
	for i := range env.To {
		env.To[i] = strings.Clone(env.To[i])
	}
	return e
}
