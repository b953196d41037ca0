package letter

import (
	"strings"
	"testing"
)

// shows gives the text of a page.
func shows(page string) string {
	var s stripper
	s.strip([]byte(page), new(linkSet), 1<<20)
	return string(s.out)
}

func TestHTMLText(t *testing.T) {
	for _, tt := range []struct{ name, page, want string }{
		{"inline tags join", "V<b>i</b><font color=red>a</font><span></span>gra", "Viagra"},
		{"pictures and word breaks join", "V<img src=x>ia<wbr>gra", "Viagra"},
		{"blocks part", "<p>one<p>two<div>three</div>four<br>five", "one\ntwo\nthree\nfour\nfive"},
		{"cells part", "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"},
		{"white space folds", "  a \n\t b  ", "a b"},
		{"white space in pre counts", "<pre>a  b\nc</pre>d", "a b\nc\nd"},
		{"comments", "a<!-- b > -- c -->d<!-->e<!--->f", "adef"},
		{"conditional comments", "<!--[if mso]>outlook<![endif]--><![if !mso]>others<![endif]>", "others"},
		{"script and style", "a<script>b<c></script><style>d</style>e", "ae"},
		{"title", "<head><title>a</title><meta x></head>b", "b"},
		{"no script runs in mail", "<noscript>a</noscript>", "a"},
		{"entities", "&lt;a&gt;&amp;&#98;&#x63;&eacute;&nbsp;d&copy", "<a>&bcé d©"},
		{"entities that are none", "a & b &; &#; &#x; &bogus; &#xD800;&#0;", "a & b &; &#; &#x; &bogus; \ufffd\ufffd"},
		{"windows-1252 by number", "&#147;x&#148;&#150;", "“x”–"},
		{"a bracket that is text", "a < b <3 c<", "a < b <3 c<"},
		{"tag never closed", "a<b c=d", "a"},
		{"quote never closed", `a<b c="d>e`, "a"},
		{"bracket in a quote", `a<b c=">">d`, "ad"},
		{"quoted by another program", "<p>mine</p><blockquote type=cite><p>yours</p>too</blockquote>mine", "mine\n> yours\n> too\nmine"},
		{"display: none", "a<div style='display:none'>b<p>c</div>d", "ad"},
		{"display: none in capitals", "a<div STYLE='DISPLAY : NONE !important'>b</div>d", "ad"},
		{"hidden attribute", "a<p hidden>b</p>c", "ac"},
		{"visibility", "a<i style='visibility:hidden'>b<b style='visibility:visible'>c</b></i>", "ac"},
		{"font of no size", "a<i style='font-size:0px'>b</i><i style='font-size:1px'>c</i><i style='font:0/0 a'>d</i>e", "ae"},
		{"font of no size around a font of some size", "<td style='font-size:0'><div style='font-size:14px'>b</div>c</td>", "b"},
		{"relative size of nothing", "<td style='font-size:0'><b style='font-size:2em'>b</b><font size=2>c</font></td>", "c"},
		{"colour of the background", "<div style='background:#fff'>a<font color=white>b</font><font color=#fefefe>c</font><font color=red>d</font></div>", "ad"},
		{"colour of the page", "<body bgcolor=#FFFFFF>a<span style='color:rgb(255, 255, 255)'>b</span>", "a"},
		{"a cell has a colour of its own", "<body bgcolor=white><table><td bgcolor=black><font color=white>b</font></table>", "b"},
		{"a picture behind", "<body bgcolor=white><div style='background:white url(x)'><font color=white>b</font></div>", "b"},
		{"transparent", "a<i style='color:transparent'>b</i><i style='color:rgba(0,0,0,0)'>c</i>", "a"},
		{"no height", "a<div style='max-height:0;overflow:hidden'>b</div>c", "ac"},
		{"no height and nothing clipped", "a<div style='max-height:0'>b</div>", "a\nb"},
		{"off the screen", "a<p style='text-indent:-9999px'>b</p>", "a"},
		{"no opacity", "a<i style='opacity:0.0'>b</i><i style='opacity:.8'>c</i>", "ac"},
		{"hides from one program only", "<p style='mso-hide:all'>a", "a"},
		{"hidden text never closed", "a<div style='display:none'>b", "a"},
		{"an end tag from outside ends it", "<div>a<span style='display:none'>b</div>c", "a\nc"},
		{"an end tag that is not open does not", "<div style='display:none'>b</span></font>c</div>d", "d"},
		{"a paragraph ends with the next", "<p style='display:none'>a<p>b", "b"},
		{"a list item ends with the next", "<ul><li style='display:none'>a<ul><li>b</ul><li>c</ul>", "c"},
		{"a cell ends with the next", "<table><tr><td style='display:none'>a<td>b</table>", "b"},
		{"a font ends under a block", "<font style='display:none'>a<div>b</font>c</div>", "c"},
		{"a link ends with the next", "<a style='display:none'>a<a>b</a>", "b"},
		{"hidden blocks part nothing", "V<div style='display:none'>x</div>iagra", "Viagra"},
		{"blocks that are inline", "V<div style='display:inline'>ia</div>gra", "Viagra"},
		{"text outside of cells", "<table bgcolor=black><font color=black>a</font></table>", "a"},
		{"textarea and xmp", "<textarea><b></textarea><xmp><i></xmp>", "<b>\n<i>"},
		{"plaintext", "a<plaintext><b>", "a\n<b>"},
		{"end tags alone", "a</p>b</br>c</div>d", "a\nb\ncd"},
		{"after the end", "<html><body>a</body></html>b", "ab"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shows(tt.page); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// garden grows well-formed HTML from bytes: the tree is clear to every parser,
// so that text and hiding must come out alike.
type garden struct {
	seed []byte
	out  strings.Builder
	word int
}

func (g *garden) next(n int) int {
	if len(g.seed) == 0 {
		return 0
	}
	c := int(g.seed[0])
	g.seed = g.seed[1:]
	return c % n
}

func (g *garden) text() {
	words := [...]string{"alpha", "b&amp;c", " d ", "&eacute;", "\n", "x&nbsp;y", "<!-- c -->", "e\tf"}
	g.out.WriteString(words[g.next(len(words))])
	g.word++
}

func (g *garden) attributes() {
	styles := [...]string{
		"", "", "", "", ` style="display:none"`, ` style="font-size:0"`, ` style="font-size:12px;color:#fff"`, ` style="visibility:hidden"`,
		` style="visibility:visible"`, ` hidden`, ` style="background-color:#fff"`, ` style="color:black"`, ` style='display:inline'`, ` style="max-height:0;overflow:hidden"`,
	}
	g.out.WriteString(styles[g.next(len(styles))])
}

func (g *garden) element(name string, inside func(int), depth int) {
	g.out.WriteString("<" + name)
	g.attributes()
	g.out.WriteString(">")
	for range g.next(4) {
		inside(depth + 1)
	}
	g.out.WriteString("</" + name + ">")
}

func (g *garden) inline(depth int) {
	if depth > 6 {
		g.text()
		return
	}
	switch g.next(6) {
	case 0, 1, 2:
		g.text()
	case 3:
		g.element([]string{"span", "em", "unknown", "sub"}[g.next(4)], g.inline, depth)
	case 4:
		g.out.WriteString("<br>")
	case 5:
		g.out.WriteString("<img src=x>")
	}
}

func (g *garden) block(depth int) {
	if depth > 6 {
		g.text()
		return
	}
	switch g.next(6) {
	case 0:
		g.inline(depth)
	case 1:
		g.element("p", g.inline, depth)
	case 2, 3:
		g.element([]string{"div", "center", "blockquote", "section"}[g.next(4)], g.block, depth)
	case 4:
		g.element("ul", func(d int) { g.element("li", g.block, d) }, depth)
	case 5:
		g.element("table", func(d int) {
			g.element("tbody", func(d int) {
				g.element("tr", func(d int) { g.element("td", g.block, d) }, d)
			}, d)
		}, depth)
	}
}

// FuzzHTMLTree holds that the text of well-formed HTML is what x/net/html's
// tree shows by the same rules.
//
// Broken HTML differs on purpose. A tree moves text out of tables, repeats
// formatting after a block that ended early, and drops what follows a
// frameset; one pass over the tags leaves text where it stands.
func FuzzHTMLTree(f *testing.F) {
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09"))
	f.Add([]byte("\x05\x04\x03\x00\x03\x00\x03\x00\x03\x02\x03\x06\x03\x00\x00"))
	f.Add([]byte(strings.Repeat("\x02\x0b\x03\x03\x04\x02", 40)))
	f.Fuzz(func(t *testing.T, seed []byte) {
		g := garden{seed: seed}
		g.out.WriteString("<!doctype html><body>")
		for len(g.seed) > 0 && g.word < 2000 {
			g.block(0)
		}
		page := g.out.String()
		if got, want := shows(page), libraryHTML([]byte(page)); !sameText(got, want) {
			t.Errorf("%s\nshows %q\nwant  %q", page, got, want)
		}
	})
}
