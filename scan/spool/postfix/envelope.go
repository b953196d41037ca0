package postfix

import (
	"bytes"
	"strings"
	"time"

	"qclean/scan/spool"
)

// maxString bounds one string of an envelope; Postfix cuts at 2048 itself.
const maxString = 4096

// message is what the records of one queue file say.
type message struct {
	spool.Envelope
	lend     *spool.Lender
	sizes    sizes
	received time.Time // T: kept by a requeue
	created  time.Time // create_time: the lifetime in the queue counts from here
	textAt   int64     // where to read on for the text, 0 without any
	due      int       // recipients still to be served
	redirect string    // all mail goes there instead
	tracing  bool      // sendmail -v or -bv: see Stage
	sender   bool      // there was a sender record
	client   client
}

// client is who handed the message in. Behind a content filter the plain
// attributes are the filter's, and the log_ ones tell the truth (XFORWARD_README).
type client struct {
	name, address, helo          string
	logName, logAddress, logHelo string
}

// sizes is the C record (rec_type.h, cleanup_final.c).
type sizes struct {
	content    int64 // bytes in the file from the first content record to X; what mailq shows
	contentAt  int64 // offset of the first content record
	recipients int64
}

// parseSizes reads the fields that are there: older versions wrote fewer.
func parseSizes(b []byte) (s sizes) {
	i := 0
	for f := range bytes.FieldsSeq(b[:min(len(b), 200)]) {
		n, ok := number(f)
		if !ok || n < 0 {
			return sizes{}
		}
		switch i {
		case 0:
			s.content = n
		case 1:
			s.contentAt = n
		case 2:
			s.recipients = n
		}
		i++
	}
	return s
}

// take learns from a record of the envelope or of the extracted part. The
// same types stand in both, but for L, which is of no use here (rec_type.h).
func (m *message) take(rec record) {
	switch rec.kind {
	case recSize:
		m.sizes = parseSizes(rec.data)
	case recTime:
		if m.received.IsZero() {
			m.received = parseTime(rec.data)
		}
	case recSender:
		if !m.sender { // the first counts (qmgr_message.c)
			m.sender, m.From = true, quote(m.text(rec.data))
		}
	case recAttribute:
		m.attribute(rec.data)
	case recRecipient: // one that is served has become D, one that was taken back is /
		m.due++
		if len(m.To) < spool.MaxRecipients {
			m.lend.Recipient(&m.Envelope, quote(m.text(rec.data)))
		}
	case recRedirect:
		m.redirect = quote(m.text(rec.data))
	}
}

// attribute learns from an A record, name=value.
func (m *message) attribute(b []byte) {
	name, value, _ := bytes.Cut(b, []byte("="))
	c := &m.client
	switch string(name) {
	case "create_time":
		m.created = parseTime(value)
	case "sasl_username":
		m.AuthUser = m.text(value)
	case "trace_flags":
		n, ok := number(value)
		m.tracing = !ok || n != 0
	case "client_name":
		c.name = m.known(value)
	case "client_address":
		c.address = m.known(value)
	case "helo_name":
		c.helo = m.known(value)
	case "log_client_name":
		c.logName = m.known(value)
	case "log_client_address":
		c.logAddress = m.known(value)
	case "log_helo_name":
		c.logHelo = m.known(value)
	}
}

// settle fills the envelope from what only makes sense together.
func (m *message) settle() {
	m.Null = m.sender && m.From == ""
	if c := m.client; c.logAddress != "" {
		m.ClientIP, m.ClientName, m.Helo = c.logAddress, c.logName, c.logHelo
	} else {
		m.ClientIP, m.ClientName, m.Helo = c.address, c.name, c.helo
	}
	if m.redirect != "" && m.due > 0 {
		m.To, m.due = nil, 1
		m.lend.Recipient(&m.Envelope, m.redirect)
	}
	m.More = m.due - len(m.To)
	m.Source = spool.FromQueue
	if !m.sender && m.due == 0 {
		m.Source = spool.Unknown
	}
}

// arrived is when the message first came to this MTA.
func (m *message) arrived() time.Time {
	if m.received.IsZero() {
		return m.created
	}
	return m.received
}

// parseTime reads "seconds microseconds"; the second may be missing.
func parseTime(b []byte) time.Time {
	var f [2][]byte
	n := 0
	for field := range bytes.FieldsSeq(b[:min(len(b), 100)]) {
		if f[n] = field; n == 1 {
			break
		}
		n++
	}
	sec, ok := number(f[0])
	if !ok || sec <= 0 || sec > 1<<40 {
		return time.Time{}
	}
	usec, ok := number(f[1])
	if !ok || usec < 0 || usec >= 1e6 {
		usec = 0
	}
	return time.Unix(sec, usec*1000).UTC()
}

// text is a bounded copy of what the window holds.
func (m *message) text(b []byte) string { return m.lend.String(b[:min(len(b), maxString)]) }

// known is text, but empty for what Postfix writes when it does not know.
func (m *message) known(b []byte) string {
	if s := m.text(b); !strings.EqualFold(s, "unknown") {
		return s
	}
	return ""
}
