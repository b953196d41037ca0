package postfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

// TestLogsThatStay: where the ID has the file's own inode, as long as that lives.
func TestLogsThatStay(t *testing.T) {
	s := openWhole(t)
	dir := s.t.Path()
	lay(t, dir, map[string]string{"postfix/deferred/C/C89C5": file("a@example.com", text1, "", "b@example.net")})
	info, err := s.t.Lstat("postfix/deferred/C/C89C5")
	if err != nil {
		t.Fatal(err)
	}
	id := fmt.Sprintf("C89C5%X", info.Inode)
	home := "postfix/deferred/C/" + id
	if err := s.t.Move("postfix/deferred/C/C89C5", home); err != nil {
		t.Fatal(err)
	}
	logs := []string{"postfix/defer/C/" + id, "postfix/bounce/" + id}
	lay(t, dir, map[string]string{logs[0]: deferLog, logs[1]: deferLog, "postfix/.old/deferred/r/": ""})
	s = openAt(t, dir, "postfix")
	gathered := func(e spool.Entry, leaving bool) (names []string) {
		t.Helper()
		if err := s.Gather(t.Context(), &e, leaving); err != nil {
			t.Fatal(err)
		}
		for _, f := range e.Files[1:] {
			names = append(names, f.Name)
		}
		return names
	}
	e := found(t, s, spool.ID(id))
	if diff := cmp.Diff([][]string{nil, logs}, [][]string{gathered(e, false), gathered(e, true)}); diff != "" {
		t.Errorf("in the queue, staying and leaving (-want +got):\n%s", diff)
	}
	if err := s.t.Move(home, "postfix/.old/deferred/r/"+id); err != nil {
		t.Fatal(err)
	}
	q := found(t, s, spool.ID("postfix/.old/deferred/r/"+id))
	if diff := cmp.Diff([][]string{nil, logs}, [][]string{gathered(q, false), gathered(q, true)}); diff != "" {
		t.Errorf("in quarantine, staying and leaving (-want +got):\n%s", diff)
	}
	if _, err := s.Load(t.Context(), &q, make([]byte, 100)); err != nil || q.Envelope.Reason == "" {
		t.Errorf("reason %q: %v", q.Envelope.Reason, err)
	}
	// Home again, unless a file that does not fit has the name.
	if to, err := s.Home(t.Context(), q, q.Files[0]); err != nil || to != home {
		t.Errorf("home: %q, %v", to, err)
	}
	for _, place := range []string{"postfix/hold/", "postfix/deferred/"} { // the latter as before hash_queue_depth was changed
		lay(t, dir, map[string]string{place + id: file("x@example.com", text1, "", "y@example.net")})
		again := openAt(t, dir, "postfix")
		if _, err := again.Home(t.Context(), q, q.Files[0]); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s has it: %v", place, err)
		}
		if _, err := s.Home(t.Context(), q, q.Files[0]); err != nil {
			t.Errorf("looked again within a second: %v", err)
		}
		os.Remove(filepath.Join(dir, place+id))
	}
}
