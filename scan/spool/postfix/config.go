package postfix

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path"
	"slices"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// maxConfig bounds what is read of a configuration file; the others, how far
// its settings may refer to one another.
const (
	maxConfig = 1 << 20
	maxExpand = 64 << 10
	maxDepth  = 10
	maxRefs   = 10000
)

// Site reads main.cf, if it is this very queue directory's.
func (s *queueDir) Site(ctx context.Context) (spool.Site, error) {
	if err := ctx.Err(); err != nil {
		return spool.Site{}, err
	}
	etc, err := disk.Open(s.configs)
	if err != nil {
		return spool.Site{}, fmt.Errorf("read Postfix configuration: %w", err)
	}
	defer etc.Close()
	f, err := etc.Open("main.cf")
	if err != nil {
		return spool.Site{}, fmt.Errorf("read Postfix configuration: %w", err)
	}
	defer f.Close()
	c, err := parseMainCF(f)
	if err != nil {
		return spool.Site{}, fmt.Errorf("read Postfix configuration: %w", err)
	}
	queue := path.Clean(path.Join(s.t.Path(), s.base))
	if at := c.value("queue_directory"); path.Clean(at) != queue {
		return spool.Site{}, fmt.Errorf("%s/main.cf is about %s: %w", s.configs, at, os.ErrNotExist)
	}
	site := c.site()
	site.From = []string{path.Join(s.configs, "main.cf")}
	return site, nil
}

// mainCF is the settings of main.cf, unexpanded (postconf(5)).
type mainCF map[string]string

// parseMainCF reads "name = value" lines; one that begins with white space
// continues the one before, with comments and empty lines in between.
func parseMainCF(r io.Reader) (mainCF, error) {
	host, _ := os.Hostname()
	c := mainCF{
		"myhostname":              host,
		"mydomain":                "",
		"myorigin":                "$myhostname",
		"queue_directory":         "/var/spool/postfix",
		"mydestination":           "$myhostname, localhost.$mydomain, localhost",
		"virtual_alias_domains":   "$virtual_alias_maps",
		"virtual_mailbox_domains": "$virtual_mailbox_maps",
	}
	lines := bufio.NewScanner(io.LimitReader(r, maxConfig))
	lines.Buffer(nil, maxConfig)
	last := ""
	for lines.Scan() {
		line := lines.Text()
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if last != "" {
				c[last] += " " + trimmed
			}
			continue
		}
		if name, value, ok := strings.Cut(trimmed, "="); ok {
			last = strings.TrimSpace(name)
			c[last] = strings.TrimSpace(value)
		}
	}
	if c["mydomain"] == "" {
		if _, domain, ok := strings.Cut(c["myhostname"], "."); ok {
			c["mydomain"] = domain
		} else {
			c["mydomain"] = "localdomain"
		}
	}
	return c, lines.Err()
}

// value is a setting with all references followed.
func (c mainCF) value(name string) string {
	x := expansion{settings: c}
	x.add(c[name], 0)
	return x.out.String()
}

// expansion follows $name, ${name} and $(name), and of ${name?text} and
// ${name:text} the one that applies (postconf(5)). It is bounded, since
// settings may refer to one another in a ring.
type expansion struct {
	settings mainCF
	out      strings.Builder
	refs     int
}

func (x *expansion) add(s string, depth int) {
	for s != "" && x.out.Len() < maxExpand {
		before, after, found := strings.Cut(s, "$")
		x.out.WriteString(before)
		if x.refs++; !found || depth > maxDepth || x.refs > maxRefs {
			return
		}
		var ref string
		ref, s = reference(after)
		switch {
		case ref == "$":
			x.out.WriteByte('$')
		case ref != "":
			x.refer(ref, depth+1)
		}
	}
}

// reference takes what stands behind a "$" apart into the name, without its
// brackets, and the rest.
func reference(s string) (ref, rest string) {
	if strings.HasPrefix(s, "$") {
		return "$", s[1:]
	}
	if s != "" && (s[0] == '{' || s[0] == '(') {
		return bracketed(s)
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !isNameRune(r) })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

func isNameRune(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func bracketed(s string) (inner, rest string) {
	closing := map[byte]byte{'{': '}', '(': ')'}[s[0]]
	open := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			open++
		case closing:
			if open--; open == 0 {
				return s[1:i], s[i+1:]
			}
		}
	}
	return "", ""
}

func (x *expansion) refer(ref string, depth int) {
	end := strings.IndexAny(ref, "?:")
	if end < 0 {
		x.add(x.settings[strings.TrimSpace(ref)], depth)
		return
	}
	name, text := strings.TrimSpace(ref[:end]), strings.TrimSpace(ref[end+1:])
	text, other, _ := strings.Cut(text, "}:{")
	if strings.HasPrefix(text, "{") {
		text, other = strings.TrimSuffix(text[1:], "}"), strings.TrimSuffix(other, "}")
	}
	if set := x.settings[name] != ""; set != (ref[end] == '?') {
		text = other
	}
	x.add(text, depth)
}

// site gathers what is ours. Lists may name files and tables, which are not
// followed: a table's keys are known to its own reader only.
func (c mainCF) site() spool.Site {
	site := spool.Site{Host: strings.ToLower(c.value("myhostname"))}
	for _, name := range []string{"mydestination", "relay_domains", "virtual_alias_domains", "virtual_mailbox_domains"} {
		for _, d := range list(c.value(name)) {
			if d, ok := domain(d); ok {
				site.Domains = append(site.Domains, d)
			} else {
				site.Skipped = append(site.Skipped, name+": "+d)
			}
		}
	}
	slices.Sort(site.Domains)
	site.Domains = slices.Compact(site.Domains)
	for _, n := range list(c.value("mynetworks")) {
		if p, ok := network(n); ok {
			site.Relays = append(site.Relays, p)
		} else {
			site.Skipped = append(site.Skipped, "mynetworks: "+n)
		}
	}
	if c["mynetworks"] == "" {
		site.Skipped = append(site.Skipped, "mynetworks: not set, and taken from the interfaces")
	}
	return site
}

// list splits at commas and white space, as all lists in main.cf are.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

// domain gives a plain domain in lower case. On false, d is the entry as it stands.
func domain(d string) (string, bool) {
	if strings.ContainsAny(d, ":/!*[]{}") {
		return d, false
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(d, "."), ".")), true
}

// network reads an address or a network; those of IPv6 stand in brackets (mynetworks(5)).
func network(n string) (netip.Prefix, bool) {
	n = strings.NewReplacer("[", "", "]", "").Replace(n)
	if a, err := netip.ParseAddr(n); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(n)
	return p.Masked(), err == nil
}
