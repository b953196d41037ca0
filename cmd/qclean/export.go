package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"qclean/classify/index"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

func newExport(a *app) *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "export RUN FILE.tar.zst",
		Short: "Write a run as evidence for an abuse desk or a court",
		Long: `Writes the messages of a run as they lie in quarantine, its journal, the scan and
SHA-256 sums of all of them into one archive. FILE must not exist; - is standard
output. Check the sums after unpacking with: sha256sum -c SHA256SUMS`,
		Example: "  qclean export 20261122-054300-quarantine evidence.tar.zst",
		Args:    cobra.ExactArgs(2),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.export(cmd.Context(), &f, args[0], args[1]) },
	}
	cmd.Flags().StringVar(&f.spool, "spool", "", "`SPOOL` to look into (default the one of the last scan)")
	cmd.Flags().StringVar(&f.old, "old", "", "`DIR` on another filesystem that has quarantined messages")
	return cmd
}

func (a *app) export(ctx context.Context, f *changeFlags, name, file string) (err error) {
	f.dryRun = true
	t, h, done, err := a.begin(ctx, f, "", replay.Options{})
	if err != nil {
		return err
	}
	defer done()
	run, err := h.FindRun(ctx, name)
	if err != nil {
		return err
	}
	extra, err := scanOf(t)
	if err != nil {
		return err
	}
	if run.Old != "" && f.old == "" {
		a.ui.Warn("messages of this run lie in %s and are not exported; add: --old %s", ui.Safe(run.Old), ui.Safe(run.Old))
	}
	if file == "-" {
		got, err := h.Export(ctx, run, a.ui.Out, extra...)
		a.sayLeft(got)
		return err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &ui.Exit{Code: ui.Refused, Err: err, Hint: "Name another file; nothing is overwritten."}
	}
	if err != nil {
		return err
	}
	got, err := h.Export(ctx, run, out, extra...)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(file)) // half an archive is no evidence
	}
	if a.json {
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "export", "run": run.Name, "file": spool.EscapeName(file),
			"files": got.Files, "bytes": got.Bytes, "left_out": got.Left})
	}
	a.ui.Say("%s, %s, in %s", ui.Plural(got.Files, "file"), ui.Bytes(got.Bytes), ui.Safe(file))
	a.sayLeft(got)
	return nil
}

func (a *app) sayLeft(got replay.Exported) {
	if got.Left > 0 {
		a.ui.Warn("%s left out: links, files with another name too, or names too long", ui.Plural(got.Left, "name"))
	}
}

// scanOf gives what is remembered of the spool, as Parquet files.
func scanOf(t *target) ([]replay.Extra, error) {
	var out []replay.Extra
	for _, set := range []index.Set{index.Queued, index.Quarantined} {
		if err := copyScan(t, set); err != nil {
			return nil, err
		}
		b, err := os.ReadFile(t.store.Path(t.path, set))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		out = append(out, replay.Extra{Name: "scan/" + string(set) + ".parquet", Bytes: b})
	}
	return out, nil
}

// copyScan writes the Parquet file of a set when it is not that of the last scan.
func copyScan(t *target, set index.Set) error {
	if t.store.Copied(t.path, set) {
		return nil
	}
	snap, err := t.store.Load(t.path, set)
	if errors.Is(err, index.ErrNone) || errors.Is(err, index.ErrDamaged) {
		return nil
	}
	if err == nil {
		err = t.store.Copy(set, snap)
	}
	if err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	return nil
}
