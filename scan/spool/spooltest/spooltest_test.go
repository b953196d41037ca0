package spooltest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// mistakeVar tells the test below, run as a child, which mistake to make.
const mistakeVar = "SPOOLTEST_MISTAKE"

func TestFlat(t *testing.T) { Run(t, flat{os.Getenv(mistakeVar)}, flatGolden()) }

// TestMistakesAreFound runs the suite over drivers with one mistake each, and
// wants the check to fail that is there for it.
func TestMistakesAreFound(t *testing.T) {
	if os.Getenv(mistakeVar) != "" {
		t.Skip("this is the child")
	}
	for mistake, check := range map[string]string{
		"takes a file for a spool": "detect",
		"quarantine in the queue":  "layout",
		"forgets one":              "entries",
		"wrong size":               "entries",
		"alters the text":          "load",
		"forgets the null sender":  "load",
		"does not tell of the cut": "load_cut",
		"leaves the facts to Stat": "load_alone",
		"climbs":                   "find_hostile_IDs",
		"finds all":                "gone_before_stat",
		"does not know gone":       "gone_before_load",
		"follows links":            "swapped_for_a_link",
		"marks what it reads":      "body",
		"does not stop":            "cancelled",
		"swallows errors":          "every_operation_fails_once",
	} {
		t.Run(mistake, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestFlat$", "-test.v")
			child.Env = append(os.Environ(), mistakeVar+"="+mistake)
			out, err := child.CombinedOutput()
			if err == nil {
				t.Fatal("the suite passes")
			}
			if want := "--- FAIL: TestFlat/flat/" + check + " "; !strings.Contains(string(out), want) {
				t.Errorf("no %q in:\n%s", want, out)
			}
		})
	}
}
