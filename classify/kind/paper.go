package kind

import (
	"bytes"
	"strings"

	"qclean/scan/letter"
)

// paper finds what is told by an attachment: DMARC aggregate reports (RFC 7489
// section 7.2.1.1: the name receiver!domain!begin!end and the subject "Report
// Domain: … Submitter: … Report-ID: …"), TLS reports that name themselves in
// fields only (RFC 8460 section 5.3), old feedback loops, and answers to
// invitations, which have the null sender and are what a person says.
func paper(m *letter.Message, h *marks) (Kind, string) {
	if h.complained != "" && m.Returned != nil {
		return ARF, "X-HmXmrOriginalRecipient"
	}
	if len(m.Parts) > maxPaperParts {
		return Mail, ""
	}
	for i := range m.Parts {
		p := &m.Parts[i]
		switch {
		case packed(p) && aggregateName(p.Name) && !passedOn(h):
			return Report, "DMARC report"
		case packed(p) && reportSubject(h.subject):
			return Report, "aggregate report"
		case h.tlsDomain != "" && strings.HasPrefix(p.Type, "application/"):
			return Report, "TLS report"
		case p.Type == "text/calendar" && reply(p.Body) && !passedOn(h):
			return Mail, "answer to an invitation"
		}
	}
	return Mail, ""
}

// maxPaperParts is more than any such report has.
const maxPaperParts = 12

// packed tells whether a part may hold a report: XML, or packed XML or JSON.
func packed(p *letter.Part) bool {
	switch p.Type {
	case "application/gzip", "application/x-gzip", "application/zip", "application/x-zip", "application/x-zip-compressed",
		"application/xml", "text/xml", "application/octet-stream", "application/x-zip-compress", "application/json", "application/tlsrpt+gzip", "application/tlsrpt+json":
		return true
	}
	return false
}

// aggregateName tells "receiver!domain!begin!end[!id].xml.gz" by its two times.
func aggregateName(name string) bool {
	if strings.Count(name, "!") < 3 || len(name) > 500 {
		return false
	}
	times := 0
	for field := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '!' || r == '.' }) {
		if len(field) >= 9 && len(field) <= 13 && strings.Trim(field, "0123456789") == "" {
			times++
		}
	}
	return times >= 2
}

// reportSubject tells the subject that both RFCs ask for.
func reportSubject(subject string) bool {
	var buf [512]byte
	s := fold(buf[:0], subject, len(buf))
	if answered(s) {
		return false
	}
	domain, submitter := bytes.Index(s, []byte("report domain:")), bytes.Index(s, []byte("submitter:"))
	return domain >= 0 && submitter > domain || bytes.HasPrefix(s, []byte("dmarc aggregate report"))
}

func passedOn(h *marks) bool {
	var buf [64]byte
	return answered(fold(buf[:0], h.subject, len(buf)))
}

// reply tells whether a calendar object is an answer (RFC 5546 section 3.2.3).
func reply(body []byte) bool {
	body = body[:min(len(body), maxCalendarHead)]
	for len(body) > 0 {
		i := indexFold(body, "method:")
		if i < 0 {
			return false
		}
		v := body[i+len("method:"):]
		if (i == 0 || body[i-1] == '\n') && len(v) >= 5 && (indexFold(v[:5], "reply") == 0 || len(v) >= 7 && indexFold(v[:7], "counter") == 0) {
			return true
		}
		body = v
	}
	return false
}

// maxCalendarHead is how far down METHOD is looked for: it is one of the first lines.
const maxCalendarHead = 2 << 10

// indexFold finds ASCII text whatever its case; want is in lower case.
func indexFold(b []byte, want string) int {
	for i := 0; i+len(want) <= len(b); i++ {
		n := 0
		for n < len(want) && (b[i+n] == want[n] || 'A' <= b[i+n] && b[i+n] <= 'Z' && b[i+n]|0x20 == want[n]) {
			n++
		}
		if n == len(want) {
			return i
		}
	}
	return -1
}
