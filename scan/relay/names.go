package relay

import (
	"fmt"
	"net/netip"
	"strings"
)

// Names is what the placeholders of the forms stand for.
type Names struct {
	Outside string     // the tester's own mailbox, elsewhere: U@out and R@out; "": relaycheck@example.com
	Our     string     // a domain that the server takes mail for
	Host    string     // the server's own name; "": the one it greets with
	IP      netip.Addr // the server's address; zero: the one that is connected to
	OutIP   netip.Addr // an address that is not the server's; zero: 192.0.2.1, which is nobody's (RFC 5737)
}

const defaultOutside = "relaycheck@example.com"

// complete fills in the defaults and checks what the user gave: none of it may
// smuggle a command into the session.
func (n Names) complete() (Names, error) {
	if n.Outside == "" {
		n.Outside = defaultOutside
	}
	if !n.OutIP.IsValid() {
		n.OutIP = netip.AddrFrom4([4]byte{192, 0, 2, 1})
	}
	local, domain := n.split()
	if !validLocal(local) || !validDomain(domain) {
		return n, fmt.Errorf("%w: mailbox %q", ErrBadName, n.Outside)
	}
	if !validDomain(n.Our) {
		return n, fmt.Errorf("%w: local domain %q", ErrBadName, n.Our)
	}
	if strings.EqualFold(domain, n.Our) {
		return n, fmt.Errorf("%w: the mailbox %q has to be outside of %s", ErrBadName, n.Outside, n.Our)
	}
	if n.Host != "" && !validDomain(n.Host) {
		return n, fmt.Errorf("%w: host %q", ErrBadName, n.Host)
	}
	return n, nil
}

// split gives the parts of the mailbox.
func (n Names) split() (local, domain string) {
	at := strings.LastIndexByte(n.Outside, '@')
	if at < 0 {
		return n.Outside, ""
	}
	return n.Outside[:at], n.Outside[at+1:]
}

// fill puts the names into a form's pattern. It tells whether all are known.
func (n Names) fill(pattern string) (string, bool) {
	if strings.Contains(pattern, "{host}") && n.Host == "" {
		return "", false
	}
	local, domain := n.split()
	return strings.NewReplacer(
		"{U}", local, "{R}", local, "{out}", domain, "{our}", n.Our, "{host}", n.Host,
		"{[ip]}", literal(n.IP), "{ip}", n.IP.String(), "{[out-ip]}", literal(n.OutIP),
		"{imcea}", encapsulate(n.Outside),
	).Replace(pattern), true
}

// literal writes an address literal (RFC 5321 section 4.1.3).
func literal(ip netip.Addr) string {
	if ip.Is6() {
		return "[IPv6:" + ip.WithZone("").String() + "]"
	}
	return "[" + ip.String() + "]"
}

// encapsulate hides an address in the local part of another, as Exchange does
// (IMCEA, MS-OXCMAIL): what is no letter or digit becomes + and its code.
func encapsulate(address string) string {
	var b strings.Builder
	b.WriteString("IMCEASMTP-")
	for i := range len(address) {
		switch c := address[i]; {
		case isAlnum(c), c == '-', c == '=':
			b.WriteByte(c)
		case c == '/':
			b.WriteByte('_')
		default:
			fmt.Fprintf(&b, "+%02X", c)
		}
	}
	return b.String()
}

// validDomain takes names of letters, digits and hyphens whose last label is
// no number, so that neither an address nor a range passes for a name.
func validDomain(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	letters := 0
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		letters = 0
		for i := range len(label) {
			c := label[i]
			if !isAlnum(c) && c != '-' && c != '_' {
				return false
			}
			if isAlnum(c) && c >= 'A' {
				letters++
			}
		}
	}
	return letters > 0
}

// validLocal takes a dot-atom (RFC 5322 section 3.2.3) without the characters
// that the forms use themselves.
func validLocal(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlnum(c) && !strings.ContainsRune("#$&'*+-/=?^_`{|}~.", rune(c)) {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
