package letter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefectNames(t *testing.T) {
	if len(defectNames) != 16 || DuplicateField != 1<<(len(defectNames)-1) {
		t.Errorf("%d names; the last defect is %b", len(defectNames), DuplicateField)
	}
	if diff := cmp.Diff([]string{"no header", "unclosed multipart", "duplicate field"}, (NoHeader | Unclosed | DuplicateField).Names()); diff != "" {
		t.Error(diff)
	}
	if got := Defect(0).Names(); got != nil {
		t.Errorf("%q of none", got)
	}
}
