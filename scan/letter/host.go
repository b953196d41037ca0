package letter

import (
	"net/netip"
	"strings"

	"github.com/zeebo/xxh3"
	"golang.org/x/net/publicsuffix"
)

// maxHost is the longest name that the DNS can hold, as text (RFC 1035 section 2.3.4).
const maxHost = 253

// rawHost cuts the host out of a URL as browsers do: user and port go, and a
// backslash is a slash (WHATWG URL standard, section 4.4).
func rawHost(url string) string {
	if !strings.HasPrefix(url, "//") && !hasPrefix(url, "www.") {
		i := strings.IndexByte(url, ':')
		if i < 0 {
			return ""
		}
		url = url[i+1:]
	}
	url = strings.TrimLeft(url, `/\`)
	if i := strings.IndexAny(url, `/\?#`); i >= 0 {
		url = url[:i]
	}
	url = url[strings.LastIndexByte(url, '@')+1:]
	if strings.HasPrefix(url, "[") {
		if i := strings.IndexByte(url, ']'); i > 0 {
			return url[:i+1]
		}
		return ""
	}
	if i := strings.IndexByte(url, ':'); i >= 0 {
		url = url[:i]
	}
	url = strings.TrimRight(url, ".")
	if len(url) > maxHost {
		return ""
	}
	return url
}

// hostCache remembers what hosts were found to be: a flood names few of them,
// and the public suffix list is slow. It is a direct-mapped table with strings
// of its own, so its size is bounded whatever comes.
type hostCache [1024]struct{ raw, host, domain string }

// find gives the host in its one form and its registered domain, "" for what
// can be no host. The strings may live in store.
func (c *hostCache) find(raw string, store *arena) (host, domain string) {
	e := &c[xxh3.HashString(raw)%uint64(len(c))]
	if e.raw == raw {
		return e.host, e.domain
	}
	mark := len(store.buf)
	if strings.IndexByte(raw, '%') >= 0 {
		store.buf = unpercent(store.buf, raw)
	} else {
		store.buf = append(store.buf, raw...)
	}
	for i, b := range store.buf[mark:] {
		store.buf[mark+i] = lower(b)
		if b <= ' ' || b == 0x7f || strings.IndexByte(`/\<>"@?#`, b) >= 0 {
			return "", ""
		}
	}
	host = store.since(mark)
	if ip, ok := literal(host); ok {
		host, domain = ip, ip
	} else {
		domain = registered(host)
	}
	if e.raw = strings.Clone(raw); host == raw {
		e.host = e.raw
	} else {
		e.host = strings.Clone(host)
	}
	e.domain = e.host[len(e.host)-len(domain):]
	return e.host, e.domain
}

// registered is the domain that somebody registered: one label more than the
// public suffix. A host that is a suffix itself stands for itself.
func registered(host string) string {
	suffix, _ := publicsuffix.PublicSuffix(host)
	rest := strings.TrimSuffix(host, suffix)
	if rest == "" || len(rest) == len(host) {
		return host
	}
	rest = strings.TrimSuffix(rest, ".")
	return host[strings.LastIndexByte(rest, '.')+1:]
}

// literal normalises an address: IPv6 in brackets, IPv4 in any of the forms
// that browsers take, "0x7f.1" and "2130706433" included (WHATWG URL standard,
// section 3.5).
func literal(host string) (string, bool) {
	if v6, ok := strings.CutPrefix(host, "["); ok {
		ip, err := netip.ParseAddr(strings.TrimSuffix(v6, "]"))
		if err != nil {
			return "", false
		}
		return ip.WithZone("").Unmap().String(), true
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" || last[0] < '0' || last[0] > '9' {
		return "", false // most hosts
	}
	return dotted(host)
}

// dotted reads up to four numbers, of which the last fills what is left.
func dotted(host string) (string, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return "", false
	}
	var ip uint64
	for i, p := range parts {
		n, ok := ipNumber(p)
		left := 8 * (4 - i)
		switch {
		case !ok:
			return "", false
		case i < len(parts)-1:
			if n > 255 {
				return "", false
			}
			ip |= n << (left - 8)
		case n >= 1<<left:
			return "", false
		default:
			ip |= n
		}
	}
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)}).String(), true
}

// ipNumber reads a decimal, octal or hexadecimal number of at most 32 bits.
func ipNumber(s string) (n uint64, ok bool) {
	base := 10
	switch {
	case len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x':
		s, base = s[2:], 16
		ok = s == "" // "0x" is zero
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	for i := 0; i < len(s); i++ {
		v := hex(s[i])
		if v < 0 || v >= base || n >= 1<<32 {
			return 0, false
		}
		n, ok = n*uint64(base)+uint64(v), true
	}
	return n, ok
}
