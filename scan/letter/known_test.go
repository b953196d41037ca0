package letter

import (
	"fmt"
	"strings"
	"testing"
)

func TestKnownFields(t *testing.T) {
	for i, name := range knownFields {
		for _, n := range []string{name, strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]} {
			if got := fieldNames.find([]byte(n)); got != i {
				t.Errorf("%q is %d, want %d", n, got, i)
			}
		}
		for _, n := range []string{name + "x", name[1:], name[:len(name)-1], strings.ReplaceAll(name, "e", "a") + "-", "x" + name[1:]} {
			if got := fieldNames.find([]byte(n)); got >= 0 && n != knownFields[got] {
				t.Errorf("%q is taken for %q", n, knownFields[got])
			}
		}
	}
	for at, name := range map[int]string{typeField: "content-type", encodingField: "content-transfer-encoding", dispositionField: "content-disposition"} {
		if knownFields[at] != name {
			t.Errorf("%q stands where %q is asked for", knownFields[at], name)
		}
	}
}

// TestContentTypesAreRememberedAsTheyAre reads many types again and again, so
// that each finds its own and another's place in what is remembered.
func TestContentTypesAreRememberedAsTheyAre(t *testing.T) {
	var values []string
	for _, typ := range []string{"text/plain", "TEXT/HTML", "text/plain;", "text", "image/png", "", "text/x y", "nonsense"} {
		for _, rest := range []string{"", "; charset=utf-8", `; charset="UTF-8"`, "; charset=koi8-r; name=a.txt", "; format=flowed", "; name*0=b", "; charset*=us-ascii''x"} {
			values = append(values, typ+rest)
		}
	}
	for i := range 300 {
		values = append(values, fmt.Sprintf("text/plain; charset=x-%d", i*7))
	}
	same := NewReader(Limits{})
	for range 3 {
		for _, v := range values {
			raw := []byte("Subject: x\nContent-Type: " + v + "\n\nbody\n")
			got, want := same.Read(raw), NewReader(Limits{}).Read(raw)
			g, w := got.Parts[0], want.Parts[0]
			if g.Type != w.Type || g.Charset != w.Charset || g.Name != w.Name || g.Attachment != w.Attachment || got.Type != want.Type || got.Defects != want.Defects {
				t.Fatalf("%q: %+v, want %+v", v, g, w)
			}
		}
	}
}
