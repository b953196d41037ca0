package letter

import (
	"fmt"
	"strings"
	"testing"
)

// Work is counted, not timed: what a reader looks at more than once must stay
// in proportion to the text.

func TestAddressWorkIsLinear(t *testing.T) {
	const n = 20_000
	for _, s := range []string{
		strings.Repeat("(", n), strings.Repeat(`"`, n+1), strings.Repeat("<", n), strings.Repeat("(<", n), strings.Repeat(`<"`, n),
		strings.Repeat("(a)", n), strings.Repeat(`"a",`, n), strings.Repeat(`\"`, n), strings.Repeat("<(\"", n) + ">",
	} {
		scan := addressScan{rest: s}
		for scan.next() {
		}
		if scan.seen > 6*len(s) {
			t.Errorf("%.10q: looked at %d bytes of %d", s, scan.seen, len(s))
		}
	}
}

func TestHTMLWorkIsLinear(t *testing.T) {
	const n = 20_000
	for _, page := range []string{
		strings.Repeat("<div>", n), strings.Repeat("<b><div>", n) + strings.Repeat("</b>", n), strings.Repeat("<x>", 200) + strings.Repeat("</y>", n),
		strings.Repeat("<table>", 200) + strings.Repeat("</p></span>", n), strings.Repeat("<span>", 255) + "<td>" + strings.Repeat("</span>", n),
		strings.Repeat("<li>", n), strings.Repeat("<a>", n), strings.Repeat("<p>", n), strings.Repeat("<", n), strings.Repeat("</", n), strings.Repeat("<!--", n), strings.Repeat("<a b='", n),
	} {
		var s stripper
		s.strip([]byte(page), new(linkSet), 1<<20)
		if tags := strings.Count(page, "<"); s.steps > tags*maxOpen || len(s.stack) > maxOpen {
			t.Errorf("%.20q: %d steps for %d tags, %d open", page, s.steps, tags, len(s.stack))
		}
	}
}

// TestHostileMessages reads what is made to be slow or large, and looks at
// what comes out of it.
func TestHostileMessages(t *testing.T) {
	var bomb strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&bomb, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i)
	}
	html := "Content-Type: text/html\n\n"
	for _, tt := range []struct {
		name, raw string
		defects   Defect
	}{
		{"ten thousand fields", strings.Repeat("X-A: b\n", 10_000) + "\nbody", HeaderCut},
		{"a line of a megabyte", "Subject: " + strings.Repeat("x", 1<<20) + "\n\nbody", HeaderCut},
		{"a field folded 100,000 times", "Subject: x\n" + strings.Repeat(" y\n", 100_000) + "\nbody", HeaderCut},
		{"a comment of a megabyte", "From: a@b " + strings.Repeat("(", 1<<18) + "\nMessage-ID: " + strings.Repeat("(", 1<<18) + "\n\nbody", HeaderCut},
		{"encoded words", "Subject: " + strings.Repeat("=?", 1<<17-20) + "\n\nbody", 0},
		{"encoded words that end nowhere", "Subject: " + strings.Repeat("=?a?q?", 40_000) + "\n\nbody", 0},
		{"parameters", "Content-Type: text/plain" + strings.Repeat(";name*1=x", 20_000) + "\n\nbody", 0},
		{"multiparts in multiparts", bomb.String(), TooDeep | Unclosed},
		{"parts", "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n", 100_000), TooManyParts},
		{"a boundary of dashes in dashes", "Content-Type: multipart/mixed; boundary=\"" + strings.Repeat("-", 200) + "\"\n\n" + strings.Repeat("-", 1<<20), NoBoundary},
		{"a boundary without end", "Content-Type: multipart/mixed; boundary=\"" + strings.Repeat("-", 200_000) + "\"\n\n" + strings.Repeat("-", 1<<20), NoBoundary},
		{"boundaries that are none", "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--bx\n--", 50_000), NoBoundary | Unclosed},
		{"equals signs", "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=", 1<<20), BadEncoding | TextCut},
		{"equals signs and blanks", "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("="+strings.Repeat(" ", 79), 10_000), BadEncoding},
		{"rubbish in base64", "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("*a", 1<<20), BadEncoding | TextCut},
		{"brackets", html + strings.Repeat("<", 1<<20), TextCut},
		{"comments", html + strings.Repeat("<!--", 1<<18), 0},
		{"dashes in a comment", html + "<!--" + strings.Repeat("-- ", 1<<18), 0},
		{"scripts", html + strings.Repeat("<script><!--<script>", 1<<15), 0},
		{"raw text", html + "<title>" + strings.Repeat("</titl", 1<<17), 0},
		{"attributes", html + "<a " + strings.Repeat("b=c ", 1<<18), 0},
		{"entities", html + strings.Repeat("&a", 1<<17), TextCut},
		{"entities with long names", html + strings.Repeat("&"+strings.Repeat("a", 40), 1<<14), TextCut},
		{"styles", html + "<p style=\"" + strings.Repeat("color:red;", 1<<16) + "\">x", 0},
		{"a style of colons", html + "<p style=\"" + strings.Repeat(":", 1<<18) + "\">x", 0},
		{"a background of words", html + "<p style=\"background:" + strings.Repeat("x ", 1<<17) + "\">x", 0},
		{"quotes", "A: b\n\n" + strings.Repeat(">\n", 1<<18), 0},
		{"marks", "A: b\n\n" + strings.Repeat("-----Original Message-----\n", 1<<14), 0},
		{"marks that are none", "A: b\n\n" + strings.Repeat("---o\n", 1<<16), TextCut},
		{"heads that are none", "A: b\n\nx\n" + strings.Repeat("From:\n", 1<<15), TextCut},
		{"armours", "A: b\n\n" + strings.Repeat("-----BEGIN PGP MESSAGE-----\n", 1<<14), 0},
		{"signs of links", "A: b\n\n" + strings.Repeat("www.", 1<<13) + strings.Repeat("://", 1<<13), 0},
		{"w and colons", "A: b\n\n" + strings.Repeat("w", 1<<15) + strings.Repeat(":", 1<<15), TextCut},
		{"hosts of dots", "A: b\n\n" + strings.Repeat("http://....... ", 4000), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(Limits{})
			m := r.Read([]byte(tt.raw))
			checkMessage(t, r, m)
			if m.Defects&tt.defects != tt.defects {
				t.Errorf("defects %b, want %b", m.Defects, tt.defects)
			}
			for name, size := range map[string]int{
				"decoded": cap(r.decoded), "converted": cap(r.converted), "HTML": cap(r.html.out), "arena": cap(r.tools.arena.buf),
				"links": cap(r.links.store.buf), "squeezed": cap(r.squeezed), "returned": cap(r.returned),
			} {
				if size > 8<<20 {
					t.Errorf("%d bytes of buffer for %s", size, name)
				}
			}
		})
	}
}
