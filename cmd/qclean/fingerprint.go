package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"qclean/classify/fingerprint"
	"qclean/cmd/ui"
	"qclean/scan"
	"qclean/scan/letter"
	"qclean/scan/spool"
	"qclean/scan/spool/all"
)

func newFingerprint(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "fingerprint FILE…",
		Short: "Compute the fingerprint of single messages",
		Long: `Computes the portable fingerprint of a message file (- for standard input). One
message does not tell what of it the campaign repeats, so such a fingerprint is
provisional and asks for a stricter match than a campaign's own, which "qclean
show" prints.`,
		Example: "  qclean fingerprint sample.eml\n  qclean quarantine --fingerprint \"$(qclean -q fingerprint sample.eml)\"",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				if err := a.fingerprint(cmd.Context(), name); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (a *app) fingerprint(ctx context.Context, name string) error {
	m, env, err := a.readFile(ctx, name)
	if err != nil {
		return err
	}
	f := fingerprint.New().Features(m, fingerprint.ClassOf(m, env))
	print := fingerprint.FromMessage(f)
	if a.json {
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "fingerprint", "file": spool.EscapeName(name),
			"fingerprint": print.String(), "id": print.ID(), "class": print.Class.String(), "provisional": true})
	}
	a.ui.Say("provisional: made from one message")
	_, err = fmt.Fprintln(a.ui.Out, print)
	return err
}

// readFile reads one message in any form that a spool of raw files may have.
func (a *app) readFile(ctx context.Context, name string) (*letter.Message, *spool.Envelope, error) {
	if name == "-" {
		b, err := io.ReadAll(io.LimitReader(a.ui.In, 256<<10))
		if err != nil {
			return nil, nil, fmt.Errorf("standard input: %w", err)
		}
		return letter.NewReader(letter.Limits{}).Read(b), &spool.Envelope{Source: spool.Unknown}, nil
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err := os.Lstat(abs); err != nil {
		return nil, nil, err
	} else if !info.Mode().IsRegular() {
		return nil, nil, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("%s is not a regular file", ui.Safe(name))}
	}
	s, tree, err := all.Open(filepath.Dir(abs), a.as)
	if err != nil {
		return nil, nil, err
	}
	defer tree.Close()
	for e, err := range s.Entries(ctx) {
		if err != nil || len(e.Files) == 0 || filepath.Base(e.Files[0].Name) != filepath.Base(abs) {
			continue
		}
		m, err := scan.One(ctx, s, e, scan.Options{})
		if err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", name, err)
		}
		return m.Letter, &m.Entry.Envelope, nil
	}
	return nil, nil, fmt.Errorf("%s: %w", name, spool.ErrGone)
}
