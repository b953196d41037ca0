package submit

import (
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

func passwordFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestLogin tries each way to say who we are, and each that must not go on
// without: nothing is ever sent then.
func TestLogin(t *testing.T) {
	for name, c := range map[string]struct {
		ways []string
		text string
		mode os.FileMode
		fail string // "" when the message goes through
	}{
		"PLAIN":               {[]string{sasl.Plain, sasl.Login}, "secret word\nand more\n", 0o600, ""},
		"LOGIN":               {[]string{"X-OTHER", sasl.Login}, "secret word\r\n", 0o400, ""},
		"no way known":        {[]string{"X-OTHER"}, "secret word", 0o600, "neither"},
		"no way at all":       {nil, "secret word", 0o600, "neither"},
		"wrong password":      {[]string{sasl.Plain}, "another\n", 0o600, "log in as"},
		"wrong by LOGIN":      {[]string{sasl.Login}, "another\n", 0o600, "log in as"},
		"others may read it":  {[]string{sasl.Plain}, "secret word\n", 0o640, "chmod 600"},
		"an empty first line": {[]string{sasl.Plain}, "\nsecret word\n", 0o600, "its first line is none"},
		"endless":             {[]string{sasl.Plain}, strings.Repeat("x", maxPassword+1), 0o600, "its first line is none"},
	} {
		t.Run(name, func(t *testing.T) {
			cert, pool := certificate(t)
			srv, at := serve(t, func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} })
			srv.ways, srv.password = c.ways, "secret word"
			s := sender(t, "smtp://alice@"+at+"?password-file="+passwordFile(t, c.text, c.mode)).(*session)
			s.roots = &tls.Config{RootCAs: pool}
			_, err := s.Send(t.Context(), letter("a@example.org", "b@example.net"))
			got, _, secret := srv.seen()
			if c.fail == "" {
				if err != nil || len(got) != 1 || !secret {
					t.Errorf("%v, %d taken, TLS %v", err, len(got), secret)
				}
				return
			}
			if !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), c.fail) || len(got) != 0 {
				t.Errorf("%v, %d taken; want %q", err, len(got), c.fail)
			}
			if strings.Contains(err.Error(), "secret word") {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
}

// TestLoginOnThisHost goes without TLS where nobody is in between.
func TestLoginOnThisHost(t *testing.T) {
	srv, at := serve(t, func(s *smtp.Server) { s.AllowInsecureAuth = true })
	srv.ways, srv.password = []string{sasl.Plain}, "x"
	s := sender(t, "smtp://alice@"+at+"?tls=off&password-file="+passwordFile(t, "x\n", 0o600))
	for range 2 { // one login a connection
		if _, err := s.Send(t.Context(), letter("a@example.org", "b@example.net")); err != nil {
			t.Fatal(err)
		}
	}
	if got, sessions, _ := srv.seen(); len(got) != 2 || sessions != 1 {
		t.Errorf("%d taken in %d sessions", len(got), sessions)
	}
}

// TestLoginWantsTLS gives no password to a server that offers no TLS, nor to
// one whose certificate is not right.
func TestLoginWantsTLS(t *testing.T) {
	for name, setup := range map[string]func(*smtp.Server){
		"no TLS": func(s *smtp.Server) { s.AllowInsecureAuth = true },
		"wrong certificate": func(s *smtp.Server) {
			cert, _ := certificate(t)
			s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv, at := serve(t, setup)
			srv.ways, srv.password = []string{sasl.Plain}, "x"
			s := sender(t, "smtp://alice@"+at+"?password-file="+passwordFile(t, "x\n", 0o600))
			if _, err := s.Send(t.Context(), letter("a@example.org", "b@example.net")); !errors.Is(err, ErrAway) {
				t.Errorf("%v", err)
			}
			if got, _, _ := srv.seen(); len(got) != 0 {
				t.Errorf("%d taken", len(got))
			}
		})
	}
}
