package kind

import (
	"bytes"
	"strings"

	"qclean/scan/letter"
)

// fromText finds what a report says in its text, for what no machine-readable
// part told: recipients, a status code, the reply of the remote server, and
// the reporting host.
func (f *Facts) fromText(m *letter.Message, h *marks) {
	found := len(f.Failed) > 0
	if !found && h.failedTo != "" {
		for to := range strings.SplitSeq(h.failedTo, ",") {
			f.addFailed(address(to))
		}
		found = len(f.Failed) > 0
	}
	own := ownAddresses(m)
	text := m.Text
	if len(text) == 0 {
		text = m.Aside
	}
	for line := range strings.Lines(letter.View(text[:min(len(text), maxTranscript)])) {
		if found && f.ReportingMTA != "" && f.Status != "" && f.Diagnostic != "" {
			break // as it is with most that have a part for machines
		}
		f.line(strings.TrimSpace(line), own, found)
	}
	if f.ReportingMTA == "" {
		if from := m.From(); len(from) > 0 && strings.IndexByte(from[0].Mail, '@') >= 0 {
			f.ReportingMTA = from[0].Domain()
		}
	}
}

// maxTranscript is how much text is searched: a report with many recipients is long.
const maxTranscript = 16 << 10

// ownAddresses are those of the report itself: they are named in its text, and
// did not fail.
func ownAddresses(m *letter.Message) [3]string {
	var own [3]string
	if from := m.From(); len(from) > 0 {
		own[0] = from[0].Mail
	}
	own[1] = address(m.Header.Get("To"))
	own[2] = mailbox(own[1])
	return own
}

// line reads one line of a report's text.
func (f *Facts) line(line string, own [3]string, found bool) {
	if len(line) > maxLine {
		line = line[:maxLine]
	}
	if strings.Contains(line, "\uff1a") { // the colon of Chinese and Japanese
		line = strings.ReplaceAll(line, "\uff1a", ": ")
	}
	if f.ReportingMTA == "" {
		f.ReportingMTA = reporter(line)
	}
	named := !found && strings.IndexByte(line, '@') >= 0
	code := (named || f.Diagnostic == "") && replyCode(line)
	status := ""
	if f.Status == "" || f.Diagnostic == "" && !code {
		status = firstStatus(line)
	}
	if f.Status == "" {
		f.Status = status
	}
	if f.Diagnostic == "" && (code || status != "") && len(line) > 10 {
		f.Diagnostic = strings.TrimLeft(line, "<> ")
	}
	if !named {
		return
	}
	if a, good := recipient(line, code); good && !mine(a, own) {
		f.addFailed(a)
	}
}

const maxLine = 1000

func mine(a string, own [3]string) bool {
	for _, o := range own {
		if o != "" && strings.EqualFold(a, o) {
			return true
		}
	}
	return false
}

// recipient finds the address that a line of a report is about: at its start,
// as qmail, Exim, sendmail and Exchange put it, behind a label, or in the
// reply of a server.
func recipient(line string, code bool) (string, bool) {
	if a, after, ok := leading(line); ok {
		return a, after == "" || strings.IndexByte(":( ,;-\t.", after[0]) >= 0
	}
	label, rest, ok := strings.Cut(line, ":")
	if ok && len(label) < 40 && labelled(label) || code || strings.Contains(line, "RCPT TO") || strings.Contains(line, "unknown user") {
		if !ok || !labelled(label) {
			rest = line
		}
		for rest != "" {
			word, next, _ := strings.Cut(rest, " ")
			if a, _, ok := leading(strings.TrimLeft(word, "RCPTO:'\"(")); ok {
				return a, true
			}
			rest = next
		}
	}
	return "", false
}

// leading reads an address at the start of a line, with or without brackets.
func leading(line string) (a, after string, ok bool) {
	line = strings.TrimLeft(line, "-*•'\" \t")
	line = strings.TrimPrefix(line, "mailto:")
	if strings.HasPrefix(line, "<") {
		end := strings.IndexByte(line, '>')
		if end < 0 {
			return "", "", false
		}
		a, after = line[1:end], line[end+1:]
	} else {
		end := strings.IndexAny(line, " \t:;,()<>[]'\"|")
		if end < 0 {
			end = len(line)
		}
		a, after = line[:end], line[end:]
	}
	a = strings.TrimRight(strings.TrimPrefix(a, "mailto:"), ".'")
	at := strings.LastIndexByte(a, '@')
	if at <= 0 || at == len(a)-1 || len(a) > 320 || strings.ContainsAny(a, " \t/\\<>") || strings.IndexByte(a[at:], '.') < 0 && a[at+1] != '[' {
		return "", "", false
	}
	return a, after, true
}

// labels stand in front of a recipient that failed.
var labels = [...]string{
	"recipient", "failed recipient", "final-recipient", "original-recipient", "to", "rcpt to", "address", "for", "user", "email", "e-mail",
	"undeliverable to", "could not be delivered to", "unknown user", "user unknown", "user mailbox full", "recipient address", "envelope recipient", "rcpt",
	"宛先", "送信先", "收件人", "收件人地址", "получатель", "адресат", "empfänger", "destinataire", "destinatario", "destinatário", "geadresseerde", "ontvanger", "受信者", "받는 사람", "your message to",
}

func labelled(label string) bool {
	var buf [64]byte
	l := bytes.TrimSpace(fold(buf[:0], label, len(buf)))
	for _, want := range labels {
		if string(l) == want {
			return true
		}
	}
	return false
}

// replyCode tells a line that holds the reply of an SMTP server: 4xx or 5xx as
// a word of its own (RFC 5321 section 4.2).
func replyCode(line string) bool {
	for i := 0; i+3 <= len(line); i++ {
		c := line[i]
		if (c == '4' || c == '5') && digit(line[i+1]) && line[i+1] < '6' && digit(line[i+2]) &&
			(i == 0 || strings.IndexByte(" :#<([=;\"'", line[i-1]) >= 0) && i+3 < len(line) && strings.IndexByte(" -", line[i+3]) >= 0 {
			return true
		}
	}
	return false
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// firstStatus finds an enhanced status code (RFC 3463): a class of 2, 4 or 5,
// and two numbers of up to three digits; an address of the Internet has four.
func firstStatus(line string) string {
	for i := 0; i+5 <= len(line); i++ {
		c := line[i]
		if c != '5' && c != '4' && c != '2' || line[i+1] != '.' || i > 0 && (digit(line[i-1]) || line[i-1] == '.') {
			continue
		}
		a := digits(line[i+2:])
		b := i + 2 + a
		if a == 0 || a > 3 || b >= len(line) || line[b] != '.' {
			continue
		}
		n := digits(line[b+1:])
		end := b + 1 + n
		if n == 0 || n > 3 || end < len(line) && (line[end] == '.' && end+1 < len(line) && digit(line[end+1]) || digit(line[end])) {
			continue
		}
		return line[i:end]
	}
	return ""
}

func digits(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}

// reporter is the host that a report's first words name: "This is the mail
// system at host mx.example.com.", "qmail-send program at example.com.".
func reporter(line string) string {
	for _, lead := range [...]string{"program at ", "mail system at host ", "Generating server: ", "mail delivery system at ", "mail server on ", "notification from ", "Remote Server at ", "Reporting-MTA: dns; "} {
		at := strings.Index(line, lead)
		if at < 0 {
			continue
		}
		host := line[at+len(lead):]
		if end := strings.IndexAny(host, " ,;:()\t"); end >= 0 {
			host = host[:end]
		}
		if host = strings.TrimRight(host, "."); strings.IndexByte(host, '.') > 0 {
			return host
		}
	}
	return ""
}
