package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Line is one line of the transcript. Text is as it was sent or received, but
// for passwords: make it safe before it is shown.
type Line struct {
	Time       time.Time
	Connection int  // from 1
	Who        byte // 'C' what was said, 'S' what the server answered, '*' what happened
	Text       string
}

// session is one SMTP connection.
type session struct {
	ctx      context.Context
	o        *Options
	conn     net.Conn
	r        *bufio.Reader
	number   int
	greeting Reply
	offers   map[string]string // extensions by upper-case keyword (RFC 5321 section 4.1.1.1)
	verified bool              // TLS, and the certificate is the server's
	stop     func() bool
	used     int  // forms so far
	dirty    bool // a mail transaction may be under way
}

var errConnect = errors.New("no connection")

// dial connects, reads the greeting and says hello.
func dial(ctx context.Context, t Target, o *Options, number int) (*session, error) {
	s := &session{ctx: ctx, o: o, number: number}
	dialer := o.Dial
	if dialer == nil {
		dialer = (&net.Dialer{Timeout: o.Timeout}).DialContext
	}
	conn, err := dialer(ctx, "tcp", t.Address())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errConnect, err)
	}
	s.note("connected to " + t.Address())
	s.hold(conn)
	if s.greeting, err = s.answer(); err == nil && s.greeting.class() != 2 {
		err = &refusal{"connection", s.greeting}
	}
	if err == nil {
		err = s.hello()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// hold takes a connection over, plain or TLS. Cancelling breaks every wait.
func (s *session) hold(conn net.Conn) {
	s.conn = conn
	s.r = bufio.NewReaderSize(conn, maxLine)
	if s.stop != nil {
		s.stop()
	}
	s.stop = context.AfterFunc(s.ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

func (s *session) close() {
	s.stop()
	s.note("closed")
	_ = s.conn.Close()
}

// quit ends the session in good order, without waiting for a slow answer.
func (s *session) quit() {
	_, _ = s.command("QUIT")
	s.close()
}

// refusal is an answer that ends what was tried.
type refusal struct {
	to    string
	reply Reply
}

func (r *refusal) Error() string { return fmt.Sprintf("%s refused: %s", r.to, r.reply) }

// hello tries EHLO, and HELO where that is not known (RFC 5321 section 3.2).
func (s *session) hello() error {
	name := s.o.Hello
	if name == "" {
		name = literalOf(s.conn.LocalAddr())
	}
	r, err := s.command("EHLO " + name)
	if err != nil {
		return err
	}
	s.offers = map[string]string{}
	if r.class() == 2 {
		for _, line := range r.Lines[1:] {
			word, rest, _ := strings.Cut(line, " ")
			s.offers[strings.ToUpper(word)] = rest
		}
		return nil
	}
	if r.class() == 5 {
		if r, err = s.command("HELO " + name); err != nil {
			return err
		}
	}
	if r.class() != 2 {
		return &refusal{"hello", r}
	}
	return nil
}

// literalOf names a client without a name by its address (RFC 5321 section 4.1.4).
func literalOf(a net.Addr) string {
	if ip, ok := addrIP(a); ok {
		return literal(ip)
	}
	return "localhost"
}

func addrIP(a net.Addr) (netip.Addr, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	ip, ok := netip.AddrFromSlice(tcp.IP)
	return ip.Unmap(), ok
}

// command sends one line and reads its answer.
func (s *session) command(line string) (Reply, error) { return s.secret(line, line) }

// secret is command with something else in the transcript.
func (s *session) secret(line, shown string) (Reply, error) {
	if strings.ContainsAny(line, "\r\n\x00") {
		return Reply{}, fmt.Errorf("%w: %q", ErrBadName, shown)
	}
	s.trace('C', shown)
	if err := s.write([]byte(line + "\r\n")); err != nil {
		return Reply{}, err
	}
	return s.answer()
}

func (s *session) write(b []byte) error {
	s.deadline()
	if _, err := s.conn.Write(b); err != nil {
		return s.because(err)
	}
	return nil
}

// answer reads one. The deadline is for all of it: a server that drips gains nothing.
func (s *session) answer() (Reply, error) {
	s.deadline()
	r, err := readReply(s.r, func(line string) { s.trace('S', line) })
	if err != nil {
		s.note(err.Error())
		return r, s.because(err)
	}
	return r, nil
}

func (s *session) deadline() {
	if s.ctx.Err() == nil {
		_ = s.conn.SetDeadline(time.Now().Add(s.o.Timeout))
	}
	if s.ctx.Err() != nil { // it may have been cancelled in between
		_ = s.conn.SetDeadline(time.Unix(1, 0))
	}
}

func (s *session) because(err error) error {
	return errors.Join(context.Cause(s.ctx), err)
}

// startTLS asks for it and says hello again (RFC 3207). What the server sent
// ahead of the handshake would be taken for an answer inside of it.
func (s *session) startTLS(server string) error {
	if _, ok := s.offers["STARTTLS"]; !ok {
		return ErrNoTLS
	}
	r, err := s.command("STARTTLS")
	if err != nil {
		return err
	}
	if r.class() != 2 {
		return &refusal{"STARTTLS", r}
	}
	if s.r.Buffered() > 0 {
		return ErrEarlyTalk
	}
	var verify error
	conf := &tls.Config{ServerName: server, RootCAs: s.o.RootCAs, MinVersion: tls.VersionTLS10,
		InsecureSkipVerify: true, // old servers of our own: the check below is remembered, not forced
		VerifyConnection:   func(c tls.ConnectionState) error { verify = verifyTLS(c, server, s.o.RootCAs); return nil }}
	conn := tls.Client(s.conn, conf)
	s.deadline()
	if err := conn.HandshakeContext(s.ctx); err != nil {
		return fmt.Errorf("TLS: %w", s.because(err))
	}
	s.verified = verify == nil
	s.note("TLS begins, " + tls.VersionName(conn.ConnectionState().Version))
	if verify != nil {
		s.note(verify.Error())
	}
	s.hold(conn)
	return s.hello()
}

func (s *session) trace(who byte, text string) {
	if s.o.Trace != nil {
		s.o.Trace(Line{Time: time.Now(), Connection: s.number, Who: who, Text: text})
	}
}

func (s *session) note(text string) { s.trace('*', text) }
