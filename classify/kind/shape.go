package kind

import (
	"strings"

	"qclean/scan/letter"
)

// byShape reads what was written for machines: the second part of a
// multipart/report (RFC 6522), and the attachments of DMARC and TLS reports.
func byShape(m *letter.Message, h *marks) (Facts, bool) {
	if k, why := paper(m, h); why != "" {
		return Facts{Kind: k, Why: why}, true
	}
	r := m.Report
	if r == nil || handled(m, h) {
		return Facts{}, false
	}
	switch r.Type {
	case "disposition-notification":
		return Facts{Kind: MDN, Why: "disposition-notification"}, true
	case "feedback-report":
		return Facts{Kind: ARF, Why: "feedback-report"}, true
	case "tlsrpt":
		return Facts{Kind: Report, Why: "TLS report"}, true
	case "delivery-status", "tracking-status":
		return byStatus(m, h)
	}
	return Facts{}, false
}

// handled tells whether a report is in a message only because a person or a
// list passed it on: the outer message is theirs.
func handled(m *letter.Message, h *marks) bool {
	if m.Type == "multipart/report" || h.null > 0 || daemonic(m) >= wording {
		return false
	}
	return h.listed || h.client() || passedOn(h)
}

// byStatus reads the Action fields of a delivery status (RFC 3464 section
// 2.3.3): any that failed decides, else any that is delayed. Where there is
// none that can be read, Status decides (section 2.3.4), and then the words.
func byStatus(m *letter.Message, h *marks) (Facts, bool) {
	var seen [sorts]bool
	var last string
	for _, g := range m.Report.Groups {
		for i := range g {
			if fieldIs(g[i].Name, "action") {
				if s, ok := actionOf(g[i].Value); ok {
					seen[s], last = true, g[i].Value
				}
			}
		}
	}
	if last == "" {
		last = statuses(m.Report, &seen)
	}
	switch {
	case seen[failed]:
		return Facts{Kind: NDRFailed, Why: "delivery-status, failed"}, true
	case seen[delayed]:
		return Facts{Kind: NDRDelayed, Why: "delivery-status, delayed"}, true
	case seen[delivered]:
		return Facts{Kind: DSNSuccess, Why: "delivery-status, " + firstWord(last)}, true
	}
	f, ok := byWords(m, h)
	if ok && f.Kind != Mail && f.Kind != AutoReply {
		return f, true
	}
	if len(m.Report.Groups) == 0 && f.Kind == AutoReply {
		return f, true
	}
	return Facts{Kind: NDRFailed, Why: "delivery-status without an action"}, true
}

// statuses takes the class of the Status codes for a missing Action.
func statuses(r *letter.Report, seen *[sorts]bool) (last string) {
	for _, g := range r.Groups {
		switch v := g.Get("Status"); {
		case v == "":
		case v[0] == '5':
			seen[failed], last = true, v
		case v[0] == '4':
			seen[delayed], last = true, v
		case v[0] == '2':
			seen[delivered], last = true, v
		}
	}
	return last
}

// actions are the values of Action by what they mean, RFC 3464's own first.
// What follows the word, as in "failed (bad destination)", is a comment.
var actions = [...]struct {
	word string
	says sort
}{
	{"failed", failed}, {"delayed", delayed}, {"delivered", delivered}, {"relayed", delivered}, {"expanded", delivered},
	{"failure", failed}, {"fail", failed}, {"error", failed}, {"expired", failed}, {"undeliverable", failed}, {"undelivered", failed},
	{"rejected", failed}, {"bounced", failed}, {"delay", delayed}, {"deferred", delayed}, {"retry", delayed}, {"warning", delayed},
	{"deliverable", delivered}, {"success", delivered}, {"forwarded", delivered},
}

func actionOf(value string) (sort, bool) {
	w := firstWord(value)
	for i := range actions {
		if strings.EqualFold(w, actions[i].word) {
			return actions[i].says, true
		}
	}
	return 0, false
}

func firstWord(s string) string {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return s[:i]
		}
	}
	return s
}
