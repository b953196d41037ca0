package replay

import (
	"context"
	"path"
	"time"

	"golang.org/x/time/rate"
)

// pacer keeps the rate, counting from the last release of any run.
type pacer struct {
	m     *Mover
	limit *rate.Limiter // nil: no limit
}

func (m *Mover) newPacer(ctx context.Context) (*pacer, error) {
	p := &pacer{m: m}
	if m.o.Rate <= 0 {
		return p, nil
	}
	p.limit = rate.NewLimiter(rate.Limit(m.o.Rate), 1)
	last, err := m.lastRelease(ctx)
	if err != nil {
		return nil, err
	}
	if now := m.o.Now(); last.After(now) { // the clock was set back
		last = now
	}
	if !last.IsZero() {
		p.limit.ReserveN(last, 1)
	}
	return p, nil
}

// wait returns when the next message may go.
func (p *pacer) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil || p.limit == nil {
		return err
	}
	now := p.m.o.Now()
	if d := p.limit.ReserveN(now, 1).DelayFrom(now); d > 0 {
		return p.m.o.Sleep(ctx, d)
	}
	return nil
}

// lastRelease is when any run last gave a message to pickup.
func (m *Mover) lastRelease(ctx context.Context) (time.Time, error) {
	dirs, err := m.runDirs()
	if err != nil {
		return time.Time{}, err
	}
	var last time.Time
	for _, dir := range dirs {
		if verb, _ := verbOf(path.Base(dir)); !verb.sends() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return last, err
		}
		e, err := m.ending(dir)
		if err == nil && e != nil && e.last.After(last) {
			last = e.last
		}
	}
	return last, nil
}
