package relay

import (
	"context"
	"crypto/x509"
	"net"
	"time"
)

// Options of a check. Only Names.Our has to be set.
type Options struct {
	Names         Names
	Hello         string         // the name given in EHLO; "": our address as a literal
	Timeout       time.Duration  // for one answer; 0: one minute
	Total         time.Duration  // for the whole check without the proof; 0: a quarter of an hour
	Pause         time.Duration  // between two forms; 0: one second, negative: none
	PerConnection int            // forms on one connection; 0: 8, below the error limits of Postfix
	StartTLS      bool           // only over STARTTLS
	Insecure      bool           // send a password without verified TLS
	RootCAs       *x509.CertPool // nil: the system's
	Login         *Login         // try the plain form with this login as well
	Anyway        bool           // go on when the plain form was accepted
	Prove         *Proof         // send a message for each accepted form, to Names.Outside
	Trace         func(Line)     // gets the transcript
	Dial          func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o Options) complete() Options {
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.Total <= 0 {
		o.Total = 15 * time.Minute
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	if o.PerConnection <= 0 {
		o.PerConnection = 8
	}
	return o
}

// wait pauses, unless ctx is done first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
