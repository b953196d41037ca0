package main

import (
	"context"
	"errors"
	"iter"
	"time"

	"qclean/classify/index"
	"qclean/cmd/ui"
	"qclean/scan/relay"
	"qclean/scan/spool"
)

// prepareProof opens what the tokens are looked for in, before the first one
// is sent.
func (a *app) prepareProof(f *relayFlags, o *relay.Options) (done func(), err error) {
	proof := &relay.Proof{Wait: f.wait}
	var closers []func() error
	done = func() {
		for _, c := range closers {
			_ = c() // only read from
		}
	}
	for _, path := range f.inboxes {
		in, err := relay.OpenInbox(path, a.now())
		if err != nil {
			done()
			return nil, err
		}
		closers = append(closers, in.Close)
		proof.Finders = append(proof.Finders, in.Find)
	}
	t, err := a.open(f.queue)
	switch {
	case err == nil:
		closers = append(closers, t.Close)
		proof.Finders = append(proof.Finders, queueFinder(t.Spool, a.now()))
	case f.queue != "":
		done()
		return nil, err
	case !errors.Is(err, index.ErrNone):
		a.ui.Warn("no queue is looked into for bounces: %v", err)
	default:
		a.ui.Say("no queue is looked into for bounces: name it with --queue SPOOL when it is on this machine")
	}
	if len(proof.Finders) == 0 {
		done()
		return nil, &ui.Exit{Code: ui.Usage, Err: errors.New("nowhere to look for the proof"),
			Hint: "Say where the mailbox's mail arrives, and where the server's queue is: --inbox PATH --queue SPOOL"}
	}
	o.Prove = proof
	return done, nil
}

// slack is how much earlier than the check a message may seem to have come:
// clocks of filesystems and MTAs are coarse.
const slack = 5 * time.Second

// queueFinder looks through the messages that came into a queue since.
func queueFinder(s spool.Spool, since time.Time) relay.Finder {
	since = since.Add(-slack)
	return func(ctx context.Context) iter.Seq2[relay.Piece, error] {
		return func(yield func(relay.Piece, error) bool) {
			buf := make([]byte, 256<<10)
			for e, err := range s.Entries(ctx) {
				var left *spool.Left
				if errors.As(err, &left) {
					continue
				}
				if err == nil {
					err = s.Stat(ctx, &e)
				}
				if err == nil && e.Arrived.Before(since) && !e.Arrived.IsZero() {
					continue
				}
				var p relay.Piece
				if err == nil {
					p, err = queuePiece(ctx, s, &e, buf)
				}
				if errors.Is(err, spool.ErrGone) || errors.As(err, &left) {
					continue // delivered meanwhile, or no message
				}
				if !yield(p, err) {
					return
				}
			}
		}
	}
}

func queuePiece(ctx context.Context, s spool.Spool, e *spool.Entry, buf []byte) (relay.Piece, error) {
	text, err := s.Load(ctx, e, buf)
	return relay.Piece{Where: string(e.ID), Queue: true, Null: e.Envelope.Null, To: e.Envelope.To, Text: text.Bytes}, err
}
