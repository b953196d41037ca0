// Package disk is the one door to the filesystem: a Tree is a folder held open, and nothing outside of it can be reached.
//
// Names are relative to the tree and use "/". No call follows a symbolic
// link, in any part of a name: whoever owns a spool may swap a folder for a
// link between two looks. No call overwrites, and none hangs on a FIFO.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"strconv"
	"time"
)

// Errors that callers decide on. What the kernel said is wrapped beside them,
// so errors.Is works with both; a missing name is fs.ErrNotExist and a target
// that is there already is fs.ErrExist.
var (
	ErrOtherDevice = errors.New("on another filesystem") // Move: use copy, compare, remove
	ErrNotRegular  = errors.New("not a regular file")    // Open: a FIFO, socket, device, folder or link
	ErrBadName     = errors.New("not a name inside the tree")
	ErrLocked      = errors.New("locked by another process")
)

// LockKind says how an MTA locks: the two kinds do not see one another on Linux.
type LockKind int

const (
	Flock LockKind = iota // flock(2): Postfix, sendmail, dma and qclean itself
	Fcntl                 // an open-file-description lock on the first bytes, which POSIX locks respect: Exim
)

// Info is what is known about a name.
type Info struct {
	Name    string      // the last element, bytes as on disk
	Mode    fs.FileMode // from List only the type bits are set
	Size    int64       // bytes
	ModTime time.Time
	Changed time.Time // last change of content, owner, mode or name, by the kernel's clock; zero from List
	Dev     uint64
	Inode   uint64
	Links   uint64
	UID     uint32
	GID     uint32
}

// Ident tells whether a file is still the one that was looked at: inode,
// size in bytes and time of last change of content in nanoseconds. It
// survives a rename, and is empty for an Info that came from List.
func (i Info) Ident() string {
	return string(i.AppendIdent(make([]byte, 0, MaxIdent)))
}

// MaxIdent is room for any Ident, in bytes.
const MaxIdent = 52

// AppendIdent appends it.
func (i Info) AppendIdent(b []byte) []byte {
	if i.ModTime.IsZero() {
		return b
	}
	b = strconv.AppendUint(b, i.Inode, 16)
	b = strconv.AppendInt(append(b, '-'), i.Size, 16)
	return strconv.AppendInt(append(b, '-'), i.ModTime.UnixNano(), 16)
}

// File is an open regular file.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Closer
	Stat() (Info, error)
	Sync() error               // the content is on the disk when it returns
	Truncate(size int64) error // bytes
	Take(from File) error      // owner, group, mode, extended attributes and times of another file
}

// Lock is held until it is closed. It tells about the file that was locked,
// whatever has its name by now, as it was a moment before.
type Lock interface {
	io.Closer
	Info() Info
}

// Tree is a held folder.
type Tree interface {
	Path() string                                       // where it was opened, for messages to people only
	List(dir string) iter.Seq2[Info, error]             // streamed, unordered, "." is the tree itself; Name, type and inode only
	Lstat(name string) (Info, error)                    // all of Info, of the name itself
	Open(name string) (File, error)                     // for reading, regular files only
	Load(name string, buf []byte) (int, Info, error)    // the beginning of a regular file; Info is that of its opening
	Advise(name string, bytes int64)                    // the beginning of a file will be read soon
	Append(name string) (File, error)                   // an existing regular file with one link, for writing at its end
	Create(name string, perm fs.FileMode) (File, error) // for writing; fs.ErrExist if the name is there
	Move(from, to string) error                         // one rename; fs.ErrExist, ErrOtherDevice
	Remove(name string) error                           // a file or an empty folder
	Mkdir(name string, perm fs.FileMode) error          // exactly perm, whatever the umask
	SyncDir(name string) error                          // the folder's entries are on the disk when it returns
	Lock(name string, how LockKind) (Lock, error)       // exclusive, never waits: ErrLocked
	Sub(dir string) (Tree, error)                       // a folder of this tree, held by itself
	Space() (Space, error)
	Close() error
}

// Space is what is left on a tree's filesystem for this user.
type Space struct {
	Bytes        uint64
	Inodes       uint64 // 0 with NoInodeLimit: the filesystem does not count them
	NoInodeLimit bool
}
