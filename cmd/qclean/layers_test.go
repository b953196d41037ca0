package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// house is the order of the packages: each may import those below it, and
// third-party modules only at the doors named here. Tests may also use the
// rooms for tests.
var house = []struct {
	dir   string
	doors []string
}{
	{"cmd/qclean", []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/pelletier/go-toml/v2", "golang.org/x/net/netutil"}},
	{"cmd/report", []string{"github.com/prometheus/common", "github.com/prometheus/client_model"}},
	{"cmd/ui", []string{"github.com/schollz/progressbar/v3", "github.com/dustin/go-humanize", "golang.org/x/term", "github.com/jedib0t/go-pretty/v6"}},
	{"replay", []string{"golang.org/x/time", "github.com/klauspost/compress"}},
	{"replay/submit", []string{"github.com/emersion/go-smtp", "github.com/emersion/go-sasl"}},
	{"replay/journal", nil},
	{"classify/survey", nil},
	{"classify/index", nil},
	{"classify/parquet", nil},
	{"classify/known", nil},
	{"classify/baseline", nil},
	{"classify/policy", []string{"github.com/pelletier/go-toml/v2"}},
	{"classify/query", []string{"github.com/expr-lang/expr"}},
	{"classify", nil},
	{"classify/kind", nil},
	{"classify/origin", nil},
	{"classify/cluster", []string{"github.com/zeebo/xxh3"}},
	{"classify/crew", nil},
	{"classify/fingerprint", []string{"github.com/zeebo/xxh3", "golang.org/x/net/publicsuffix", "golang.org/x/text"}},
	{"scan/relay", nil},
	{"scan/dnsbl", []string{"golang.org/x/net/dns/dnsmessage"}},
	{"scan", nil},
	{"scan/letter", []string{"github.com/emersion/go-message", "golang.org/x/net", "golang.org/x/text", "github.com/zeebo/xxh3"}},
	{"scan/spool/all", nil},
	{"scan/spool/exim", []string{"golang.org/x/sys/unix"}},
	{"scan/spool/postfix", []string{"golang.org/x/sys/unix"}},
	{"scan/spool/imcdata", nil},
	{"scan/spool/queued", nil},
	{"scan/spool/spooltest", []string{"github.com/google/go-cmp"}},
	{"scan/spool", nil},
	{"scan/disk/faulty", nil},
	{"scan/disk", []string{"golang.org/x/sys/unix"}},
}

// forTests are modules and packages that only tests and fixtures may use.
var forTests = []string{
	"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "golang.org/x/sys/unix", "github.com/emersion/go-message",
	"golang.org/x/net/html", "golang.org/x/text", "github.com/parquet-go/parquet-go", "github.com/klauspost/compress", "qclean/fixtures", "qclean/scan/disk/faulty", "qclean/scan/spool/spooltest",
}

// TestLayers fails on an import that the house does not allow.
func TestLayers(t *testing.T) {
	root := "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		dir := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), root+"/"))
		if strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "fixtures") || strings.Contains(dir, "testdata") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if file.Name.Name == "main" && dir != "cmd/qclean" {
			return nil // generators
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if why := refuse(dir, imported, strings.HasSuffix(path, "_test.go")); why != "" {
				t.Errorf("%s imports %s: %s", path, imported, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// refuse says why a package may not import another, "" when it may.
func refuse(dir, imported string, test bool) string {
	if !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") && !strings.HasPrefix(imported, "qclean/") {
		return "" // the standard library
	}
	if test && under(imported, forTests) {
		return ""
	}
	from := slices.IndexFunc(house, func(r struct {
		dir   string
		doors []string
	}) bool {
		return r.dir == dir
	})
	if from < 0 {
		return "the package is not in the table"
	}
	inside, ours := strings.CutPrefix(imported, "qclean/")
	if !ours {
		if under(imported, house[from].doors) {
			return ""
		}
		return "not a door of this package"
	}
	for to, room := range house {
		if room.dir == inside {
			if to > from || test && to == from {
				return ""
			}
			return "it is above"
		}
	}
	return "it is not in the table"
}

func under(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}

// TestEveryRoomIsThere keeps the table from listing what is gone.
func TestEveryRoomIsThere(t *testing.T) {
	for _, room := range house {
		if _, err := os.Stat(filepath.Join("../..", room.dir)); err != nil {
			t.Error(err)
		}
	}
}
