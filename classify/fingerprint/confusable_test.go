package fingerprint

import (
	"testing"
	"unicode"
)

// TestPagesSayWhatTheRunsSay looks every character up, those in no run as well.
func TestPagesSayWhatTheRunsSay(t *testing.T) {
	pages := loadPages()
	want := map[rune]foldEntry{}
	for _, run := range foldRuns {
		for r := run.lo; r <= run.hi; r++ {
			want[r] = foldEntry{run.target + rune(run.step)*(r-run.lo), run.kind}
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		e, in := want[r]
		if got := pages.at(r); in && got != e || !in && got.kind != foldBreak {
			t.Fatalf("%U is %+v, want %+v", r, got, e)
		}
	}
	different := map[*foldPage]bool{}
	for _, page := range pages {
		different[page] = true
	}
	if len(different) > 200 {
		t.Errorf("%d different pages", len(different))
	}
	t.Logf("%d different pages", len(different))
}
