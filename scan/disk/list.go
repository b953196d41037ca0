package disk

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"golang.org/x/sys/unix"
)

// batch is the buffer for names of a large folder: some 7,000 at once, so that
// a million come in some hundred runs, and none waits long to be read. The first
// ones are small: most folders need no more, who finds out what a folder is looks
// at some hundred, and work begins at once.
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
		if err := t.eachName(fd, yield); err != nil {
			yield(Info{}, Failure("list", dir, err))
		}
	}
}

// listing is what listing a folder needs. A queue may be hundreds of folders,
// so it is kept for the next.
type listing struct {
	buf   []byte // of the system
	names []entry
}

// eachName yields what getdents64 gives. A folder that is removed meanwhile ends with ENOENT.
func (t *folder) eachName(fd int, yield func(Info, error) bool) error {
	l, ok := t.listings.Get().(*listing)
	if !ok {
		l = &listing{buf: make([]byte, firstBatch)}
	}
	defer t.listings.Put(l)
	for buf := l.buf[:firstBatch]; ; { // who only wants to know what it is looks at few
		var n int
		err := retry(func() (err error) { n, err = unix.Getdents(fd, buf); return err })
		if err != nil || n == 0 {
			return err
		}
		if l.names = inOrder(l.names[:0], buf[:n]); !yieldAll(fd, buf, l.names, yield) {
			return nil
		}
		if n <= firstBatch/2 {
			continue
		}
		if len(l.buf) < batch {
			l.buf, l.names = make([]byte, batch), make([]entry, 0, batch/direntLeast)
		}
		buf = l.buf[:min(4*len(buf), batch)]
	}
}

// entry says where in a batch a name stands. Its record stands before it.
type entry struct {
	name uint32
	size uint16
}

func (e entry) of(b []byte) []byte { return b[e.name : e.name+uint32(e.size)] }

// inOrder appends the names of a batch and sorts them.
func inOrder(names []entry, b []byte) []entry {
	for rest := b; len(rest) > 0; {
		at := len(b) - len(rest)
		var name []byte
		if name, rest = dirent(rest); name != nil {
			names = append(names, entry{uint32(at + direntName), uint16(len(name))})
		}
	}
	slices.SortFunc(names, func(x, y entry) int { return bytes.Compare(x.of(b), y.of(b)) })
	return names
}

// yieldAll is false when the listing is to end. The names share pieces of memory:
// one for each costs more time than to copy it.
func yieldAll(fd int, b []byte, names []entry, yield func(Info, error) bool) bool {
	for part := range slices.Chunk(names, nameBlock) {
		if !yieldBlock(fd, b, part, yield) {
			return false
		}
	}
	return true
}

// nameBlock is how many names share a piece, few enough that one which is kept
// keeps no more than a few hundred bytes.
const nameBlock = 32

func yieldBlock(fd int, b []byte, names []entry, yield func(Info, error) bool) bool {
	var room [nameBlock * 24]byte // enough for most
	all := room[:0]
	for _, e := range names {
		all = append(all, e.of(b)...)
	}
	rest := string(all)
	for _, e := range names {
		record := b[e.name-direntName:]
		kind := record[direntType]
		info := Info{Name: rest[:e.size], Inode: binary.NativeEndian.Uint64(record), Mode: typeMode(uint32(kind) << 12)}
		rest = rest[e.size:]
		if kind == unix.DT_UNKNOWN && !askType(fd, &info) {
			continue
		}
		if !yield(info, nil) {
			return false
		}
	}
	return true
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

	direntLeast = 32 // of a name of eight letters or so
)

// dirent takes one record off the front. name is nil for "." and "..", and for
// a record that makes no sense, which also ends the batch.
func dirent(b []byte) (name, rest []byte) {
	if len(b) < direntName {
		return nil, nil
	}
	size := int(binary.NativeEndian.Uint16(b[direntLen:]))
	if size < direntName || size > len(b) {
		return nil, nil
	}
	name, _, _ = bytes.Cut(b[direntName:size], []byte{0})
	if len(name) == 0 || string(name) == "." || string(name) == ".." {
		name = nil
	}
	return name, b[size:]
}
