package policy

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"qclean/classify"
	"qclean/classify/query"
)

// checker turns a file into a policy, and gathers all that is wrong with it.
type checker struct {
	at     places
	faults Faults
}

func (c *checker) wrong(table, key, format string, args ...any) {
	c.faults.add(c.at.find(table, key), format, args...)
}

func (c *checker) policy(f *file) *Policy {
	p := &Policy{Domains: f.Site.LocalDomains, Relays: f.Site.TrustedRelays}
	for _, d := range p.Domains {
		if _, err := classify.ParseSite([]string{d}, nil); err != nil {
			c.wrong("site", "local-domains", "%v", err)
		}
	}
	for _, r := range p.Relays {
		if _, err := classify.ParseSite(nil, []string{r}); err != nil {
			c.wrong("site", "trusted-relays", "%v", err)
		}
	}
	c.rules(f, p)
	c.limits(f, p)
	c.notify(f, p)
	return p
}

func (c *checker) rules(f *file, p *Policy) {
	switch {
	case len(f.Rules) == 0:
		c.faults.add(place{}, "there is no [[rule]]; write a first one with: qclean policy init")
	case len(f.Rules) > maxRules:
		c.faults.add(place{}, "%d rules, and %d are the most", len(f.Rules), maxRules)
		return
	}
	lines := map[string]int{}
	for i := range f.Rules {
		table := ruleTable(i)
		r := c.rule(table, &f.Rules[i])
		if first, twice := lines[r.Name]; twice && r.Name != "" {
			c.wrong(table, "name", "rule %q is there already, in line %d", r.Name, first)
		} else {
			lines[r.Name] = c.at.find(table, "name").line
		}
		p.Rules = append(p.Rules, r)
	}
}

func (c *checker) rule(table string, f *fileRule) Rule {
	r := Rule{Name: f.Name, Match: strings.TrimSpace(f.Match), Do: Action(f.Do), Also: f.Also, Notify: f.Notify, Line: c.at[table].line}
	c.name(table, r.Name)
	if f.MaxMessages != nil {
		if r.MaxMessages = *f.MaxMessages; r.MaxMessages <= 0 {
			c.wrong(table, "max-messages", "max-messages %d is not a number from 1 on", r.MaxMessages)
		}
	}
	if !slices.Contains([]Action{Quarantine, Release, Purge, Report}, r.Do) {
		c.wrong(table, "do", "do = %q is none of quarantine, release, purge, report", f.Do)
	}
	c.also(table, &r)
	c.match(table, &r)
	return r
}

func (c *checker) name(table, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		c.wrong(table, "name", "a rule without a name")
	case len(name) > maxName:
		c.wrong(table, "name", "a name of %d bytes, and %d are the most", len(name), maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		c.wrong(table, "name", "%q has characters that cannot be printed", name)
	}
}

func (c *checker) match(table string, r *Rule) {
	switch {
	case r.Match == "":
		c.wrong(table, "match", "match is empty: it would take every message; write true if you mean that")
		return
	case len(r.Match) > maxMatch:
		c.wrong(table, "match", "an expression of %d bytes, and %d are the most", len(r.Match), maxMatch)
		return
	}
	x, err := query.Compile(r.Match, query.Context{})
	if err != nil {
		c.wrong(table, "match", "%s", oneLine(err))
		return
	}
	if r.Do == Purge && !x.Names("quarantined") {
		c.wrong(table, "match", "a purge has to say that it is about what is in quarantine: quarantined && …")
	}
	if r.Do == Purge && r.MaxMessages == 0 {
		c.wrong(table, "max-messages", "a purge cannot be taken back: say how many it may delete in one night, for example max-messages = 100000")
	}
}

// oneLine leaves out the drawing of where in the expression it is.
func oneLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

func (c *checker) also(table string, r *Rule) {
	for _, w := range r.Also {
		if !slices.Contains(alsoWords(r.Do), w) {
			c.wrong(table, "also", "also names %q, and may name %s", w, strings.Join(alsoWords(r.Do), ", "))
		}
	}
}

func alsoWords(do Action) []string {
	words := []string{wordWeak, classify.Unknown.String(), classify.Legitimate.String(), classify.Bulk.String(), classify.RealBounce.String()}
	if do == Release {
		words = append(words, wordUnwanted)
	}
	return words
}

func (c *checker) limits(f *file, p *Policy) {
	l := &f.Limits
	p.Limits = Limits{MaxShare: defaultShare, ShareFrom: defaultShareFrom, BaselineFactor: defaultFactor, FloodRate: defaultFloodRate}
	if v := l.MaxShare; v != nil {
		if p.Limits.MaxShare = *v; !(*v > 0 && *v <= 1) {
			c.wrong("limits", "max-share", "max-share %v is not a part of the queue, above 0 and up to 1", *v)
		}
	}
	if v := l.BaselineFactor; v != nil {
		if p.Limits.BaselineFactor = *v; !(*v > 1 && *v <= 1e6) {
			c.wrong("limits", "baseline-factor", "baseline-factor %v is not above 1", *v)
		}
	}
	c.count("max-messages", l.MaxMessages, &p.Limits.MaxMessages)
	c.count("share-from", l.ShareFrom, &p.Limits.ShareFrom)
	c.count("flood-rate", l.FloodRate, &p.Limits.FloodRate)
}

func (c *checker) count(key string, from, to *int) {
	if from == nil {
		return
	}
	if *to = *from; *to <= 0 {
		c.wrong("limits", key, "%s %d is not a number from 1 on", key, *to)
	}
}

func (c *checker) notify(f *file, p *Policy) {
	n := &f.Notify
	p.Notify = Notify{Command: n.Command, Sendmail: n.Sendmail, MailTo: n.MailTo, MailFrom: n.MailFrom}
	var err error
	if p.Notify.Timeout, err = duration(n.Timeout, defaultTimeout); err != nil {
		c.wrong("notify", "timeout", "timeout: %v", err)
	}
	if len(n.Command) > 0 && !filepath.IsAbs(n.Command[0]) {
		c.wrong("notify", "command", "command is a list that begins with the absolute path of a program, such as [\"/usr/local/bin/page\", \"-v\"]; no shell reads it")
	}
	for _, arg := range n.Command {
		if strings.ContainsRune(arg, 0) {
			c.wrong("notify", "command", "an argument with a NUL")
		}
	}
	c.mail(n.Sendmail, n.MailFrom, n.MailTo)
}

func (c *checker) mail(sendmail, from string, to []string) {
	switch {
	case sendmail != "" && !filepath.IsAbs(sendmail):
		c.wrong("notify", "sendmail", "sendmail is the absolute path of the program, such as /usr/sbin/sendmail")
	case sendmail != "" && len(to) == 0:
		c.wrong("notify", "sendmail", "sendmail without mail-to: nobody would be told")
	case sendmail == "" && len(to) > 0:
		c.wrong("notify", "mail-to", "mail-to without sendmail: add sendmail = \"/usr/sbin/sendmail\"")
	}
	for _, a := range to {
		if err := address(a); err != nil {
			c.wrong("notify", "mail-to", "%v", err)
		}
	}
	if from != "" {
		if err := address(from); err != nil {
			c.wrong("notify", "mail-from", "%v", err)
		}
	}
}

// address takes what can stand in a header and in a list of arguments.
func address(a string) error {
	odd := strings.ContainsFunc(a, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("<>()[],;:\"\\", r)
	})
	if a == "" || a[0] == '-' || len(a) > 254 || odd || strings.Count(a, "@") > 1 {
		return fmt.Errorf("%q is not an address", a)
	}
	return nil
}
