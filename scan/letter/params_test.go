package letter

import (
	"mime"
	"strings"
	"testing"
)

func TestParam(t *testing.T) {
	for _, tt := range []struct{ name, value, typ, param, want string }{
		{"plain", "text/plain; charset=utf-8", "text/plain", "charset", "utf-8"},
		{"quoted", `text/plain; charset="utf-8"; x=y`, "text/plain", "charset", "utf-8"},
		{"upper case", "TEXT/HTML; CHARSET=UTF-8", "text/html", "charset", "UTF-8"},
		{"no semicolon", "text/html charset=utf-8", "text/html", "charset", "utf-8"},
		{"no semicolon after a quote", `multipart/mixed; charset="x" boundary="b"`, "multipart/mixed", "boundary", "b"},
		{"blanks about", "text/plain ;  name = a b.doc ; x=1", "text/plain", "name", "a b.doc"},
		{"escapes", `text/plain; name="a\"b\\c"`, "text/plain", "name", `a"b\c`},
		{"a path of Windows", `a/b; name="C:\dir\x.doc"`, "a/b", "name", `C:\dir\x.doc`},
		{"never closed", `a/b; name="x.doc`, "a/b", "name", "x.doc"},
		{"semicolon in a quote", `a/b; name="x;y"`, "a/b", "name", "x;y"},
		{"extended", "a/b; name*=iso-8859-1'de'caf%E9", "a/b", "name", "café"},
		{"continued", `a/b; name*0="one "; name*1="two"`, "a/b", "name", "one two"},
		{"continued and extended", "a/b; name*1*=%C3%A9; name*0*=utf-8''caf", "a/b", "name", "café"},
		{"a piece missing", "a/b; name*0=a; name*2=c", "a/b", "name", "a"},
		{"extended before plain", "a/b; name=x; name*=utf-8''y", "a/b", "name", "y"},
		{"the first of two", "a/b; charset=x; charset=y", "a/b", "charset", "x"},
		{"a name that begins alike", "a/b; names=x; name=y", "a/b", "name", "y"},
		{"no value", "a/b; name; x=1", "a/b", "name", ""},
		{"no type", "; charset=x", "", "charset", "x"},
		{"text alone", "text; charset=x", "text/plain", "charset", "x"},
		{"half a type", "text/; charset=x", "", "charset", "x"},
		{"a type that is none", "te(xt/plain", "", "charset", ""},
		{"bytes in the type", "te\xffxt/plain", "", "charset", ""},
		{"number out of range", "a/b; name*99999999999999999999=x; name*-1=y; name*40=z", "a/b", "name", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var kit tools
			typ, rest := kit.mediaType(tt.value)
			if got := kit.param(rest, tt.param); typ != tt.typ || got != tt.want {
				t.Errorf("%q with %q, want %q with %q", typ, got, tt.typ, tt.want)
			}
		})
	}
}

// FuzzParam holds that what mime.ParseMediaType reads without an error is the
// same here.
func FuzzParam(f *testing.F) {
	for _, s := range []string{`text/plain; charset="utf-8"; name=x`, "a/b; name*0*=utf-8''%41; name*1=b", `a/b; boundary="a\"b"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var kit tools
		typ, rest := kit.mediaType(s)
		boundary := kit.param(rest, "boundary")
		kit.param(rest, "name")
		want, params, err := mime.ParseMediaType(s)
		if err != nil || strings.Contains(want, "*") || !strings.Contains(want, "/") || !plain(lend(s)) || strings.ContainsAny(s, "(\\*,") {
			return // stricter there: tokens; looser there: a type without a slash
		}
		if typ != want || boundary != params["boundary"] {
			t.Errorf("%q: %q, %q, want %q, %q", s, typ, boundary, want, params["boundary"])
		}
	})
}
