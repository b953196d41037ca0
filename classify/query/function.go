package query

import (
	"net/netip"
	"strings"

	"github.com/expr-lang/expr"

	"qclean/classify"
)

// Function is one function of the language, for help.
type Function struct{ Call, Help string }

// Functions lists what an expression may call besides the built-in functions.
func Functions() []Function {
	return []Function{
		{"like(field, pattern…)", "equal without regard to case; * and ? stand for anything; of a list, any value"},
		{"has(field, text)", "contains the text, without regard to case"},
		{"under(field, domain)", "is the domain or one below it"},
		{"in_net(field, network)", "the address lies in the network: in_net(source_ip, \"192.0.2.0/24\")"},
		{"in_text(text)", "decoded subject or visible text contains it; reads the message"},
		{"matches_print(qf1)", "the message matches a portable fingerprint; reads the message"},
		{"ours(field)", "every address or domain in it is ours"},
		{"duration(text)", "a length of time to compare age with: duration(\"48h\")"},
	}
}

func (x *Expr) functions(c Context) []expr.Option {
	return []expr.Option{
		expr.Function("like", func(p ...any) (any, error) { return like(values(p[0]), patterns(p[1:])), nil },
			new(func(string, string) bool), new(func([]string, string) bool),
			new(func(string, string, string) bool), new(func([]string, string, string) bool)),
		expr.Function("has", func(p ...any) (any, error) { return has(values(p[0]), p[1].(string)), nil },
			new(func(string, string) bool), new(func([]string, string) bool)),
		expr.Function("under", func(p ...any) (any, error) { return under(values(p[0]), p[1].(string)), nil },
			new(func(string, string) bool), new(func([]string, string) bool)),
		expr.Function("in_net", func(p ...any) (any, error) { return inNet(p[0].(string), p[1].(string)) },
			new(func(string, string) bool)),
		expr.Function("in_text", func(p ...any) (any, error) { return x.inText(p[0].(string)), nil },
			new(func(string) bool)),
		expr.Function("matches_print", func(p ...any) (any, error) { return x.matchesPrint(p[0].(string)), nil },
			new(func(string) bool)),
		expr.Function("ours", func(p ...any) (any, error) { return ours(values(p[0]), c.Ours), nil },
			new(func(string) bool), new(func([]string) bool)),
	}
}

func values(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	return v.([]string)
}

func patterns(p []any) []string {
	out := make([]string, len(p))
	for i := range p {
		out[i] = strings.ToLower(p[i].(string))
	}
	return out
}

func like(all, patterns []string) bool {
	for _, v := range all {
		v = strings.ToLower(v)
		for _, p := range patterns {
			if glob(p, v) {
				return true
			}
		}
	}
	return false
}

// glob holds a whole string against a pattern with * and ?, in time
// proportional to both lengths multiplied at worst: on a mismatch it only
// goes back to the last star.
func glob(p, s string) bool {
	pi, si, star, from := 0, 0, -1, 0
	for si < len(s) {
		switch {
		case pi < len(p) && p[pi] == '*':
			star, from = pi, si
			pi++
		case pi < len(p) && (p[pi] == '?' || p[pi] == s[si]):
			pi++
			si++
		case star >= 0:
			from++
			pi, si = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(p[pi:], "*") == ""
}

func has(all []string, text string) bool {
	text = strings.ToLower(text)
	for _, v := range all {
		if strings.Contains(strings.ToLower(v), text) {
			return true
		}
	}
	return false
}

func under(all []string, domain string) bool {
	domain = strings.ToLower(strings.Trim(domain, "."))
	for _, v := range all {
		v = strings.ToLower(v)
		if v == domain || strings.HasSuffix(v, "."+domain) {
			return true
		}
	}
	return false
}

func inNet(address, network string) (bool, error) {
	net, err := netip.ParsePrefix(network)
	if err != nil {
		return false, err
	}
	a, err := netip.ParseAddr(address)
	return err == nil && net.Contains(a.Unmap()), nil
}

// ours is true when there is at least one address and all of them are ours.
func ours(all []string, isOurs func(string) bool) bool {
	if isOurs == nil || len(all) == 0 {
		return false
	}
	for _, v := range all {
		if at := strings.LastIndexByte(v, '@'); at >= 0 {
			v = classify.Domain(v)
		}
		if !isOurs(v) {
			return false
		}
	}
	return true
}

func (x *Expr) inText(text string) bool {
	if x.item.Text == nil {
		return false
	}
	body, err := x.item.Text()
	if err != nil {
		x.failed = err
		return false
	}
	return has([]string{body}, text)
}

func (x *Expr) matchesPrint(print string) bool {
	if x.item.Match == nil {
		return false
	}
	ok, err := x.item.Match(print)
	if err != nil {
		x.failed = err
		return false
	}
	return ok
}
