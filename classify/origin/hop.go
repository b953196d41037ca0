package origin

import "strings"

// Hop is one Received field.
type Hop struct {
	IP    string // of the client, "" when none is named
	Name  string // its reverse name
	Helo  string
	By    string // who wrote the field
	Login string
	Auth  bool   // the client logged in
	web   bool   // handed in by a web mail program
	to    string // recipient, when one is named
}

// maxField bounds what is read of one field.
const maxField = 2 << 10

// parse reads a Received field. RFC 5321 section 4.4 gives a grammar, and no
// MTA but its author's keeps to it, so the clauses are looked for one by one:
//
//	from H (R [A]) by B with ESMTPSA id …            Postfix (smtpd.c), sendmail (conf.c)
//	from [A] (helo=H) by B with esmtpsa …            Exim (receive.c, with R in front of [A])
//	from H (A) by B (A) with Microsoft SMTP Server   Exchange 2007 and later
//	from H ([A]) by B with Microsoft SMTPSVC         IIS; Internet Mail Service 5.5 the same
//	from unknown (HELO H) (login@A) by B with SMTP   qmail (received.c) with its patches
//	(qmail 1 invoked by uid 0)                       qmail-queue: no client
//	from H (R [A]) (AUTH: LOGIN login) by B          Courier
//	from R (H [A]) by B (MDaemon …) with ESMTPA      MDaemon
//	from [A] (account login HELO H) by B             CommuniGate Pro
//	by A with SMTP id …                              Gmail, internally
func parse(v string) Hop {
	if len(v) > maxField {
		v = v[:maxField]
	}
	if at := strings.LastIndexByte(v, ';'); at >= 0 {
		v = v[:at] // the date
	}
	v = strings.TrimSpace(v)
	var h Hop
	clause := v
	if by, with, to := clauses(v); by > 0 {
		clause = v[:by-len("by ")]
		h.By = strings.TrimRight(word(v[by:]), ";,.")
		h.protocol(v, with)
		h.recipient(v, to)
	}
	if rest, ok := cutFold(clause, "from "); ok {
		h.client(rest)
	}
	h.account(v)
	return h
}

// protocol reads what stands after "with": an A at the end of the SMTP family
// stands for a login (RFC 3848), and HTTP for web mail.
func (h *Hop) protocol(v string, at int) {
	if at == 0 {
		return
	}
	w := word(v[at:])
	switch {
	case foldIs(w, "esmtpa"), foldIs(w, "esmtpsa"), foldIs(w, "asmtp"), foldIs(w, "utf8smtpa"), foldIs(w, "utf8smtpsa"), foldIs(w, "lmtpa"), foldIs(w, "lmtpsa"), foldIs(w, "smtpa"), foldIs(w, "smtpsa"):
		h.Auth = true
	case foldIs(w, "http"), foldIs(w, "https"):
		h.web = true
	}
}

// recipient reads "for <ADDRESS>".
func (h *Hop) recipient(v string, at int) {
	if at == 0 {
		return
	}
	if w := first(v[at:]); strings.IndexByte(w, '@') > 0 {
		h.to = w
	}
}

// clauses finds, outside of comments, where what follows "by" stands, and behind
// that what follows the first "with" and the first "for": 0 for none.
func clauses(v string) (by, with, to int) {
	depth := 0
	for i := -1; i < len(v); i++ {
		if i >= 0 {
			switch v[i] {
			case '(':
				depth++
				continue
			case ')':
				depth = max(depth-1, 0)
			case ' ', '\t':
			default:
				continue
			}
		}
		if depth > 0 {
			continue
		}
		switch at := i + 1; { // a word may begin here
		case by == 0:
			by = behind(v, at, "by ")
		case with == 0 && behind(v, at, "with ") > 0:
			with = behind(v, at, "with ")
		case to == 0:
			to = behind(v, at, "for ")
		}
		if with > 0 && to > 0 {
			break
		}
	}
	return by, with, to
}

// behind is where a keyword that stands at a place ends, 0 when it does not stand there.
func behind(v string, at int, keyword string) int {
	if len(v)-at < len(keyword) || v[at]|0x20 != keyword[0] || !keywordAt(v[at:], keyword) {
		return 0
	}
	return at + len(keyword)
}

// keywordAt compares a keyword and the blank after it, which may be a tab.
func keywordAt(v, keyword string) bool {
	n := len(keyword) - 1
	return foldIs(v[:n], keyword[:n]) && (v[n] == ' ' || v[n] == '\t')
}

// word is what stands up to the next blank or parenthesis.
func word(v string) string {
	v = strings.TrimLeft(v, " \t")
	for i := range len(v) {
		if c := v[i]; c == ' ' || c == '\t' || c == '(' || c == ')' {
			return v[:i]
		}
	}
	return v
}

// foldIs compares with a word in lower case, whatever the case of its ASCII letters.
func foldIs(s, want string) bool { return len(s) == len(want) && hasFold(s, want) }

// cutFold takes a prefix in lower case off, whatever its case.
func cutFold(s, prefix string) (string, bool) {
	s = strings.TrimLeft(s, " \t")
	if len(s) < len(prefix) || !keywordAt(s, prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
