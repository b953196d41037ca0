package kind

import (
	"fmt"
	"strings"
	"testing"
)

func tables() map[string][]phrase {
	return map[string][]phrase{
		"daemons": daemons(), "failedSubjects": failedSubjects(), "delayedSubjects": delayedSubjects(), "otherSubjects": otherSubjects(),
		"awaySubjects": awaySubjects(), "passedSubjects": passedSubjects(),
		"noticeTexts": noticeTexts(), "unixTexts": unixTexts(), "exchangeTexts": exchangeTexts(), "providerTexts": providerTexts(), "productTexts": productTexts(),
		"plainTexts": plainTexts(), "latinTexts": latinTexts(), "otherTexts": otherTexts(), "delayedTexts": delayedTexts(),
		"deliveredTexts": deliveredTexts(), "readTexts": readTexts(), "awayTexts": awayTexts(), "passedTexts": passedTexts(), "baitTexts": baitTexts(),
	}
}

// TestPhrasesCanMatch fails on a phrase that no text could match, because it
// is not written as fold writes it, is too short for the matcher, or because
// it stands twice.
func TestPhrasesCanMatch(t *testing.T) {
	for name, table := range tables() {
		seen := map[string]bool{}
		for _, p := range table {
			text := strings.TrimPrefix(p.text, "^")
			if len(text) < keyLen {
				t.Errorf("%s: %q is too short", name, p.text)
			}
			if got := string(fold(nil, text+"x", 1000)); got != text+"x" {
				t.Errorf("%s: %q folds to %q", name, p.text, got)
			}
			entry := fmt.Sprint(p.text, p.says)
			if seen[entry] {
				t.Errorf("%s: %q stands twice", name, p.text)
			}
			seen[entry] = true
		}
	}
}

// TestEveryPhraseIsFound looks for each phrase with the matcher that it is for.
func TestEveryPhraseIsFound(t *testing.T) {
	for name, table := range tables() {
		m := newMatcher(table)
		for _, p := range table {
			text, start := strings.CutPrefix(p.text, "^")
			found := func(in string) bool {
				only := newMatcher([]phrase{p})
				var all, one tallies
				m.find([]byte(in), &all)
				only.find([]byte(in), &one)
				return one.at[p.says] > 0 && all.at[p.says] > 0
			}
			if !found(text + " x") {
				t.Errorf("%s: %q is not found at the start", name, text)
			}
			if found("some words, "+text+" x") == start {
				t.Errorf("%s: %q: found in the middle is %v", name, text, !start)
			}
		}
	}
}
