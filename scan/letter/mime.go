package letter

import (
	"bytes"
	"strings"
)

// node is one place in the MIME tree. A node's children follow it, each with
// its own children behind it.
type node struct {
	kind nodeKind
	part int // of a leaf: its place in Parts
	end  int // where the next node that is not below this one stands
}

type nodeKind uint8

const (
	leafNode   nodeKind = iota
	mixedNode           // every child is shown
	chooseNode          // multipart/alternative: one child is shown
)

// contentHead is what the fields of a part or a message say about its body.
type contentHead struct {
	typ         string
	rest        string // the type's parameters
	charset     string // in place of rest, where that holds nothing else
	encoding    string
	disposition string
	dispRest    string // its parameters
}

// contentHead reads the Content fields (RFC 2045, RFC 2183). A type that is missing
// or broken is def.
func (r *Reader) contentHead(b *bodyFields, def string) contentHead {
	t := &r.tools
	var e contentHead
	if k := t.texts.slot(b.typ); k.value == b.typ {
		e.typ, e.charset = k.typ, k.charset
	} else {
		e.typ, e.rest = t.mediaType(b.typ)
		t.remember(k, b.typ, &e)
	}
	if e.typ == "" {
		e.typ = def
	}
	e.encoding = t.encoding(b.encoding)
	if v := b.disposition; v != "" {
		n := strings.IndexByte(v, ';')
		if n < 0 {
			n = len(v)
		}
		e.disposition, e.dispRest = t.lower(trim(v[:n])), v[n:]
	}
	return e
}

// encoding is the first word of a transfer encoding, "" when it encodes nothing.
func (t *tools) encoding(v string) string {
	switch v {
	case "base64", "quoted-printable":
		return v
	case "", "7bit", "8bit":
		return ""
	}
	if v[0] < '0' || v[len(v)-1] < '0' { // as quotes and blanks are
		v = strings.Trim(v, "\"' \t")
	}
	n := 0
	for n < len(v) && !space(v[n]) && v[n] != ';' && v[n] != '(' {
		n++
	}
	switch v = t.lower(v[:n]); v {
	case "7bit", "8bit", "binary", "7-bit", "8-bit", "none":
		return ""
	}
	return v
}

// walk adds the body's tree to nodes and its leaves to parts.
func (r *Reader) walk(h Header, body []byte, depth int, def string) {
	b := h.bodyFields()
	if b.again && depth == 0 {
		r.msg.Defects |= DuplicateField
	}
	e := r.contentHead(&b, def)
	if strings.HasPrefix(e.typ, "multipart/") {
		if depth == 0 {
			r.msg.Type = e.typ
		}
		if r.multipart(&e, body, depth) {
			return
		}
		if depth < r.limits.Depth {
			r.msg.Defects |= NoBoundary
			e = contentHead{typ: "text/plain"} // shown as it is: that is what readers do
		}
	}
	if depth == 0 && r.msg.Type == "" {
		r.msg.Type = e.typ
	}
	r.leaf(&e, body, depth)
}

// multipart splits a body (RFC 2046 section 5.1) and walks the pieces. It
// reports false when there is nothing to split it by, or when it is too deep.
func (r *Reader) multipart(e *contentHead, body []byte, depth int) bool {
	if depth >= r.limits.Depth {
		r.msg.Defects |= TooDeep
		return false
	}
	mark := len(r.delims)
	defer func() { r.delims = r.delims[:mark] }()
	s, ok := r.splitter(e, body)
	if !ok {
		return false
	}
	at := len(r.nodes)
	n := node{kind: mixedNode}
	if e.typ == "multipart/alternative" {
		n.kind = chooseNode
	}
	r.nodes = append(r.nodes, n)
	def := "text/plain"
	if e.typ == "multipart/digest" {
		def = "message/rfc822"
	}
	for s.next() {
		if len(r.nodes) >= r.limits.Parts {
			r.msg.Defects |= TooManyParts
			break
		}
		r.child(s.piece, depth+1, def)
	}
	if !s.closed && s.rest == nil {
		r.msg.Defects |= Unclosed
	}
	r.nodes[at].end = len(r.nodes)
	return true
}

// child reads a part's own header, with the room behind the message's fields
// for its fields, and walks its body.
func (r *Reader) child(piece []byte, depth int, def string) {
	mark := len(r.fields)
	body, flaws := r.header(piece)
	r.msg.Defects |= flaws & (BadField | HeaderCut)
	h := Header(r.fields[mark:])
	r.walk(h, piece[body:], depth, def)
	r.fields = r.fields[:mark]
}

// splitter finds the delimiter that the body is really split by: the one that
// the type names; else one that begins like it; else, since spam often names
// another one than it uses, the first line that looks like one.
func (r *Reader) splitter(e *contentHead, body []byte) (splitter, bool) {
	if b := r.tools.param(e.rest, "boundary"); b != "" && len(b) <= maxBoundary {
		s := splitter{delim: r.delim(b), rest: body, bare: bytes.IndexByte(body, '\n') < 0}
		if s.start() {
			return s, true
		}
		s.loose = true
		if s.start() {
			r.msg.Defects |= NoBoundary
			return s, true
		}
	}
	b := guess(body)
	if b == nil {
		return splitter{}, false
	}
	s := splitter{delim: r.delim(view(b)), rest: body}
	if !s.start() {
		return splitter{}, false
	}
	r.msg.Defects |= NoBoundary
	return s, true
}

// delim keeps "--" and the boundary as long as the multipart is open.
func (r *Reader) delim(boundary string) []byte {
	mark := len(r.delims)
	r.delims = append(r.delims, "--"...)
	r.delims = append(r.delims, boundary...)
	return r.delims[mark:len(r.delims):len(r.delims)]
}

// maxBoundary bounds what find compares at each place of a body. RFC 2046
// allows 70; programs take more.
const maxBoundary = 250

// maxGuess is how far into a body guess looks.
const maxGuess = 16 << 10

// guess is what follows "--" on the first line that a part's header comes after.
func guess(body []byte) []byte {
	rest := body[:min(len(body), maxGuess)]
	for {
		i := bytes.Index(rest, []byte("--"))
		if i < 0 {
			return nil
		}
		atLine := i == 0 || rest[i-1] == '\n'
		rest = rest[i+2:]
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return nil
		}
		if !atLine {
			continue
		}
		line := bytes.TrimRight(rest[:end], " \t\r")
		rest = rest[end+1:]
		if 0 < len(line) && len(line) <= maxBoundary && hasPrefix(rest, "content-") {
			return line
		}
	}
}

// splitter cuts a multipart's body at its delimiter lines.
type splitter struct {
	delim  []byte
	loose  bool   // anything may follow the delimiter on its line
	bare   bool   // lines end in CR alone
	rest   []byte // behind the last delimiter line, nil after the last piece
	piece  []byte
	closed bool
}

// start passes over the preamble, which is not shown. It reports false and
// changes nothing when no part begins.
func (s *splitter) start() bool {
	_, after, closing := s.find(s.rest)
	if after < 0 || closing {
		return false
	}
	s.rest = s.rest[after:]
	return true
}

// next gives the next piece without the line end in front of its delimiter.
// What follows the closing delimiter is not shown. A multipart that is never
// closed ends with its text.
func (s *splitter) next() bool {
	if s.closed || s.rest == nil {
		return false
	}
	at, after, closing := s.find(s.rest)
	if after < 0 {
		s.piece, s.rest = s.rest, nil
		return true
	}
	s.piece, s.rest, s.closed = chomp(s.rest[:at]), s.rest[after:], closing
	return true
}

// find looks for the next delimiter line: where it begins, where the next line does.
func (s *splitter) find(b []byte) (at, after int, closing bool) {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '-') // bytes.Index goes through many of them slowly
		if i < 0 {
			return -1, -1, false
		}
		at, from = from+i, from+i+1
		if at > 0 && b[at-1] != '\n' && !(s.bare && b[at-1] == '\r') || !bytes.HasPrefix(b[at:], s.delim) {
			continue
		}
		tail := b[at+len(s.delim):]
		if closing = bytes.HasPrefix(tail, []byte("--")); closing && s.clean(tail[2:]) {
			return at, len(b) - len(nextLine(tail)), true
		}
		if s.clean(tail) {
			return at, len(b) - len(nextLine(tail)), false
		}
	}
}

// clean reports whether nothing but blanks follows up to the end of the line.
func (s *splitter) clean(tail []byte) bool {
	if s.loose {
		return true
	}
	for i, c := range tail {
		if !blank(c) {
			return c == '\n' || c == '\r' && (s.bare || i+1 == len(tail) || tail[i+1] == '\n' || tail[i+1] == '\r')
		}
	}
	return true
}

// nextLine is what follows the end of the line.
func nextLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[i+1:]
	}
	if i := bytes.IndexByte(b, '\r'); i >= 0 {
		return b[i+1:]
	}
	return nil
}

// chomp takes one line end off the end: it belongs to the delimiter.
func chomp(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b
}
