package exim

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"qclean/scan/spool"
)

// What is wrong with a -H file, from some point on. What came before counts.
var (
	errCut        = errors.New("header file ends too early")
	errVariable   = errors.New("variable with a length that cannot be")
	errTree       = errors.New("list of served recipients that cannot be")
	errRecipients = errors.New("number of recipients that cannot be")
	errHeader     = errors.New("header with a length that cannot be")
)

// maxString bounds one string of an envelope.
const maxString = 4096

// message is what a -H file and a journal say (spool_in.c, spool_out.c).
type message struct {
	spool.Envelope
	lend    *spool.Lender
	arrived time.Time
	frozen  bool
	wire    bool // the text in -D has CRLF
	local   bool
	report  bool // a bounce that Exim made itself
	untried bool // since it was received (deliver.c, deliver_firsttime)
	ident   string
	headers []byte // the rest of the file, behind the empty line

	// served is who must not get it again: from the tree and the journal, and
	// with them addresses that were replaced by others. nil when nobody.
	served map[string]struct{}
	due    int
}

// lines takes a -H file apart. It holds what is left of it.
type lines struct{ rest []byte }

// next takes a line off, without its end. Each line of the file has one.
func (l *lines) next() ([]byte, bool) {
	line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
	if ok {
		l.rest = rest
	}
	return line, ok
}

// counted takes n bytes and a line end off. They may hold anything: a value of
// an ACL variable has line ends, and what looks like the rest of the file.
func (l *lines) counted(n int) ([]byte, bool) {
	if n < 0 || n >= len(l.rest) || l.rest[n] != '\n' {
		return nil, false
	}
	b := l.rest[:n]
	l.rest = l.rest[n+1:]
	return b, true
}

// parse reads a -H file; b must not change while m is in use. journal is the
// -J file, if there is one.
func (m *message) parse(b, journal []byte) error {
	l := lines{rest: b}
	m.journal(journal)
	err := m.front(&l)
	if err == nil {
		err = m.variables(&l)
	}
	if err == nil {
		err = m.tree(&l)
	}
	if err == nil {
		err = m.recipients(&l)
	}
	m.settle()
	if err != nil {
		return err
	}
	if blank, ok := l.next(); !ok || len(blank) > 0 {
		return errCut
	}
	m.headers = l.rest
	return m.eachHeader(func([]byte) bool { return true })
}

// front is the first four lines: ID-H, the process, <sender>, arrival and warnings.
func (m *message) front(l *lines) error {
	l.next()
	l.next()
	sender, _ := l.next()
	when, ok := l.next()
	if !ok || len(sender) < 2 || sender[0] != '<' || sender[len(sender)-1] != '>' {
		return errCut
	}
	m.From = m.text(sender[1 : len(sender)-1])
	m.Null = m.From == ""
	m.Source = spool.FromQueue
	sec, _, _ := bytes.Cut(when, []byte(" "))
	if n, err := strconv.ParseInt(string(sec), 10, 64); err == nil && n > 0 && n < 1<<40 {
		m.arrived = time.Unix(n, 0).UTC()
	}
	return nil
}

// variables reads the lines that begin with "-"; unknown ones are passed over,
// as Exim does. A second "-", or "-(x)", marks a value from outside.
func (m *message) variables(l *lines) error {
	for len(l.rest) > 0 && l.rest[0] == '-' {
		line, ok := l.next()
		if !ok {
			return errCut
		}
		line = bytes.TrimPrefix(line[1:], []byte("-"))
		if len(line) > 0 && line[0] == '(' {
			if end := bytes.IndexByte(line, ')'); end >= 0 {
				line = line[end+1:]
			}
		}
		name, value, _ := bytes.Cut(line, []byte(" "))
		switch string(name) {
		case "aclc", "aclm", "acl":
			n, err := strconv.Atoi(string(value[bytes.LastIndexByte(value, ' ')+1:]))
			if _, ok := l.counted(n); err != nil || !ok {
				return errVariable
			}
		default:
			m.variable(string(name), value)
		}
	}
	return nil
}

func (m *message) variable(name string, value []byte) {
	switch name {
	case "auth_id":
		m.AuthUser = m.text(value)
	case "host_address":
		m.ClientIP = address(m.lend.String(value))
	case "host_name":
		m.ClientName = m.text(value)
	case "helo_name":
		m.Helo = m.text(value)
	case "ident":
		m.ident = m.text(value)
	case "local":
		m.local = true
	case "received_protocol": // a trusted user's submission for another has no -local
		m.local = m.local || bytes.HasPrefix(value, []byte("local"))
	case "localerror":
		m.report = true
	case "frozen":
		m.frozen = true
	case "deliver_firsttime":
		m.untried = true
	case "spool_file_wireformat":
		m.wire = true
	case "received_time_usec":
		if usec, err := strconv.ParseUint(string(bytes.TrimPrefix(value, []byte("."))), 10, 32); err == nil && usec < 1e6 && !m.arrived.IsZero() {
			m.arrived = m.arrived.Truncate(time.Second).Add(time.Duration(usec) * time.Microsecond)
		}
	}
}

// tree reads who was served: "XX", or a binary tree in pre-order, a node a line,
// two letters for whether it has a left and a right child, and the address
// (tree.c). No recursion: a tree may be a list as deep as it is long.
func (m *message) tree(l *lines) error {
	for open := 1; open > 0; open-- {
		line, ok := l.next()
		if ok && open == 1 && string(line) == "XX" {
			return nil
		}
		if !ok || len(line) < 3 || line[2] != ' ' {
			return errTree
		}
		for _, c := range line[:2] {
			switch c {
			case 'Y':
				open++
			case 'N':
			default:
				return errTree
			}
		}
		m.serve(line[3:])
	}
	return nil
}

// journal reads the -J file: one address a line, served since -H was written.
func (m *message) journal(b []byte) {
	for line := range bytes.Lines(b) {
		if line = bytes.TrimRight(line, "\n"); len(line) > 0 {
			m.serve(line)
		}
	}
}

func (m *message) serve(addr []byte) {
	if m.served == nil {
		m.served = make(map[string]struct{})
	}
	m.served[key(addr)] = struct{}{}
}

// isServed makes no key where nobody was served yet, as mostly.
func (m *message) isServed(addr []byte) bool {
	if len(m.served) == 0 {
		return false
	}
	_, served := m.served[key(addr)]
	return served
}

// key is an address with its domain in lower case, for comparing.
func key(addr []byte) string {
	at := bytes.LastIndexByte(addr, '@') + 1
	return string(addr[:at]) + string(bytes.ToLower(addr[at:]))
}

// recipients reads their number and that many lines. Those that are in the
// tree, or in the journal, have the message already.
func (m *message) recipients(l *lines) error {
	line, ok := l.next()
	n, err := strconv.ParseUint(string(line), 10, 31)
	if !ok || err != nil || n > uint64(len(l.rest)) { // a line each
		return errRecipients
	}
	for range n {
		line, ok := l.next()
		if !ok {
			return errCut
		}
		addr := recipient(line)
		if m.isServed(addr) {
			continue
		}
		m.due++
		if len(m.To) < spool.MaxRecipients {
			m.lend.Recipient(&m.Envelope, m.text(addr))
		}
	}
	return nil
}

// settle fills what only makes sense together. A local submission has no
// login but the user in whose name the process ran: often a web server's.
func (m *message) settle() {
	m.More = m.due - len(m.To)
	if m.local && !m.report && m.AuthUser == "" {
		m.AuthUser = m.ident
	}
	if m.Source != spool.FromQueue {
		m.Source = spool.Unknown
	}
}

// eachHeader gives the header lines that are in force. Each is written with
// its length in three or more digits, a letter for what it is, a blank, and
// that many bytes with the line end; "*" is one that was deleted or replaced.
func (m *message) eachHeader(fn func([]byte) bool) error {
	rest := m.headers
	for len(rest) > 0 {
		digits := 0
		for digits < len(rest) && digits < 10 && '0' <= rest[digits] && rest[digits] <= '9' {
			digits++
		}
		n, err := strconv.Atoi(string(rest[:digits]))
		if err != nil || len(rest) < digits+2 || rest[digits+1] != ' ' {
			return errHeader
		}
		kind := rest[digits]
		rest = rest[digits+2:]
		if n > len(rest) {
			return errHeader
		}
		if kind != '*' && !fn(rest[:n]) {
			return nil
		}
		rest = rest[n:]
	}
	return nil
}

// text is a bounded copy.
func (m *message) text(b []byte) string { return m.lend.String(b[:min(len(b), maxString)]) }
