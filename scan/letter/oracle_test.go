package letter

import (
	"bufio"
	"bytes"
	"strings"

	"github.com/emersion/go-message/textproto"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The libraries are the second opinion. Where this package differs on purpose:
//
//   - Latin-1 is windows-1252, and bytes in text that claims to be ASCII are
//     UTF-8 or else windows-1252: all mail programs do so. go-message gives C1
//     controls and raw bytes.
//   - A bad header line, an unknown encoding, broken base64, a boundary that
//     never comes or another line end do not end the reading. FuzzHeader and
//     FuzzParts leave such messages out.
//   - A transfer encoding on a multipart is not undone (RFC 2045 section 6.4).
//   - Encoded words are decoded in quotes, next to other letters and when they
//     are broken; addresses stay as written, in quotes where they have them.
//   - HTML is read in one pass: text stays where it stands, where a tree moves
//     it out of a table, and a <noscript> is shown, as in a program without
//     scripts. Text after a frameset is shown.

// libraryFields is go-message's reading of a header block: the fields, and
// whether it found nothing wrong.
func libraryFields(raw []byte) (fields []Field, clean bool) {
	h, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(raw)))
	for f := h.Fields(); f.Next(); {
		fields = append(fields, Field{Name: strings.ToLower(f.Key()), Value: oneSpace(f.Value())})
	}
	return fields, err == nil
}

// oneSpace makes one blank of white space, which is all that folding may change.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// libraryHTML is what x/net/html's tree of a page shows, by the rules that the
// stripper follows in one pass.
func libraryHTML(src []byte) string {
	root, err := html.ParseWithOptions(bytes.NewReader(src), html.ParseOptionEnableScripting(false))
	if err != nil {
		return ""
	}
	var p page
	p.node(root, appearance{}, false)
	return p.text.String()
}

type page struct {
	text strings.Builder
	sep  separator
	pre  int
	cite int
}

func (p *page) node(n *html.Node, a appearance, hard bool) {
	switch n.Type {
	case html.TextNode:
		if hard || a.tiny || a.veiled || a.camouflaged() {
			return
		}
		p.write(n.Data)
		return
	case html.ElementNode:
	case html.DocumentNode:
		p.children(n, a, hard)
		return
	default:
		return
	}
	t, _ := tags.find([]byte(n.Data))
	if t.is&dropped != 0 || n.DataAtom == atom.Head || n.DataAtom == atom.Template {
		return
	}
	l := p.look(n, t)
	hard = hard || l.hard
	apart := t.is&(breaks|cell) != 0 && !hard && l.display != displayInline
	if apart {
		p.part(t.is)
	}
	if t.is&lines != 0 {
		p.pre++
		defer func() { p.pre-- }()
	}
	if l.cite {
		p.cite++
		defer func() { p.cite-- }()
	}
	p.children(n, l.on(a), hard)
	if apart {
		p.part(t.is)
	}
}

func (p *page) children(n *html.Node, a appearance, hard bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.node(c, a, hard)
	}
}

// look gives the stripper's own reading of the attributes: what is compared is
// where elements begin and end, not what a style says.
func (p *page) look(n *html.Node, t *tag) look {
	var b bytes.Buffer
	b.WriteString("<x")
	for _, attr := range n.Attr {
		b.WriteString(" " + attr.Key + `="` + html.EscapeString(attr.Val) + `"`)
	}
	b.WriteString(">")
	s := stripper{lex: lexer{src: b.Bytes()}}
	s.lex.next()
	var l look
	s.attributes(t, &l)
	return l
}

func (p *page) part(is tagBits) {
	if is&breaks != 0 {
		p.sep = broken
	} else {
		p.sep = max(p.sep, spaced)
	}
}

func (p *page) write(s string) {
	for _, r := range s {
		switch {
		case p.pre > 0 && (r == '\n' || r == '\r'):
			p.sep = broken
		case strings.ContainsRune(" \t\n\r\f\v\u00a0", r):
			p.sep = max(p.sep, spaced)
		default:
			if p.text.Len() == 0 && p.cite > 0 {
				p.text.WriteString("> ")
			} else if p.text.Len() > 0 && p.sep == broken {
				p.text.WriteString("\n")
				if p.cite > 0 {
					p.text.WriteString("> ")
				}
			} else if p.text.Len() > 0 && p.sep == spaced {
				p.text.WriteString(" ")
			}
			p.sep = joined
			p.text.WriteRune(r)
		}
	}
}

// sameText compares what two readings show, white space aside.
func sameText(a, b string) bool {
	return oneSpace(strings.ReplaceAll(a, "\u00a0", " ")) == oneSpace(strings.ReplaceAll(b, "\u00a0", " "))
}
