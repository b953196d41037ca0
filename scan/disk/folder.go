package disk

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// folder is a Tree on Linux. Its methods may be called from several
// goroutines at once, but Close only when none of them is under way.
type folder struct {
	fd     atomic.Int32 // O_PATH; -1 once closed, so that a number used anew is never taken for ours
	path   string
	walk   bool        // no openat2 here: names are resolved part by part
	loud   atomic.Bool // O_NOATIME was refused: reading marks the access time
	keeper keeper
	asked  atomic.Int32 // open files in views of it (Near)

	listings sync.Pool // *listing
}

// Open holds a folder. The path is what the operator typed: links in it are
// followed, this once, and never again.
func Open(name string) (Tree, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, Failure("open", name, err)
	}
	fd, err := openat(unix.AT_FDCWD, name, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, Failure("open folder", name, err)
	}
	return hold(fd, abs, !hasOpenat2(fd)), nil
}

func hold(fd int, path string, walk bool) *folder {
	t := &folder{path: path, walk: walk}
	t.fd.Store(int32(fd))
	return t
}

// Path is where the folder was when it was opened.
func (t *folder) Path() string { return t.path }

// Sub holds a folder of this one.
func (t *folder) Sub(dir string) (Tree, error) {
	if err := checkFolder("sub", dir); err != nil {
		return nil, err
	}
	fd, err := t.openIn(dir, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, Failure("sub", dir, err)
	}
	return hold(fd, path.Join(t.path, dir), t.walk), nil
}

// Space asks the filesystem.
func (t *folder) Space() (Space, error) {
	var st unix.Statfs_t
	if err := retry(func() error { return unix.Fstatfs(t.held(), &st) }); err != nil {
		return Space{}, Failure("space", t.path, err)
	}
	return Space{
		Bytes:        st.Bavail * uint64(st.Frsize),
		Inodes:       st.Ffree,
		NoInodeLimit: st.Files == 0, // btrfs, and others that make inodes as they go
	}, nil
}

// local tells whether the filesystem is known to be one of this machine: a call
// that has to wait for a disk comes back, and one that need not costs no more
// than the processor's time.
func (t *folder) local() bool { return isLocal(t.held()) }

func isLocal(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && slices.Contains(localKinds, int64(st.Type))
}

// localKinds are the magic numbers of filesystems on disks and in memory (statfs(2)).
var localKinds = []int64{unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC}

// Close lets go. Calls that come later fail with EBADF.
func (t *folder) Close() error {
	fd := int(t.fd.Swap(-1))
	if fd < 0 {
		return Failure("close", t.path, os.ErrClosed)
	}
	t.keeper.close()
	return Failure("close", t.path, closeFD(fd))
}

func (t *folder) held() int { return int(t.fd.Load()) }
