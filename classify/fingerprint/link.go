package fingerprint

// dotKind is what a full stop inside a run of letters is for.
type dotKind uint8

const (
	dotEnds  dotKind = iota // it ends the word
	dotJoins                // "v.i.a.g.r.a", "3.50"
	dotLink                 // "www.example.com", "first.last@example.com"
)

// dot judges a full stop at text[i] in the word that began at from. The
// position is where to go on: behind the stop, or behind the whole link.
func (f *folder) dot(text []byte, from, i int) (int, dotKind) {
	if i+1 >= len(text) || !hostByte(text[i+1]) || text[i+1] == '.' || text[i+1] == '-' {
		return i, dotEnds
	}
	if i < f.run.from || i >= f.run.to {
		f.run = wordSpan{i, hostEnd(text, i)}
	}
	end := f.run.to
	if end < len(text) && text[end] == '@' {
		if end := addressEnd(text, end); end > 0 {
			return end, dotLink
		}
	}
	if end < len(text) && text[end] == '/' || isWWW(text[from:i]) || commonTLD(lastLabel(text[i:end])) {
		return linkEnd(text, end), dotLink
	}
	if f.real == 0 || singleLetter(text, i+1) && (i-from == 1 || text[i-2] == '.') {
		return i + 1, dotJoins
	}
	return i, dotEnds
}

// schemeEnd gives the end of a link whose scheme ends at text[i] == ':', or 0.
func (f *folder) schemeEnd(text []byte, from, i int) int {
	if i+2 < len(text) && text[i+1] == '/' && text[i+2] == '/' && i-from <= 10 {
		return linkEnd(text, i+3)
	}
	if string(lowered(text[from:i])) == "mailto" {
		return linkEnd(text, i+1)
	}
	return 0
}

// addressEnd gives the end of a mail address whose @ is at text[at], or 0
// when no domain follows.
func addressEnd(text []byte, at int) int {
	end := hostEnd(text, at+1)
	for end > at+1 && (text[end-1] == '.' || text[end-1] == '-') {
		end--
	}
	label := lastLabel(text[at+1 : end])
	if len(label) < 2 || len(label) == end-at-1 || ascii[label[0]]&kindMask != isLetter {
		return 0
	}
	return end
}

func hostEnd(text []byte, i int) int {
	for i < len(text) && hostByte(text[i]) {
		i++
	}
	return i
}

// linkEnd is where white space or a bracket ends a link. It has no bound of
// its own: the text has, and nothing is read twice.
func linkEnd(text []byte, i int) int {
	for i < len(text) {
		switch c := text[i]; {
		case c <= ' ', c == '<', c == '>', c == '"', c == '(', c == ')', c == '[', c == ']', c >= 0x80:
			return i
		}
		i++
	}
	return i
}

func hostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_'
}

// lastLabel is what stands behind the last full stop, or nothing that anyone
// would call a domain when that is far.
func lastLabel(b []byte) []byte {
	b = b[max(0, len(b)-maxLabel):]
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == '.' {
			return b[i+1:]
		}
	}
	return b
}

// maxLabel is the longest label of a domain (RFC 1035 section 2.3.4).
const maxLabel = 63

func singleLetter(text []byte, i int) bool {
	return ascii[text[i]]&kindMask == isLetter && (i+1 == len(text) || ascii[text[i+1]]&kindMask != isLetter)
}

func isWWW(b []byte) bool { return len(b) == 3 && string(lowered(b)) == "www" }

// commonTLD knows the few domains that stand in running text without a scheme
// and are no words that could follow a full stop.
func commonTLD(label []byte) bool {
	if len(label) < 3 || len(label) > 4 {
		return false
	}
	switch string(lowered(label)) {
	case "com", "net", "org", "edu", "gov", "mil", "info", "biz":
		return true
	}
	return false
}

// lowered folds at most 8 bytes of ASCII, enough for the words known here.
func lowered(b []byte) []byte {
	var out [8]byte
	n := copy(out[:], b)
	if len(b) > n {
		return nil
	}
	for i := range n {
		if out[i] >= 'A' && out[i] <= 'Z' {
			out[i] |= 0x20
		}
	}
	return out[:n]
}
