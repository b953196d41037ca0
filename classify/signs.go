package classify

import (
	"net/netip"
	"strings"

	"qclean/classify/kind"
)

// signs are those of a message that is no NDR.
func (l *looker) signs(m Message, way wayCode) (s sign) {
	set := func(v sign, holds bool) {
		if holds {
			s |= v
		}
	}
	from, to := way.end(wayFrom), way.end(wayTo)
	l.helo = hostName(m.Helo())
	set(isMailing, m.Listed())
	set(shadyGreeting, l.shady(m))
	set(hostMatches, from != Ours && way&wayInside == 0 && l.matches(m))
	set(forUs, from != Ours && to == Foreign && m.d.for_ != 0 && l.site.LocalAddress(m.For()))
	set(answersOurs, to == Ours && m.d.answers != 0 && l.answers(m.Answers()))
	set(writes, m.Kind() == kind.Mail && m.ToCount() <= floodSize && l.localSender(m) &&
		(m.r.login != 0 || m.r.ip == 0 || l.ip.IsValid() && l.site.trusts(l.ip)))
	return s
}

// reportSigns are those of an NDR.
func (l *looker) reportSigns(m Message, way wayCode) (s sign) {
	if from := m.BounceFrom(); way.end(wayTo) == Ours && from != "" {
		s |= aboutSomeone
		if l.site.LocalAddress(from) {
			s |= aboutOurs
		}
	}
	return s
}

func (l *looker) answers(id string) bool { return l.site.Local(id[strings.LastIndexByte(id, '@')+1:]) }

// shady tells whether a client greets as no mail server does.
func (l *looker) shady(m Message) bool {
	if m.d.helo == 0 || m.r.ip == 0 {
		return false
	}
	h := strings.ToLower(strings.Trim(m.Helo(), "[]"))
	switch {
	case h == "":
		return false
	case l.site.Local(h), strings.IndexByte(h, '.') < 0 && strings.IndexByte(h, ':') < 0, isAddress(h):
		return true
	}
	return l.ip.Is4() && (dialUp(h, l.ip) || dialUp(l.name, l.ip))
}

// isAddress tells an address from a name, of which nearly all begin as no
// address can: to find that out by reading them costs an error each.
func isAddress(s string) bool {
	switch b := s[0]; {
	case b >= '0' && b <= '9', b >= 'a' && b <= 'f', b == ':':
		_, err := netip.ParseAddr(s)
		return err == nil
	}
	return false
}

// dialUp tells the name that an access provider gives to a line: it holds the
// numbers of the address, of four bytes.
func dialUp(name string, ip netip.Addr) bool {
	b := ip.As4()
	found := 0
	for i := 0; i < len(name); {
		n, v := 0, 0
		for i+n < len(name) && name[i+n] >= '0' && name[i+n] <= '9' && n < 4 {
			v = v*10 + int(name[i+n]-'0')
			n++
		}
		if n > 0 && n < 4 {
			for k := range b {
				if int(b[k]) == v && found&(1<<k) == 0 {
					found |= 1 << k
					break
				}
			}
		}
		i += max(n, 1)
	}
	return found&0b1100 == 0b1100 && (found&0b0011 != 0)
}

// matches tells whether a client has, or says, a name in the domain of the sender.
func (l *looker) matches(m Message) bool {
	if l.name == "" && l.helo == "" {
		return false
	}
	return l.named(m.text(m.r.fromDomain)) || l.named(Domain(m.HeaderFrom()))
}

func (l *looker) named(domain string) bool {
	return under(l.name, domain, false) || under(l.helo, domain, true)
}
