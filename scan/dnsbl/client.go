package dnsbl

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// answer is what the DNS said about one name.
type answer struct {
	addrs []netip.Addr
	texts []string
	ttl   uint32 // seconds, the shortest of the records; 0: not known
}

// Bounds of one answer: more is not kept.
const (
	maxRecords = 64
	maxText    = 512 // bytes of one TXT
	maxPacket  = 4096
	tries      = 3 // on the servers in turn
)

// client asks recursive servers. The standard library's resolver does not
// tell REFUSED from SERVFAIL and appends search domains, so it is not used.
type client struct {
	servers []netip.AddrPort
	timeout time.Duration
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// ask gives an empty answer for a name that does not exist. Every error means
// that nothing is known.
func (c *client) ask(ctx context.Context, name string, qtype dnsmessage.Type) (answer, error) {
	var last error
	for i := range tries {
		server := c.servers[i%len(c.servers)]
		a, err := c.try(ctx, server, name, qtype)
		if err == nil {
			return a, nil
		}
		last = err
		if ctx.Err() != nil {
			return answer{}, context.Cause(ctx)
		}
	}
	return answer{}, last
}

// try asks one server once, and again over TCP when the answer did not fit.
func (c *client) try(ctx context.Context, server netip.AddrPort, name string, qtype dnsmessage.Type) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	q, id, err := question(name, qtype)
	if err != nil {
		return answer{}, err
	}
	for _, network := range []string{"udp", "tcp"} {
		a, cut, err := c.over(ctx, network, server, q, id, qtype)
		if err != nil {
			return answer{}, plainError(err)
		}
		if !cut {
			return a, nil
		}
	}
	return answer{}, errors.New("the answer is cut short")
}

func plainError(err error) error {
	var t net.Error
	if errors.As(err, &t) && t.Timeout() {
		return errors.New("time-out")
	}
	return err
}

func question(name string, qtype dnsmessage.Type) ([]byte, uint16, error) {
	n, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, 0, fmt.Errorf("%q: %w", name, err)
	}
	var raw [2]byte
	_, _ = rand.Read(raw[:]) // never fails
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: binary.BigEndian.Uint16(raw[:]), RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: n, Type: qtype, Class: dnsmessage.ClassINET}},
	}
	packed, err := m.Pack()
	return packed, m.ID, err
}

func (c *client) over(ctx context.Context, network string, server netip.AddrPort, q []byte, id uint16, qtype dnsmessage.Type) (a answer, cut bool, err error) {
	conn, err := c.dial(ctx, network, server.String())
	if err != nil {
		return answer{}, false, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if network == "tcp" {
		q = append(binary.BigEndian.AppendUint16(nil, uint16(len(q))), q...)
	}
	if _, err := conn.Write(q); err != nil {
		return answer{}, false, err
	}
	if network == "tcp" {
		packet, err := readFramed(conn)
		if err != nil {
			return answer{}, false, err
		}
		return read(packet, q[2:], id, qtype)
	}
	buf := make([]byte, maxPacket)
	for { // what is not an answer to this question was sent by somebody else
		n, err := conn.Read(buf)
		if err != nil {
			return answer{}, false, err
		}
		a, cut, err := read(buf[:n], q, id, qtype)
		if !errors.Is(err, errForeign) {
			return a, cut, err
		}
	}
}

// readFramed reads a message with its length in front (RFC 1035 section 4.2.2).
func readFramed(r io.Reader) ([]byte, error) {
	br := bufio.NewReader(r)
	var size [2]byte
	if _, err := io.ReadFull(br, size[:]); err != nil {
		return nil, err
	}
	packet := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(br, packet)
	return packet, err
}

var errForeign = errors.New("not an answer to this question")

// read checks that a packet answers the question, and takes the records that
// belong to its name or to what a CNAME in the same packet makes of it.
func read(packet, q []byte, id uint16, qtype dnsmessage.Type) (a answer, cut bool, err error) {
	var p dnsmessage.Parser
	h, err := p.Start(packet)
	if err != nil || !h.Response || h.ID != id {
		return answer{}, false, errForeign
	}
	asked, err := p.Question()
	if err != nil || !sameQuestion(asked, q) {
		return answer{}, false, errForeign
	}
	if err := p.SkipAllQuestions(); err != nil {
		return answer{}, false, fmt.Errorf("broken answer: %w", err)
	}
	switch h.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		return answer{}, false, nil
	default:
		return answer{}, false, errors.New(rcodeName(h.RCode))
	}
	if h.Truncated {
		return answer{}, true, nil
	}
	a, err = records(&p, asked.Name.String(), qtype)
	return a, false, err
}

func sameQuestion(asked dnsmessage.Question, q []byte) bool {
	var p dnsmessage.Parser
	if _, err := p.Start(q); err != nil {
		return false
	}
	ours, err := p.Question()
	return err == nil && strings.EqualFold(asked.Name.String(), ours.Name.String()) && asked.Type == ours.Type && asked.Class == ours.Class
}

func rcodeName(c dnsmessage.RCode) string {
	switch c {
	case dnsmessage.RCodeServerFailure:
		return "SERVFAIL"
	case dnsmessage.RCodeRefused:
		return "REFUSED"
	case dnsmessage.RCodeFormatError:
		return "FORMERR"
	case dnsmessage.RCodeNotImplemented:
		return "NOTIMP"
	}
	return fmt.Sprintf("DNS error %d", c)
}

func records(p *dnsmessage.Parser, name string, qtype dnsmessage.Type) (a answer, err error) {
	for range maxRecords {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return a, nil
		}
		if err != nil {
			return answer{}, fmt.Errorf("broken answer: %w", err)
		}
		mine := strings.EqualFold(h.Name.String(), name) && h.Class == dnsmessage.ClassINET
		switch {
		case mine && h.Type == dnsmessage.TypeCNAME:
			r, err := p.CNAMEResource()
			if err != nil {
				return answer{}, fmt.Errorf("broken answer: %w", err)
			}
			name = r.CNAME.String()
			continue
		case mine && h.Type == qtype && qtype == dnsmessage.TypeA:
			r, err := p.AResource()
			if err != nil {
				return answer{}, fmt.Errorf("broken answer: %w", err)
			}
			a.addrs = append(a.addrs, netip.AddrFrom4(r.A))
		case mine && h.Type == qtype && qtype == dnsmessage.TypeTXT:
			r, err := p.TXTResource()
			if err != nil {
				return answer{}, fmt.Errorf("broken answer: %w", err)
			}
			text := strings.Join(r.TXT, "")
			a.texts = append(a.texts, text[:min(len(text), maxText)])
		default:
			if err := p.SkipAnswer(); err != nil {
				return answer{}, fmt.Errorf("broken answer: %w", err)
			}
			continue
		}
		if a.ttl == 0 || h.TTL < a.ttl {
			a.ttl = h.TTL
		}
	}
	return a, nil
}
