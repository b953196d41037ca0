package disk

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestStill: a folder stands as it did until a name comes or goes, and right
// behind that nothing is said.
func TestStill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a/1", "one")
	tree := openTree(t, dir)
	if !tree.local() {
		t.Skip("the tests run on a filesystem of another machine")
	}
	view, letGo := Near(tree, true)
	defer letGo()
	asks := func(when string, want bool) Standing {
		t.Helper()
		s, ok := Still(tree, "a")
		if seen, same := Still(view, "a"); seen != s || same != ok {
			t.Errorf("%s: a view says %v, %v, the tree %v, %v", when, seen, same, s, ok)
		}
		if ok != want {
			t.Errorf("%s: still is %v, want %v", when, ok, want)
		}
		return s
	}
	rest := func() { time.Sleep(2 * settled * tick) }
	asks("right behind", false)
	rest()
	first := asks("at rest", true)
	must(t, os.WriteFile(filepath.Join(dir, "a/1"), []byte("changed"), 0o600))
	if got := asks("a file is written", true); got != first {
		t.Error("what is in a file is no matter of the folder's")
	}
	for _, c := range []struct {
		what string
		do   func() error
	}{
		{"a name came", func() error { return os.WriteFile(filepath.Join(dir, "a/2"), nil, 0o600) }},
		{"a name changed", func() error { return os.Rename(filepath.Join(dir, "a/2"), filepath.Join(dir, "a/3")) }},
		{"a name went", func() error { return os.Remove(filepath.Join(dir, "a/3")) }},
		{"another folder", func() error {
			return os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b"))
		}},
	} {
		must(t, c.do())
		if c.what == "another folder" {
			write(t, dir, "a/1", "another")
		}
		asks(c.what, false)
		rest()
		if asks(c.what, true) == first {
			t.Errorf("%s, and the folder stands as it did", c.what)
		}
	}
	for _, name := range []string{"none", "a/1", "../" + filepath.Base(dir), ""} {
		if _, ok := Still(tree, name); ok {
			t.Errorf("%q is still", name)
		}
	}
}

// TestAtRest: a time in whole seconds, as some filesystems keep it, says less.
func TestAtRest(t *testing.T) {
	second := time.Date(2026, 11, 23, 4, 0, 10, 0, time.UTC)
	fine := second.Add(1)
	for _, c := range []struct {
		name    string
		changed time.Time
		after   time.Duration
		want    bool
	}{
		{"just now", fine, 0, false},
		{"within some ticks", fine, settled * tick, false},
		{"long enough ago", fine, settled*tick + 1, true},
		{"by a clock that was set back", fine, -time.Hour, false},
		{"in a second of which it is not known when", second, settled*tick + 1, false},
		{"in one some seconds ago", second, settled * coarseTick, false},
		{"in one long enough ago", second, settled*coarseTick + 1, true},
	} {
		if got := atRest(c.changed, c.changed.Add(c.after)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
