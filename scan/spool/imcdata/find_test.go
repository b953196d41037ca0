package imcdata

import (
	"path"
	"strings"
	"testing"

	"qclean/scan/spool"
)

// FuzzID gives any ID, as a hostile journal might, and wants no name outside of the queues.
func FuzzID(f *testing.F) {
	for _, id := range []string{"Out/A", "Out.old/run/A", "Out/../../etc/passwd", "Out.old/../Out/A", "/etc/passwd", "Out/.qclean", "Out.old//A", "Out/a\x00b"} {
		f.Add(id)
	}
	s := &raw{shape: shape{at: "I", base: "I", queues: []spool.Queue{{Name: "Out", Dir: "I/Out", Old: "I/Out.old"}}}}
	f.Fuzz(func(t *testing.T, id string) {
		e, ok := s.named(spool.ID(id))
		if !ok {
			return
		}
		name := e.Files[0].Name
		if path.Clean(name) != name || !strings.HasPrefix(name, "I/Out/") && !strings.HasPrefix(name, "I/Out.old/") || strings.Contains(name, "\x00") {
			t.Fatalf("%q is %q", id, name)
		}
		if base := path.Base(name); base[0] == '.' || e.ID != spool.ID(id) {
			t.Fatalf("%q is %q, ID %q", id, name, e.ID)
		}
	})
}
