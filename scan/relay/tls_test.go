package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"qclean/fixtures/live/relayfake"
)

// certificate makes one for the played server, and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
		IPAddresses: []net.IP{net.ParseIP(site.IP)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

func TestStartTLS(t *testing.T) {
	conf, pool := certificate(t)
	for name, tc := range map[string]struct {
		tls   *tls.Config
		early string
		want  Outcome
		void  string
	}{
		"offered":             {conf, "", Shut, ""},
		"not offered":         {nil, "", Void, "does not offer"},
		"answers before time": {conf, "\n250 injected", Void, "talks before TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			s := relayfake.Closed(site)
			s.TLS, s.Early = tc.tls, tc.early
			rep := mustAsk(t, s, func(o *Options) { o.StartTLS, o.RootCAs = true, pool })
			if rep.Outcome != tc.want || !strings.Contains(rep.Void, tc.void) {
				t.Errorf("outcome %s, void %q", rep.Outcome, rep.Void)
			}
			if rep.Outcome == Shut && s.Count("STARTTLS")*2 != s.Count("EHLO") {
				t.Errorf("%d STARTTLS, %d EHLO", s.Count("STARTTLS"), s.Count("EHLO"))
			}
		})
	}
}

func TestLogin(t *testing.T) {
	conf, pool := certificate(t)
	for name, tc := range map[string]struct {
		tls      *tls.Config
		pool     *x509.CertPool
		mech     string
		password string
		insecure bool
		want     Verdict
		why      string
	}{
		"PLAIN over TLS":             {conf, pool, "PLAIN", "secret", false, Relays, ""},
		"LOGIN over TLS":             {conf, pool, "LOGIN", "secret", false, Relays, ""},
		"CRAM-MD5 in the clear":      {nil, nil, "PLAIN CRAM-MD5", "secret", false, Relays, ""},
		"wrong password":             {conf, pool, "PLAIN", "wrong", false, NotTried, "login was refused"},
		"wrong password, CRAM":       {nil, nil, "CRAM-MD5", "wrong", false, NotTried, "login was refused"},
		"PLAIN in the clear":         {nil, nil, "PLAIN LOGIN", "secret", false, NotTried, "verified TLS"},
		"PLAIN, unknown certificate": {conf, x509.NewCertPool(), "PLAIN", "secret", false, NotTried, "verified TLS"},
		"PLAIN, insecure":            {nil, nil, "PLAIN", "secret", true, Relays, ""},
		"nothing offered":            {nil, nil, "GSSAPI", "secret", false, NotTried, "none of"},
	} {
		t.Run(name, func(t *testing.T) {
			s := relayfake.Closed(site)
			s.TLS, s.Users, s.Mech = tc.tls, map[string]string{"eve": "secret"}, tc.mech
			var said []string
			rep := mustAsk(t, s, func(o *Options) {
				o.RootCAs, o.Insecure = tc.pool, tc.insecure
				o.Login = &Login{"eve", tc.password}
				o.Trace = func(l Line) { said = append(said, l.Text) }
			})
			if rep.Login == nil || rep.Login.Verdict != tc.want || !strings.Contains(rep.Login.Why, tc.why) {
				t.Errorf("login: %+v", rep.Login)
			}
			if rep.Outcome != Shut {
				t.Errorf("outcome %s: an account that may relay is no open relay", rep.Outcome)
			}
			for _, line := range said {
				if strings.Contains(line, encode(tc.password)) || strings.Contains(line, encode("\x00eve\x00"+tc.password)) {
					t.Errorf("the transcript has the password: %s", line)
				}
			}
			if !tc.insecure && strings.Contains(tc.why, "TLS") && s.Count("AUTH") > 0 {
				t.Error("the password was sent")
			}
		})
	}
}
