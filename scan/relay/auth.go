package relay

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Login is an account of the server, to tell "relays for every account" from
// "relays for everybody".
type Login struct {
	User     string
	Password string
}

// auth logs in with the best mechanism that the server offers (RFC 4954).
// PLAIN and LOGIN show the password, so they need verified TLS.
func (s *session) auth(l Login) error {
	offers := strings.Fields(strings.ToUpper(s.offers["AUTH"]))
	safe := s.verified || s.o.Insecure
	switch {
	case slices.Contains(offers, "PLAIN") && safe:
		return s.authPlain(l)
	case slices.Contains(offers, "LOGIN") && safe:
		return s.authLogin(l)
	case slices.Contains(offers, "CRAM-MD5"):
		return s.authCRAM(l)
	case slices.Contains(offers, "PLAIN"), slices.Contains(offers, "LOGIN"):
		return ErrPlain
	}
	return fmt.Errorf("%w: none of PLAIN, LOGIN and CRAM-MD5 is offered", ErrAuth)
}

// authPlain follows RFC 4616.
func (s *session) authPlain(l Login) error {
	token := encode("\x00" + l.User + "\x00" + l.Password)
	return loggedIn(s.secret("AUTH PLAIN "+token, "AUTH PLAIN ****"))
}

func (s *session) authLogin(l Login) error {
	r, err := s.command("AUTH LOGIN")
	for _, word := range []string{l.User, l.Password} {
		if err != nil || r.class() != 3 {
			return loggedIn(r, err)
		}
		r, err = s.secret(encode(word), "****")
	}
	return loggedIn(r, err)
}

// authCRAM follows RFC 2195: the password stays here.
func (s *session) authCRAM(l Login) error {
	r, err := s.command("AUTH CRAM-MD5")
	if err != nil || r.class() != 3 {
		return loggedIn(r, err)
	}
	challenge, err := base64.StdEncoding.DecodeString(r.Lines[0])
	if err != nil {
		return fmt.Errorf("%w: its challenge is not base64", ErrAuth)
	}
	mac := hmac.New(md5.New, []byte(l.Password))
	mac.Write(challenge)
	return loggedIn(s.secret(encode(l.User+" "+hex.EncodeToString(mac.Sum(nil))), "****"))
}

func loggedIn(r Reply, err error) error {
	switch {
	case err != nil:
		return err
	case r.class() != 2:
		return fmt.Errorf("%w: %s", ErrAuth, r)
	}
	return nil
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// verifyTLS is the check that crypto/tls would have made.
func verifyTLS(c tls.ConnectionState, server string, roots *x509.CertPool) error {
	if len(c.PeerCertificates) == 0 {
		return errors.New("the server shows no certificate")
	}
	chain := x509.NewCertPool()
	for _, cert := range c.PeerCertificates[1:] {
		chain.AddCert(cert)
	}
	_, err := c.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: server, Roots: roots, Intermediates: chain})
	if err != nil {
		return fmt.Errorf("the certificate does not fit: %w", err)
	}
	return nil
}
