package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"qclean/cmd/ui"
	"qclean/fixtures"
)

func TestPauseAfterReading(t *testing.T) {
	for _, tc := range []struct{ took, every, want time.Duration }{
		{time.Second, 5 * time.Minute, 5 * time.Minute},
		{10 * time.Second, 5 * time.Minute, 500 * time.Second},
		{-time.Hour, time.Minute, time.Minute}, // the clock was set back
	} {
		if got := pauseAfter(tc.took, tc.every); got != tc.want {
			t.Errorf("%v after %v, want %v", got, tc.took, tc.want)
		}
	}
}

func TestHandler(t *testing.T) {
	page := []byte("qclean_queue_messages 1\n")
	for _, tc := range []struct {
		name, method, path, host string
		local, read              bool
		code                     int
		body                     string
	}{
		{"scrape", "GET", "/metrics", "127.0.0.1:9154", true, true, 200, string(page)},
		{"by name", "GET", "/metrics", "localhost:9154", true, true, 200, string(page)},
		{"by IPv6", "GET", "/metrics", "[::1]:9154", true, true, 200, string(page)},
		{"without a port", "GET", "/metrics", "[::1]", true, true, 200, string(page)},
		{"head", "HEAD", "/metrics", "127.0.0.1", true, true, 200, ""},
		{"not read yet", "GET", "/metrics", "127.0.0.1", true, false, 503, "the queue has not been read yet\n"},
		{"a name that points here", "GET", "/metrics", "evil.example:9154", true, true, 403, "ask for localhost\n"},
		{"a number that is not here", "GET", "/metrics", "192.0.2.1", true, true, 403, "ask for localhost\n"},
		{"no host", "GET", "/metrics", "", true, true, 403, "ask for localhost\n"},
		{"another address was named", "GET", "/metrics", "mail.ours.com:9154", false, true, 200, string(page)},
		{"post", "POST", "/metrics", "127.0.0.1", true, true, 405, "Method Not Allowed\n"},
		{"front", "GET", "/", "127.0.0.1", true, true, 200, "qclean: see /metrics\n"},
		{"elsewhere", "GET", "/debug/pprof/", "127.0.0.1", true, true, 404, "404 page not found\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := &exporter{asked: make(chan struct{}, 1), local: tc.local}
			if tc.read {
				e.page.Store(&page)
			}
			r := httptest.NewRequest(tc.method, tc.path, nil)
			r.Host = tc.host
			w := httptest.NewRecorder()
			e.handler().ServeHTTP(w, r)
			if w.Code != tc.code || tc.method != "HEAD" && w.Body.String() != tc.body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, tc.code, tc.body)
			}
			if asked := len(e.asked) == 1; asked != (tc.path == "/metrics" && tc.code != 403 && tc.code != 405) {
				t.Errorf("asked for a new reading: %v", asked)
			}
		})
	}
}

// TestNobodyScrapesNothingIsRead: the spool is read once, and again only when
// somebody has asked since.
func TestNobodyScrapesNothingIsRead(t *testing.T) {
	e := &exporter{asked: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	reads := make(chan int)
	var ended sync.WaitGroup
	ended.Go(func() {
		n := 0
		e.keepUp(ctx, time.Nanosecond, func() time.Time { return time.Time{} }, func() ([]byte, error) {
			n++
			reads <- n
			if n == 2 {
				return nil, errors.New("gone")
			}
			if n == 3 && string(*e.page.Load()) != "1" {
				t.Errorf("a reading that failed left %q", *e.page.Load())
			}
			return []byte{byte('0' + n)}, nil
		}, func(error) {})
	})
	if n := <-reads; n != 1 {
		t.Fatal(n)
	}
	for want := range 3 { // each asking is taken by the one reading that follows it
		e.asked <- struct{}{}
		if n := <-reads; n != want+2 {
			t.Errorf("reading %d, want %d", n, want+2)
		}
	}
	cancel()
	ended.Wait()
}

func TestListen(t *testing.T) {
	for address, local := range map[string]bool{":0": true, "127.0.0.1:0": true, "localhost:0": true, "0.0.0.0:0": false} {
		l, err := listenAt(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if isLoopback(l.Addr()) != local {
			t.Errorf("%s is %s", address, l.Addr())
		}
		l.Close()
	}
	for _, address := range []string{"9154", "127.0.0.1", "127.0.0.1:x"} {
		if l, err := listenAt(t.Context(), address); ui.CodeOf(err) != ui.Usage {
			t.Errorf("%s: %v, %v", address, l, err)
		}
	}
}

// TestServeUntilStopped runs the whole thing on a spool: scrapes give the
// figures, and the end of the context is a clean end.
func TestServeUntilStopped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	if _, err := (fixtures.Flood{N: 40, Seed: 1}).Write(dir); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	a := &app{ui: &ui.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, now: time.Now, stateDir: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	l, err := listenAt(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &exporter{asked: make(chan struct{}, 1), local: true}
	ended := make(chan error, 1)
	go func() { ended <- a.serve(ctx, l, e, dir, time.Hour) }()
	body := scrape(t, l.Addr())
	if !strings.Contains(body, "\nqclean_queue_messages{spool=\""+dir) {
		t.Errorf("got %s", body)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v, %s", err, &errs)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

// scrape asks until the queue has been read.
func scrape(t *testing.T, at net.Addr) string {
	t.Helper()
	for {
		r, err := http.Get("http://" + at.String() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		switch r.StatusCode {
		case http.StatusOK:
			return string(b)
		case http.StatusServiceUnavailable:
		default:
			t.Fatalf("%s: %s", r.Status, b)
		}
	}
}
