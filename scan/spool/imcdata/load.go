package imcdata

import (
	"context"
	"errors"
	"io"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// maxFront is how much of a file is searched for envelope and header.
const maxFront = 64 << 10

// Load reads the text into buf and fills the envelope. Nearly all files fit
// into buf as they are; the others are read again from where the text begins.
func (s *raw) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	if err := ctx.Err(); err != nil {
		return spool.Text{}, err
	}
	n, info, err := s.tree.Load(e.Files[0].Name, buf)
	if err != nil {
		return spool.Text{}, s.unopened(ctx, e, err)
	}
	s.lend.Begin()
	if e.Ident == "" {
		noted(s.lend, e, &info)
	}
	if n == len(buf) {
		return s.loadLong(ctx, e, buf)
	}
	head := readFront(s.lend, buf[:min(n, maxFront)])
	e.Envelope = head.envelope
	return spool.Text{Bytes: buf[head.text:n], Flaws: flaws(head, e.Size, int64(n))}, nil
}

// loadLong is for a file that fills buf.
func (s *raw) loadLong(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	f, err := s.open(ctx, e)
	if err != nil {
		return spool.Text{}, err
	}
	defer f.Close()
	front := buf
	if len(buf) < maxFront {
		b := s.fronts.Get().(*[]byte)
		defer s.fronts.Put(b)
		front = *b
	}
	n, err := fill(f, front, e.Size)
	if err != nil {
		return spool.Text{}, err
	}
	head := readFront(s.lend, front[:min(n, maxFront)])
	e.Envelope = head.envelope
	text, err := fit(f, buf, front[:n], head.text)
	if err != nil {
		return spool.Text{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return spool.Text{}, err
	}
	return spool.Text{
		Bytes: text,
		Cut:   int64(head.text+len(text)) < info.Size,
		Flaws: flaws(head, e.Size, info.Size),
	}, nil
}

// open opens the file of a message.
func (s *raw) open(ctx context.Context, e *spool.Entry) (disk.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := s.tree.Open(e.Files[0].Name)
	if err != nil {
		return nil, s.unopened(ctx, e, err)
	}
	return f, nil
}

// unopened says in the words of a spool why a file cannot be read.
func (s *raw) unopened(ctx context.Context, e *spool.Entry, err error) error {
	if !errors.Is(err, disk.ErrNotRegular) {
		return goneOr(err)
	}
	now := *e
	if err := s.Stat(ctx, &now); err != nil { // it knows what stands there
		return err
	}
	return &spool.Left{Name: e.Files[0].Name, Reason: "not a regular file"}
}

// fill reads as much as fits. A file of known size is not asked for its end,
// which would be one more call for each message.
func fill(f io.Reader, buf []byte, size int64) (n int, err error) {
	for n < len(buf) {
		got, err := f.Read(buf[n:])
		n += got
		if err == io.EOF || err == nil && int64(n) == size {
			break
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// fit puts the text into buf: what was read of it already, and the rest that fits.
func fit(f io.ReaderAt, buf, read []byte, at int) ([]byte, error) {
	inPlace := len(buf) > 0 && len(read) > 0 && &buf[0] == &read[0]
	if inPlace && (at == 0 || len(read) < len(buf)) {
		return read[at:], nil // all there is
	}
	n := copy(buf, read[at:])
	if n == len(buf) {
		return buf, nil
	}
	more, err := f.ReadAt(buf[n:], int64(at+n))
	if err == io.EOF {
		err = nil
	}
	return buf[:n+more], err
}

// flaws says what is wrong with the file itself.
func flaws(head front, listed, now int64) (f []string) {
	if now == 0 {
		f = append(f, "empty")
	}
	if head.endless {
		f = append(f, "head without end")
	}
	if listed != now {
		f = append(f, "changed while it was read")
	}
	return f
}

// Body streams the text and fills the envelope.
func (s *raw) Body(ctx context.Context, e *spool.Entry) (io.ReadCloser, error) {
	f, err := s.open(ctx, e)
	if err != nil {
		return nil, err
	}
	buf := s.fronts.Get().(*[]byte)
	defer s.fronts.Put(buf)
	n, err := fill(f, *buf, e.Size)
	if err != nil {
		f.Close()
		return nil, err
	}
	head := readFront(nil, (*buf)[:n])
	e.Envelope = head.envelope
	return &body{ctx: ctx, file: f, at: int64(head.text)}, nil
}

// body reads a file from where the text begins.
type body struct {
	ctx  context.Context
	file disk.File
	at   int64
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.file.ReadAt(p, b.at)
	b.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

func (b *body) Stat() (disk.Info, error) { return b.file.Stat() }

func (b *body) Close() error { return b.file.Close() }
