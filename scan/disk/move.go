package disk

import (
	"golang.org/x/sys/unix"
)

// Move renames, and never over something (renameat2(2), RENAME_NOREPLACE).
// On a filesystem that cannot promise that, it is done by steps that cannot
// overwrite either, though a crash between them leaves both names.
func (t *folder) Move(from, to string) error {
	if err := checkName("move", from); err != nil {
		return err
	}
	if err := checkName("move", to); err != nil {
		return err
	}
	return moveFailure(from, to, t.move(from, to))
}

func (t *folder) move(from, to string) error {
	return t.within(from, func(fromDir int, fromName string) error {
		return t.within(to, func(toDir int, toName string) error {
			return rename{fromDir, toDir, fromName, toName}.make()
		})
	})
}

// rename is one entry's way from folder to folder.
type rename struct {
	fromDir, toDir   int
	fromName, toName string
}

func (m rename) make() error {
	err := retry(func() error {
		return unix.Renameat2(m.fromDir, m.fromName, m.toDir, m.toName, unix.RENAME_NOREPLACE)
	})
	if err == unix.EINVAL || err == unix.ENOSYS {
		return m.bySteps()
	}
	return err
}

// bySteps is the way of filesystems without RENAME_NOREPLACE.
func (m rename) bySteps() error {
	var st unix.Stat_t
	if err := lstatAt(m.fromDir, m.fromName, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		return m.folder()
	}
	return m.file()
}

// file links the new name, which fails if it is there, and drops the old one,
// unless that has become another file in between.
func (m rename) file() error {
	err := retry(func() error { return unix.Linkat(m.fromDir, m.fromName, m.toDir, m.toName, 0) })
	if err != nil {
		return err
	}
	var was, is unix.Stat_t
	if err := lstatAt(m.toDir, m.toName, &was); err != nil {
		return err
	}
	if err := lstatAt(m.fromDir, m.fromName, &is); err == unix.ENOENT {
		return nil
	} else if err != nil {
		return err
	}
	if was.Ino != is.Ino || was.Dev != is.Dev {
		return nil
	}
	return unlinkat(m.fromDir, m.fromName, 0)
}

// folder takes the name with an empty folder, which fails if it is there, and
// renames over that: rename(2) replaces an empty folder only.
func (m rename) folder() error {
	if err := retry(func() error { return unix.Mkdirat(m.toDir, m.toName, 0o700) }); err != nil {
		return err
	}
	err := retry(func() error { return unix.Renameat(m.fromDir, m.fromName, m.toDir, m.toName) })
	if err != nil {
		unlinkat(m.toDir, m.toName, unix.AT_REMOVEDIR)
	}
	return err
}
