package disk

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// Remove removes a file, a link or an empty folder.
func (t *folder) Remove(name string) error {
	if err := checkName("remove", name); err != nil {
		return err
	}
	return Failure("remove", name, t.unlink(name))
}

func (t *folder) unlink(name string) error {
	fd, last, err := t.parent(name)
	if err != nil {
		return err
	}
	defer t.done(fd)
	err = unlinkat(fd, last, 0)
	if err != unix.EISDIR && err != unix.EPERM { // POSIX wants EPERM for a folder, Linux says EISDIR
		return err
	}
	if err2 := unlinkat(fd, last, unix.AT_REMOVEDIR); err2 != unix.ENOTDIR {
		return err2
	}
	return err
}

func unlinkat(fd int, name string, flags int) error {
	return retry(func() error { return unix.Unlinkat(fd, name, flags) })
}

// Mkdir makes a folder with exactly this mode.
func (t *folder) Mkdir(name string, perm fs.FileMode) error {
	if err := checkName("mkdir", name); err != nil {
		return err
	}
	fd, last, err := t.parent(name)
	if err != nil {
		return Failure("mkdir", name, err)
	}
	defer t.done(fd)
	want := kernelMode(perm)
	if err := retry(func() error { return unix.Mkdirat(fd, last, want) }); err != nil {
		return Failure("mkdir", name, err)
	}
	if err := chmodNew(fd, last, want); err != nil {
		unlinkat(fd, last, unix.AT_REMOVEDIR)
		return Failure("mkdir", name, err)
	}
	return nil
}

// chmodNew takes back what the umask, or a setgid parent, did to a new folder.
func chmodNew(at int, name string, want uint32) error {
	fd, err := openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer closeFD(fd)
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &st) }); err != nil {
		return err
	}
	if st.Mode&^unix.S_IFMT == want {
		return nil
	}
	return retry(func() error { return unix.Fchmod(fd, want) })
}

// SyncDir waits until the entries of a folder are on the disk.
func (t *folder) SyncDir(name string) error {
	if err := checkFolder("syncdir", name); err != nil {
		return err
	}
	fd, err := t.openIn(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return Failure("syncdir", name, err)
	}
	defer closeFD(fd)
	err = retry(func() error { return unix.Fsync(fd) })
	if err == unix.EINVAL { // a filesystem that has no such thing as syncing a folder (fsync(2))
		return nil
	}
	return Failure("syncdir", name, err)
}
