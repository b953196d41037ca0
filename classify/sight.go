package classify

import (
	"net/netip"
	"strings"

	"qclean/classify/crew"
	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan/spool"
)

// sight is what judging asks of each message again and again, found out once
// and in the order of the table: the members of a campaign lie all over it, and
// so do their texts.
type sight struct {
	ways  []wayCode // by message
	signs []sign
}

// sign is what rules count among messages. Those that only some ways lead to
// are not set on others.
type sign uint16

const (
	shadyGreeting sign = 1 << iota // the client greets as no mail server does; of no NDR
	hostMatches                    // the host bears the name of the sender's domain; of a stranger's mail
	isMailing                      // it is one that one can leave
	forUs                          // our hosts recorded one of us first; of what goes from outside to outside
	answersOurs                    // it answers a message of ours; of what goes to us
	aboutOurs                      // it reports about mail of ours; of an NDR to us
	aboutSomeone                   // it says whose mail it reports about; of an NDR to us
	writes                         // one of us writes, see around.meet
	badClient                      // the client is known for floods and for little else; set by learn
	badLink                        // so is what it links to; set by learn
)

// look finds out all about every message but where the originals of NDRs belong.
func look(t *Table, site *Site) *sight {
	s := &sight{ways: make([]wayCode, t.Len()), signs: make([]sign, t.Len())}
	c := crew.New(t.Workers)
	lookers := make([]looker, c)
	c.Spread(t.Len(), chunkRows, func(worker, from, to int) {
		l := &lookers[worker]
		l.t, l.site = t, site
		for i, m := range t.Pass(from, to) {
			s.ways[i], s.signs[i] = l.look(m)
		}
	})
	return s
}

// looker looks at one message after another.
type looker struct {
	t    *Table
	site *Site
	ours map[ref]bool // by domain

	// Of the message in hand.
	ip         netip.Addr // invalid where there is none
	name, helo string     // the client's, in lower case and without a dot at the end
	trail      []origin.Hop
}

func (l *looker) look(m Message) (wayCode, sign) {
	var c wayCode
	if m.NDR() || m.Kind() == kind.DSNSuccess {
		c = wayNDR
	} else if m.Kind() != kind.Mail {
		c = wayAuto
	}
	l.client(m)
	c |= wayCode(l.recipients(m)) << wayTo
	if l.inside(m) {
		c |= wayInside
	}
	if c&wayNDR == 0 {
		c |= wayCode(l.sender(m))<<wayFrom | wayCode(login(m))<<wayRest
		return c, l.signs(m, c)
	}
	through, related := l.original(m)
	if c |= wayCode(through) << wayThrough; related {
		c |= wayRelated
	}
	return c, l.reportSigns(m, c)
}

// client reads what is said of the client.
func (l *looker) client(m Message) {
	l.ip, l.name, l.helo = netip.Addr{}, hostName(m.SourceName()), ""
	if m.r.ip != 0 {
		l.ip, _ = netip.ParseAddr(m.SourceIP())
	}
}

// hostName is a host's name as names are compared.
func hostName(s string) string { return strings.ToLower(strings.TrimRight(s, ".")) }

// login is where the login stands, unknownLogin for one that is not known.
func login(m Message) ref {
	if m.r.login == 0 && !m.Auth() {
		return 0
	}
	if m.r.login == 0 || m.AuthUser() == "?" {
		return unknownLogin
	}
	return m.r.login
}

func (l *looker) sender(m Message) End {
	switch {
	case m.Null() || m.r.from == 0 || l.site.Empty():
		return NoEnd
	case l.localSender(m):
		return Ours
	}
	return Foreign
}

// localSender and localRecipient are Site.LocalAddress of an address. Its domain
// is looked at once: there are many addresses and few domains.
func (l *looker) localSender(m Message) bool {
	if domain := m.r.fromDomain; domain != 0 {
		return l.local(domain)
	}
	return l.site.LocalAddress(m.From())
}

func (l *looker) localRecipient(m Message, i int) bool {
	if domain := l.t.recipientDomain(m.r, i); domain != 0 {
		return l.local(domain)
	}
	return l.site.LocalAddress(l.t.recipient(m.r, i))
}

func (l *looker) local(domain ref) bool {
	ours, ok := l.ours[domain]
	if !ok {
		if l.ours == nil {
			l.ours = map[ref]bool{}
		}
		ours = l.site.Local(l.t.text.at(domain))
		l.ours[domain] = ours
	}
	return ours
}

func (l *looker) recipients(m Message) End {
	ours, foreign := 0, 0
	if l.site.Empty() {
		return NoEnd
	}
	for i := range m.ToCount() {
		if l.localRecipient(m, i) {
			ours++
		} else {
			foreign++
		}
	}
	switch {
	case ours > 0 && foreign > 0:
		return Both
	case ours > 0:
		return Ours
	case foreign > 0 && sentOn(m):
		return NoEnd
	case foreign > 0:
		return Foreign
	}
	return NoEnd
}

// sentOn tells mail that came over a list, where the only recipients known are
// those of its To field: that names the list, not who it was sent on to.
func sentOn(m Message) bool {
	if m.Envelope() != spool.FromHeaders {
		return false
	}
	if m.List() {
		return true
	}
	if m.r.fromDomain == 0 {
		return false
	}
	for i := range m.ToCount() {
		if m.t.recipientDomain(m.r, i) == m.r.fromDomain {
			return true
		}
	}
	return false
}

// inside tells whether a message was handed in by a host of ours. One without
// a client was made on the server, or came out of its store; one with a
// private address is in our house, since the Internet does not carry those.
func (l *looker) inside(m Message) bool {
	return m.r.ip == 0 || l.ip.IsValid() && (privateAddr(l.ip) || l.site.trusts(l.ip)) ||
		l.name != "" && (l.site.Local(l.name) || l.site.TrustedHost(l.name))
}

// original tells whether the message that an NDR returns had passed a host of
// ours, and whether the host that brought it has to do with whom the NDR goes to.
func (l *looker) original(m Message) (through End, related bool) {
	trail := l.t.text.hops(l.trail[:0], m.bounce().trail)
	if l.trail = trail; len(trail) == 0 {
		return NoEnd, false
	}
	through = Foreign
	for i := range trail {
		if l.site.ours(&trail[i]) {
			through = Ours
			break
		}
	}
	for i := range trail {
		h := &trail[i]
		if h.IP == "" || l.site.Trusted(h.IP) {
			continue
		}
		return through, relates(h.Name, m, false) || relates(h.Helo, m, true)
	}
	return through, false
}

// relates tells whether a host's name lies under the domain of a recipient.
// HELO is the client's own word: bots say the bare domain that they forge,
// mail hosts their name in it.
func relates(host string, m Message, below bool) bool {
	host = hostName(host)
	for i := range m.ToCount() {
		if under(host, m.text(m.t.recipientDomain(m.r, i)), below) {
			return true
		}
	}
	return false
}

// under tells whether a host lies below a domain, or is called so itself.
func under(host, domain string, below bool) bool {
	if domain == "" || !strings.HasSuffix(host, domain) {
		return false
	}
	if len(host) == len(domain) {
		return !below
	}
	return host[len(host)-len(domain)-1] == '.'
}
