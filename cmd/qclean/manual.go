package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manual is a page in the making.
type manual struct{ strings.Builder }

func (p *manual) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *manual) section(name string) { p.line(".SH %s", name) }

// text writes lines that may be filled.
func (p *manual) text(s string) {
	for line := range strings.Lines(s) {
		p.line("%s", roff(strings.TrimSpace(line)))
	}
}

// block writes lines as they are, without the indent that they share.
func (p *manual) block(lines []string) {
	p.line(".RS 2\n.EX")
	for _, line := range lines {
		p.line("%s", roff(strings.TrimPrefix(line, "  ")))
	}
	p.line(".EE\n.RE")
}

// prose writes paragraphs; one with an indented line, or a setting, keeps its lines.
func (p *manual) prose(s string) {
	for i, para := range strings.Split(strings.Trim(s, "\n"), "\n\n") {
		if i > 0 {
			p.line(".PP")
		}
		lines := strings.Split(para, "\n")
		at := 0
		for at < len(lines) && !asIs(lines[at]) {
			at++
		}
		p.text(strings.Join(lines[:at], "\n"))
		if at < len(lines) {
			p.block(lines[at:])
		}
	}
}

// asIs tells a line of a table, an example or a file from prose.
func asIs(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "[") || strings.Contains(line, " = ")
}

func (p *manual) commands(c *cobra.Command) {
	if !c.HasAvailableSubCommands() {
		return
	}
	p.section("COMMANDS")
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			p.line(".TP\n.B %s", roff(sub.Name()))
			p.text(sub.Short)
		}
	}
}

func (p *manual) flags(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	p.section(title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		p.line(".TP\n\\fB%s\\fR \\fI%s\\fR", roff(name), roff(value))
		if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" && !strings.Contains(usage, "default") {
			usage += " (default " + d + ")"
		}
		p.text(usage)
	})
}

// seeAlso names the pages above and below.
func (p *manual) seeAlso(c *cobra.Command) {
	var pages []string
	if c.HasParent() {
		pages = append(pages, manualName(c.Parent()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			pages = append(pages, manualName(sub))
		}
	}
	p.section("SEE ALSO")
	for i, name := range pages {
		comma := ","
		if i == len(pages)-1 {
			comma = ""
		}
		p.line(".BR %s (%s)%s", roff(name), manualSection, comma)
	}
}

// roff writes text so that troff takes nothing in it for a request or an escape.
func roff(s string) string {
	var b strings.Builder
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		b.WriteString(`\&`)
	}
	for _, r := range s {
		b.WriteString(roffRune(r))
	}
	return b.String()
}

// roffRune: troff gives these another look, or takes them for an escape. What
// is not ASCII is named by number, so that the page needs no encoding.
func roffRune(r rune) string {
	switch r {
	case '\\':
		return `\e`
	case '-':
		return `\-`
	case '\'':
		return `\(aq`
	case '`':
		return `\(ga`
	case '^':
		return `\(ha`
	case '~':
		return `\(ti`
	case '"':
		return `\(dq`
	}
	if r < 0x80 {
		return string(r)
	}
	return fmt.Sprintf(`\[u%04X]`, r)
}
