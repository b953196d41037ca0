package letter

import "bytes"

// Reader reads messages one after another and uses its buffers again. It is
// for one goroutine, and so are the messages that it gives.
type Reader struct {
	limits Limits
	tools  tools
	msg    Message
	report Report

	fields []Field // of the message, then of a part while it is looked at
	parts  []Part
	nodes  []node
	links  linkSet
	html   stripper
	delims []byte // the delimiters of the multiparts that are open

	decoded   []byte // the part in hand without its transfer encoding
	converted []byte // the same in UTF-8
	squeezed  []byte // the part in hand without white space
	text      []byte
	aside     []byte
	returned  []byte

	returnedRank originalRank
}

// tools is what reads single values: it works without a Reader.
type tools struct {
	arena arena
	sets  charsets
	texts textTypes
	word  []byte // bytes of an encoded word
}

// NewReader gives a Reader that works within l.
func NewReader(l Limits) *Reader {
	for _, p := range []struct {
		value *int
		std   int
	}{
		{&l.Header, defaultHeader}, {&l.Fields, defaultFields}, {&l.Parts, defaultParts},
		{&l.Depth, defaultDepth}, {&l.Text, defaultText},
	} {
		if *p.value <= 0 {
			*p.value = p.std
		}
	}
	return &Reader{limits: l}
}

// Read reads one message. It never fails: what is wrong with it is in Defects,
// where the caller adds Cut when raw is not all of the message. The result,
// and raw, must be left alone until nobody looks at the result any more, at
// the latest at the next Read.
func (r *Reader) Read(raw []byte) *Message {
	r.reset()
	m := &r.msg
	*m = Message{Raw: raw, tools: &r.tools, from: m.from[:0]}
	start := prologue(raw)
	if len(trim(raw[start:])) == 0 {
		m.BodyAt, m.Type = len(raw), "text/plain"
		m.Defects = Empty | NoHeader
		return m
	}
	body, flaws := r.header(raw[start:])
	m.Header = Header(r.fields[:len(r.fields):len(r.fields)])
	m.BodyAt = start + body
	m.Defects |= flaws
	if bytes.IndexByte(raw[start:m.BodyAt], 0) >= 0 {
		m.Defects |= Binary
	}
	r.walk(m.Header, raw[m.BodyAt:], 0, "text/plain")
	m.Parts = r.parts
	r.render()
	m.Text, m.Aside, m.Links = r.text, r.aside, r.links.kept
	return m
}

func (r *Reader) reset() {
	r.tools.arena.reset()
	r.fields, r.parts, r.nodes = r.fields[:0], r.parts[:0], r.nodes[:0]
	r.text, r.aside, r.returned, r.delims = r.text[:0], r.aside[:0], r.returned[:0], r.delims[:0]
	r.links.reset()
	r.returnedRank = noOriginal
}

// header reads the block at the start of text onto r.fields.
func (r *Reader) header(text []byte) (body int, flaws Defect) {
	s := headerScan{text: text, limit: min(len(text), r.limits.Header), arena: &r.tools.arena}
	r.fields, body = s.fields(r.fields, r.limits.Fields)
	return body, s.flaws
}

// prologue is the length of what is in front of the header and no part of it:
// a byte order mark, the "From " line of an mbox, also with the quote that
// careless programs leave in front of it (RFC 4155).
func prologue(raw []byte) int {
	at := 0
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	line := bytes.TrimPrefix(raw[at:], []byte(">"))
	if !bytes.HasPrefix(line, []byte("From ")) {
		return at
	}
	if i := bytes.IndexByte(raw[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return at
}
