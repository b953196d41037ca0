package submit

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
)

// TLS says how a connection is protected.
type TLS uint8

const (
	// TLSOffered uses STARTTLS where it is offered, without knowing who is at
	// the other end, as mail servers do among themselves (RFC 3207 section 4.1).
	TLSOffered TLS = iota
	// TLSVerified wants it, and a certificate for the server's name.
	TLSVerified
	// TLSOff never uses it.
	TLSOff
)

// Target is a server to send to.
type Target struct {
	Network string // "tcp", "unix", or "program"
	Address string // host:port, or a path
	LMTP    bool
	TLS     TLS
	Login   Login
	name    string
}

// String is the target as it was given.
func (t Target) String() string { return t.name }

// ParseTarget reads what people give:
//
//	smtp://host:port             STARTTLS where it is offered; port 25 when none is given
//	smtp://host?tls=verify       only with STARTTLS and a certificate that is right; tls=off for none
//	smtp://user@host:587?password-file=/PATH  with a login (RFC 4954), and TLS as for tls=verify
//	lmtp://host:port             port 24 when none is given
//	lmtp:///run/dovecot/lmtp     over a local socket
//	sendmail:/usr/sbin/sendmail  through that program
func ParseTarget(s string) (Target, error) {
	bad := func(why string) (Target, error) {
		return Target{}, fmt.Errorf("%w: %q: %s", ErrTarget, s, why)
	}
	if program, ok := strings.CutPrefix(s, "sendmail:"); ok {
		if !filepath.IsAbs(program) || strings.HasPrefix(program, "//") || strings.IndexByte(program, 0) >= 0 {
			return bad("name the program by its full path")
		}
		return Target{Network: "program", Address: filepath.Clean(program), name: s}, nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return bad("not a URL")
	}
	if u.Scheme != "smtp" && u.Scheme != "lmtp" {
		return bad("it begins with smtp://, lmtp:// or sendmail:")
	}
	if u.Fragment != "" || u.Opaque != "" {
		return bad("only a host and a port")
	}
	t := Target{Network: "tcp", LMTP: u.Scheme == "lmtp", name: s}
	if err := t.settings(u); err != nil {
		return bad(err.Error())
	}
	if t.LMTP && u.Host == "" && len(u.Path) > 1 {
		t.Network, t.Address = "unix", filepath.Clean(u.Path)
		return t, nil
	}
	if u.Hostname() == "" || u.Path != "" && u.Path != "/" {
		return bad("only a host and a port")
	}
	port := u.Port()
	switch {
	case port == "" && strings.HasSuffix(u.Host, ":"):
		return bad("the port is missing")
	case port == "" && t.LMTP:
		port = "24"
	case port == "":
		port = "25"
	}
	t.Address = net.JoinHostPort(u.Hostname(), port)
	return t, nil
}

// settings reads the login and what stands behind the question mark.
func (t *Target) settings(u *url.URL) error {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return err
	}
	if t.Login, err = parseLogin(u, q); err != nil {
		return err
	}
	word := q.Get("tls")
	if q.Del("tls"); len(q) > 0 {
		return fmt.Errorf("only tls and password-file can be set")
	}
	t.TLS, err = parseTLS(word, t.LMTP)
	switch {
	case err != nil || t.Login.User == "":
		return err
	case t.LMTP:
		return fmt.Errorf("LMTP goes without a login here")
	case t.TLS == TLSOff && !isThisHost(u.Hostname()):
		return fmt.Errorf("a password does not go without TLS to another host")
	case t.TLS == TLSOffered:
		t.TLS = TLSVerified
	}
	return nil
}

func parseTLS(word string, lmtp bool) (TLS, error) {
	switch {
	case lmtp && word != "":
		return 0, fmt.Errorf("LMTP goes without TLS here")
	case lmtp, word == "off":
		return TLSOff, nil
	case word == "":
		return TLSOffered, nil
	case word == "verify":
		return TLSVerified, nil
	}
	return 0, fmt.Errorf("tls is verify or off")
}

// New gives a Sender for a target. host is what it calls itself (RFC 5321
// section 4.1.1.1). Nothing is opened before the first message.
func New(t Target, host string) Sender {
	if t.Network == "program" {
		return &program{target: t}
	}
	if host == "" || !plainHost(host) {
		host = "localhost"
	}
	return &session{target: t, host: host}
}

func plainHost(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
