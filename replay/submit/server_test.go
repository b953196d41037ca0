package submit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// server is a mail server on loopback that keeps what it takes. Recipients
// whose names begin with a code get that code: "451later@example.net" at RCPT,
// "data451@…" at the end of the text.
type server struct {
	mu       sync.Mutex
	got      []taken
	sessions int
	secret   bool // the last session had TLS

	ways     []string // what it offers for a login; nil: none, and none is wanted
	password string   // of alice
}

// seen is what the server has so far.
func (s *server) seen() (got []taken, sessions int, secret bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got), s.sessions, s.secret
}

type taken struct {
	From string
	To   []string
	Text string
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	if s.ways != nil {
		return &guarded{visit: &visit{s: s, c: c}}, nil
	}
	return &visit{s: s, c: c}, nil
}

// guarded is a visit that wants a login first.
type guarded struct {
	*visit
	in bool
}

func (g *guarded) AuthMechanisms() []string { return g.s.ways }

func (g *guarded) Auth(way string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != "alice" || password != g.s.password {
			return smtp.ErrAuthFailed
		}
		g.in = true
		return nil
	}
	if way == sasl.Plain {
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	}
	return &askTwice{check: check}, nil
}

func (g *guarded) Mail(from string, o *smtp.MailOptions) error {
	if !g.in {
		return smtp.ErrAuthRequired
	}
	return g.visit.Mail(from, o)
}

// askTwice is AUTH LOGIN: a question for the name, and one for the password.
type askTwice struct {
	check  func(user, password string) error
	answer []string
}

func (a *askTwice) Next(response []byte) ([]byte, bool, error) {
	if response != nil {
		a.answer = append(a.answer, string(response))
	}
	switch len(a.answer) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, a.check(a.answer[0], a.answer[1])
}

type visit struct {
	s *server
	c *smtp.Conn
	t taken
}

func (v *visit) Reset()        { v.t = taken{} }
func (v *visit) Logout() error { return nil }
func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.t = taken{From: from}
	return nil
}

func answer(word string) error {
	switch {
	case strings.HasPrefix(word, "451"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	case strings.HasPrefix(word, "550"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "never"}
	}
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := answer(to); err != nil {
		return err
	}
	v.t.To = append(v.t.To, to)
	return nil
}

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, to := range v.t.To {
		if err := answer(strings.TrimPrefix(to, "data")); err != nil {
			return err
		}
		if strings.HasPrefix(to, "silence") { // it takes the message, and dies before it says so
			v.keep(string(text))
			v.c.Conn().Close()
			return nil
		}
	}
	v.keep(string(text))
	return nil
}

func (v *visit) keep(text string) {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.t.Text = text
	v.s.got = append(v.s.got, v.t)
	_, v.s.secret = v.c.TLSConnectionState()
}

// LMTPData answers for each recipient.
func (v *visit) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var whole taken
	whole.From, whole.Text = v.t.From, string(text)
	for i, to := range v.t.To {
		if strings.HasPrefix(to, "silence") && i > 0 {
			v.c.Conn().Close()
			break
		}
		err := answer(strings.TrimPrefix(to, "data"))
		status.SetStatus(to, err)
		if err == nil {
			whole.To = append(whole.To, to)
		}
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.s.got = append(v.s.got, whole)
	return nil
}

// serve starts a server and gives its address.
func serve(t *testing.T, setup func(*smtp.Server)) (*server, string) {
	t.Helper()
	s := &server{}
	srv := smtp.NewServer(s)
	srv.Domain, srv.EnableSMTPUTF8 = "mx.example.net", true
	if setup != nil {
		setup(srv)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { srv.Serve(l) })
	t.Cleanup(func() { srv.Close(); wg.Wait() })
	return s, l.Addr().String()
}

// certificate makes one for 127.0.0.1, and what trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
