package kind

import (
	"strings"

	"qclean/scan/letter"
)

// maxOriginal is how much of a returned message's header is looked at.
const maxOriginal = 32 << 10

// original reads Message-ID and From of a returned message. Text bounces put
// it below their own words, often indented, and some leave blank lines on top.
func original(returned []byte) (id, from string) {
	rest := letter.View(returned[:min(len(returned), maxOriginal)])
	begun := false
	for rest != "" && (id == "" || from == "") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSpace(line)
		if line == "" {
			if begun {
				break
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || len(name) > 40 || strings.IndexByte(name, ' ') >= 0 {
			continue
		}
		begun = true
		switch {
		case from == "" && fieldIs(name, "from"):
			from = mailbox(value)
			if from == "" {
				from = mailbox(continued(rest))
			}
		case id == "" && fieldIs(name, "message-id"):
			if id = bare(value); id == "" {
				id = bare(continued(rest))
			}
		}
	}
	return id, from
}

// continued is the next line where it goes on with a field.
func continued(rest string) string {
	if rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return ""
	}
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

// mailbox is the address of a From field, "" when there is none on its line.
func mailbox(v string) string {
	if strings.IndexByte(v, '<') >= 0 {
		v = address(v)
	}
	for word := range strings.FieldsSeq(v) {
		if at := strings.IndexByte(word, '@'); at > 0 && at < len(word)-1 {
			return strings.Trim(word, "<>\"';,()")
		}
	}
	return ""
}
