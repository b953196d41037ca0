package letter

import (
	"strings"
	"time"
)

// kit gives a Message that was made by hand tools of its own.
func (m *Message) kit() *tools {
	if m.tools == nil {
		m.tools = new(tools)
	}
	return m.tools
}

// fallback is the charset that bytes in a header field are probably in: that
// of the first text.
func (m *Message) fallback() string {
	for i := range m.Parts {
		if m.Parts[i].Charset != "" {
			return m.Parts[i].Charset
		}
	}
	return ""
}

// Subject is the first Subject field, decoded. It may hold any character,
// control characters included.
func (m *Message) Subject() string {
	if !m.subjectRead {
		m.subject, m.subjectRead = m.Decoded("Subject"), true
	}
	return m.subject
}

// Decoded is the first field of that name with its encoded words decoded.
func (m *Message) Decoded(name string) string {
	return m.kit().decoded(m.Header.Get(name), m.fallback())
}

// From is the authors (RFC 5322 section 3.6.2), nil without one.
func (m *Message) From() []Address {
	if len(m.from) == 0 {
		m.from = m.addresses(m.from, "From")
	}
	return m.from
}

// Addresses is the mailboxes of the first field of that name, such as "To".
// At most 1,000 are read.
func (m *Message) Addresses(name string) []Address { return m.addresses(nil, name) }

func (m *Message) addresses(into []Address, name string) []Address {
	for a := range m.kit().addresses(m.Header.Get(name), m.fallback()) {
		into = append(into, a)
	}
	return into
}

// Sender is who sent it for the author, where that is another.
func (m *Message) Sender() (Address, bool) { return m.firstAddress("Sender") }

// ReplyTo is the first mailbox that answers are to go to.
func (m *Message) ReplyTo() (Address, bool) { return m.firstAddress("Reply-To") }

func (m *Message) firstAddress(name string) (Address, bool) {
	for a := range m.kit().addresses(m.Header.Get(name), m.fallback()) {
		return a, true
	}
	return Address{}, false
}

// Date is the Date field in UTC, false without one that can be read.
func (m *Message) Date() (time.Time, bool) { return parseDate(m.Header.Get("Date")) }

// MessageID is the message's own name without brackets, "" without one.
func (m *Message) MessageID() string { return bracketed(m.Header.Get("Message-ID")) }

// ReturnPath is the envelope's sender as the last delivery recorded it (RFC
// 5321 section 4.4), "" for the null sender; false without the field.
func (m *Message) ReturnPath() (string, bool) {
	if !m.Header.Has("Return-Path") {
		return "", false
	}
	return bracketed(m.Header.Get("Return-Path")), true
}

// bracketed is what stands in the first pair of brackets, or all without one.
// Comments are not looked at: the library's parser is quadratic in them.
func bracketed(v string) string {
	if i := strings.IndexByte(v, '<'); i >= 0 {
		if n := strings.IndexByte(v[i:], '>'); n > 0 {
			return trim(v[i+1 : i+n])
		}
		return trim(v[i+1:])
	}
	return trim(v)
}
