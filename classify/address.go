package classify

import "strings"

// Domain gives the domain of an address in lower case, "" when it has none.
// The last @ decides, since a quoted local part may hold others (RFC 5321 section 4.1.2).
func Domain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	domain := address[at+1:]
	for len(domain) > 0 && (domain[len(domain)-1] == '.' || domain[len(domain)-1] == ' ') {
		domain = domain[:len(domain)-1]
	}
	return strings.ToLower(domain)
}

// Domains gives the domains of several addresses, each once, in order.
func Domains(addresses []string) []string {
	out := make([]string, 0, len(addresses))
	for _, a := range addresses {
		d := Domain(a)
		known := false
		for _, o := range out {
			known = known || o == d
		}
		if d != "" && !known {
			out = append(out, d)
		}
	}
	return out
}
