package disk

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// batch is the buffer for names of a large folder: some 7,000 at once, so that
// a million come in some hundred runs, and none waits long to be read. The first
// one is small: most folders need no more, and work begins at once.
const (
	firstBatch = 16 << 10
	batch      = 256 << 10
)

// List streams the names of a folder. Only one batch of them is in memory, and
// each batch comes in the order of the names: what is kept of files as they are
// read then lies in few runs that are in order, however large the folder is,
// where a folder's own order may be that of a hash.
func (t *folder) List(dir string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := checkFolder("list", dir); err != nil {
			yield(Info{}, err)
			return
		}
		fd, err := t.openQuietly(dir, unix.O_RDONLY|unix.O_DIRECTORY)
		if err != nil {
			yield(Info{}, Failure("list", dir, err))
			return
		}
		defer closeFD(fd)
		if err := eachName(fd, yield); err != nil {
			yield(Info{}, Failure("list", dir, err))
		}
	}
}

// eachName yields what getdents64 gives. A folder that is removed meanwhile ends with ENOENT.
func eachName(fd int, yield func(Info, error) bool) error {
	var infos []Info
	for buf := make([]byte, firstBatch); ; {
		var n int
		err := retry(func() (err error) { n, err = unix.Getdents(fd, buf); return err })
		if err != nil || n == 0 {
			return err
		}
		infos = appendNames(infos[:0], fd, buf[:n])
		slices.SortFunc(infos, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
		for i := range infos {
			if !yield(infos[i], nil) {
				return nil
			}
		}
		if n > firstBatch/2 && len(buf) < batch {
			buf = make([]byte, batch)
		}
	}
}

// appendNames appends the names of one batch.
func appendNames(infos []Info, fd int, b []byte) []Info {
	for len(b) > 0 {
		var name []byte
		var inode uint64
		var kind byte
		if name, inode, kind, b = dirent(b); name == nil {
			continue
		}
		info := Info{Name: string(name), Inode: inode, Mode: typeMode(uint32(kind) << 12)}
		if kind != unix.DT_UNKNOWN || askType(fd, &info) {
			infos = append(infos, info)
		}
	}
	return infos
}

// askType is for filesystems whose folders do not say what a name is. It is
// false for a name that is gone.
func askType(fd int, info *Info) bool {
	var st unix.Stat_t
	if lstatAt(fd, info.Name, &st) != nil {
		return false
	}
	info.Mode = typeMode(st.Mode)
	return true
}

// Offsets in struct linux_dirent64 (getdents64(2)): inode, offset, length of the record, type, name.
const (
	direntLen  = 16
	direntType = 18
	direntName = 19
)

// dirent takes one record off the front. name is nil for "." and "..", and for
// a record that makes no sense, which also ends the batch.
func dirent(b []byte) (name []byte, inode uint64, kind byte, rest []byte) {
	if len(b) < direntName {
		return nil, 0, 0, nil
	}
	size := int(binary.NativeEndian.Uint16(b[direntLen:]))
	if size < direntName || size > len(b) {
		return nil, 0, 0, nil
	}
	name, _, _ = bytes.Cut(b[direntName:size], []byte{0})
	if len(name) == 0 || string(name) == "." || string(name) == ".." {
		name = nil
	}
	return name, binary.NativeEndian.Uint64(b), b[direntType], b[size:]
}
