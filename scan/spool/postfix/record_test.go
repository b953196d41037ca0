package postfix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

func TestLength(t *testing.T) {
	for in, want := range map[string]int64{
		"\x00": 0, "\x7f": 127, "\x80\x01": 128, "\xac\x02": 300, "\xff\xff\xff\xff\x07": 1<<31 - 1,
	} {
		if size, n, ok := length([]byte(in)); !ok || size != want || n != len(in) {
			t.Errorf("% x: %d in %d bytes, %v; want %d", in, size, n, ok, want)
		}
	}
	for _, in := range []string{"", "\x80", "\x80\x80\x80\x80\x10", "\x80\x80\x80\x80\x80\x01", "\xff\xff\xff\xff\xff"} {
		if size, _, ok := length([]byte(in)); ok {
			t.Errorf("% x was taken for %d", in, size)
		}
	}
}

func TestParseID(t *testing.T) {
	for id, want := range map[string]struct {
		queueID
		hash string
	}{
		"C89C5D4258":      {queueID{0, 821701, 868952}, "C/8/"},
		"4jXF475g7wz6X4V": {queueID{1795318311, 798092, 868964}, "C/2/"},
		"4jXF965Fvnz6X4J": {queueID{1795318570, 740677, 868954}, "B/4/"},
	} {
		got, ok := parseID(id)
		if !ok || got != want.queueID {
			t.Errorf("%s: %+v, %v; want %+v", id, got, ok, want.queueID)
		}
		if hash := hashPath(id, 2); hash != want.hash {
			t.Errorf("%s: hash path %q, want %q", id, hash, want.hash)
		}
	}
	for _, id := range []string{"", "C89C5", "zzzzzzzzzzzzzz", "FFFFFD4258", "4jXF475g7wzAEIOU", "4jXF475g7wz", strings.Repeat("z", 99)} {
		if got, ok := parseID(id); ok {
			t.Errorf("%q was taken for %+v", id, got)
		}
	}
	if got := hashPath("AB", 4); got != "A/B/_/_/" {
		t.Errorf("a short name hashes to %q", got)
	}
}

// reading is what load makes of bytes.
func reading(b []byte) (q queueFile, text string, cut bool, err error) {
	q.open(bytes.NewReader(b), int64(len(b)))
	buf := make([]byte, len(b)+16)
	n, cut, err := q.load(buf)
	return q, string(buf[:n]), cut, err
}

// chain is a file in which sender, a header and a recipient lie behind
// pointers, over the starts of the records that they replace, as cleanup_milter.c writes it.
func chain() []byte {
	ptr := func(to int) string { return rec('p', fmt.Sprintf("%15d", to)) }
	head := rec('T', "1795328969 0")
	sender := ptr(0) + "rubbish after the pointer"
	rest := rec('R', "b@example.net") + rec('M', "") + rec('N', "Subject: x") + rec('N', "") + rec('N', "body") + rec('X', "") + ptr(0) + rec('E', "")
	size := func(int) string { return rec('C', strings.Repeat(fmt.Sprintf("%15d ", 0), 6)[:95]) }
	front := len(size(0)) + len(head)
	newSender := rec('S', "new@example.com") + ptr(front+len(sender))
	newRcpt := rec('R', "added@example.net") + rec('E', "")
	end := front + len(sender) + len(rest)
	sender = ptr(end) + sender[17:]
	rest = strings.Replace(rest, ptr(0), ptr(end+len(newSender)), 1)
	return []byte(size(0) + head + sender + rest + newSender + newRcpt)
}

func TestFollowsPointers(t *testing.T) {
	q, text, cut, err := reading(chain())
	if err != nil || cut {
		t.Fatalf("cut %v: %v", cut, err)
	}
	if q.From != "new@example.com" || strings.Join(q.To, " ") != "b@example.net added@example.net" || text != "Subject: x\n\nbody\n" {
		t.Errorf("%+v\n%q", q.Envelope, text)
	}
}

// hostile is files that no honest Postfix writes, and what is wrong with each.
var hostile = map[string]struct {
	file string
	want error
}{
	"nothing":                   {"", errNoEnd},
	"rubbish":                   {"From: a@example.com\n\nthis is no queue file\n", errBeyond},
	"pointer to itself":         {rec('p', fmt.Sprintf("%15d", 0)) + rec('p', fmt.Sprintf("%15d", 17)), errLoop},
	"pointers in a ring":        {rec('T', "1") + rec('p', fmt.Sprintf("%15d", 20)) + rec('p', fmt.Sprintf("%15d", 3)), errLoop},
	"pointer behind the end":    {rec('p', fmt.Sprintf("%15d", 1<<40)), errPointer},
	"pointer before the start":  {rec('p', fmt.Sprintf("%15d", -5)), errPointer},
	"pointer with letters":      {rec('p', "somewhere else "), errPointer},
	"length beyond the end":     {"S\xff\x7fabc", errBeyond},
	"length of 2^32":            {"S\x80\x80\x80\x80\x10abc", errLength},
	"length without end":        {"S\xff\xff", errLength},
	"no end":                    {rec('S', "a@example.com") + rec('R', "b@example.net"), errNoEnd},
	"text without end":          {rec('S', "a") + rec('M', "") + rec('N', "x") + rec('E', ""), errNoExtracted},
	"sizes with letters":        {rec('C', strings.Repeat("x", 95)) + rec('E', ""), nil},
	"sizes that jump elsewhere": {rec('C', fmt.Sprintf("%15d %15d", 1<<50, 1<<50)) + rec('S', "") + rec('M', "") + rec('N', "x") + rec('X', "") + rec('E', ""), nil},
	"only an end":               {rec('E', ""), nil},
}

func TestHostileFiles(t *testing.T) {
	for name, h := range hostile {
		q, _, _, err := reading([]byte(h.file))
		if !errors.Is(err, h.want) || h.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, h.want)
		}
		if q.spent > q.size {
			t.Errorf("%s: %d bytes read of %d", name, q.spent, q.size)
		}
	}
}

// TestBackwardJumpsAreBounded counts what a chain that always goes back costs.
func TestBackwardJumpsAreBounded(t *testing.T) {
	var b strings.Builder
	const n = maxBack + 10
	b.WriteString(rec('p', fmt.Sprintf("%15d", n*17)))
	for i := 1; i <= n; i++ { // each points at the one before it
		b.WriteString(rec('p', fmt.Sprintf("%15d", (i-1)*17)))
	}
	var r reader
	r.reset(strings.NewReader(b.String()), int64(b.Len()))
	_, err := r.next()
	if !errors.Is(err, errLoop) || r.back > maxBack+1 {
		t.Errorf("after %d jumps: %v", r.back, err)
	}
}

func TestManyRecipientsAreCounted(t *testing.T) {
	var to []string
	for i := range spool.MaxRecipients + 7 {
		to = append(to, fmt.Sprintf("r%d@example.net", i))
	}
	q, _, _, err := reading([]byte(file("a@example.com", text1, "", to...)))
	if err != nil || len(q.To) != spool.MaxRecipients || q.More != 7 {
		t.Errorf("%d kept, %d more: %v", len(q.To), q.More, err)
	}
}

// TestLongRecords reads what does not fit the window.
func TestLongRecords(t *testing.T) {
	long := strings.Repeat("0123456789", windowSize/4)
	text := "Subject: x\n\n" + long + "\nlast\n"
	q, got, _, err := reading([]byte(file(long, text, "", "b@example.net")))
	if err != nil || got != text {
		t.Errorf("%d bytes of %d: %v", len(got), len(text), err)
	}
	if len(q.From) != maxString {
		t.Errorf("%d bytes of the sender were kept", len(q.From))
	}
}

// TestSkipReadsNoText wants the C record used: recipients behind a long text
// are found without it.
func TestSkipReadsNoText(t *testing.T) {
	b := file("a@example.com", strings.Repeat("line\n", 200_000), "")
	b = strings.Replace(b, rec('X', ""), rec('X', "")+rec('R', "behind@example.net"), 1)
	src := &counting{Reader: strings.NewReader(b)}
	var q queueFile
	q.open(src, int64(len(b)))
	if _, cut, err := q.load(make([]byte, 100)); err != nil || !cut || len(q.To) != 1 {
		t.Errorf("cut %v, to %v: %v", cut, q.To, err)
	}
	if src.n > 4*windowSize {
		t.Errorf("%d bytes of %d were read", src.n, len(b))
	}
}

type counting struct {
	*strings.Reader
	n int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.n += n
	return n, err
}

func TestPrefersWhatIsLogged(t *testing.T) {
	attrs := func(list ...string) (s string) {
		for _, a := range list {
			s += rec('A', a)
		}
		return s
	}
	for name, c := range map[string]struct{ extra, want string }{
		"behind a filter": {attrs("log_client_name=mx.example.com", "log_client_address=192.0.2.1", "log_helo_name=mx", "client_name=localhost", "client_address=127.0.0.1", "helo_name=localhost"), "192.0.2.1 mx.example.com mx"},
		"direct":          {attrs("client_name=mx.example.com", "client_address=192.0.2.1", "helo_name=mx"), "192.0.2.1 mx.example.com mx"},
		"not known":       {attrs("log_client_name=unknown", "log_client_address=192.0.2.1", "log_helo_name=unknown"), "192.0.2.1  "},
		"local":           {"", "  "},
	} {
		q, _, _, err := reading([]byte(file("a@example.com", text1, c.extra, "b@example.net")))
		if got := q.ClientIP + " " + q.ClientName + " " + q.Helo; err != nil || got != c.want {
			t.Errorf("%s: %q, want %q: %v", name, got, c.want, err)
		}
	}
}

func TestParseReason(t *testing.T) {
	for name, c := range map[string]struct{ log, want string }{
		"whole":      {deferLog, "connect to mx: Connection timed out"},
		"cut":        {"\n<b@example.net>: host said: 450 4.2.1 <b>: later\nrecip", "host said: 450 4.2.1 <b>: later"},
		"empty":      {"", ""},
		"no reason":  {"recipient=b\nstatus=4.0.0\n", ""},
		"hostile":    {"reason=\x1b[2J\x00x\nreason=second", "\x1b[2J\x00x"},
		"many lines": {strings.Repeat("\n", 3000) + "reason=y", "y"},
	} {
		if got := parseReason(nil, []byte(c.log)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for plain, wire := range map[string]string{
		"a@example.com": "a@example.com", "a b@example.com": `"a b"@example.com`, `a"b\c@example.com`: `"a\"b\\c"@example.com`,
		"a@b@example.com": `"a@b"@example.com`, ".a@example.com": `".a"@example.com`, "a..b@example.com": `"a..b"@example.com`,
		"": "", "local": "local", "@example.com": "@example.com",
	} {
		if got := quote(plain); got != wire {
			t.Errorf("%q became %q, want %q", plain, got, wire)
		}
		if got := unquote(wire); got != plain {
			t.Errorf("%q became %q, want %q", wire, got, plain)
		}
	}
}

// FuzzRecords reads any bytes as a queue file: at once and streamed the same,
// with bounded work, and no record twice.
func FuzzRecords(f *testing.F) {
	for _, h := range hostile {
		f.Add([]byte(h.file))
	}
	f.Add(chain())
	f.Add([]byte(file("a@example.com", text1, rec('A', "sasl_username=x")+rec('>', "r@example.org"), "b@example.net", "D:c@example.net")))
	f.Add([]byte(file("", text2, rec('K', "killed")+rec('w', "padding"), "b@example.net")))
	f.Add([]byte(rec('L', strings.Repeat("x", 3000)) + rec('M', "") + strings.Repeat(rec('L', strings.Repeat("y", 2048)), 20)))
	f.Fuzz(func(t *testing.T, b []byte) {
		q, text, cut, err := reading(b)
		if err != nil && flaw(err) == "" {
			t.Fatalf("not a flaw: %v", err)
		}
		if cut || len(text) > len(b)+1 || q.spent > q.size || len(q.To) > spool.MaxRecipients || q.More < 0 {
			t.Fatalf("cut %v, %d bytes of text in %d, %d read, %d recipients and %d", cut, len(text), len(b), q.spent, len(q.To), q.More)
		}
		if len(b) <= windowSize {
			checkHeld(t, b, &q, text, err)
		}
		if at := q.textAt; at != 0 {
			q.open(bytes.NewReader(b), int64(len(b)))
			q.pos = at
			streamed, _ := io.ReadAll(&q)
			if string(streamed) != text && err == nil {
				t.Fatalf("streamed %q, at once %q", streamed, text)
			}
		}
		if q.arrived().After(time.Unix(1<<41, 0)) {
			t.Fatal("a time that cannot be")
		}
	})
}

// checkHeld: what is read of a file that is held as a whole is what was read of
// an open one.
func checkHeld(t *testing.T, b []byte, open *queueFile, text string, openErr error) {
	t.Helper()
	var held queueFile
	held.lend = dirty()
	held.hold(copy(held.room(), b))
	buf := make([]byte, len(b)+1)
	n, cut, err := held.load(buf)
	if string(buf[:n]) != text || cut || !errors.Is(err, openErr) {
		t.Fatalf("held: %q, cut %v, %v; open: %q, %v", buf[:n], cut, err, text, openErr)
	}
	for _, room := range []int{0, min(1, len(text)), len(text) / 2, max(0, len(text)-1), len(text)} {
		held.lend.Begin()
		held.hold(len(b))
		n, cut, err := held.load(buf[:room])
		if openErr == nil && (string(buf[:n]) != text[:room] || cut != (room < len(text)) || err != nil) {
			t.Fatalf("held, room for %d: %q, cut %v, %v, want %q", room, buf[:n], cut, err, text)
		}
	}
	if held.lend == nil {
		t.Fatal("another file took the lender away")
	}
	if d := cmp.Diff(open.Envelope, held.Envelope); d != "" || !open.arrived().Equal(held.arrived()) {
		t.Fatalf("held: %s, %v instead of %v", d, held.arrived(), open.arrived())
	}
}

// dirty is a lender that has lent before.
func dirty() *spool.Lender {
	l := new(spool.Lender)
	env := spool.Envelope{From: l.String(bytes.Repeat([]byte("#"), 4096))}
	for range 20 {
		l.Recipient(&env, "#")
	}
	l.Begin()
	return l
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, " 17 ": 17, "-3": -3, "+4": 4, "000000000000012": 12, "999999999999999999": 999999999999999999} {
		if got, ok := number([]byte(in)); !ok || got != want {
			t.Errorf("%q is %d, %v", in, got, ok)
		}
	}
	for _, in := range []string{"", " ", "-", "1x", "0x1", "1 2", "1_000", "--1", "9999999999999999999"} {
		if got, ok := number([]byte(in)); ok {
			t.Errorf("%q is %d", in, got)
		}
	}
}
