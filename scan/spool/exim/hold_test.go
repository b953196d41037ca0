package exim

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// longWay is a tree in which no header file can be read as one piece.
type longWay struct{ disk.Tree }

func (t longWay) Load(name string, buf []byte) (int, disk.Info, error) {
	if strings.HasSuffix(name, "-H") {
		return 0, disk.Info{}, errors.New("not so")
	}
	return t.Tree.Load(name, buf)
}

// TestHeldIsAsTheLongWay loads messages of all kinds in both ways, with and
// without Stat before.
func TestHeldIsAsTheLongWay(t *testing.T) {
	id := func(n int) string { return fmt.Sprintf("1xV1R%c-0007sF-36", 'a'+n) }
	head := func(n int, vars string) string {
		return headerFile(id(n), "a@example.com", vars, no, []string{"b@example.net"}, head1, head2)
	}
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprintf("recipient%d@example.net", i)
	}
	lay1 := map[string]string{
		id(0) + "-H": head(0, ""), id(0) + "-D": id(0) + "-D\n" + body1,
		id(1) + "-H": head(1, "-spool_file_wireformat\n"), id(1) + "-D": id(1) + "-D\nline\r\nbare \r in it\r\n",
		id(2) + "-H": head(2, ""), // no body
		id(3) + "-H": head(3, ""), id(3) + "-D": id(3) + "-D\n" + body1, id(3) + "-J": "b@example.net\n",
		id(4) + "-H": headerFile(id(4), "a@example.com", "", no, many, head1), id(4) + "-D": id(4) + "-D\n" + body1,
		id(5) + "-H": head(5, ""), id(5) + "-D": id(5) + "-D\n" + strings.Repeat("a line of a long body\n", 8000),
		id(6) + "-H": "", id(6) + "-D": "",
		id(7) + "-H": head(7, ""), id(7) + "-D/": "",
		id(8) + "-H": head(9, ""), id(8) + "-D": id(8) + "-D\n",
		id(9) + "-H": head(9, "")[:80], id(9) + "-D": id(9) + "-D\n" + strings.Repeat("x", heldBytes-len(id(9)+"-D\n")),
		"../msglog/" + id(0): strings.Repeat("2026-11-22 06:51:56 b@example.net R=all T=next defer (110): Connection timed out\n", 100) +
			"2026-11-22 06:51:56 b@example.net R=all T=next defer (111): Connection refused\n",
		"../msglog/" + id(1): "2026-11-22 06:51:56 b@example.net R=all T=next defer (111): Connection refused\n",
	}
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "exim4/input"), lay1)
	if err := os.Symlink(id(0)+"-D", filepath.Join(dir, "exim4/input", id(2)+"-J")); err != nil {
		t.Fatal(err)
	}
	short := openAt(t, dir, "exim4")
	long := *short
	long.t = longWay{short.t}
	held := 0
	for e, err := range short.Entries(t.Context()) {
		if err != nil {
			continue
		}
		for _, stat := range []bool{false, true} {
			one, other := loaded(t, short, e, stat), loaded(t, &long, e, stat)
			if d := cmp.Diff(other, one); d != "" {
				t.Errorf("%s, stat %v: (-long +held)\n%s", e.ID, stat, d)
			}
		}
		if b := new(buffers); short.hold(&e, b) {
			held++
		}
	}
	if want := 5; held != want {
		t.Errorf("%d messages were held, not %d", held, want)
	}
}

// outcome is what Load gave.
type outcome struct {
	Entry spool.Entry
	Text  string
	Cut   bool
	Flaws []string
	Err   string
}

func loaded(t *testing.T, s *spoolDir, e spool.Entry, stat bool) (o outcome) {
	t.Helper()
	if stat {
		if err := s.Stat(t.Context(), &e); err != nil {
			o.Err = "stat: " + err.Error()
		}
	}
	got, err := s.Load(t.Context(), &e, make([]byte, 100_000))
	if err != nil {
		o.Err += err.Error()
	}
	o.Entry, o.Text, o.Cut, o.Flaws = e, string(got.Bytes), got.Cut, got.Flaws
	return o
}
