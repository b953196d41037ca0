package relay

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"qclean/fixtures/live/relayfake"
)

var update = flag.Bool("update", false, "write the golden tables")

var site = relayfake.Site{Domain: "ours.com", Host: "mail.ours.com", IP: "192.0.2.25"}

func target() Target { return Target{IP: netip.MustParseAddr(site.IP), Port: 25} }

func names() Names { return Names{Our: "ours.com", Outside: "me@elsewhere.net"} }

// ask runs a check against a played server, in time that costs nothing.
func ask(t *testing.T, s *relayfake.SMTP, change func(*Options)) (rep *Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Names: names(), Dial: s.Dial}
		if change != nil {
			change(&o)
		}
		rep, err = Check(context.Background(), target(), o)
		s.Wait()
	})
	return rep, err
}

func mustAsk(t *testing.T, s *relayfake.SMTP, change func(*Options)) *Report {
	t.Helper()
	rep, err := ask(t, s, change)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// table writes a report form by form.
func table(r *Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome: %s\nvoid: %s\nstopped: %s\n", r.Outcome, r.Void, r.Stopped)
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	fmt.Fprintf(&b, "postmaster: %s (%s)\n", r.Postmaster.Verdict, r.Postmaster.Why)
	for _, res := range r.Results {
		from := res.From
		if from == "" {
			from = "<>"
		}
		fmt.Fprintf(&b, "%2d  %-22s %-42s %-13s %s\n", res.Form.Number, from, res.To, res.Verdict, res.Why)
	}
	return b.String()
}

func TestVerdictsFormByForm(t *testing.T) {
	greylist := func(string, string, bool) string { return "450 4.2.0 greylisted, try again in five minutes" }
	for name, s := range map[string]*relayfake.SMTP{
		"closed":       relayfake.Closed(site),
		"domain-only":  relayfake.DomainOnly(site), // Exchange 5.5
		"accept-all":   relayfake.AcceptAll(site),
		"percent":      relayfake.Hack(site, "percent"),
		"strict":       strict(relayfake.Hack(site, "percent")),
		"quoted":       relayfake.Hack(site, "quoted"),
		"bang":         relayfake.Hack(site, "bang"),
		"route":        relayfake.Hack(site, "route"),
		"two-ats":      relayfake.Hack(site, "two ats"),
		"null-domain":  relayfake.Hack(site, "null domain"),
		"dot":          relayfake.Hack(site, "dot"),
		"imcea":        relayfake.Hack(site, "imcea"),
		"null-sender":  relayfake.BySender(site, func(from string) bool { return from == "" }),
		"own-sender":   relayfake.BySender(site, func(from string) bool { return strings.HasSuffix(from, "@ours.com") }),
		"bare-sender":  relayfake.BySender(site, func(from string) bool { return from != "" && !strings.Contains(from, "@") }),
		"greylisting":  {Name: site.Host, Rcpt: greylist},
		"no-local":     {Name: site.Host, Rcpt: func(string, string, bool) string { return "550 5.7.1 no" }},
		"sender":       {Name: site.Host, Mail: func(string) string { return "550 5.1.8 sender's domain takes no mail" }},
		"will-forward": forwarding("251 2.1.5 user not local; will forward"),
		"try-there":    forwarding("551 5.7.1 user not local; try <me@elsewhere.net>"),
		"unverified":   forwarding("252 2.1.5 cannot verify, but will take it"),
		"nonsense":     forwarding("354 go ahead"),
	} {
		t.Run(name, func(t *testing.T) {
			got := table(mustAsk(t, s, nil))
			file := filepath.Join("testdata", "verdicts", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			if n := s.Count("DATA"); n > 0 {
				t.Errorf("DATA was sent %d times", n)
			}
		})
	}
}

// strict refuses senders with an address literal or without a domain, as Exim does.
func strict(s *relayfake.SMTP) *relayfake.SMTP {
	s.Mail = func(from string) string {
		if from != "" && (strings.Contains(from, "[") || !strings.Contains(from, "@")) {
			return "501 5.1.7 bad sender"
		}
		return "250 2.1.0 ok"
	}
	return s
}

// forwarding answers all but the controls in one way.
func forwarding(answer string) *relayfake.SMTP {
	s := relayfake.Closed(site)
	strict := s.Rcpt
	s.Rcpt = func(from, to string, login bool) string {
		if from == "me@elsewhere.net" || strings.HasPrefix(to, "postmaster") {
			return strict(from, to, login)
		}
		return answer
	}
	return s
}

func TestFreshConnectionEveryEightForms(t *testing.T) {
	s := relayfake.Closed(site)
	mustAsk(t, s, nil)
	perConnection, most := 0, 0
	for _, line := range s.Said() {
		switch {
		case strings.HasPrefix(line, "EHLO"):
			perConnection = 0
		case strings.HasPrefix(line, "RCPT"):
			perConnection++
			most = max(most, perConnection)
		}
	}
	if dials := s.Count("EHLO"); dials != 4 || most != 8 || s.Count("QUIT") != 4 {
		t.Errorf("%d connections with up to %d forms, %d quits", dials, most, s.Count("QUIT"))
	}
	if s.Count("RSET") != s.Count("RCPT")-4 {
		t.Errorf("%d RSET for %d RCPT", s.Count("RSET"), s.Count("RCPT"))
	}
}

func TestAnywayGoesOnAfterTheControl(t *testing.T) {
	s := relayfake.AcceptAll(site)
	rep := mustAsk(t, s, func(o *Options) { o.Anyway = true })
	if rep.Void == "" || s.Count("RCPT") != 1+len(rep.Results) {
		t.Errorf("void %q, %d RCPT", rep.Void, s.Count("RCPT"))
	}
}

func TestStopsAt421(t *testing.T) {
	for name, at := range map[string]string{"at MAIL": "MAIL", "at RCPT": "RCPT", "at RSET": "RSET"} {
		t.Run(name, func(t *testing.T) {
			s := relayfake.Closed(site)
			n := 0
			usual := s.Rcpt
			s.Rcpt = func(from, to string, login bool) string {
				if n++; n > 6 && at == "RCPT" {
					return "421 4.7.0 too many errors"
				}
				return usual(from, to, login)
			}
			s.Mail = func(string) string {
				if n == 6 && at == "MAIL" {
					return "421 4.7.0 too many errors"
				}
				return "250 ok"
			}
			if at == "RSET" {
				hangUpAt(s, "RSET", &n)
			}
			rep := mustAsk(t, s, nil)
			if rep.Stopped == "" || rep.Outcome != Unknown || n > 7 {
				t.Errorf("stopped %q, outcome %s after %d", rep.Stopped, rep.Outcome, n)
			}
			if got := s.Count("EHLO"); got != 1 {
				t.Errorf("%d connections: one came after the 421", got)
			}
		})
	}
}

func TestRunsFromInsideSaySo(t *testing.T) {
	ip := netip.MustParseAddr
	local := []netip.Prefix{netip.MustParsePrefix("198.51.100.7/24")}
	for name, tc := range map[string]struct {
		client, server string
		want           bool
	}{
		"loopback":        {"127.0.0.1", "127.0.0.1", true},
		"itself":          {"198.51.100.7", "198.51.100.7", true},
		"private":         {"10.1.2.3", "203.0.113.5", true},
		"unique local":    {"fd00::1", "2001:db8::1", true},
		"same network":    {"198.51.100.7", "198.51.100.25", true},
		"another network": {"198.51.100.7", "203.0.113.5", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := inside(ip(tc.client), ip(tc.server), local); (got != "") != tc.want {
				t.Errorf("inside = %q", got)
			}
		})
	}
}

// TestFromLoopbackAnOpenServerIsVoid: it may be open to us alone.
func TestFromLoopbackAnOpenServerIsVoid(t *testing.T) {
	l, err := relayfake.AcceptAll(site).Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	to, err := ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Check(t.Context(), to, Options{Names: names(), Pause: -1})
	if err != nil {
		t.Fatal(err)
	}
	if rep.Outcome != Void || rep.Inside == "" || rep.find(plainForm).Verdict != Relays {
		t.Errorf("outcome %s, inside %q, plain %s", rep.Outcome, rep.Inside, rep.find(plainForm).Verdict)
	}
}

func TestNothingListens(t *testing.T) {
	l, err := relayfake.AcceptAll(site).Listen()
	if err != nil {
		t.Fatal(err)
	}
	to, _ := ParseTarget(l.Addr().String())
	l.Close()
	if rep, err := Check(t.Context(), to, Options{Names: names()}); err == nil {
		t.Errorf("a report of nothing: %+v", rep)
	}
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := relayfake.Closed(site)
		s.Mail = func(from string) string {
			if strings.Contains(from, "[") {
				cancel()
			}
			return "250 ok"
		}
		_, err := Check(ctx, target(), Options{Names: names(), Dial: s.Dial})
		s.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
}
