package main

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"qclean/cmd/report"
)

// handler answers /metrics, and / with where to find it.
func (e *exporter) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", e.answer) // and HEAD
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		write(w, "text/plain; charset=utf-8", []byte("qclean: see /metrics\n"))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.local && !namesLocal(r.Host) {
			http.Error(w, "ask for localhost", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// answer gives the page as it is, and asks for a new one.
func (e *exporter) answer(w http.ResponseWriter, _ *http.Request) {
	select {
	case e.asked <- struct{}{}:
	default:
	}
	page := e.page.Load()
	if page == nil {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "the queue has not been read yet", http.StatusServiceUnavailable)
		return
	}
	write(w, report.MetricsType(), *page)
}

func write(w http.ResponseWriter, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // who went away needs no answer
}

// namesLocal tells whether a request was meant for this host. Else a page that
// somebody looks at here could have its own name point to 127.0.0.1 and read
// what is served (DNS rebinding).
func namesLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}
