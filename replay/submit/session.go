package submit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-smtp"
)

// Bounds for what a server may do with us.
const (
	dialTime    = 30 * time.Second
	commandTime = 5 * time.Minute // RFC 5321 section 4.5.3.2
	finalTime   = 10 * time.Minute
	byeTime     = 2 * time.Second
	maxReplies  = 1 << 20 // bytes of all replies in one transaction
	maxReply    = 500     // bytes of a reply that are kept
	perSession  = 100     // messages in one connection
	mostRcpts   = 100     // every server takes that many (RFC 5321 section 4.5.3.1.8)
)

// session gives messages to a server by SMTP or LMTP, many in one connection.
type session struct {
	target Target
	host   string
	plain  bool // its STARTTLS does not work, and need not
	conn   *metered
	client *smtp.Client
	count  int         // messages in this connection
	roots  *tls.Config // for tests; nil: the system's
}

func (s *session) Name() string { return s.target.String() }
func (s *session) Most() int    { return mostRcpts }

// Close says goodbye, and does not wait long for an answer to it.
func (s *session) Close() error {
	if s.client == nil {
		return nil
	}
	s.conn.renew()
	s.client.CommandTimeout = byeTime
	s.client.Quit() // all messages have their answers: what is said at the door is of no use
	s.drop()
	return nil
}

func (s *session) drop() {
	if s.client != nil {
		s.client.Close()
		s.client, s.conn = nil, nil
	}
}

// Send makes one transaction, in the connection of the one before if that
// still stands.
func (s *session) Send(ctx context.Context, l Letter) (Receipt, error) {
	if err := l.check(); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if s.count >= perSession {
		s.Close()
	}
	if s.client != nil { // it may have gone away between two messages
		s.conn.renew()
		if err := s.client.Reset(); err != nil {
			s.drop()
		}
	}
	if s.client == nil {
		if err := s.connect(ctx); err != nil {
			return Receipt{}, fmt.Errorf("%w: %w", ErrAway, err)
		}
	}
	s.count++
	s.conn.renew()
	// Until the end of the text a broken connection leaves no doubt.
	release := context.AfterFunc(ctx, func() { s.conn.Close() })
	r, err := s.transact(&l, release)
	release()
	var reply *smtp.SMTPError
	if err != nil && !errors.As(err, &reply) {
		s.drop()
	}
	if err != nil && ctx.Err() != nil && !errors.Is(err, ErrDoubt) {
		return r, fmt.Errorf("%w: %w", ErrLater, ctx.Err())
	}
	return r, err
}

// transact is MAIL, RCPT and DATA. seal ends the time in which it can be
// broken off; false means that it was.
func (s *session) transact(l *Letter, seal func() bool) (Receipt, error) {
	var opts *smtp.MailOptions
	if !l.ascii() {
		if ok, _ := s.client.Extension("SMTPUTF8"); !ok {
			return Receipt{}, fmt.Errorf("%w: the server takes no addresses in UTF-8", ErrRefused)
		}
		opts = &smtp.MailOptions{UTF8: true}
	}
	if err := s.client.Mail(l.From, opts); err != nil {
		return Receipt{}, sorted(err)
	}
	r, err := s.recipients(l.To)
	if err != nil {
		return r, err
	}
	data, err := s.client.Data()
	if err != nil {
		return r, sorted(err)
	}
	text := newLines(l.Text)
	if _, err := io.Copy(data, text); err != nil {
		s.drop() // without the last dot it is nothing
		if text.err != nil {
			return r, fmt.Errorf("read the text: %w", text.err)
		}
		return r, fmt.Errorf("%w: %w", ErrLater, err)
	}
	if !seal() {
		return r, ErrLater
	}
	if s.target.LMTP {
		return lmtpEnd(data, r)
	}
	answer, err := data.CloseWithResponse()
	if err != nil {
		r.Taken = nil
		return r, afterDot(err)
	}
	r.Reply = short(answer.StatusText)
	return r, nil
}

// recipients offers each. In Taken are those that the server would take; an
// error means that there is none.
func (s *session) recipients(to []string) (Receipt, error) {
	var r Receipt
	for _, a := range to {
		err := s.client.Rcpt(a, nil)
		var reply *smtp.SMTPError
		switch {
		case err == nil:
			r.Taken = append(r.Taken, a)
		case !errors.As(err, &reply):
			return Receipt{}, fmt.Errorf("%w: %w", ErrLater, err)
		case reply.Code/100 == 5:
			r.Refused = append(r.Refused, Answer{a, short(reply.Error())})
		default:
			r.Later = append(r.Later, Answer{a, short(reply.Error())})
		}
	}
	return r, r.failure()
}

// lmtpEnd reads one answer for each recipient that was accepted (RFC 2033
// section 4.2).
func lmtpEnd(data *smtp.DataCommand, r Receipt) (Receipt, error) {
	replies, err := data.CloseWithLMTPResponse()
	var refusals smtp.LMTPDataError
	if err != nil && (!errors.As(err, &refusals) || len(replies)+len(refusals) < len(r.Taken)) {
		r.Taken = takenOf(r.Taken, replies)
		return r, fmt.Errorf("%w: %w", ErrDoubt, err)
	}
	offered := r.Taken
	r.Taken = takenOf(offered, replies)
	for _, to := range offered {
		reply := refusals[to]
		switch {
		case reply == nil:
			r.Reply = short(replies[to].StatusText)
		case reply.Code/100 == 5:
			r.Refused = append(r.Refused, Answer{to, short(reply.Error())})
		default:
			r.Later = append(r.Later, Answer{to, short(reply.Error())})
		}
	}
	return r, r.failure()
}

func takenOf(offered []string, replies map[string]*smtp.DataResponse) []string {
	var out []string
	for _, to := range offered {
		if replies[to] != nil {
			out = append(out, to)
		}
	}
	return out
}

// sorted puts the sentinel beside what the server said before the text.
func sorted(err error) error {
	var reply *smtp.SMTPError
	switch {
	case !errors.As(err, &reply), reply.Code/100 == 4:
		return fmt.Errorf("%w: %w", ErrLater, err)
	case reply.Code/100 == 5:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return fmt.Errorf("%w: %w", ErrLater, err)
}

// afterDot does the same for what it said, or did not say, after the text.
func afterDot(err error) error {
	var reply *smtp.SMTPError
	if !errors.As(err, &reply) || reply.Code/100 != 4 && reply.Code/100 != 5 {
		return fmt.Errorf("%w: %w", ErrDoubt, err)
	}
	return sorted(err)
}

func short(s string) string {
	if len(s) > maxReply {
		return s[:maxReply]
	}
	return s
}

// failure is what it came to when nobody is left who takes the message; nil
// when one does.
func (r *Receipt) failure() error {
	switch {
	case len(r.Taken) > 0:
		return nil
	case len(r.Later) > 0:
		return fmt.Errorf("%w: %s", ErrLater, r.Later[0].Reply)
	}
	return fmt.Errorf("%w: %s", ErrRefused, r.Refused[0].Reply)
}
