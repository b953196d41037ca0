package disk

import "golang.org/x/sys/unix"

// MkdirLike makes an empty folder with owner, group, mode and extended
// attributes of another, so that an MTA finds in it what it is used to.
func (t *folder) MkdirLike(name, like string) error {
	if err := checkName("mkdir", name); err != nil {
		return err
	}
	if err := checkFolder("mkdir", like); err != nil {
		return err
	}
	return Failure("mkdir", name, t.mkdirLike(name, like))
}

func (t *folder) mkdirLike(name, like string) error {
	model, err := t.openIn(like, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer closeFD(model)
	at, last, err := t.parent(name)
	if err != nil {
		return err
	}
	defer t.done(at)
	if err := retry(func() error { return unix.Mkdirat(at, last, 0o700) }); err != nil {
		return err
	}
	if err := dress(at, last, model); err != nil {
		unlinkat(at, last, unix.AT_REMOVEDIR)
		return err
	}
	return nil
}

// dress gives a new folder the looks of a held one.
func dress(at int, name string, model int) error {
	fd, err := openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer closeFD(fd)
	var have, want unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &have) }); err != nil {
		return err
	}
	if err := retry(func() error { return unix.Fstat(model, &want) }); err != nil {
		return err
	}
	if have.Uid != want.Uid || have.Gid != want.Gid {
		if err := retry(func() error { return unix.Fchown(fd, int(want.Uid), int(want.Gid)) }); err != nil {
			return err
		}
	}
	if err := retry(func() error { return unix.Fchmod(fd, want.Mode&^unix.S_IFMT) }); err != nil {
		return err
	}
	return (&file{fd: fd, name: name}).takeAttrs(&file{fd: model, name: name})
}
