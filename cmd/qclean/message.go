package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"qclean/classify"
	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/scan"
	"qclean/scan/spool"
)

// showMessage prints one message: envelope, header fields, decoded text.
func (a *app) showMessage(ctx context.Context, t *target, r *classify.Record, quarantined bool) error {
	m, err := scan.One(ctx, t.Spool, r.Entry(), scan.Options{})
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.ID, err)
	}
	if a.json {
		return a.jsonMessage(r, m, quarantined)
	}
	p := func(name, format string, args ...any) {
		if v := fmt.Sprintf(format, args...); v != "" {
			fmt.Fprintf(a.ui.Out, "%-14s %s\n", name, ui.Safe(v))
		}
	}
	p("file", "%s", r.Files[0].Name)
	where := r.Queue
	if quarantined {
		where = "quarantine, from " + r.Queue
	}
	p("queue", "%s", where)
	p("campaign", "%s", r.Campaign)
	p("kind", "%s", r.Kind)
	p("size", "%s", ui.Bytes(r.Size))
	p("arrived", "%s (%s)", ui.Stamp(r.Arrived), ui.Ago(r.Arrived, a.now()))
	p("from", "%s", r.Sender())
	p("to", "%s", strings.Join(r.To, ", "))
	if more := r.Recipients - len(r.To); more > 0 {
		p("", "and %s more recipients", ui.Number(more))
	}
	p("envelope", "from %s", envelopeWords[r.Envelope])
	p("client", "%s", strings.TrimSpace(r.SourceIP+" "+r.SourceName))
	p("login", "%s", r.AuthUser)
	p("deferred", "%s", r.Reason)
	p("defects", "%s", strings.Join(append(r.Defects.Names(), r.Flaws...), ", "))
	fmt.Fprintln(a.ui.Out)
	for _, f := range m.Letter.Header {
		fmt.Fprintf(a.ui.Out, "%s: %s\n", ui.Safe(f.Name), ui.Safe(f.Value))
	}
	fmt.Fprintln(a.ui.Out)
	_, err = fmt.Fprintln(a.ui.Out, strings.TrimRight(ui.SafeText(string(m.Letter.Text)), "\n"))
	return err
}

var envelopeWords = map[spool.Source]string{
	spool.FromQueue: "the MTA's queue file", spool.FromHead: "the binary head of the file",
	spool.FromXLines: "x-sender and x-receiver lines", spool.FromTrace: "Return-Path and Received",
	spool.FromHeaders: "the header addresses: a guess", spool.Unknown: "nowhere: not known",
}

func (a *app) jsonMessage(r *classify.Record, m *scan.Message, quarantined bool) error {
	type field struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	var header []field
	for _, f := range m.Letter.Header {
		header = append(header, field{strings.ToValidUTF8(f.Name, "\uFFFD"), strings.ToValidUTF8(f.Value, "\uFFFD")})
	}
	return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "message", "message": report.JSONMessage(r),
		"quarantined": quarantined, "header": header, "text": strings.ToValidUTF8(string(m.Letter.Text), "\uFFFD")})
}

// showText prints the beginning of a message as a sample.
func (a *app) showText(ctx context.Context, t *target, r *classify.Record, lines int) error {
	m, err := scan.One(ctx, t.Spool, r.Entry(), scan.Options{})
	if errors.Is(err, spool.ErrGone) {
		fmt.Fprintln(a.ui.Out, "(gone meanwhile)")
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", ui.Safe(string(r.ID)), err)
	}
	fmt.Fprintf(a.ui.Out, "from %s to %s\n%s\n\n", ui.Safe(r.Sender()), ui.Safe(strings.Join(r.To, ", ")), ui.Safe(r.Subject))
	shown := 0
	for line := range strings.Lines(string(m.Letter.Text)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if shown++; shown > lines {
			fmt.Fprintln(a.ui.Out, "  …")
			break
		}
		fmt.Fprintf(a.ui.Out, "  %s\n", ui.Cut(ui.Safe(line), 100))
	}
	return nil
}
