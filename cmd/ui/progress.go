package ui

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows how far a long piece of work is: on standard error, and only
// when that is a terminal.
type Progress struct{ bar *progressbar.ProgressBar }

// Progress starts a bar. The total may be 0 and set later by Total.
func (s *Streams) Progress(what string, total int) *Progress {
	if !s.ErrTTY || s.Quiet {
		return &Progress{}
	}
	// A length of one keeps the library from starting its spinner goroutine.
	bar := progressbar.NewOptions64(int64(max(total, 1)),
		progressbar.OptionSetWriter(s.Err),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("msg"),
		progressbar.OptionThrottle(80*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(true),
	)
	_ = bar.RenderBlank()
	return &Progress{bar: bar}
}

// Total tells the bar how much there is, when that is known only on the way.
func (p *Progress) Total(n int) {
	if p.bar != nil && n > 0 {
		p.bar.ChangeMax(n)
	}
}

// Set says how much is done.
func (p *Progress) Set(n int) {
	if p.bar != nil {
		_ = p.bar.Set(n)
	}
}

// Close takes the bar off the screen.
func (p *Progress) Close() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
