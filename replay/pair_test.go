package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// pair is a queue of an MTA that exists in tests only: a message is NAME.c, a
// control file with sender and recipients, one a line, and NAME.b, its text.
// It has two queues, a pickup, an index, and a lock on each message.
type pair struct {
	t    disk.Tree
	base string // "" or "folder/"
	busy map[string]bool
}

func (p *pair) Layout() spool.Layout {
	return spool.Layout{
		MTA:  "pair",
		Root: "/spool",
		Queues: []spool.Queue{
			{Name: "out", Dir: p.base + "out", Old: p.base + "out.old"},
			{Name: "in", Dir: p.base + "in", Old: p.base + "in.old"},
		},
		Pickup: p.base + "pickup",
		Index:  []string{p.base + "index.dat"},
	}
}

func (p *pair) entry(q spool.Queue, dir, name string) spool.Entry {
	name = strings.TrimSuffix(name, ".c")
	return spool.Entry{ID: spool.ID(name), Queue: q.Name, Files: []spool.File{
		{Name: path.Join(dir, name+".c"), Role: spool.Control},
		{Name: path.Join(dir, name+".b"), Role: spool.Body},
	}}
}

func (p *pair) Entries(context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for _, q := range p.Layout().Queues {
			if !p.list(q, q.Dir, yield) {
				return
			}
		}
	}
}

func (p *pair) Quarantined(context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for _, q := range p.Layout().Queues {
			if !p.list(q, q.Old, yield) {
				return
			}
		}
	}
}

func (p *pair) list(q spool.Queue, dir string, yield func(spool.Entry, error) bool) bool {
	for info, err := range p.t.List(dir) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return true
		case err != nil:
			return yield(spool.Entry{}, err)
		case info.Mode.IsDir() && info.Name != ownDir && strings.HasPrefix(dir, q.Old):
			if !p.list(q, path.Join(dir, info.Name), yield) {
				return false
			}
		case strings.HasSuffix(info.Name, ".c"):
			if !yield(p.entry(q, dir, info.Name), nil) {
				return false
			}
		}
	}
	return true
}

func (p *pair) Find(ctx context.Context, id spool.ID) (spool.Entry, error) {
	for _, q := range p.Layout().Queues {
		e := p.entry(q, q.Dir, string(id))
		if err := p.Stat(ctx, &e); !errors.Is(err, spool.ErrGone) {
			return e, err
		}
	}
	return spool.Entry{}, spool.ErrGone
}

func (p *pair) Stat(_ context.Context, e *spool.Entry) error {
	e.Ident, e.Size = "", 0
	for _, f := range e.Files {
		info, err := p.t.Lstat(f.Name)
		if errors.Is(err, fs.ErrNotExist) {
			return spool.ErrGone
		}
		if err != nil {
			return err
		}
		if !info.Mode.IsRegular() {
			return &spool.Left{Name: f.Name, Reason: info.Mode.String()}
		}
		e.Ident += info.Ident() + "+"
		e.Size += info.Size
		e.Arrived = info.ModTime
	}
	return nil
}

func (p *pair) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	r, err := p.Body(ctx, e)
	if err != nil {
		return spool.Text{}, err
	}
	defer r.Close()
	n, err := io.ReadFull(r, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return spool.Text{}, err
	}
	t := spool.Text{Bytes: buf[:n], Cut: err == nil}
	if bytes.HasPrefix(t.Bytes, []byte("damaged")) {
		t.Flaws = []string{"damaged"}
	}
	return t, nil
}

func (p *pair) Body(_ context.Context, e *spool.Entry) (io.ReadCloser, error) {
	c, err := p.t.Open(e.Files[0].Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, spool.ErrGone
	}
	if err != nil {
		return nil, err
	}
	defer c.Close()
	raw, err := io.ReadAll(c)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	e.Envelope = spool.Envelope{From: lines[0], Null: lines[0] == "", To: lines[1:]}
	return p.t.Open(e.Files[1].Name)
}

func (p *pair) Claim(_ context.Context, e spool.Entry) (io.Closer, error) {
	if p.busy[string(e.ID)] {
		return nil, spool.ErrBusy
	}
	lock, err := p.t.Lock(e.Files[0].Name, disk.Flock)
	if errors.Is(err, disk.ErrLocked) {
		return nil, spool.ErrBusy
	}
	return lock, err
}

func (p *pair) Form(w io.Writer, env spool.Envelope, text io.Reader) error {
	for _, to := range env.To {
		if strings.ContainsAny(to, "\r\n<>") {
			return errors.New("an address that does not fit")
		}
		fmt.Fprintf(w, "X-Receiver: %s\r\n", to)
	}
	if _, err := fmt.Fprintf(w, "X-Sender: <%s>\r\n", env.From); err != nil {
		return err
	}
	_, err := io.Copy(w, text)
	return err
}

func (p *pair) PickupName(e spool.Entry) string { return e.ID.Short() + ".eml" }
