package submit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"github.com/emersion/go-smtp"
)

// connect opens a connection, and logs in if the target wants that.
func (s *session) connect(ctx context.Context) error {
	s.count = 0
	if err := s.secured(ctx); err != nil {
		return err
	}
	if err := s.login(); err != nil {
		s.drop()
		return err
	}
	return nil
}

// secured opens a connection with TLS as the target wants it.
func (s *session) secured(ctx context.Context) error {
	if s.target.TLS == TLSVerified {
		return s.open(ctx, s.secret(true))
	}
	if err := s.open(ctx, nil); err != nil {
		return err
	}
	offered, _ := s.client.Extension("STARTTLS")
	if s.target.TLS == TLSOff || s.plain || !offered {
		return nil
	}
	// The library decides about TLS when a connection begins: so once more.
	s.drop()
	if err := s.open(ctx, s.secret(false)); err == nil {
		return nil
	}
	s.plain = true
	return s.open(ctx, nil)
}

func (s *session) secret(verify bool) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.roots != nil {
		c = s.roots.Clone()
	}
	c.ServerName = hostOf(s.target.Address)
	c.InsecureSkipVerify = !verify
	return c
}

// open dials and says EHLO, after STARTTLS if there is a configuration for it.
func (s *session) open(ctx context.Context, secret *tls.Config) error {
	dialer := net.Dialer{Timeout: dialTime}
	conn, err := dialer.DialContext(ctx, s.target.Network, s.target.Address)
	if err != nil {
		return err
	}
	m := &metered{Conn: conn}
	m.renew()
	stop := context.AfterFunc(ctx, func() { m.Close() })
	defer stop()
	c, err := s.greet(m, secret)
	if err != nil {
		m.Close()
		return err
	}
	s.client, s.conn = c, m
	return nil
}

func (s *session) greet(m *metered, secret *tls.Config) (*smtp.Client, error) {
	var c *smtp.Client
	var err error
	switch {
	case s.target.LMTP:
		c = smtp.NewClientLMTP(m)
	case secret != nil:
		if c, err = smtp.NewClientStartTLS(m, secret); err != nil {
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	default:
		c = smtp.NewClient(m)
	}
	c.CommandTimeout, c.SubmissionTimeout = commandTime, finalTime
	return c, c.Hello(s.host)
}

// errReplies is a server that talks without end.
var errReplies = errors.New("the server's replies have no end")

// metered bounds what a server may say.
type metered struct {
	net.Conn
	left atomic.Int64
}

func (m *metered) renew() { m.left.Store(maxReplies) }

func (m *metered) Read(p []byte) (int, error) {
	left := m.left.Load()
	if left <= 0 {
		return 0, errReplies
	}
	n, err := m.Conn.Read(p[:min(int64(len(p)), left)])
	m.left.Add(-int64(n))
	return n, err
}

var _ io.Reader = (*metered)(nil)
