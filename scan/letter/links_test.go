package letter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLinkHosts(t *testing.T) {
	for _, tt := range []struct{ url, host, domain string }{
		{"http://www.Example.CO.UK/path?a=b#c", "www.example.co.uk", "example.co.uk"},
		{"https://user:pass@shop.example.com:8080/", "shop.example.com", "example.com"},
		{"http://a@b@c.example/", "c.example", "c.example"},
		{`http:\\evil.example\path`, "evil.example", "evil.example"},
		{"http:////evil.example", "evil.example", "evil.example"},
		{"//cdn.example/x", "cdn.example", "cdn.example"},
		{"www.example.com/x", "www.example.com", "example.com"},
		{"http://foo.blogspot.com/", "foo.blogspot.com", "foo.blogspot.com"},
		{"http://co.uk/", "co.uk", "co.uk"},
		{"http://example.com./", "example.com", "example.com"},
		{"http://exa%6dple.com/", "example.com", "example.com"},
		{"http://bücher.example/", "bücher.example", "bücher.example"},
		{"http://192.0.2.7:81/", "192.0.2.7", "192.0.2.7"},
		{"http://3221225991/", "192.0.2.7", "192.0.2.7"},
		{"http://0xC0000207/", "192.0.2.7", "192.0.2.7"},
		{"http://0300.0.02.7/", "192.0.2.7", "192.0.2.7"},
		{"http://192.519/", "192.0.2.7", "192.0.2.7"},
		{"http://192.0.2.256/", "192.0.2.256", "2.256"},
		{"http://[2001:DB8::1]:80/", "2001:db8::1", "2001:db8::1"},
		{"http://[::ffff:192.0.2.7]/", "192.0.2.7", "192.0.2.7"},
		{"http://localhost/", "localhost", "localhost"},
		{"http:///", "", ""},
		{"http://[broken/", "", ""},
		{"http://a b/", "", ""},
		{"http://" + strings.Repeat("a", 300) + ".example/", "", ""},
	} {
		t.Run(tt.url[:min(len(tt.url), 40)], func(t *testing.T) {
			var s linkSet
			s.reset()
			s.add(tt.url, false)
			var want []Link
			if tt.host != "" {
				want = []Link{{URL: tt.url, Host: tt.host, Domain: tt.domain}}
			}
			if diff := cmp.Diff(want, s.kept); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinksInText(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"end of a sentence", "see http://a.example/x. And (https://b.example/y), <http://c.example>!", "http://a.example/x https://b.example/y http://c.example"},
		{"brackets of their own", "http://a.example/x_(y) z", "http://a.example/x_(y)"},
		{"without a scheme", "go to www.a.example/x now", "www.a.example/x"},
		{"not in a word", "awww.a.example x@www.b.example", ""},
		{"scheme and www", "http://www.a.example/ www.a.example", "http://www.a.example/ www.a.example"},
		{"upper case", "HTTP://A.example", "HTTP://A.example"},
		{"other schemes", "mailto://x foo://y ://z file://w", ""},
		{"repeats", "http://a.example/ http://a.example/", "http://a.example/"},
		{"nothing behind", "http:// www.", ""},
		{"quoted", `"http://a.example/"b`, "http://a.example/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s linkSet
			s.reset()
			s.find([]byte(tt.text))
			if got := urls(s.kept); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func urls(links []Link) string {
	var out []string
	for _, l := range links {
		out = append(out, l.URL)
	}
	return strings.Join(out, " ")
}

func TestLinksInHTML(t *testing.T) {
	for _, tt := range []struct{ name, page, want string }{
		{"kinds", "<a href=http://a.example/>x</a><img src=http://b.example/><form action=http://c.example/><area href=http://d.example/><body background=http://e.example/>", "http://a.example/ http://b.example/ http://c.example/ http://d.example/ http://e.example/"},
		{"entities and line ends", "<a href=' http://a.example/?x=1&amp;y=2&lang=3\n&z'>x</a>", "http://a.example/?x=1&y=2&lang=3&z"},
		{"the scheme as an entity", "<a href='&#104;ttp://a.example/'>x</a>", "http://a.example/"},
		{"leads nowhere", "<a href='#top'>x</a><a href='mailto:a@b.example'>x</a><a href='javascript:x'>x</a><img src=cid:1>", ""},
		{"hidden", "seen<div style='display:none'><a href=http://a.example/>x</a></div>", ""},
		{"small text around a picture", "<td style='font-size:0'><a href=http://a.example/><img src=http://b.example/></a>", "http://a.example/ http://b.example/"},
		{"quoted", "<blockquote type=cite><a href=http://a.example/>x</a></blockquote>", ""},
		{"after a mark", "<a href=http://a.example/>x</a><br>-----Original Message-----<br><a href=http://b.example/>y</a>", "http://a.example/"},
		{"text of a link", "<a href=http://a.example/>http://b.example/</a>", "http://a.example/ http://b.example/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := read("Content-Type: text/html\n\n" + tt.page)
			if got := urls(m.Links); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	m := read("Content-Type: text/html\n\n<img src=http://a.example/><img src=http://b.example/><a href=http://b.example/>x</a>")
	if !m.Links[0].Image || m.Links[1].Image {
		t.Errorf("a picture that is followed as well is no mere picture: %+v", m.Links)
	}
}

func TestLinksAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "http://h%d.example/ ", i)
	}
	r := NewReader(Limits{Text: 1 << 20})
	if m := r.Read([]byte("A: b\n\n" + b.String())); len(m.Links) != maxLinks {
		t.Errorf("%d links", len(m.Links))
	}
	if m := r.Read([]byte("A: b\n\nhttp://a.example/" + strings.Repeat("x", 5000))); len(m.Links) != 1 || len(m.Links[0].URL) != maxURL {
		t.Errorf("%d links", len(m.Links))
	}
	for range 3 { // the table of what is known starts anew each time
		if m := r.Read([]byte("A: b\n\nhttp://a.example/")); len(m.Links) != 1 {
			t.Errorf("%d links", len(m.Links))
		}
	}
}
