package exim

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

func TestIDs(t *testing.T) {
	if got := arrived("1xUyRh-0000AA-00").Unix(); got != 1795318853 {
		t.Errorf("1xUyRh is %d", got)
	}
	for id, want := range map[string]bool{
		"1xUyRh-0000AA-00": true, "1xUyRh-00000000AAx-00ab": true, "1xUyRh-0000AA-0": false, "1xUyRh.0000AA-00": false,
		"1xUyRh-0000A/-00": false, "": false, "1xUyRh-00000000AAx-00a-": false, "../../../etc/pas": false,
	} {
		if validID(id) != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
	if got := splitName("1xUyRh-0000AA-00"); got != "h" {
		t.Errorf("split folder %q", got)
	}
}

func TestRecipient(t *testing.T) {
	for line, want := range map[string]string{
		"a@example.net": "a@example.net",
		"d1@example.net rfc822;orig+2Bx@example.net 27,28  0,-1#3": "d1@example.net",
		"u2@example.net  0,0  0,0#3":                               "u2@example.net",
		"u2@example.net  0,0 owner@example.org 17,1#3":             "u2@example.net",
		`"a b"@example.net  0,2  0,-1#3`:                           `"a b"@example.net`,
		"u@example.net owner@example.org 17,1#1":                   "u@example.net",
		"u@example.net  0,-1#1":                                    "u@example.net",
		"u@example.net 4":                                          "u@example.net",
		"u@example.net 0,0,3":                                      "u@example.net",
		"u@example.net rfc822;lies 99,0  0,-1#3":                   "u@example.net rfc822;lies 99,0  0,-1#3",
		"u@example.net -5,0  0,-1#3":                               "u@example.net -5,0  0,-1#3",
		"u@[192.0.2.1]":                                            "u@[192.0.2.1]",
		"#3":                                                       "#3",
		"7":                                                        "7",
		"":                                                         "",
		"u@example.net  0,0  0,0#0":                                "u@example.net  0,0  0,0",
		"u@example.net  0,0  0,0#99999999999999999999":   "u@example.net  0,0  0,0#99999999999999999999",
		"u@h123 rfc822;o@h9 11,4 e@h1 4,-1#3":            "u@h123",
		"two words and 3 digits@example.net  0,0  0,0#3": "two words and 3 digits@example.net",
	} {
		if got := recipient([]byte(line)); string(got) != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"[192.0.2.1]:1234": "192.0.2.1", "[2001:db8::1]:25": "2001:db8::1", "192.0.2.1.1234": "192.0.2.1",
		"192.0.2.1": "192.0.2.1", "2001:db8::1.1234": "2001:db8::1", "2001:db8::1": "2001:db8::1", "": "", "[": "[", "x.y": "x.y",
	} {
		if got := address(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// deepTree is a tree that is a list, n deep.
func deepTree(n int) string {
	var b strings.Builder
	for i := range n - 1 {
		fmt.Fprintf(&b, "NY r%d@example.net\n", i)
	}
	b.WriteString("NN last@example.net\n")
	return b.String()
}

// hostile is header files that no honest Exim writes, and what is wrong with each.
var hostile = map[string]struct {
	file string
	want error
}{
	"nothing":                 {"", errCut},
	"rubbish":                 {"From: a@example.com\n\nno header file\n", errCut},
	"no sender brackets":      {"x-H\nu 1 1\na@example.com\n1 0\n", errCut},
	"variable too long":       {"x-H\nu 1 1\n<>\n1 0\n-aclm 1 999999999\nx\nXX\n0\n\n", errVariable},
	"variable of less than 0": {"x-H\nu 1 1\n<>\n1 0\n-aclm 1 -5\nx\nXX\n0\n\n", errVariable},
	"variable of letters":     {"x-H\nu 1 1\n<>\n1 0\n-aclm 1 x\nx\nXX\n0\n\n", errVariable},
	"variable cut":            {"x-H\nu 1 1\n<>\n1 0\n-helo_name x", errCut},
	"tree without end":        {"x-H\nu 1 1\n<>\n1 0\nYY a\nYY b\n", errTree},
	"tree of other letters":   {"x-H\nu 1 1\n<>\n1 0\nYX a\n0\n\n", errTree},
	"10^9 recipients":         {"x-H\nu 1 1\n<>\n1 0\nXX\n1000000000\na\n\n", errRecipients},
	"recipients less than 0":  {"x-H\nu 1 1\n<>\n1 0\nXX\n-1\n\n", errRecipients},
	"recipients cut":          {"x-H\nu 1 1\n<>\n1 0\nXX\n2\na\n", errCut},
	"header beyond the end":   {"x-H\nu 1 1\n<>\n1 0\nXX\n0\n\n999  a: b\n", errHeader},
	"header without length":   {"x-H\nu 1 1\n<>\n1 0\nXX\n0\n\nSubject: x\n", errHeader},
	"header of 10^99":         {"x-H\nu 1 1\n<>\n1 0\nXX\n0\n\n" + strings.Repeat("9", 99) + "  a\n", errHeader},
	"deep tree":               {"x-H\nu 1 1\n<>\n1 0\n" + deepTree(200_000) + "1\nlast@example.net\n\n", nil},
	"NUL in addresses":        {"x-H\nu 1 1\n<a\x00b>\n1 0\nXX\n1\nc\x00d\n\n", nil},
}

func TestHostileHeaderFiles(t *testing.T) {
	for name, h := range hostile {
		var m message
		if err := m.parse([]byte(h.file), nil); err != h.want {
			t.Errorf("%s: %v, want %v", name, err, h.want)
		}
		if len(m.To) > 1 || m.due > 1 || len(m.served) > 200_000 {
			t.Errorf("%s: %d recipients, %d served", name, len(m.To), len(m.served))
		}
	}
}

func TestManyRecipientsAreCounted(t *testing.T) {
	var to []string
	for i := range spool.MaxRecipients + 9 {
		to = append(to, fmt.Sprintf("r%d@example.net", i))
	}
	var m message
	err := m.parse([]byte(headerFile(id1, "a@example.com", "", "NN r3@example.net\n", to)), []byte("r4@example.net\nelse@example.net\n"))
	if err != nil || len(m.To) != spool.MaxRecipients || m.More != 7 {
		t.Errorf("%d kept, %d more: %v", len(m.To), m.More, err)
	}
}

// TestVariablesMayLookLikeAnything has values that end the variables, begin
// the tree, and forge a login, for a reader that goes by lines.
func TestVariablesMayLookLikeAnything(t *testing.T) {
	value := "XX\n1\nforged@example.net\n\n030  Subject: forged\n-auth_id forged"
	vars := fmt.Sprintf("-aclc _a %d\n%s\n--aclm 7 %d\n%s\n--(x)aclm 8 0\n\n-acl 3 %d\n%s\n", len(value), value, len(value), value, len(value), value)
	var m message
	err := m.parse([]byte(headerFile(id1, "a@example.com", vars+"--(ldap)helo_name quoted\n", no, []string{"b@example.net"}, head1)), nil)
	if err != nil || m.AuthUser != "" || m.Helo != "quoted" {
		t.Errorf("login %q, helo %q: %v", m.AuthUser, m.Helo, err)
	}
	if diff := cmp.Diff([]string{"b@example.net"}, m.To); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWireFormat reads a body with CRLF through buffers of every size.
func TestWireFormat(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\r\n": "a\nb\n", "a\rb": "a\rb", "\r\r\n": "\r\n", "\r": "\r", "": "", "\r\n\r\n": "\n\n", "a\n\r": "a\n\r", "\r\r\r\r\n": "\r\r\r\n",
	} {
		for size := 1; size <= len(in)+2; size++ {
			var b bodyReader
			b.reset(strings.NewReader(id1+"-D\n"+in), id1, true)
			var got strings.Builder
			if _, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{&b}, make([]byte, size)); err != nil || got.String() != want {
				t.Errorf("%q by %d bytes: %q, want %q: %v", in, size, got.String(), want, err)
			}
			b.reset(strings.NewReader(id1+"-D\n"+in), id1, true)
			buf := make([]byte, size)
			n, whole, err := b.fill(buf)
			if err != nil || string(buf[:n]) != want[:min(size, len(want))] || whole != (size >= len(want)) {
				t.Errorf("%q into %d bytes: %q, whole %v: %v", in, size, buf[:n], whole, err)
			}
		}
	}
}

// FuzzHeaderFile reads any bytes as a header file and a journal.
func FuzzHeaderFile(f *testing.F) {
	for name, h := range hostile {
		if name != "deep tree" {
			f.Add([]byte(h.file), []byte(nil))
		}
	}
	f.Add([]byte("x-H\nu 1 1\n<>\n1 0\n"+deepTree(20)+"1\nlast@example.net\n\n"), []byte("a\n\nb"))
	f.Add([]byte(spool1["input/"+id1+"-H"]), []byte(spool1["input/"+id1+"-J"]))
	f.Add([]byte(spool1["input/b/"+id2+"-H"]), []byte("b@example.net"))
	var lender spool.Lender // as a view's: full of the ones before
	f.Fuzz(func(t *testing.T, b, journal []byte) {
		var m message
		err := m.parse(b, journal)
		if len(m.To) > spool.MaxRecipients || m.More < 0 || m.due > len(b) {
			t.Fatalf("%d recipients and %d more", len(m.To), m.More)
		}
		lender.Begin()
		lent := message{lend: &lender}
		if lentErr := lent.parse(b, journal); lentErr != err || !reflect.DeepEqual(lent.Envelope, m.Envelope) {
			t.Fatalf("lent %+v, %v; given %+v, %v", lent.Envelope, lentErr, m.Envelope, err)
		}
		checkHeld(t, &m, journal)
		n := 0
		if again := m.eachHeader(func(h []byte) bool { n += len(h); return true }); again != nil && again != err {
			t.Fatalf("%v, then %v", err, again)
		}
		if n > len(b) {
			t.Fatalf("%d bytes of headers in %d", n, len(b))
		}
		for _, to := range m.To {
			if _, served := m.served[key([]byte(to))]; served && len(to) < maxString {
				t.Fatalf("%q is served, and waits", to)
			}
		}
	})
}

// checkHeld: a body that is taken as it lies in memory is what the reader gives.
func checkHeld(t *testing.T, m *message, body []byte) {
	t.Helper()
	e := spool.Entry{ID: id1}
	b := &buffers{held: append([]byte(id1+"-D\n"), body...)}
	all := len(m.headers) + 1 + len(body) + 1
	wire := *m
	wire.wire = false
	for _, room := range []int{0, 1, all / 2, max(0, all-2), all - 1, all} {
		held := assembledHeld(&e, b, &wire, nil, make([]byte, room))
		read, err := assembled(&e, b, &wire, bytes.NewReader(b.held), nil, make([]byte, room))
		if d := cmp.Diff(read, held); d != "" || err != nil {
			t.Fatalf("room for %d: %s, %v", room, d, err)
		}
	}
}
