package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"

	"qclean/cmd/ui"
)

// exporter is what is served: a page that is made anew now and then.
type exporter struct {
	page  atomic.Pointer[[]byte] // nil until the spool has been read once
	asked chan struct{}          // holds one when somebody has scraped
	local bool                   // only this host is served
}

const (
	readShare   = 50 // the spool is read for at most this part of the time
	connections = 16 // at once
	stopTime    = 5 * time.Second
)

func (a *app) serveMetrics(ctx context.Context, path string, f *metricsFlags) error {
	t, err := a.open(path) // a spool that is not there is better known now
	if err != nil {
		return err
	}
	path = t.path
	if err := t.Close(); err != nil {
		return err
	}
	l, err := listenAt(ctx, f.listen)
	if err != nil {
		return err
	}
	e := &exporter{asked: make(chan struct{}, 1), local: isLoopback(l.Addr())}
	if !e.local {
		a.ui.Warn("%s is not of this host alone: who reaches it can read how much mail is in the queue, there is no password", l.Addr())
	}
	a.ui.Say("Serving http://%s/metrics", l.Addr())
	return a.serve(ctx, l, e, path, f.every)
}

// listenAt takes an address; one without a host means this host alone.
func listenAt(ctx context.Context, address string) (net.Listener, error) {
	bad := func(err error) error {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--listen %s: %w", address, err), Hint: "Try: --listen 127.0.0.1:9154"}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, bad(err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, bad(err)
	}
	return netutil.LimitListener(l, connections), nil
}

func isLoopback(a net.Addr) bool {
	p, err := netip.ParseAddrPort(a.String())
	return err == nil && p.Addr().Unmap().IsLoopback()
}

// serve serves until ctx is done, and meanwhile reads the spool.
func (a *app) serve(ctx context.Context, l net.Listener, e *exporter, path string, every time.Duration) error {
	s := &http.Server{Handler: e.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	go func() { // net/http has no other form
		defer close(ended)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			cancel(err)
		}
	}()
	read := func() ([]byte, error) {
		page, err := a.metricsPage(ctx, path)
		debug.FreeOSMemory() // a large queue takes hundreds of megabytes, and then hours of nothing
		return page, err
	}
	e.keepUp(ctx, every, a.now, read, func(err error) { a.ui.Warn("%v", err) })
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer done()
	err := s.Shutdown(stop)
	<-ended
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("serving metrics: %w", cause)
	}
	if err != nil {
		return fmt.Errorf("a scrape did not end: %w", errors.Join(err, s.Close()))
	}
	return nil
}

// metricsPage reads the spool. It is opened anew each time: it may have been
// taken away and brought back.
func (a *app) metricsPage(ctx context.Context, path string) ([]byte, error) {
	t, err := a.open(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	m, err := a.metricsNow(ctx, t)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = m.Text(&b)
	return b.Bytes(), err
}

// keepUp makes the page anew until ctx is done: not before every has passed,
// nor before fifty times as long as the last reading took, and not before
// somebody has scraped. When the spool cannot be read the page stays as it is,
// and qclean_scan_timestamp_seconds tells how old it is.
func (e *exporter) keepUp(ctx context.Context, every time.Duration, now func() time.Time, read func() ([]byte, error), warn func(error)) {
	for {
		began := now()
		page, err := read()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			warn(err)
		} else {
			e.page.Store(&page)
		}
		if wait(ctx, pauseAfter(now().Sub(began), every)) != nil {
			return
		}
		select {
		case <-e.asked:
		case <-ctx.Done():
			return
		}
	}
}

// pauseAfter is how long to wait after a reading.
func pauseAfter(took, every time.Duration) time.Duration { return max(every, took*readShare) }
