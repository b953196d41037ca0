package disk

import (
	"io/fs"
	"time"

	"golang.org/x/sys/unix"
)

// Lstat tells all about a name, be it a link.
func (t *folder) Lstat(name string) (Info, error) {
	if err := checkFolder("lstat", name); err != nil {
		return Info{}, err
	}
	var st unix.Stat_t
	if err := t.lstat(name, &st); err != nil {
		return Info{}, Failure("lstat", name, err)
	}
	_, last, _ := cutLast(name)
	return infoOf(last, &st), nil
}

func (t *folder) lstat(name string, st *unix.Stat_t) error {
	return t.within(name, func(fd int, last string) error { return lstatAt(fd, last, st) })
}

func lstatAt(fd int, name string, st *unix.Stat_t) error {
	return retry(func() error { return unix.Fstatat(fd, name, st, unix.AT_SYMLINK_NOFOLLOW) })
}

func infoOf(name string, st *unix.Stat_t) Info {
	return Info{
		Name:    name,
		Mode:    fileMode(st.Mode),
		Size:    st.Size,
		ModTime: time.Unix(st.Mtim.Unix()),
		Changed: time.Unix(st.Ctim.Unix()),
		Dev:     st.Dev,
		Inode:   st.Ino,
		Links:   uint64(st.Nlink),
		UID:     st.Uid,
		GID:     st.Gid,
	}
}

// modeBits pairs the kernel's bits beside rwx with Go's (stat(2), inode(7)).
var modeBits = [...]struct {
	kernel uint32
	mode   fs.FileMode
}{
	{unix.S_ISUID, fs.ModeSetuid},
	{unix.S_ISGID, fs.ModeSetgid},
	{unix.S_ISVTX, fs.ModeSticky},
}

func fileMode(kernel uint32) fs.FileMode {
	mode := fs.FileMode(kernel&0o777) | typeMode(kernel)
	for _, b := range modeBits {
		if kernel&b.kernel != 0 {
			mode |= b.mode
		}
	}
	return mode
}

func typeMode(kernel uint32) fs.FileMode {
	switch kernel & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	case unix.S_IFIFO:
		return fs.ModeNamedPipe
	case unix.S_IFSOCK:
		return fs.ModeSocket
	case unix.S_IFBLK:
		return fs.ModeDevice
	case unix.S_IFCHR:
		return fs.ModeDevice | fs.ModeCharDevice
	}
	return fs.ModeIrregular
}

// kernelMode is the way back, permission bits only.
func kernelMode(mode fs.FileMode) uint32 {
	kernel := uint32(mode.Perm())
	for _, b := range modeBits {
		if mode&b.mode != 0 {
			kernel |= b.kernel
		}
	}
	return kernel
}
