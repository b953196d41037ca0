package replay

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Extra is a file that the caller adds to an export: the scan, a report.
type Extra struct {
	Name  string // one or more plain parts: "scan.parquet"
	Bytes []byte
}

// Exported is what an export holds.
type Exported struct {
	Files int
	Bytes int64 // before compression
	Left  int   // links, files with another name too or that change all the time, and names too long: none of them evidence
}

// Export writes a run as evidence: a tar archive, compressed with zstd, of the
// messages as they lie in quarantine, their side files, the journal, what the
// caller adds, and SHA256SUMS over all of them in the form of sha256sum(1). A run whose
// messages are elsewhere by now exports what is left, and its journal.
func (m *Mover) Export(ctx context.Context, run Run, to io.Writer, extra ...Extra) (Exported, error) {
	l, err := m.load(run.Dir)
	if err != nil {
		return Exported{}, fmt.Errorf("export %q: %w", run.Name, err)
	}
	z, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return Exported{}, fmt.Errorf("export %q: %w", run.Name, err)
	}
	x := &exporter{ctx: ctx, tar: tar.NewWriter(z), root: l.run}
	err = x.run(m, l, extra)
	if err == nil {
		err = x.tar.Close()
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return x.out, fmt.Errorf("export %q: %w", run.Name, err)
	}
	return x.out, nil
}

type exporter struct {
	ctx  context.Context
	tar  *tar.Writer
	root string // first part of all names
	sums bytes.Buffer
	out  Exported
}

func (x *exporter) run(m *Mover, l *ledger, extra []Extra) error {
	if err := x.journal(m.tree, journalOf(l.dir)); err != nil {
		return err
	}
	for _, q := range l.queues {
		dir := path.Join(q.Old, l.run)
		if err := x.folder(m.tree, dir, path.Join("messages", path.Base(q.Dir)), true); err != nil {
			return err
		}
	}
	if m.o.Old != nil && l.old != "" {
		if err := x.folder(m.o.Old, l.run, "messages", true); err != nil {
			return err
		}
	}
	if err := x.logs(m, l); err != nil {
		return err
	}
	for _, e := range extra {
		if err := plainName(e.Name); err != nil {
			return err
		}
		if err := x.bytes(e.Name, e.Bytes); err != nil {
			return err
		}
	}
	return x.bytes("SHA256SUMS", x.sums.Bytes())
}

// logs writes the side files that stayed where the MTA has them.
func (x *exporter) logs(m *Mover, l *ledger) error {
	placer, ok := m.spool.(spool.Placer)
	if !ok {
		return nil
	}
	for i := range l.steps {
		if l.phases[i] != done || l.steps[i].Kind != Message {
			continue
		}
		e := arrivedEntry(&l.steps[i])
		if m.spool.Stat(x.ctx, &e) != nil || placer.Gather(x.ctx, &e, true) != nil {
			continue // elsewhere by now
		}
		for _, f := range e.Files {
			for _, dir := range m.at.Logs {
				rest, ok := under(dir, f.Name)
				if !ok || !m.at.inLogs(f.Name, e.ID) {
					continue
				}
				if err := x.file(m.tree, f.Name, path.Join("logs", path.Base(dir), rest)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// folder writes what lies in a folder, in the order of names.
func (x *exporter) folder(t disk.Tree, dir, as string, top bool) error {
	var names []string
	for info, err := range t.List(dir) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = x.ctx.Err()
		}
		if err != nil {
			return err
		}
		switch {
		case info.Name == ownDir && top:
		case len(path.Join(dir, info.Name)) > maxPathLen:
			x.out.Left++
		case info.Mode.IsDir():
			names = append(names, info.Name+"/")
		case info.Mode.IsRegular():
			names = append(names, info.Name)
		default:
			x.out.Left++
		}
	}
	slices.Sort(names)
	for _, name := range names {
		sub, isDir := strings.CutSuffix(name, "/")
		var err error
		if isDir {
			err = x.folder(t, path.Join(dir, sub), path.Join(as, sub), false)
		} else {
			err = x.file(t, path.Join(dir, name), path.Join(as, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// journal writes that of the run, which lies in a folder of ours. It may grow
// while it is read: as long as it was is enough.
func (x *exporter) journal(t disk.Tree, name string) error {
	f, err := t.Open(name)
	if err != nil {
		return x.leave(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && info.Links != 1 {
		err = disk.ErrLinked
	}
	if err != nil {
		return x.leave(err)
	}
	return x.opened(f, &info, journalName)
}

// leave counts what cannot be evidence; any other error ends the export.
func (x *exporter) leave(err error) error {
	if errors.Is(err, disk.ErrNotRegular) || errors.Is(err, disk.ErrLinked) || errors.Is(err, fs.ErrNotExist) {
		x.out.Left++
		return nil
	}
	return err
}

// file writes one file. One that is another's too is left out: it may be
// anybody's.
func (x *exporter) file(t disk.Tree, name, as string) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	f, info, err := disk.OpenAlone(x.ctx, t, name)
	if err != nil {
		return x.leave(err)
	}
	defer f.Close()
	return x.opened(f, &info, as)
}

// opened writes an open file with owner, mode and time.
func (x *exporter) opened(f disk.File, info *disk.Info, as string) error {
	h := &tar.Header{
		Typeflag: tar.TypeReg, Name: path.Join(x.root, as), Size: info.Size, Mode: int64(info.Mode.Perm()),
		ModTime: info.ModTime, Uid: int(info.UID), Gid: int(info.GID),
	}
	return x.write(h, as, io.LimitReader(f, info.Size))
}

func (x *exporter) bytes(as string, data []byte) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: path.Join(x.root, as), Size: int64(len(data)), Mode: 0o600}
	return x.write(h, as, bytes.NewReader(data))
}

func (x *exporter) write(h *tar.Header, as string, from io.Reader) error {
	if err := x.tar.WriteHeader(h); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(x.tar, sum), from)
	if err != nil {
		return err
	}
	if n != h.Size {
		return fmt.Errorf("%q: %d bytes of %d: %w", as, n, h.Size, io.ErrUnexpectedEOF)
	}
	x.out.Files++
	x.out.Bytes += n
	writeSum(&x.sums, sum, as)
	return nil
}

// writeSum writes a line as sha256sum(1) does, which marks names with line
// ends and backslashes by a backslash in front.
func writeSum(to *bytes.Buffer, sum hash.Hash, name string) {
	escaped := strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	if escaped != name {
		to.WriteByte('\\')
	}
	fmt.Fprintf(to, "%s  %s\n", hex.EncodeToString(sum.Sum(nil)), escaped)
}
