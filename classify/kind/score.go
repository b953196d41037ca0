package kind

import (
	"strings"

	"qclean/scan/letter"
)

// enough is the sum that makes a report. A known text and any other mark reach
// it, and so do sender, subject and null sender together; none does alone.
const enough = 7

// judge decides what a message without a machine-readable part is.
func (w *words) judge() (Facts, bool) {
	if w.isReport() && !w.answersFirst() {
		return w.report(), true
	}
	if why := w.receipt(); why != "" {
		return Facts{Kind: MDN, Why: why}, true
	}
	if w.subject.points[complaint] >= strong && w.m.Returned != nil && !w.replied {
		return Facts{Kind: ARF, Why: "subject of a feedback loop"}, true
	}
	if why := w.automatic(); why != "" {
		return Facts{Kind: AutoReply, Why: why}, true
	}
	return Facts{}, false
}

// isReport adds up what speaks for a report about delivery and takes off what
// speaks for a person, a list, or a spammer who plays one. Words of the text
// alone are never enough.
func (w *words) isReport() bool {
	m, h, subject := w.m, w.h, w.subject.delivery()
	if w.replied {
		subject = 0
	}
	extra := structure(m, h)
	outside := max(subject, w.sender, h.null, extra)
	if outside < weak {
		return false
	}
	text := w.text().delivery()
	against := w.against(text)
	if w.sender >= wording && against <= trace && m.Returned != nil && details(m) > weak {
		return true // in a language that nobody put into the tables
	}
	if text == 0 && w.sender >= wording && subject >= strong && against <= trace && details(m) > 0 {
		return true // the subject says it all
	}
	if max(text, subject, extra) < wording || text == 0 && extra == 0 && (h.null < weak || w.sender < weak) {
		return false
	}
	need := enough
	if text < formula && subject == 0 {
		need += wording // words that anybody uses need more beside them
	}
	if w.sender < weak && extra <= trace && h.null == 0 {
		need += weak // only its words speak for it
	}
	sum := text + subject + w.sender + h.null + extra - against
	if text >= formula || extra > 0 || h.null >= weak {
		return sum >= need || text > 0 && sum+maxDetails >= need && sum+details(m) >= need
	}
	// An administrator may write all of this; a report says about whom.
	n := 0
	if sum+maxDetails >= need {
		n = details(m)
	}
	return n > 0 && sum+n >= need
}

// delivery is the weight of what is said about delivery, whatever came of it.
func (t *tallies) delivery() int {
	said := max(t.of(failed), t.of(delayed), t.of(delivered))
	n := t.of(notice)
	return max(n, said) + min(n, said, weak)
}

// structure weighs what only reports have besides their words.
func structure(m *letter.Message, h *marks) int {
	n := 0
	if h.failedTo != "" || h.ndrField {
		n += strong
	}
	if m.Type == "multipart/report" || m.Report != nil {
		n += wording
	}
	if n == 0 && m.Returned != nil {
		n = trace
	}
	return n
}

// against weighs what speaks for another author than a mail system.
func (w *words) against(text int) int {
	m, h, body := w.m, w.h, w.text()
	n := body.of(list) + w.subject.of(list)
	if w.replied {
		n += strong
	}
	if w.subject.points[passed] > 0 {
		n += strong
	}
	if w.sender < wording {
		n += min(body.of(passed), strong)
	}
	if h.null == 0 && h.client() {
		n += strong
	}
	if h.listed && w.sender < wording {
		n += wording
	}
	if h.known {
		n += trace
	}
	if text < formula && m.Returned == nil && h.failedTo == "" {
		n += lure(m) + body.of(bait)
	}
	return n
}

// lure weighs what a spammer who plays postmaster wants of the reader: to
// follow a link, or to open a program.
func lure(m *letter.Message) int {
	n := 0
	for i := range m.Links {
		if !m.Links[i].Image {
			n = formula
			break
		}
	}
	for i := range m.Parts {
		if runs(m.Parts[i].Name) {
			return formula + wording
		}
	}
	return n
}

// runs tells whether a file of that name does something when it is opened.
func runs(name string) bool {
	at := strings.LastIndexByte(name, '.')
	if at < 0 || len(name)-at > 6 {
		return false
	}
	var buf [8]byte
	switch string(fold(buf[:0], name[at+1:], len(buf))) {
	case "zip", "exe", "scr", "pif", "com", "bat", "cmd", "vbs", "js", "jse", "wsf", "hta", "cpl", "lnk", "iso", "img", "rar", "7z",
		"ace", "html", "htm", "shtml", "doc", "docm", "xls", "xlsm", "jar", "ps1", "one":
		return true
	}
	return false
}

// answersFirst tells whether a person's auto-responder speaks before anything
// is said about delivery, as when it quotes the report that it answers.
func (w *words) answersFirst() bool {
	if w.sender >= weak {
		return false
	}
	t := w.text()
	first := int32(1 << 30)
	for _, s := range []sort{notice, failed, delayed, delivered} {
		if t.at[s] > 0 {
			first = min(first, t.at[s])
		}
	}
	says := t.points[away] >= strong && t.at[away] < first
	return says || w.subject.points[away] >= strong && w.subject.at[away] == 1
}

// report says which sort of report it is. Warnings use the words of failures
// as well, and failures seldom those of warnings.
func (w *words) report() Facts {
	body := w.text()
	sum := func(s sort) int {
		n := body.of(s)
		if !w.replied {
			n += w.subject.of(s)
		}
		return n
	}
	f, d, ok := sum(failed), sum(delayed), sum(delivered)
	k, s := NDRFailed, failed
	switch {
	case ok > f && ok > d:
		k, s = DSNSuccess, delivered
	case d > 0 && d >= f || body.points[delayed] > body.points[failed] && w.subject.points[delayed] >= w.subject.points[failed] && d > wording:
		k, s = NDRDelayed, delayed
	}
	return Facts{Kind: k, Why: w.why(s)}
}

// why names what weighed most.
func (w *words) why(s sort) string {
	switch {
	case w.text().best[s] != nil:
		return "text “" + w.text().best[s].text + "”"
	case w.subject.best[s] != nil:
		return "subject “" + w.subject.best[s].text + "”"
	}
	return "shape and sender"
}

// receipt tells a read receipt that is no multipart/report.
func (w *words) receipt() string {
	s := w.subject.of(read)
	if w.replied || w.h.listed || s == 0 {
		return ""
	}
	t := w.text().of(read)
	if s >= wording && t >= wording || t >= formula && (w.h.null > 0 || w.h.autoSub != "") {
		return "words of a receipt"
	}
	return ""
}

// automatic tells an automatic answer: by RFC 3834's field and its older
// likes, else by two of subject, text, sender and the marks that automatic
// mail of all kinds has.
func (w *words) automatic() string {
	h, subject := w.h, w.subject.of(away)
	if w.replied {
		subject = 0
	}
	switch {
	case saysFold(h.autoSub, "auto-replied"):
		return "Auto-Submitted: auto-replied"
	case saysFold(h.precedence, "auto_reply"):
		return "Precedence: auto_reply"
	case h.listed && subject < strong:
		return ""
	case h.auto && (subject > 0 || h.inReplyTo != "" || h.null > 0 || w.text().of(away) > 0):
		return "field of an auto-responder"
	case subject >= strong && w.subject.at[away] == 1:
		return "subject of an auto-responder"
	}
	marks := h.automated()
	if marks == 0 && subject < strong {
		return ""
	}
	text := w.text().of(away)
	if max(subject, text) >= wording && subject+text+marks >= enough && (marks > 0 || min(subject, text) >= strong) {
		return "words of an auto-responder"
	}
	return ""
}

// automated weighs the marks that automatic mail of all kinds has, notices and
// news included.
func (h *marks) automated() int {
	n := 0
	if h.suppress || h.null > 0 || saysFold(h.autoSub, "auto-notified") {
		n += weak
	}
	if saysFold(h.autoSub, "auto-generated") || h.null > 0 || saysFold(h.precedence, "bulk") || saysFold(h.precedence, "junk") {
		n += weak
	}
	if h.inReplyTo != "" && n > 0 {
		n += trace
	}
	return n
}

// saysFold tells whether a field begins with a word in lower case.
func saysFold(value, word string) bool { return hasFold(strings.TrimSpace(value), word) }
