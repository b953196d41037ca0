// Package origin says where a message came from: the first host outside of those the operator trusts, and the login it was handed in with.
//
// Every Received field below the last trusted host was written by a stranger
// and may be forged (RFC 5321 section 3.7.2), so the chain is read from the top
// and no further than the first hop that is not trusted. What surprises: a hop
// that came over the loopback, or that names no client, is the same machine
// talking to itself (a content filter, a pipe), so the field below it is read
// as well when it names the same host.
//
//	origin.go    the chain
//	hop.go       one Received field, whatever the MTA
//	client.go    its "from" clause: name, reverse name, address
//	login.go     the logins that MTAs record
package origin

import (
	"net/netip"
	"strings"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// Facts is what the trace tells. Strings are valid as long as the letter is.
type Facts struct {
	IP       string // of the client that handed the message to the last trusted host
	Name     string // its reverse name, as the trusted host wrote it
	Helo     string
	AuthUser string // login, when the trusted host recorded one
	Auth     bool   // the client logged in, whether the login was recorded or not
	By       string // the host that wrote the uppermost field: ours
	For      string // the recipient that our hosts recorded first, before any forwarding
	Hops     int    // Received fields that were read
}

// Trust tells whether an address belongs to a host whose Received fields are
// to be believed. A nil Trust believes the uppermost one only.
type Trust func(ip string) bool

// maxHops bounds the fields that are read; RFC 5321 section 6.3 asks for a
// limit of no less than 100 against loops.
const maxHops = 100

// Of reads the envelope's record of the session, and the trace where it has none.
func Of(m *letter.Message, e *spool.Envelope, t Trust) Facts {
	var trace Trace
	trace.Begin(m)
	return trace.Facts(e, t)
}

// Trace reads the Received fields of one message after another, and each field
// once, however often it is asked.
type Trace struct {
	header letter.Header
	next   int   // field that was not looked at
	hops   []Hop // of those before it
}

// Begin takes up a message.
func (c *Trace) Begin(m *letter.Message) { c.header, c.next, c.hops = m.Header, 0, c.hops[:0] }

// hop is number i from the top, good until the next is asked for; nil when
// there are no more.
func (c *Trace) hop(i int) *Hop {
	for len(c.hops) <= i {
		for c.next < len(c.header) && !foldIs(c.header[c.next].Name, "received") {
			c.next++
		}
		if c.next == len(c.header) {
			return nil
		}
		c.hops = append(c.hops, parse(c.header[c.next].Value))
		c.next++
	}
	return &c.hops[i]
}

// Facts is what Of gives, with the envelope and the hosts to be believed.
func (c *Trace) Facts(e *spool.Envelope, t Trust) Facts {
	f := Facts{AuthUser: e.AuthUser, Auth: e.AuthUser != ""}
	f.top(c)
	skip := 0
	if e.ClientIP != "" && e.Source != spool.FromHead {
		f.IP, f.Name, f.Helo = e.ClientIP, e.ClientName, e.Helo
		if !inside(e.ClientIP, t) {
			return f
		}
		skip = 1
	}
	f.chain(c, t, skip)
	if f.IP == "" { // the binary head only repeats what the client said of itself
		f.IP, f.Name, f.Helo = e.ClientIP, e.ClientName, e.Helo
	}
	if f.AuthUser == "" && f.Auth {
		f.AuthUser = loginField(c.header)
	}
	return f
}

// Trail appends the hops of a message, the newest first and at most most of them,
// as they stand there: nothing of it is to be believed but what a trusted host wrote.
func Trail(out []Hop, h letter.Header, most int) []Hop {
	most += len(out)
	for v := range h.All("Received") {
		if len(out) == most {
			break
		}
		if hop := parse(v); hop.IP != "" || hop.By != "" {
			out = append(out, hop)
		}
	}
	return out
}

// top reads the uppermost field, which the queue's own host wrote.
func (f *Facts) top(c *Trace) {
	if h := c.hop(0); h != nil {
		f.Hops, f.By, f.For, f.Auth = 1, h.By, h.to, f.Auth || h.Auth
		if f.AuthUser == "" {
			f.AuthUser = h.Login
		}
	}
	if f.AuthUser == "" && f.Auth {
		f.AuthUser = loginField(c.header)
	}
}

// chain goes down the trace. The first skip hops are those of sessions that the
// envelope told about.
func (f *Facts) chain(c *Trace, t Trust, skip int) {
	f.Hops = 0
	local := ""
	for f.Hops < maxHops {
		h := c.hop(f.Hops)
		if h == nil {
			return
		}
		if local != "" && !h.web && h.By != "" && !strings.EqualFold(h.By, local) {
			return
		}
		f.Hops++
		f.note(h)
		switch {
		case h.IP == "":
			if skip == 0 && f.IP == "" {
				local = h.By
			}
			continue
		case skip > 0:
			skip--
			continue
		}
		f.IP, f.Name, f.Helo = h.IP, h.Name, h.Helo
		if !inside(h.IP, t) || f.Auth { // a login on one of our hosts is where it begins
			return
		}
		local = ""
		if loopback(h.IP) {
			local = h.By
		}
	}
}

// note keeps what a believed field tells besides the client.
func (f *Facts) note(h *Hop) {
	f.Auth = f.Auth || h.Auth
	if f.AuthUser == "" {
		f.AuthUser = h.Login
	}
	if h.to != "" {
		f.For = h.to
	}
}

// inside tells whether an address is one of ours.
func inside(ip string, t Trust) bool { return loopback(ip) || t != nil && t(ip) }

func loopback(ip string) bool {
	if !strings.HasPrefix(ip, "127.") && strings.IndexByte(ip, ':') < 0 {
		return false
	}
	a, err := netip.ParseAddr(ip)
	return err == nil && a.Unmap().IsLoopback()
}
