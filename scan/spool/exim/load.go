package exim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// maxHeader bounds what is read of a -H file and of a journal. Exim's own
// limit for the headers is 1 MiB (header_maxsize); recipients come on top.
const maxHeader = 16 << 20

// buffers are reused from message to message.
type buffers struct {
	header, journal, log []byte
	body                 bodyReader
	held                 []byte // a body file that is read as one piece
	holding              bytes.Reader
}

// Load reads headers and as much of the body as fits. Line ends are LF.
func (s *spoolDir) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	if err := ctx.Err(); err != nil {
		return spool.Text{}, err
	}
	b := s.buffers.Get().(*buffers)
	defer s.buffers.Put(b)
	s.lend.Begin()
	m := message{lend: s.lend}
	if s.hold(e, b) {
		flaws := s.parse(e, b, &m)
		if !m.wire {
			return assembledHeld(e, b, &m, flaws, buf), nil
		}
		b.holding.Reset(b.held)
		return assembled(e, b, &m, &b.holding, flaws, buf)
	}
	if e.Ident == "" {
		if err := s.Stat(ctx, e); err != nil {
			return spool.Text{}, err
		}
	}
	f, flaws, err := s.open(ctx, e, b, &m)
	if err != nil {
		return spool.Text{}, err
	}
	if f == nil {
		return assembled(e, b, &m, nil, flaws, buf)
	}
	defer f.Close()
	return assembled(e, b, &m, f, flaws, buf)
}

// assembledHeld is assembled for a body in memory that is taken as it is.
func assembledHeld(e *spool.Entry, b *buffers, m *message, flaws []string, buf []byte) spool.Text {
	n, whole := putHeaders(m, buf)
	if whole {
		text := b.held[min(len(b.held), firstLine(e.ID.Short())):]
		c := copy(buf[n:], text)
		n, whole = n+c, c == len(text)
	}
	return spool.Text{Bytes: buf[:n], Cut: !whole, Flaws: flaws}
}

// assembled puts headers and body into buf. body is nil where there is none.
func assembled(e *spool.Entry, b *buffers, m *message, body io.ReaderAt, flaws []string, buf []byte) (spool.Text, error) {
	n, whole := putHeaders(m, buf)
	if whole && body != nil {
		b.body.reset(body, e.ID.Short(), m.wire)
		var c int
		var err error
		if c, whole, err = b.body.fill(buf[n:]); err != nil {
			return spool.Text{}, fmt.Errorf("read body file: %w", err)
		}
		n += c
	}
	return spool.Text{Bytes: buf[:n], Cut: !whole, Flaws: flaws}, nil
}

// putHeaders puts the headers and the line behind them into buf. whole is false
// when they do not fit.
func putHeaders(m *message, buf []byte) (n int, whole bool) {
	put := func(p []byte) bool {
		c := copy(buf[n:], p)
		n, whole = n+c, c == len(p)
		return whole
	}
	whole = true
	m.eachHeader(put)
	if whole {
		put([]byte("\n"))
	}
	return n, whole
}

// Advise asks for the header and the body file.
func (s *spoolDir) Advise(e *spool.Entry, bytes int64) {
	name := e.Files[0].Name
	s.t.Advise(name, bytes)
	s.t.Advise(strings.TrimSuffix(name, "-H")+"-D", bytes)
}

// Body gives headers and body as they are asked for.
func (s *spoolDir) Body(ctx context.Context, e *spool.Entry) (io.ReadCloser, error) {
	var b buffers
	var m message
	f, _, err := s.open(ctx, e, &b, &m)
	if err != nil {
		return nil, err
	}
	var head bytes.Buffer
	m.eachHeader(func(h []byte) bool { head.Write(h); return true })
	head.WriteByte('\n')
	if f == nil {
		return io.NopCloser(&head), nil
	}
	b.body.reset(f, e.ID.Short(), m.wire)
	return &wholeText{io.MultiReader(&head, &b.body), f}, nil
}

// wholeText is headers, and a body out of its file.
type wholeText struct {
	io.Reader
	f disk.File
}

func (t *wholeText) Stat() (disk.Info, error) { return t.f.Stat() }

func (t *wholeText) Close() error { return t.f.Close() }

// open reads the header file into m and fills the entry, and opens the body
// file: nil when there is none.
func (s *spoolDir) open(ctx context.Context, e *spool.Entry, b *buffers, m *message) (f disk.File, flaws []string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	b.header, err = s.read(e.Files[0].Name, b.header)
	if errors.Is(err, spool.ErrGone) {
		if err = s.again(ctx, e); err == nil {
			b.header, err = s.read(e.Files[0].Name, b.header)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	stem := stemOf(e)
	b.journal, err = s.read(stem+"-J", b.journal)
	if err != nil && !errors.Is(err, spool.ErrGone) {
		return nil, nil, err
	}
	flaws = s.parse(e, b, m)
	f, err = s.t.Open(stem + "-D")
	switch {
	case err == nil:
		return f, flaws, nil
	case queued.Gone(err) == spool.ErrGone:
		return nil, append(flaws, "no body file"), nil
	case errors.Is(err, disk.ErrNotRegular):
		return nil, append(flaws, "the body is not a regular file"), nil
	}
	return nil, nil, err
}

// parse makes the entry's envelope of what was read.
func (s *spoolDir) parse(e *spool.Entry, b *buffers, m *message) (flaws []string) {
	if len(b.header) == maxHeader || len(b.journal) == maxHeader {
		flaws = append(flaws, "longer than anybody reads")
	}
	if len(b.header) == 0 {
		flaws = append(flaws, "empty header file")
	} else if first, _, _ := bytes.Cut(b.header, []byte("\n")); string(first) != e.ID.Short()+"-H" {
		flaws = append(flaws, "header file of another message") // Exim refuses it (spool_in.c)
	}
	if err := m.parse(b.header, b.journal); err != nil {
		flaws = append(flaws, err.Error())
	}
	e.Envelope, e.Frozen = m.Envelope, m.frozen
	if !m.arrived.IsZero() {
		e.Arrived = m.arrived
	}
	if !m.untried { // else its log says that it was received, and no more
		e.Envelope.Reason = s.reason(m.lend, e, b)
	}
	return flaws
}

// read reads a small file as a whole into buf, which is given back larger
// where that was needed. ErrGone, or *Left for what is not a file.
func (s *spoolDir) read(name string, buf []byte) ([]byte, error) {
	buf = buf[:0]
	f, err := s.t.Open(name)
	if errors.Is(err, disk.ErrNotRegular) {
		return buf, &spool.Left{Name: name, Reason: "not a regular file"}
	}
	if err != nil {
		return buf, queued.Gone(err)
	}
	defer f.Close()
	for len(buf) < maxHeader {
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, max(8<<10, len(buf)))...)[:len(buf)]
		}
		n, err := f.Read(buf[len(buf):min(cap(buf), maxHeader)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, fmt.Errorf("read %q: %w", path.Base(name), err)
		}
	}
	return buf, nil
}

// reasonBytes is what is read of the end of a message's log.
const reasonBytes = 4096

// reason reads the log of a message: its last attempt stands at the end.
func (s *spoolDir) reason(l *spool.Lender, e *spool.Entry, b *buffers) string {
	b.log = room(b.log, reasonBytes)
	for _, name := range s.logNames(e) {
		n, info, err := s.t.Load(name, b.log)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return ""
		case info.Size > int64(n):
			return s.lastReason(l, name, b.log)
		}
		return parseReason(l, b.log[:n])
	}
	return ""
}

// lastReason is for a log that is longer than b.
func (s *spoolDir) lastReason(l *spool.Lender, name string, b []byte) string {
	f, err := s.t.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	n, _ := f.ReadAt(b, max(0, info.Size-int64(len(b))))
	return parseReason(l, b[:n])
}

// parseReason finds the last deferral in a message's log (deliver.c, deferred
// addresses): "… R=router T=transport defer (111): Connection refused". That a
// retry time is not reached is only said when there is nothing better.
func parseReason(l *spool.Lender, b []byte) string {
	var reason []byte
	for line := range bytes.Lines(b) {
		_, after, ok := bytes.Cut(bytes.TrimRight(line, "\n"), []byte(" defer ("))
		if !ok {
			continue
		}
		_, text, ok := bytes.Cut(after, []byte(": "))
		if ok && (len(reason) == 0 || !bytes.HasPrefix(text, []byte("retry time not reached"))) {
			reason = text
		}
	}
	return l.String(reason)
}

// logNames is where the log of a message may lie: beside it in quarantine,
// else in the split place or the other.
func (s *spoolDir) logNames(e *spool.Entry) []string {
	id, dir := e.ID.Short(), path.Dir(e.Files[0].Name)
	if queued.InOld(e.ID) {
		return []string{path.Join(dir, id+shelvedLog)}
	}
	if c := splitName(id); path.Base(dir) == c {
		logs := msglogDir(path.Dir(dir))
		return []string{path.Join(logs, c, id), path.Join(logs, id)}
	}
	return []string{path.Join(msglogDir(dir), id)}
}
