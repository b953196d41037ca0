package dnsbl

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Options of a check. Servers has to be set.
type Options struct {
	Servers    []netip.AddrPort // recursive name servers, asked in turn; see Resolvers
	Timeout    time.Duration    // for one try; 0: three seconds
	MaxQueries int              // to the network; 0: 200
	Cache      *Cache           // nil: a new one
	Now        func() time.Time // nil: time.Now
	Dial       func(ctx context.Context, network, address string) (net.Conn, error)
}

// Health is whether a zone can be believed, for one kind.
type Health struct {
	Zone  string
	Kind  Kind
	Good  bool
	Known bool   // false: its test entries could not be looked up
	Why   string // why not
}

// Listing is what one zone says about one subject.
type Listing struct {
	Zone    *Zone
	Subject Subject
	State   State
	Codes   []netip.Addr
	Means   []string // what the codes say, as far as is known
	Reason  string   // the zone's own text
	Why     string   // for NotKnown and NotAsked
}

// Report is one check. Subjects that are never looked up have no listing.
type Report struct {
	Zones    []Health
	Listings []Listing
	Skipped  []Subject
	Queries  int // sent
	Cached   int // answered by the cache
}

// Listed tells how many listings there are.
func (r *Report) Listed() int { return r.count(Listed) }

// Unknown tells how many questions have no answer.
func (r *Report) Unknown() int { return r.count(NotKnown) + r.count(NotAsked) }

func (r *Report) count(s State) int {
	n := 0
	for i := range r.Listings {
		if r.Listings[i].State == s {
			n++
		}
	}
	return n
}

// checker is one check under way.
type checker struct {
	ctx    context.Context
	o      Options
	client client
	rep    *Report
	health map[string]map[Kind]*Health
}

// Check asks every zone about every subject of its kind, after the zone has
// passed its self-test. It fails only when ctx is done.
func Check(ctx context.Context, zones []Zone, subjects []Subject, o Options) (*Report, error) {
	c := newChecker(ctx, o)
	for _, s := range subjects {
		if s.Skip != "" {
			c.rep.Skipped = append(c.rep.Skipped, s)
		}
	}
	for i := range zones {
		for _, s := range subjects {
			if s.Skip == "" && zones[i].Lists&s.Kind() != 0 {
				c.rep.Listings = append(c.rep.Listings, c.look(&zones[i], s))
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return c.rep, nil
}

func newChecker(ctx context.Context, o Options) *checker {
	if o.Timeout <= 0 {
		o.Timeout = 3 * time.Second
	}
	if o.MaxQueries <= 0 {
		o.MaxQueries = 200
	}
	if o.Cache == nil {
		o.Cache = NewCache()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if len(o.Servers) == 0 {
		o.Servers = Resolvers(strings.NewReader(""))
	}
	return &checker{ctx: ctx, o: o, rep: &Report{}, health: map[string]map[Kind]*Health{},
		client: client{servers: o.Servers, timeout: o.Timeout, dial: o.Dial}}
}

// look asks one zone about one subject.
func (c *checker) look(z *Zone, s Subject) Listing {
	l := Listing{Zone: z, Subject: s}
	if h := c.test(z, s.Kind()); !h.Good {
		l.Why = "the zone failed its self-test: " + h.Why
		if !h.Known {
			l.State, l.Why = NotKnown, h.Why
		}
		return l
	}
	l.State, l.Codes, l.Means, l.Why = c.state(z, s)
	if l.State == Listed {
		l.Reason = c.reason(z, s)
	}
	return l
}

// state looks one subject up and judges the answer.
func (c *checker) state(z *Zone, s Subject) (st State, codes []netip.Addr, means []string, why string) {
	a, err := c.ask(s.query(z.Name), dnsmessage.TypeA)
	if err == ErrCap {
		return NotAsked, nil, nil, err.Error()
	}
	if err != nil {
		return NotKnown, nil, nil, err.Error()
	}
	st, means = z.judge(a.addrs)
	if st == NotKnown {
		return st, a.addrs, nil, means[0]
	}
	return st, a.addrs, means, ""
}

// reason is the zone's own text (RFC 5782 section 2.1). Without one, a listing is still one.
func (c *checker) reason(z *Zone, s Subject) string {
	a, err := c.ask(s.query(z.Name), dnsmessage.TypeTXT)
	if err != nil || len(a.texts) == 0 {
		return ""
	}
	return strings.Join(a.texts[:min(len(a.texts), 4)], "; ")
}

// ask goes to the cache, and then to the network as long as that is allowed.
func (c *checker) ask(name string, qtype dnsmessage.Type) (answer, error) {
	key := qtype.String() + " " + name
	if a, ok := c.o.Cache.get(key, c.o.Now()); ok {
		c.rep.Cached++
		return a, nil
	}
	if c.rep.Queries >= c.o.MaxQueries {
		return answer{}, ErrCap
	}
	c.rep.Queries++
	a, err := c.client.ask(c.ctx, name, qtype)
	if err == nil {
		c.o.Cache.put(key, a, c.o.Now())
	}
	return a, err
}
