package classify

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"qclean/scan"
)

// Relays gathers, while messages are read, the clients that bring so much of
// the mail that they may turn out to be relays of ours. Of what these bring, a
// Reader also keeps what the hop before tells, so that it need not be read
// again once it is known whose they are. It is a forecast: the facts of a table
// do not depend on it. The zero value knows of none. Likely may be called by
// several goroutines at once, Count by one at a time.
type Relays struct {
	likely atomic.Pointer[map[string]bool]
	counts map[string]*int // by client, in the window
	seen   int             // messages of the window
}

const (
	relayWindow = 8192 // messages that are counted together: it bounds the map
	relayFirst  = 256  // messages after which the first look is worth anything
	maxRelays   = 128  // clients that are taken for likely
)

// Likely tells whether a client may be a relay of ours.
func (s *Relays) Likely(ip string) bool {
	if s == nil {
		return false
	}
	m := s.likely.Load()
	return m != nil && (*m)[ip]
}

// Count notes the client of one more message.
func (s *Relays) Count(ip string) {
	if s.seen == relayWindow {
		s.seen = 0
	}
	if s.counts == nil {
		s.counts = map[string]*int{}
	} else if s.seen == 0 {
		clear(s.counts)
	}
	s.seen++
	if ip == "" {
		return
	}
	n := s.counts[ip]
	if n == nil {
		n = new(int)
		s.counts[strings.Clone(ip)] = n // it may be lent
	}
	*n++
	if s.seen >= relayFirst && float64(*n) >= guessRelay*float64(s.seen) {
		s.add(ip)
	}
}

// add makes a new map: the old one may be in use.
func (s *Relays) add(ip string) {
	var next map[string]bool
	if old := s.likely.Load(); old != nil {
		if (*old)[ip] || len(*old) == maxRelays {
			return
		}
		next = maps.Clone(*old)
	} else {
		next = map[string]bool{}
	}
	next[strings.Clone(ip)] = true
	s.likely.Store(&next)
}

// Before is what the trace tells of a message once its client is taken for a
// relay of ours: the facts of a Record by those names.
type Before struct {
	AuthUser, SourceIP, SourceName, Helo, For string
	Auth                                      bool
}

// before looks one hop further than the client of a message, when that is
// likely to be asked for.
func (r *Reader) before(m *scan.Message, client string) *Before {
	if r.o.Trust != nil || client == "" || !r.o.Relays.Likely(client) {
		return nil
	}
	f := r.trace.Facts(&m.Entry.Envelope, func(ip string) bool { return ip == client })
	b := place(&r.lent.before, r.o.Lend)
	*b = Before{AuthUser: r.keep.string(f.AuthUser), SourceIP: r.keep.string(f.IP), SourceName: r.keep.string(f.Name),
		Helo: r.keep.string(f.Helo), For: r.keep.string(f.For), Auth: f.Auth}
	return b
}

// beforeRow is a Before in a table. It finds its message by the sketch, which
// is the message's own and moves with it.
type beforeRow struct {
	sketch                      int32
	login, ip, name, helo, for_ ref
	auth                        bool
}

func (p *packer) before(b *Before, sketch int32) beforeRow {
	return beforeRow{sketch: sketch, login: p.once(b.AuthUser), ip: p.once(b.SourceIP), name: p.once(b.SourceName),
		helo: p.once(b.Helo), for_: p.once(b.For), auth: b.Auth}
}

// Further goes one hop further for every message whose client turned out to be
// a relay of the site's, with what was kept of the hop before. It gives the
// numbers of those messages of which that is not enough: they are to be read
// again with the new Trust.
func (t *Table) Further(site *Site) (again []int32) {
	trusted := map[ref]bool{}
	ours := func(ip ref) bool {
		known, ok := trusted[ip]
		if !ok {
			known = site.Trusted(t.text.at(ip))
			trusted[ip] = known
		}
		return known
	}
	for i, m := range t.pass() {
		r, d := m.r, m.d
		if !ours(r.ip) {
			continue
		}
		at, ok := slices.BinarySearchFunc(t.before, r.sketch, func(b beforeRow, sketch int32) int { return cmp.Compare(b.sketch, sketch) })
		if !ok || !t.before[at].final(r, ours) {
			again = append(again, int32(i))
			continue
		}
		b := &t.before[at]
		r.login, r.ip, d.name, d.helo, d.for_ = b.login, b.ip, b.name, b.helo, b.for_
		if r.flags &^= isAuth; b.auth {
			r.flags |= isAuth
		}
	}
	t.before = nil
	return again
}

// final tells whether the trace was read to the same end as with all relays
// known: to a login, to a client that is none of ours, or to its own end, where
// no client comes after the first.
func (b *beforeRow) final(r *row, ours func(ref) bool) bool {
	return b.auth || b.ip == r.ip || !ours(b.ip)
}
