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

// tiny is a real filesystem of its own that can be made to run out of things.
type tiny struct{ dir string }

// mountTiny needs root, and a kernel that lets it mount.
func mountTiny(t *testing.T) tiny {
	t.Helper()
	fs := tiny{t.TempDir()}
	if err := unix.Mount("none", fs.dir, "tmpfs", 0, "size=64m,nr_inodes=10000,mode=700"); err != nil {
		t.Skip("no filesystem of our own, mount says: ", err)
	}
	t.Cleanup(func() { unix.Unmount(fs.dir, unix.MNT_DETACH) })
	return fs
}

func (fs tiny) remount(t *testing.T, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount("none", fs.dir, "tmpfs", unix.MS_REMOUNT|flags, options); err != nil {
		t.Fatalf("remount %s: %v", options, err)
	}
}

// leave lets the filesystem have so many free inodes, or pages of four kilobytes.
func (fs tiny) leave(t *testing.T, what string, free int) {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(fs.dir, &st); err != nil {
		t.Fatal(err)
	}
	if what == "inodes" {
		fs.remount(t, 0, fmt.Sprintf("nr_inodes=%d", int(st.Files-st.Ffree)+free))
	} else {
		fs.remount(t, 0, fmt.Sprintf("size=%d", (int(st.Blocks-st.Bfree)+free)*int(st.Bsize)))
	}
}

func (fs tiny) heal(t *testing.T) {
	t.Helper()
	fs.remount(t, 0, "size=64m,nr_inodes=10000")
}

// onTiny are the changes that are tried on a filesystem without room.
func onTiny() []scenario {
	replay := func(t *testing.T, m *Mover, p *pair) error { _, err := replayAll(t, m, p); return err }
	return append(scenarios(), scenario{name: "replay", prepare: quarantineAll, act: replay, skip: []string{".old", "index.dat"}})
}

// TestNoRoomLeft takes inodes, or pages, away until a change goes through with
// what is left: before that it says so, nothing is lost, and when there is
// room again all can be taken back.
func TestNoRoomLeft(t *testing.T) {
	for _, what := range []string{"inodes", "pages"} {
		for _, sc := range onTiny() {
			t.Run(what+"/"+sc.name, func(t *testing.T) {
				failed := 0
				for free := range 60 {
					fs := mountTiny(t)
					dir, before := sc.preparedIn(t, fs.dir)
					all := snapshot(t, dir)
					m, p := sc.actor(t, dir, tree(t, dir))
					fs.leave(t, what, free)
					err := sc.act(t, m, p)
					through := wentThrough(m)
					if err != nil && !errors.Is(err, unix.ENOSPC) && !errors.Is(err, ErrNoSpace) {
						t.Errorf("with %d free: %v", free, err)
					}
					if err == nil && !through {
						t.Errorf("with %d free it did not go through, and no word of it", free)
					}
					fs.heal(t)
					if sc.options == nil { // copies lie at two places until the journal says that one may go
						nothingLost(t, dir, all)
					}
					sc.check(t, dir, "boot-1", before)
					unix.Unmount(fs.dir, unix.MNT_DETACH)
					if err == nil && through || t.Failed() {
						break
					}
					failed++
				}
				t.Logf("no room %d times", failed)
				if failed == 0 {
					t.Error("there was always room")
				}
			})
		}
	}
}

// wentThrough tells whether the last run did all of its plan.
func wentThrough(m *Mover) bool {
	var last Run
	for r, err := range m.Runs(ctx) {
		if err != nil {
			return false
		}
		last = r
	}
	return last.Outcome == Complete
}

// TestReadOnly: a filesystem that cannot be written says so, and stays as it is.
func TestReadOnly(t *testing.T) {
	for _, sc := range append(onTiny(), scenario{name: "purge", prepare: quarantineAll, act: purgeAll}) {
		t.Run(sc.name, func(t *testing.T) {
			fs := mountTiny(t)
			dir, _ := sc.preparedIn(t, fs.dir)
			m, p := sc.actor(t, dir, tree(t, dir))
			before := snapshot(t, fs.dir)
			fs.remount(t, unix.MS_RDONLY, "")
			if err := sc.act(t, m, p); !errors.Is(err, ErrReadOnly) {
				t.Errorf("got %v", err)
			}
			same(t, "afterwards", before, snapshot(t, fs.dir))
		})
	}
}

func purgeAll(t *testing.T, m *Mover, p *pair) error {
	found, err := m.PurgePicks(ctx, m.o.Now().Add(time.Hour))
	if err != nil {
		return err
	}
	far, _, err := m.FarPicks(ctx, m.o.Now().Add(time.Hour))
	if err != nil {
		return err
	}
	found = append(found, far...)
	pl, err := NewPlan(p, Purge, "", found, m.o.Now())
	if err != nil {
		return err
	}
	_, err = m.Apply(ctx, pl)
	return err
}

// TestOtherFilesystem: the one that --old names fills up, or turns read-only,
// while messages are copied to it. They stay in the quarantine beside the
// queue, or are on both, and can be taken back.
func TestOtherFilesystem(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, fs tiny){
		"full":      func(t *testing.T, fs tiny) { fs.leave(t, "pages", 1) },
		"no inodes": func(t *testing.T, fs tiny) { fs.leave(t, "inodes", 3) },
		"read-only": func(t *testing.T, fs tiny) { fs.remount(t, unix.MS_RDONLY, "") },
	} {
		t.Run(name, func(t *testing.T) {
			fs := mountTiny(t)
			dir := makeSpool(t, 6)
			before, all := snapshot(t, dir, ".old", "index.dat"), snapshot(t, dir)
			far := tree(t, fs.dir)
			spoiled := false
			m, p := mover(t, tree(t, dir), Options{Old: far, Progress: func(pr Progress) {
				if pr.Done == 6 && !spoiled {
					spoiled = true
					spoil(t, fs)
				}
			}})
			pl, err := NewPlan(p, Quarantine, "", picks(t, p, false, "m"), m.o.Now())
			if err != nil {
				t.Fatal(err)
			}
			run, err := m.Apply(ctx, pl)
			if err == nil || !spoiled || run.Done != 6 {
				t.Errorf("%+v %v", run, err)
			}
			for _, name := range []string{"m000.c", "m005.b"} {
				if here := len(where(t, dir)[name]) + len(where(t, fs.dir)[name]); here != 1 {
					t.Errorf("%s is at %d places", name, here)
				}
			}
			fs.remount(t, 0, "size=64m,nr_inodes=10000")
			if _, err := m.Recover(ctx); err != nil {
				t.Fatal(err)
			}
			if undo, err := m.Undo(ctx, run); err != nil || undo.Done != 6 {
				t.Errorf("%+v %v", undo, err)
			}
			same(t, "after undo", before, snapshot(t, dir, ".old", "index.dat"))
			nothingLost(t, dir, all)
			if left, _ := filepath.Glob(filepath.Join(fs.dir, run.Name, "out", "*")); len(left) > 0 {
				t.Errorf("copies are left: %q", left)
			}
		})
	}
}

// TestNoOtherFilesystem: full before it begins, nothing moves.
func TestNoOtherFilesystem(t *testing.T) {
	for _, what := range []string{"inodes", "pages"} {
		t.Run(what, func(t *testing.T) {
			fs := mountTiny(t)
			dir := makeSpool(t, 3)
			before := snapshot(t, dir, ".old")
			m, p := mover(t, tree(t, dir), Options{Old: tree(t, fs.dir)})
			fs.leave(t, what, 4)
			if err := quarantineAll(t, m, p); !errors.Is(err, ErrNoSpace) {
				t.Errorf("got %v", err)
			}
			same(t, "afterwards", before, snapshot(t, dir, ".old"))
			if names, err := os.ReadDir(fs.dir); err != nil || len(names) > 0 {
				t.Errorf("%v %v", names, err)
			}
		})
	}
}
