package spooltest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// flat is the smallest driver that passes: one folder of plain files. With a
// mistake it is one that must not.
type flat struct{ mistake string }

func (flat) Name() string { return "flat" }

func (d flat) Detect(t disk.Tree, at string) (spool.Match, error) {
	info, err := t.Lstat(at)
	if err != nil || !info.Mode.IsDir() && d.mistake != "takes a file for a spool" {
		return spool.Match{}, err
	}
	return spool.Match{Sure: 1, Why: "a folder"}, nil
}

func (d flat) Open(t disk.Tree, at string) (spool.Spool, error) {
	info, err := t.Lstat(at)
	if err == nil && !info.Mode.IsDir() {
		err = spool.ErrNotSpool
	}
	if err != nil {
		return nil, err
	}
	return &flatSpool{tree: t, at: at, mistake: d.mistake}, nil
}

type flatSpool struct {
	tree    disk.Tree
	at      string
	mistake string
}

func (s *flatSpool) old() string {
	if s.mistake == "quarantine in the queue" {
		return s.at + "/.old"
	}
	return s.at + ".old"
}

func (s *flatSpool) Layout() spool.Layout {
	return spool.Layout{MTA: "flat", Root: path.Join(s.tree.Path(), s.at), Queues: []spool.Queue{{Name: "q", Dir: s.at, Old: s.old()}}}
}

func (s *flatSpool) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return s.list(ctx, s.at, "")
}

func (s *flatSpool) Quarantined(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for run, err := range s.tree.List(s.old()) {
			if errors.Is(err, fs.ErrNotExist) {
				return
			}
			for e, err := range s.list(ctx, s.old()+"/"+run.Name, run.Name+"/") {
				if !yield(e, err) {
					return
				}
			}
		}
	}
}

func (s *flatSpool) list(ctx context.Context, dir, prefix string) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for info, err := range s.tree.List(dir) {
			name := path.Join(dir, info.Name)
			switch {
			case ctx.Err() != nil && s.mistake != "does not stop":
				yield(spool.Entry{}, ctx.Err())
				return
			case err != nil:
				if s.mistake != "swallows errors" {
					yield(spool.Entry{}, err)
				}
				return
			case strings.HasPrefix(info.Name, ".qclean"):
			case s.mistake == "forgets one" && info.Name == "two":
			case !info.Mode.IsRegular():
				if !yield(spool.Entry{}, &spool.Left{Name: name, Reason: "no file"}) {
					return
				}
			case !yield(s.entry(prefix+info.Name, name), nil):
				return
			}
		}
	}
}

func (s *flatSpool) entry(id, name string) spool.Entry {
	return spool.Entry{ID: spool.ID(id), Queue: "q", Files: []spool.File{{Name: name, Role: spool.Control}}}
}

func (s *flatSpool) Find(ctx context.Context, id spool.ID) (spool.Entry, error) {
	e := s.entry(string(id), path.Join(s.at, string(id)))
	if (strings.Contains(string(id), "/") || id == "" || id == "." || id == "..") && s.mistake != "climbs" {
		return e, spool.ErrGone
	}
	if s.mistake == "finds all" {
		return e, nil
	}
	return e, s.Stat(ctx, &e)
}

func (s *flatSpool) Stat(_ context.Context, e *spool.Entry) error {
	info, err := s.tree.Lstat(e.Files[0].Name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, disk.ErrBadName) || err != nil && len(e.ID) > 255:
		return spool.ErrGone
	case err != nil:
		return err
	case !info.Mode.IsRegular():
		return &spool.Left{Name: e.Files[0].Name, Reason: "no file"}
	}
	e.Ident, e.Size, e.Arrived = info.Ident(), info.Size, info.ModTime
	if s.mistake == "wrong size" {
		e.Size++
	}
	return nil
}

func (s *flatSpool) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	if e.Ident == "" && s.mistake != "leaves the facts to Stat" {
		if err := s.Stat(ctx, e); err != nil {
			return spool.Text{}, err
		}
	}
	r, err := s.Body(ctx, e)
	if err != nil {
		return spool.Text{}, err
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	n := copy(buf, all)
	if s.mistake == "alters the text" && n > 0 {
		buf[0] ^= 1
	}
	return spool.Text{Bytes: buf[:n], Cut: n < len(all) && s.mistake != "does not tell of the cut"}, err
}

func (s *flatSpool) Body(_ context.Context, e *spool.Entry) (io.ReadCloser, error) {
	name := e.Files[0].Name
	e.Envelope = spool.Envelope{Null: s.mistake != "forgets the null sender", Source: spool.FromQueue}
	full := filepath.Join(s.tree.Path(), name)
	switch s.mistake {
	case "follows links":
		if info, err := os.Stat(full); err == nil && info.Mode().IsRegular() {
			return os.Open(full)
		}
	case "marks what it reads":
		os.Chmod(full, 0o700)
	}
	f, err := s.tree.Open(name)
	if errors.Is(err, fs.ErrNotExist) && s.mistake != "does not know gone" {
		return nil, spool.ErrGone
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func flatGolden() Golden {
	message := func(name, text string) Message {
		return Message{ID: spool.ID(name), Queue: "q", Files: []spool.File{{Name: "box/" + name, Role: spool.Control}},
			Envelope: spool.Envelope{Null: true, Source: spool.FromQueue}, Text: text}
	}
	return Golden{
		Name: "flat",
		Make: func(t *testing.T, dir string) string {
			must(t, os.MkdirAll(filepath.Join(dir, "box/folder"), 0o700))
			must(t, os.WriteFile(filepath.Join(dir, "box/one"), []byte("From: a\n\none\n"), 0o600))
			must(t, os.WriteFile(filepath.Join(dir, "box/two"), []byte("From: a\n\ntwo\n"), 0o600))
			return "box"
		},
		Want:   []Message{message("one", "From: a\n\none\n"), message("two", "From: a\n\ntwo\n")},
		Left:   []string{"box/folder"},
		Decoys: []string{"box/decoy"},
	}
}
