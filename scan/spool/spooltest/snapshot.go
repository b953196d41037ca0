package spooltest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// snapshot describes every name below a folder: type, mode, owner, inode,
// size, times of change, and content of regular files.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			return err
		}
		line := fmt.Sprintf("%o %d:%d #%d x%d, %d bytes, changed %d.%09d",
			st.Mode, st.Uid, st.Gid, st.Ino, st.Nlink, st.Size, st.Mtim.Sec, st.Mtim.Nsec)
		if st.Mode&syscall.S_IFMT == syscall.S_IFREG {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(", %q", content)
		}
		name, err := filepath.Rel(dir, path)
		got[name] = line
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
