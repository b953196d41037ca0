package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// looks is all that a file has beside its content: owner, group, mode, times to
// the nanosecond and extended attributes.
func looks(t *testing.T, name string) string {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(name, &st); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%o %d:%d read %d.%09d written %d.%09d", st.Mode, st.Uid, st.Gid,
		st.Atim.Sec, st.Atim.Nsec, st.Mtim.Sec, st.Mtim.Nsec)
	for _, attr := range []string{"user.origin", "user.empty"} {
		value := make([]byte, 64)
		n, err := unix.Lgetxattr(name, attr, value)
		text += fmt.Sprintf(" %s=%q %v", attr, value[:max(n, 0)], err)
	}
	return text
}

// TestFilesKeepTheirLooks on every way: into quarantine and back, to another
// filesystem and back, and as the original of a replay.
func TestFilesKeepTheirLooks(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	far := mountTiny(t)
	for _, way := range []string{"quarantine", "another filesystem"} {
		t.Run(way, func(t *testing.T) {
			dir := makeSpool(t, 1)
			o := Options{}
			if way != "quarantine" {
				o.Old = tree(t, far.dir)
			}
			name := filepath.Join(dir, "out/m000.c")
			if err := errors.Join(os.Chown(name, 1234, 4321), os.Chmod(name, os.ModeSetgid|0o614)); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(unix.Setxattr(name, "user.origin", []byte("of\x00the queue"), 0), unix.Setxattr(name, "user.empty", nil, 0)); err != nil {
				t.Log("no extended attributes here: ", err)
			}
			at := time.Date(2003, 6, 10, 1, 2, 3, 456789012, time.UTC)
			if err := os.Chtimes(name, at, at.Add(time.Nanosecond)); err != nil {
				t.Fatal(err)
			}
			want := looks(t, name)
			m, p := mover(t, tree(t, dir), o)
			run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
			there := filepath.Join(dir, run.Dir, "m000.c")
			if o.Old != nil {
				there = filepath.Join(far.dir, run.Name, "out/m000.c")
			}
			if got := looks(t, there); got != want {
				t.Errorf("in quarantine\n%s, was\n%s", got, want)
			}
			if o.Old == nil {
				sent, err := replayAll(t, m, p)
				if err != nil {
					t.Fatal(err)
				}
				if got := looks(t, filepath.Join(dir, sent.Dir, "m000.c")); got != want {
					t.Errorf("the original of the replay\n%s, was\n%s", got, want)
				}
				if _, err := m.Undo(ctx, sent); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := m.Undo(ctx, run); err != nil {
				t.Fatal(err)
			}
			if got := looks(t, name); got != want {
				t.Errorf("after undo\n%s, was\n%s", got, want)
			}
		})
	}
}

// TestOwnFilesAreForTheAdministrator: folders of the quarantine are 0700 and
// what is written there 0600, whatever the umask.
func TestOwnFilesAreForTheAdministrator(t *testing.T) {
	dir := quarantined(t, 2)
	old := filepath.Join(dir, "out.old")
	err := filepath.WalkDir(old, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		ours := filepath.Base(name) == journalName || filepath.Base(name) == lockName
		if d.IsDir() && info.Mode().Perm() != 0o700 || ours && info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v", name, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
