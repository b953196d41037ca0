package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/cmd/ui"
)

func TestRoff(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"request", ".so /etc/passwd", `\&.so /etc/passwd`},
		{"second control character", "'br", `\&\(aqbr`},
		{"escape", `a\nb`, `a\enb`},
		{"options", "--to-domain", `\-\-to\-domain`},
		{"quotes", `has(subject, "x")`, `has(subject, \(dqx\(dq)`},
		{"accents that troff makes typographic", "`~^'", `\(ga\(ti\(ha\(aq`},
		{"beyond ASCII", "WORD,…", `WORD,\[u2026]`},
		{"plain", "the index.", "the index."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, roff(c.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestManualsNameOneAnother wants every page that another one names, and no
// line that troff would take for a request that nobody meant.
func TestManualsNameOneAnother(t *testing.T) {
	dir := t.TempDir()
	root := newRoot(&app{ui: &ui.Streams{}})
	n, err := writeManuals(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.8"))
	if err != nil || len(pages) != n || n < 20 {
		t.Fatalf("%d pages of %d: %v", len(pages), n, err)
	}
	named := regexp.MustCompile(`(?m)^\.BR (\S+) \(8\)`)
	request := regexp.MustCompile(`^\.(TH|SH|TP|B|BR|PP|RS|RE|EX|EE)\b`)
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join(dir, strings.ReplaceAll(m[1], `\-`, "-")+".8")); err != nil {
				t.Errorf("%s: %v", filepath.Base(page), err)
			}
		}
		for line := range strings.Lines(string(b)) {
			if line[0] == '.' && !request.MatchString(line) {
				t.Errorf("%s: request %q", filepath.Base(page), line)
			}
		}
	}
}
