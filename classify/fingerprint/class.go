package fingerprint

import (
	"strings"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// ClassOf tells a message's class from what it shows and what its envelope
// says. The envelope may be nil: a message that was returned has none.
func ClassOf(m *letter.Message, e *spool.Envelope) Class {
	switch {
	case m.Report != nil || e != nil && e.Null || fromDaemon(m):
		return Report
	case isAutomatic(m):
		return Automatic
	case isSealed(m):
		return Calendar
	case isQuoted(m):
		return Quoted
	case isAligned(m):
		return Aligned
	}
	return Mail
}

// fromDaemon is true of the bounces that are no multipart/report, half of all.
func fromDaemon(m *letter.Message) bool {
	if m.Header.Has("X-Failed-Recipients") {
		return true
	}
	for _, a := range m.From() {
		if strings.EqualFold(a.Local(), "mailer-daemon") {
			return true
		}
	}
	return false
}

// isAutomatic is true of answers that no person wrote: RFC 3834 section 5,
// and what mail programs used before it. "auto-generated" is left out, since
// newsletters and notices carry it.
func isAutomatic(m *letter.Message) bool {
	if strings.HasPrefix(strings.ToLower(m.Header.Get("Auto-Submitted")), "auto-replied") {
		return true
	}
	return strings.EqualFold(m.Header.Get("Precedence"), "auto_reply") ||
		m.Header.Has("X-Autoreply") || m.Header.Has("X-Autorespond")
}

// isSealed is true of invitations and of what is signed or encrypted.
func isSealed(m *letter.Message) bool {
	for i := range m.Parts {
		switch t := m.Parts[i].Type; {
		case t == "text/calendar", t == "application/ics":
			return true
		case strings.HasPrefix(t, "application/pgp-"), strings.HasSuffix(t, "pkcs7-signature"), strings.HasSuffix(t, "pkcs7-mime"):
			return true
		}
	}
	return false
}

// isQuoted is true when a good part of what the message shows is another's. A
// line or two that begins with ">" makes no quotation: spam has them as well.
func isQuoted(m *letter.Message) bool {
	return m.Returned != nil || m.Quoted > 0 && m.Quoted*quotedShare >= len(m.Text)
}

// quotedShare: a message is quoted when one part in so many of it is.
const quotedShare = 4

// isAligned is true when a link leads to the registered domain of the address
// in From. A copy of a notice that leads elsewhere is not, whoever it says it
// is from.
func isAligned(m *letter.Message) bool {
	for _, a := range m.From() {
		host := strings.ToLower(strings.TrimSuffix(a.Domain(), "."))
		for i := range m.Links {
			if inDomain(host, m.Links[i].Domain) {
				return true
			}
		}
	}
	return false
}

// inDomain is true of the domain and what lies under it. A registered domain
// is never a public suffix, so one name under it cannot belong to another.
func inDomain(host, domain string) bool {
	return domain != "" && strings.HasSuffix(host, domain) &&
		(len(host) == len(domain) || host[len(host)-len(domain)-1] == '.')
}
