package kind

import (
	"strings"

	"qclean/scan/letter"
)

// about fills in what a report tells of the message that it is about: from the
// machine-readable part where there is one, else from the text.
func (f *Facts) about(m *letter.Message, h *marks) {
	if m.Report != nil {
		f.fromReport(m.Report)
	}
	if f.Kind == NDRFailed || f.Kind == NDRDelayed || f.Kind == DSNSuccess {
		f.fromText(m, h)
	}
	f.MessageID, f.From = original(m.Returned)
	if f.MessageID == "" && m.Report != nil {
		f.MessageID = bare(field(m.Report.Groups, "original-message-id")) // RFC 8098 section 3.2.5
	}
	if f.MessageID == "" {
		f.MessageID = bare(h.inReplyTo)
	}
	if f.MessageID == "" {
		f.MessageID = bare(lastID(h.references))
	}
}

// fromReport reads the fields of RFC 3464 sections 2.2 and 2.3. Those of each
// recipient stand in a group of their own; some put all into one.
func (f *Facts) fromReport(r *letter.Report) {
	if f.ReportingMTA = typed(field(r.Groups, "reporting-mta")); f.ReportingMTA == "" {
		f.ReportingMTA = typed(field(r.Groups, "reporting-ua"))
	}
	for _, g := range r.Groups {
		to := ""
		for i := range g {
			n := g[i].Name
			switch {
			case fieldIs(n, "final-recipient"), fieldIs(n, "original-recipient") && to == "":
				to = address(typed(g[i].Value))
			case fieldIs(n, "status") && f.Status == "":
				f.Status = firstStatus(g[i].Value)
			case fieldIs(n, "diagnostic-code") && f.Diagnostic == "":
				f.Diagnostic = typed(g[i].Value)
			}
		}
		f.addFailed(to)
	}
}

// addFailed keeps a recipient once.
func (f *Facts) addFailed(to string) {
	if to == "" || len(f.Failed) >= MaxFailed {
		return
	}
	for _, known := range f.Failed {
		if known == to {
			return
		}
	}
	f.Failed = append(f.Failed, to)
}

func field(groups []letter.Header, name string) string {
	for _, g := range groups {
		if v := g.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// typed is the value of a field such as "rfc822; a@example.com" without its
// type (RFC 3464 section 2.1.2).
func typed(v string) string {
	if kind, rest, ok := strings.Cut(v, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " @<") {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(v)
}

// address is what stands in brackets, or all. A CR alone ends it, as it ends the
// line for some readers; values come with it as it was sent.
func address(v string) string {
	v, _, _ = strings.Cut(v, "\r")
	if i := strings.IndexByte(v, '<'); i >= 0 {
		if n := strings.IndexByte(v[i:], '>'); n > 0 {
			v = v[i+1 : i+n]
		}
	}
	if i := strings.IndexByte(v, '('); i > 0 {
		v = v[:i]
	}
	return strings.Trim(strings.TrimSpace(v), "<>\"';,")
}

// bare is a Message-ID without brackets.
func bare(v string) string {
	v = strings.TrimSpace(v)
	if i := strings.IndexByte(v, '<'); i >= 0 {
		if n := strings.IndexByte(v[i:], '>'); n > 0 {
			return v[i+1 : i+n]
		}
		return ""
	}
	if strings.IndexByte(v, '@') < 0 || strings.ContainsAny(v, " \t") {
		return ""
	}
	return v
}

// lastID is the last of a References field: the message that is answered.
func lastID(v string) string {
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		return v[i:]
	}
	return ""
}
