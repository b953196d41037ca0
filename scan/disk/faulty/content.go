package faulty

import (
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"qclean/scan/disk"
)

// bury keeps the inode of a file that is about to be removed: the removal may
// not survive, and then the file has to come back as it was.
func (p *platter) bury(n *node) {
	if n == nil || n.buried {
		return
	}
	if n.folder {
		n.meta = metaOf(p.where(n))
		return
	}
	n.buried = os.Link(p.where(n), p.tomb(n)) == nil
}

// touch is called before the content or the metadata of a file change.
func (p *platter) touch(n *node, f disk.File) {
	if n == nil || n.dirty {
		return
	}
	info, err := f.Stat()
	if err != nil {
		return
	}
	n.dirty, n.keep, n.lost = true, info.Size, nil
	n.meta = metaOf(p.where(n))
}

// cut is touch for Truncate: what is cut off is still on the disk.
func (p *platter) cut(n *node, f disk.File, size int64) {
	p.touch(n, f)
	if n == nil || size < 0 || size >= n.keep {
		return
	}
	tail := make([]byte, n.keep-size)
	if _, err := f.ReadAt(tail, size); err != nil && err != io.EOF {
		return
	}
	n.keep, n.lost = size, append(tail, n.lost...)
}

// synced is called after a file was synced.
func (p *platter) synced(n *node) {
	if n != nil {
		n.dirty, n.keep, n.lost = false, 0, nil
	}
}

// meta is what an inode holds beside content.
type meta struct {
	known    bool
	mode     fs.FileMode
	uid, gid int
	changed  time.Time
}

func metaOf(path string) meta {
	var st syscall.Stat_t
	info, err := os.Lstat(path)
	if err != nil || syscall.Lstat(path, &st) != nil {
		return meta{}
	}
	return meta{true, info.Mode(), int(st.Uid), int(st.Gid), info.ModTime()}
}

// inodeOf is 0 for a name that is not there.
func inodeOf(path string) uint64 {
	var st syscall.Stat_t
	if syscall.Lstat(path, &st) != nil {
		return 0
	}
	return st.Ino
}

func (m meta) restore(path string) error {
	if !m.known {
		return nil
	}
	if err := os.Lchown(path, m.uid, m.gid); err != nil {
		return err
	}
	if err := os.Chmod(path, m.mode); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, m.changed)
}

// rollBack gives a file the content that survived.
func (n *node) rollBack(path string, data Data) error {
	if !n.dirty || data == DataKept {
		return nil
	}
	if err := n.rewrite(path, data); err != nil {
		return err
	}
	return n.meta.restore(path)
}

func (n *node) rewrite(path string, data Data) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	keep, size := n.keep, info.Size()
	if data == DataTorn && len(n.lost) == 0 && size > keep {
		keep += (size - keep) / 2
	}
	if err := os.Truncate(path, keep); err != nil {
		return err
	}
	if data == DataZeros && len(n.lost) == 0 && size > keep {
		return os.Truncate(path, size)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(n.lost)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
