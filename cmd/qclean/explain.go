package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/scan"
)

// sample is one message of a campaign, cut into what the campaign repeats and what varies.
type sample struct {
	record *classify.Record
	text   string
	spans  []fingerprint.Span
}

// Enough samples to tell what is repeated, and as many to show.
const (
	samplesRead  = 24
	samplesShown = 3
)

// explain shows what a campaign repeats, as a person would read it, and what varies.
func (a *app) explain(ctx context.Context, t *target, v *survey.Survey, name string) error {
	c, err := query.One(v.Campaigns, name)
	if err != nil {
		return err
	}
	samples, err := a.samples(ctx, t, v, c)
	if err != nil {
		return err
	}
	if len(samples) == 0 {
		return fmt.Errorf("no message of campaign %s could be read any more", c.ID)
	}
	view := report.New(v, nil, 0, a.now())
	if a.json {
		return a.explainJSON(view, c, samples)
	}
	view.Campaign(a.ui, c)
	fmt.Fprintf(a.ui.Out, "\n── what it repeats %s\n", strings.Repeat("─", 50))
	writeWrapped(a.ui, ui.Readable(core(pickCore(samples), padding(samples))))
	for _, s := range samples[:min(samplesShown, len(samples))] {
		fmt.Fprintf(a.ui.Out, "\n── %s  %s\n", ui.Safe(s.record.ID.Short()), ui.Safe(s.record.Subject))
		writeWrapped(a.ui, coloured(a.ui, s))
	}
	return nil
}

// samples reads some members again and marks them against what they share.
func (a *app) samples(ctx context.Context, t *target, v *survey.Survey, c *classify.Campaign) ([]sample, error) {
	sketcher := fingerprint.New()
	var out []sample
	var shingles [][]uint32
	for _, m := range spread(c.Members, samplesRead) {
		r := v.Table.At(int(m)).Record()
		msg, err := scan.One(ctx, t.Spool, r.Entry(), scan.Options{})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue // gone meanwhile: the others tell enough
		}
		shingles = append(shingles, slices.Clone(sketcher.Features(msg.Letter, c.Class).Shingles))
		out = append(out, sample{record: &r, text: string(msg.Letter.Text)})
	}
	shared := fingerprint.NewShared(shingles)
	for i := range out {
		out[i].spans = sketcher.Mark([]byte(out[i].text), shared)
	}
	return out, nil
}

// pickCore takes the sample that shows the most of the core.
func pickCore(samples []sample) sample {
	size := func(s sample) int { n, _ := s.sizes(); return n }
	return slices.MaxFunc(samples, func(a, b sample) int { return size(a) - size(b) })
}

// sizes gives the bytes of core and of padding.
func (s sample) sizes() (core, padding int) {
	for _, p := range s.spans {
		switch p.What {
		case fingerprint.Core, fingerprint.Name, fingerprint.Link:
			core += p.To - p.From
		case fingerprint.Padding:
			padding += p.To - p.From
		}
	}
	return core, padding
}

// padding says how much of the copies is filled with what varies: "[padding 10–60 %]".
func padding(samples []sample) string {
	low, high := 100, 0
	for _, s := range samples {
		c, p := s.sizes()
		if c+p == 0 {
			continue
		}
		share := 100 * p / (c + p)
		low, high = min(low, share), max(high, share)
	}
	if low >= high {
		return fmt.Sprintf("[padding %d %%]", high)
	}
	return fmt.Sprintf("[padding %d–%d %%]", low, high)
}

// core writes a sample with a word in brackets for what varies.
func core(s sample, padding string) string {
	var b strings.Builder
	for _, p := range s.spans {
		text := s.text[p.From:p.To]
		switch p.What {
		case fingerprint.Core:
			b.WriteString(text)
		case fingerprint.Name:
			b.WriteString(between(text, "[name]"))
		case fingerprint.Link:
			b.WriteString(between(text, "[link]"))
		default:
			b.WriteString(between(text, padding))
		}
	}
	return b.String()
}

// between keeps the white space around what is replaced.
func between(text, word string) string {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return text
	}
	at := strings.Index(text, trimmed)
	return text[:at] + word + text[at+len(trimmed):]
}

// Colours of the ANSI standard: what varies is dim, links and names stand out.
const (
	dim    = "\x1b[2m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	reset  = "\x1b[0m"
)

// coloured writes a sample with what varies in another colour. Without colours
// it is put into brackets.
func coloured(s *ui.Streams, m sample) string {
	var b strings.Builder
	for _, p := range m.spans {
		text := m.text[p.From:p.To]
		open := map[fingerprint.What]string{fingerprint.Name: yellow, fingerprint.Link: cyan, fingerprint.Padding: dim}[p.What]
		switch {
		case open == "" || strings.TrimSpace(text) == "":
			b.WriteString(ui.Readable(text))
		case s.Color:
			b.WriteString(open + ui.Readable(text) + reset)
		default:
			b.WriteString(between(ui.Readable(text), "["+strings.TrimSpace(ui.Readable(text))+"]"))
		}
	}
	return b.String()
}

const maxShownLines = 24

// writeWrapped prints the first lines of a text that has been made safe, or is made so here.
func writeWrapped(s *ui.Streams, text string) {
	shown := 0
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if shown++; shown > maxShownLines {
			fmt.Fprintln(s.Out, "  …")
			return
		}
		fmt.Fprintf(s.Out, "  %s\n", line)
	}
}

func (a *app) explainJSON(v *report.View, c *classify.Campaign, samples []sample) error {
	type span struct {
		Text string `json:"text"`
		What string `json:"what"`
	}
	words := map[fingerprint.What]string{fingerprint.Core: "core", fingerprint.Name: "name", fingerprint.Link: "link", fingerprint.Padding: "padding"}
	type shown struct {
		Message report.Message `json:"message"`
		Spans   []span         `json:"spans"`
	}
	var list []shown
	for _, s := range samples[:min(samplesShown, len(samples))] {
		one := shown{Message: report.JSONMessage(s.record)}
		for _, p := range s.spans {
			one.Spans = append(one.Spans, span{s.text[p.From:p.To], words[p.What]})
		}
		list = append(list, one)
	}
	return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "explain", "campaign": v.JSONCampaign(c),
		"core": core(pickCore(samples), padding(samples)), "samples": list})
}
