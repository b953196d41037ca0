package postfix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Load reads a queue file in one pass: the envelope, as much of the text as
// fits, and the recipients that may stand behind it. Line ends are LF.
//
// Nearly all queue files fit into the reader's window, and are read as one
// piece. A longer one, and one that cannot be read so, goes the long way, which
// also finds out what is wrong.
func (s *queueDir) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	if err := ctx.Err(); err != nil {
		return spool.Text{}, err
	}
	q := s.files.Get().(*queueFile)
	defer func() {
		q.lend = nil // it is the view's, and the next who takes the file is another
		s.files.Put(q)
	}()
	s.lend.Begin()
	q.lend = s.lend
	n, info, err := s.t.Load(e.Files[0].Name, q.room())
	if err != nil || int64(n) != info.Size {
		return s.loadLong(ctx, e, q, buf)
	}
	q.hold(n)
	return s.take(e, q, &info, buf)
}

// loadLong reads through an open file.
func (s *queueDir) loadLong(ctx context.Context, e *spool.Entry, q *queueFile, buf []byte) (spool.Text, error) {
	f, info, err := s.open(ctx, e)
	if err != nil {
		return spool.Text{}, err
	}
	defer f.Close()
	q.open(f, info.Size)
	return s.take(e, q, &info, buf)
}

// take makes an entry and its text of an opened queue file.
func (s *queueDir) take(e *spool.Entry, q *queueFile, info *disk.Info, buf []byte) (spool.Text, error) {
	if e.Ident == "" {
		noted(s.lend, e, info)
	}
	n, cut, err := q.load(buf)
	t := spool.Text{Bytes: buf[:n], Cut: cut, Flaws: flaws(*info, e.Queue, err)}
	if err != nil && flaw(err) == "" {
		return t, fmt.Errorf("read queue file: %w", err)
	}
	s.fill(e, q)
	return t, nil
}

// Advise asks for the beginning of the queue file, and of its log.
func (s *queueDir) Advise(e *spool.Entry, bytes int64) {
	s.t.Advise(e.Files[0].Name, bytes)
	if mayHaveReason(e) {
		s.t.Advise(s.logName(e, "defer"), reasonBytes)
	}
}

// Body reads the envelope first, to its very end, and then the text as it is asked for.
func (s *queueDir) Body(ctx context.Context, e *spool.Entry) (io.ReadCloser, error) {
	f, info, err := s.open(ctx, e)
	if err != nil {
		return nil, err
	}
	q := new(queueFile)
	q.open(f, info.Size)
	if _, _, err := q.load(nil); err != nil && flaw(err) == "" {
		f.Close()
		return nil, fmt.Errorf("read queue file: %w", err)
	}
	s.fill(e, q)
	from := q.textAt
	if from == 0 {
		return io.NopCloser(strings.NewReader("")), f.Close()
	}
	q.open(f, info.Size)
	q.pos = from
	return &body{q: q, f: f}, nil
}

// body is the text of an open queue file. A flaw ends it with io.ErrUnexpectedEOF.
type body struct {
	q *queueFile
	f disk.File
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.q.Read(p)
	if err != nil && flaw(err) != "" {
		err = fmt.Errorf("%w: %w", io.ErrUnexpectedEOF, err)
	}
	return n, err
}

func (b *body) Stat() (disk.Info, error) { return b.f.Stat() }

func (b *body) Close() error { return b.f.Close() }

// open opens the queue file, and follows it if it has just moved on.
func (s *queueDir) open(ctx context.Context, e *spool.Entry) (disk.File, disk.Info, error) {
	if err := ctx.Err(); err != nil {
		return nil, disk.Info{}, err
	}
	f, err := s.t.Open(e.Files[0].Name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := queued.Again(ctx, e, s.Find); err != nil {
			return nil, disk.Info{}, err
		}
		f, err = s.t.Open(e.Files[0].Name)
	}
	if errors.Is(err, disk.ErrNotRegular) {
		now := *e
		if err := s.stat(ctx, &now); err != nil { // it knows what stands there
			return nil, disk.Info{}, err
		}
		return nil, disk.Info{}, &spool.Left{Name: e.Files[0].Name, Reason: "not a regular file"}
	}
	if err != nil {
		return nil, disk.Info{}, queued.Gone(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, disk.Info{}, err
	}
	return f, info, nil
}

// fill puts what was read into the entry.
func (s *queueDir) fill(e *spool.Entry, q *queueFile) {
	e.Envelope = q.Envelope
	if at := q.arrived(); !at.IsZero() {
		e.Arrived = at
	}
	e.Envelope.Reason = s.reason(q.lend, e, q.room())
}

// flaws says what is wrong with a queue file, besides what it is about.
func flaws(info disk.Info, queue string, err error) (list []string) {
	switch mode := info.Mode.Perm() & 0o700; {
	case mode == 0o700: // the bits of group and others have meanings of their own (mail_queue.h)
	case mode == 0o600 && queue == "incoming":
		list = append(list, "still being written")
	default:
		list = append(list, fmt.Sprintf("mode %#o: Postfix will not deliver it", info.Mode.Perm()))
	}
	if info.Size == 0 {
		return append(list, "empty")
	}
	if err != nil {
		list = append(list, flaw(err))
	}
	return list
}
