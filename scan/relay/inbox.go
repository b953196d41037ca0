package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"qclean/scan/disk"
)

// Inbox is where the tester's own mail arrives: a maildir, another folder of
// files, or an mbox. It holds the folder, so Close it.
type Inbox struct {
	tree  disk.Tree
	file  string // name of the mbox in tree, "" for a folder
	from  int64  // the mbox had this many bytes at the beginning
	since time.Time
	path  string
}

// Bounds of one look.
const (
	maxPiece  = 256 << 10 // bytes of one message
	maxPieces = 10_000
	maxMbox   = 64 << 20 // bytes added to an mbox
)

// OpenInbox finds out what the path is. Only what arrives later is looked at:
// open it before the first message is sent.
func OpenInbox(path string, now time.Time) (*Inbox, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	in := &Inbox{path: path, since: now.Add(-time.Second).Truncate(time.Second)} // file times may be cut to seconds
	dir := path
	if !info.IsDir() {
		dir, in.file, in.from = filepath.Dir(path), filepath.Base(path), info.Size()
	}
	if in.tree, err = disk.Open(dir); err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	return in, nil
}

// Close lets go of the folder.
func (in *Inbox) Close() error { return in.tree.Close() }

// Find is the inbox's Finder.
func (in *Inbox) Find(ctx context.Context) iter.Seq2[Piece, error] {
	if in.file != "" {
		return in.mbox
	}
	return func(yield func(Piece, error) bool) {
		buf := make([]byte, maxPiece)
		left := maxPieces
		for _, dir := range []string{"new", "cur", "."} {
			for info, err := range in.tree.List(dir) {
				if errors.Is(err, fs.ErrNotExist) {
					continue
				}
				if err != nil {
					if !yield(Piece{}, fmt.Errorf("inbox: %w", err)) {
						return
					}
					continue
				}
				if ctx.Err() != nil || left == 0 {
					return
				}
				p, ok := in.read(dir, info, buf)
				if !ok {
					continue
				}
				left--
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

// read takes a file that is new. What is gone again or no file is passed over.
func (in *Inbox) read(dir string, info disk.Info, buf []byte) (Piece, bool) {
	name := info.Name
	if dir != "." {
		name = dir + "/" + name
	}
	full, err := in.tree.Lstat(name)
	if err != nil || !full.Mode.IsRegular() || full.ModTime.Before(in.since) {
		return Piece{}, false
	}
	f, err := in.tree.Open(name)
	if err != nil {
		return Piece{}, false
	}
	defer f.Close()
	n, err := io.ReadFull(f, buf)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Piece{}, false
	}
	return Piece{Where: filepath.Join(in.path, name), Text: buf[:n]}, true
}

// mbox yields what was added. One that became shorter was emptied: all is new.
func (in *Inbox) mbox(yield func(Piece, error) bool) {
	added, err := in.added()
	if err != nil {
		yield(Piece{}, fmt.Errorf("inbox: %w", err))
		return
	}
	for text := range split(added) {
		if !yield(Piece{Where: in.path, Text: text}, nil) {
			return
		}
	}
}

func (in *Inbox) added() ([]byte, error) {
	f, err := in.tree.Open(in.file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	from := in.from
	if info.Size < from {
		from = 0
	}
	return io.ReadAll(io.NewSectionReader(f, from, min(info.Size-from, maxMbox)))
}

// split cuts an mbox at its From_ lines (RFC 4155), at most maxPieces times.
func split(box []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for range maxPieces {
			if len(box) == 0 {
				return
			}
			if bytes.HasPrefix(box, []byte("From ")) {
				_, box, _ = bytes.Cut(box, []byte("\n"))
			}
			end := bytes.Index(box, []byte("\nFrom "))
			text := box
			if end >= 0 {
				text, box = box[:end+1], box[end+1:]
			} else {
				box = nil
			}
			if len(text) > 0 && !yield(text) {
				return
			}
		}
	}
}
