package letter

import "bytes"

// maxDecoded is how much of one text part is decoded. It is far more than the
// text that is kept, because in HTML a word may follow a megabyte of style.
const maxDecoded = 1 << 20

// render fills the message's text, links, report and original from its tree.
func (r *Reader) render() {
	r.html.bare = false
	r.showAll()
	if r.msg.Hidden > 0 && len(trim(r.text)) == 0 && len(r.aside) == 0 {
		// All of it is hidden by its own style: a style sheet shows it after
		// all, or the sender wants us to see nothing.
		hidden := r.msg.Hidden
		r.html.bare = true
		r.showAll()
		r.msg.Hidden = hidden
	}
	for i := range r.parts {
		r.setAside(&r.parts[i])
	}
}

func (r *Reader) showAll() {
	r.text, r.aside, r.returned = r.text[:0], r.aside[:0], r.returned[:0]
	r.links.reset()
	r.msg.Quoted, r.msg.Hidden, r.msg.Returned, r.returnedRank = 0, 0, nil, noOriginal
	for i := 0; i < len(r.nodes); i = r.nodes[i].end {
		r.show(i)
	}
}

// show renders a node and all that is below it. The depth of the tree is
// bounded by the walk.
func (r *Reader) show(at int) {
	n := r.nodes[at]
	switch n.kind {
	case leafNode:
		if p := &r.parts[n.part]; !p.Attachment {
			r.showPart(p)
		}
	case mixedNode:
		for i := at + 1; i < n.end; i = r.nodes[i].end {
			r.show(i)
		}
	case chooseNode:
		r.choose(at)
	}
}

// choose renders the alternative that a reader of mail shows: the last that
// holds HTML, else the last with text (RFC 2046 section 5.1.4). When there is
// no text in it, and so a picture at best, the first is what tells something.
func (r *Reader) choose(at int) {
	best, rank, first := -1, 0, -1
	for i := at + 1; i < r.nodes[at].end; i = r.nodes[i].end {
		k := r.rank(i)
		if k > 0 && first < 0 {
			first = i
		}
		if k > 0 && k >= rank {
			best, rank = i, k
		}
	}
	if best < 0 {
		return
	}
	before, quoted := len(r.text), r.msg.Quoted
	r.show(best)
	if first != best && r.msg.Quoted == quoted && len(r.text) < r.limits.Text && len(trim(r.text[before:])) == 0 {
		r.show(first)
	}
}

// rank is 2 for a node with HTML to show, 1 with other text, 0 without text.
func (r *Reader) rank(at int) int {
	best := 0
	for i := at; i < r.nodes[at].end; i++ {
		n := r.nodes[i]
		if n.kind != leafNode || r.parts[n.part].Attachment {
			continue
		}
		if r.parts[n.part].Type == "text/html" {
			return 2
		}
		best = 1
	}
	return best
}

// showPart decodes a part that is shown and adds what a person sees of it.
func (r *Reader) showPart(p *Part) {
	text, asItCame := r.content(p)
	if bytes.IndexByte(text, 0) >= 0 {
		r.msg.Defects |= Binary
	}
	before := len(r.text)
	if p.Type == "text/html" || p.Type == "text/enriched" || p.Type == "text/richtext" {
		r.html.strip(text, &r.links, maxStripped)
		r.msg.Hidden += r.html.unseen
		r.html.follow(&r.links, r.visible(r.html.out, false))
	} else {
		r.visible(text, asItCame)
	}
	r.links.find(r.text[before:])
}

// maxStripped bounds the text of one HTML part. Marks of a forward are looked
// for beyond what Text keeps.
const maxStripped = maxDecoded

// content is a part's content as UTF-8, its first megabyte, and whether that is
// a piece of the message as it came.
func (r *Reader) content(p *Part) (text []byte, asItCame bool) {
	text = p.Body
	clean := true
	switch p.Encoding {
	case "base64":
		r.decoded, clean = unbase64(r.decoded[:0], text, maxDecoded+1)
		text = r.decoded
	case "quoted-printable":
		r.decoded, clean = unquote(r.decoded[:0], text, maxDecoded+1)
		text = r.decoded
	case "":
	default:
		r.msg.Defects |= UnknownEncoding
	}
	if !clean {
		r.msg.Defects |= BadEncoding
	}
	if len(text) > maxDecoded {
		r.msg.Defects |= TextCut
		text = text[:maxDecoded]
	}
	out, converted := r.utf8(text, p)
	return out, !converted && (p.Encoding != "base64" && p.Encoding != "quoted-printable")
}

// utf8 converts a part's text, if there is anything to convert. HTML may name
// its charset itself.
func (r *Reader) utf8(text []byte, p *Part) (out []byte, converted bool) {
	name := p.Charset
	if name == "" && p.Type == "text/html" && !valid(text) {
		name = metaCharset(text)
	}
	k, known := r.tools.sets.find(name)
	if !known {
		r.msg.Defects |= UnknownCharset
	}
	if k.fits(text) {
		return text, false
	}
	r.converted = k.append(r.converted[:0], text, name)
	return r.converted, true
}

// metaCharset is what a <meta> at the start of HTML says of its charset.
func metaCharset(html []byte) string {
	html = html[:min(len(html), 1024)]
	for i := range html {
		if html[i]|0x20 != 'c' || !hasPrefix(html[i:], "charset=") {
			continue
		}
		v := bytes.TrimLeft(html[i+len("charset="):], "\"' ")
		n := 0
		for n < len(v) && !space(v[n]) && v[n] != '"' && v[n] != '\'' && v[n] != '>' && v[n] != ';' && v[n] != '/' {
			n++
		}
		return view(v[:n])
	}
	return ""
}
