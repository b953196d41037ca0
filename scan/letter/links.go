package letter

import (
	"bytes"

	"github.com/zeebo/xxh3"
)

// The bounds of what is kept of links.
const (
	maxLinks = 1000 // of a message
	maxURL   = 2048 // bytes; a longer one is cut
)

// linkSet is the links of one message, each once.
type linkSet struct {
	kept  []Link
	store arena
	known [2048]linkSlot // open addressing, at most half full
	round uint32         // slots of earlier messages count as free
	hosts hostCache
}

type linkSlot struct {
	round uint32
	at    uint32
}

func (s *linkSet) reset() {
	s.kept = s.kept[:0]
	s.store.reset()
	if s.round++; s.round == 0 {
		clear(s.known[:])
		s.round = 1
	}
}

// add takes a URL that clean gave, or that find cut out.
func (s *linkSet) add(url string, image bool) {
	if len(s.kept) >= maxLinks {
		return
	}
	slot := xxh3.HashString(url) % uint64(len(s.known))
	for ; s.known[slot].round == s.round; slot = (slot + 1) % uint64(len(s.known)) {
		k := &s.kept[s.known[slot].at]
		if k.URL == url {
			k.Image = k.Image && image
			return
		}
	}
	name := rawHost(url)
	if name == "" {
		return
	}
	host, domain := s.hosts.find(name, &s.store)
	if host == "" {
		return
	}
	s.known[slot] = linkSlot{round: s.round, at: uint32(len(s.kept))}
	s.kept = append(s.kept, Link{URL: url, Host: host, Domain: domain, Image: image})
}

// clean makes a URL of an attribute's value as a browser does: entities
// decoded, blanks off the ends, line ends and tabs out (WHATWG URL standard,
// section 4.4). It gives "" for what leads to no host.
func (s *linkSet) clean(value []byte) string {
	value = trim(value)
	if !absolute(value) && bytes.IndexByte(value[:min(len(value), maxURL)], '&') < 0 {
		return ""
	}
	mark := len(s.store.buf)
	if !bytes.ContainsAny(value, "&\t\r\n") {
		return s.store.keep(value[:min(len(value), maxURL)])
	}
	for i := 0; i < len(value) && len(s.store.buf)-mark < maxURL; {
		switch c := value[i]; c {
		case '\t', '\r', '\n':
			i++
		case '&':
			var n int
			s.store.buf, n = entity(s.store.buf, value[i:], true)
			i += n
		default:
			s.store.buf = append(s.store.buf, c)
			i++
		}
	}
	url := trim(s.store.buf[mark:])
	if !absolute(url) {
		s.store.buf = s.store.buf[:mark]
		return ""
	}
	return view(url)
}

// absolute tells whether a URL names a host. Outlook follows "www." as well.
func absolute(url []byte) bool {
	if len(url) < 5 {
		return false
	}
	switch lower(url[0]) {
	case 'h':
		return hasPrefix(url, "http:") || hasPrefix(url, "https:")
	case 'f':
		return hasPrefix(url, "ftp:")
	case 'w':
		return hasPrefix(url, "www.")
	}
	return url[0] == '/' && url[1] == '/'
}

// find adds the URLs that stand in a text, which programs make links of:
// "http://", "https://", "ftp://" and "www.".
func (s *linkSet) find(text []byte) {
	colon, dot := -1, -1 // where the next "://" and the next "www." stand
	for at := 0; at < len(text) && len(s.kept) < maxLinks; {
		if colon < at {
			colon = nextScheme(text, at)
		}
		if dot < at {
			dot = nextWWW(text, at)
		}
		found := min(colon, dot)
		if found == len(text) {
			return
		}
		start, host := found, found+len("://")
		if found == colon {
			start -= scheme(text[at:found])
		} else {
			host = found + len("www.")
		}
		at = host
		if found == colon && start == found || found == dot && found > 0 && wordish(text[found-1]) {
			continue
		}
		if end := urlEnd(text, host); end > host {
			s.add(s.store.keep(text[start:min(end, start+maxURL)]), false)
			at = end
		}
	}
}

// nextScheme is the first place not before from where "://" stands, the text's
// end when there is none.
func nextScheme(text []byte, from int) int {
	for at := from; ; at++ {
		n := bytes.IndexByte(text[at:], ':')
		if at += n; n < 0 || at+3 > len(text) {
			return len(text)
		}
		if text[at+1] == '/' && text[at+2] == '/' {
			return at
		}
	}
}

// nextWWW is the same for "www.". A full stop is rarer in text than a "w".
func nextWWW(text []byte, from int) int {
	for at := from; ; at++ {
		n := bytes.IndexByte(text[at:], '.')
		if at += n; n < 0 {
			return len(text)
		}
		if at-3 >= from && text[at-1] == 'w' && text[at-2] == 'w' && text[at-3] == 'w' {
			return at - 3
		}
	}
}

// scheme is the length of the scheme that ends b, 0 for one that is no link.
func scheme(b []byte) int {
	for _, s := range [...]string{"https", "http", "ftp"} {
		if len(b) >= len(s) && same(b[len(b)-len(s):], s) {
			return len(s)
		}
	}
	return 0
}

// wordish is a byte in front of which no "www." begins.
func wordish(c byte) bool {
	return letter(c) || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '/' || c == '@' || c >= 0x80
}

// urlEnd is where a URL in text ends: at white space or a bracket, and without
// the full stop of the sentence.
func urlEnd(text []byte, from int) int {
	end := from
	for end < len(text) && end-from <= maxURL && text[end] > ' ' && text[end] != '<' && text[end] != '>' && text[end] != '"' && text[end] != 0x7f {
		end++
	}
	for end > from {
		switch c := text[end-1]; c {
		case '.', ',', ';', ':', '!', '?', '\'', '*', '_', '|', '`', ']', '}':
		case ')':
			if bytes.IndexByte(text[from:end], '(') >= 0 {
				return end
			}
		default:
			return end
		}
		end--
	}
	return end
}
