package letter

import "strings"

// maxGroups bounds the recipients of one report.
const maxGroups = 1000

// setAside takes a part that is for machines, or that is another message, out
// of what this message says.
func (r *Reader) setAside(p *Part) {
	m := &r.msg
	switch p.Type {
	case "message/rfc822", "message/global", "message/partial", "text/rfc822":
		m.Quoted += len(p.Body)
		r.original(p, messagePart)
	case "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
		m.Quoted += len(p.Body)
		r.original(p, headerPart)
	case "text/calendar", "text/x-vcalendar", "application/ics", "application/pgp-encrypted", "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature":
		m.Quoted += len(p.Body)
	default:
		if kind := reportKind(p.Type); kind != "" {
			m.Quoted += len(p.Body)
			if m.Report == nil {
				r.readReport(kind, p)
			}
		}
	}
}

// originalRank says what Returned holds: a better find takes its place.
type originalRank uint8

const (
	noOriginal originalRank = iota
	markedText
	headerPart
	messagePart
)

// original remembers a part as what was returned or forwarded.
func (r *Reader) original(p *Part, rank originalRank) {
	if rank <= r.returnedRank {
		return
	}
	r.returnedRank = rank
	body := p.Body
	if p.Encoding == "base64" || p.Encoding == "quoted-printable" { // against RFC 2046 section 5.2.1, and found
		r.returned = p.Decoded(r.returned[:0], maxReturned)
		body = r.returned
	}
	r.msg.Returned = body
}

// reportKind is the machine-readable part's type without its family, "" for
// another part.
func reportKind(typ string) string {
	switch typ {
	case "message/delivery-status", "message/global-delivery-status":
		return "delivery-status" // RFC 3464, RFC 6533
	case "message/disposition-notification", "message/global-disposition-notification":
		return "disposition-notification" // RFC 8098
	case "message/feedback-report":
		return "feedback-report" // RFC 5965
	case "message/tracking-status":
		return "tracking-status" // RFC 3886
	case "application/tlsrpt+json", "application/tlsrpt+gzip":
		return "tlsrpt" // RFC 8460
	}
	return ""
}

// readReport parses the groups of fields, which blank lines part.
func (r *Reader) readReport(kind string, p *Part) {
	r.report = Report{Type: kind, Groups: r.report.Groups[:0]}
	r.msg.Report = &r.report
	if strings.HasPrefix(p.Type, "application/") {
		return
	}
	body := p.Body
	if p.Encoding == "base64" || p.Encoding == "quoted-printable" {
		mark := len(r.tools.arena.buf)
		r.tools.arena.buf = p.Decoded(r.tools.arena.buf, maxReturned)
		body = r.tools.arena.buf[mark:len(r.tools.arena.buf):len(r.tools.arena.buf)]
	}
	first := len(r.fields)
	for len(body) > 0 && len(r.report.Groups) < maxGroups && len(r.fields)-first < r.limits.Fields {
		mark := len(r.fields)
		n, flaws := r.header(body)
		r.msg.Defects |= flaws & (BadField | HeaderCut)
		if len(r.fields) > mark {
			r.report.Groups = append(r.report.Groups, Header(r.fields[mark:len(r.fields):len(r.fields)]))
		}
		if n == 0 { // bad lines without a field: past them
			n = len(body) - len(nextLine(body))
		}
		body = body[n:]
	}
}
