package relay

import (
	"fmt"
	"strconv"
	"strings"
)

// Form is one way to write sender and recipient. {U}, {R} and {out} are the
// tester's mailbox, {our}, {host}, {ip} and {[ip]} the server's names.
type Form struct {
	Number int
	Nmap   int // its number in nmap's smtp-open-relay, 0: not there
	KB     int // in Microsoft KB 304897
	Abuse  int // in abuse.net's test
	From   string
	To     string
	Local  bool   // the server may read the recipient as its own, so accepting proves nothing
	Family Family // who falls for it, and what closes it
	Means  string
}

// MaxForm is the highest number of a form.
const MaxForm = 25

// Forms lists all of them, in order of number. 1 to 16 are in nmap's order.
func Forms() []Form {
	return []Form{
		{1, 1, 3, 3, "", "{R}@{out}", false, NullSender, "A bounce to a stranger: the null sender, which has to be taken from everybody (RFC 5321 section 4.5.5), used to send outside."},
		{2, 2, 1, 1, "{U}@{out}", "{R}@{out}", false, Plain, "The plain case: a stranger writes to a stranger through the server. It is the second control: a server that accepts it accepts everything."},
		{3, 3, 4, 4, "{U}@{our}", "{R}@{out}", false, OwnSender, "A stranger who calls himself one of ours. A server that goes by the sender's domain relays for everybody who can guess it."},
		{4, 4, 5, 5, "{U}@{[ip]}", "{R}@{out}", false, OwnSender, "A sender at the server's own address, as a literal."},
		{5, 5, 0, 7, "{U}@{[ip]}", "{R}%{out}@{[ip]}", true, Percent, "The percent hack, at the server's address: what stands before the last @ is read as the address to go on to."},
		{6, 6, 0, 6, "{U}@{[ip]}", "{R}%{out}@{host}", true, Percent, "The percent hack, at the server's name."},
		{7, 7, 7, 8, "{U}@{[ip]}", `"{R}@{out}"`, true, Quoted, "The whole address in quotes and no domain after it: a local part by the book, an address elsewhere to a server that takes the quotes off."},
		{8, 8, 0, 9, "{U}@{[ip]}", `"{R}%{out}"`, true, Quoted, "The percent hack in quotes, without a domain."},
		{9, 9, 0, 12, "{U}@{[ip]}", "{R}@{out}@{[ip]}", true, TwoAts, "Two @: no address by the book. Who cuts at the last one finds his own, and looks again at what is left."},
		{10, 10, 0, 11, "{U}@{[ip]}", `"{R}@{out}"@{[ip]}`, true, Quoted, "A quoted local part at the server's address, that is an address itself."},
		{11, 11, 0, 10, "{U}@{[ip]}", "{R}@{out}@{host}", true, TwoAts, "Two @, at the server's name."},
		{12, 12, 0, 14, "{U}@{[ip]}", "@{[ip]}:{R}@{out}", false, Route, "A source route over the server's address. The recipient is R@out (RFC 5321 appendix C): to accept it is to relay."},
		{13, 13, 0, 13, "{U}@{[ip]}", "@{host}:{R}@{out}", false, Route, "A source route over the server's name. The recipient is R@out: to accept it is to relay."},
		{14, 14, 0, 15, "{U}@{[ip]}", "{out}!{R}", true, Bang, "A UUCP path without a domain."},
		{15, 15, 0, 17, "{U}@{[ip]}", "{out}!{R}@{[ip]}", true, Bang, "A UUCP path at the server's address."},
		{16, 16, 0, 16, "{U}@{[ip]}", "{out}!{R}@{host}", true, Bang, "A UUCP path at the server's name."},
		{17, 0, 2, 2, "{U}", "{R}@{out}", false, Bare, "A sender without a domain: the server adds its own and takes the stranger for one of ours."},
		{18, 0, 6, 0, "{U}", "{R}%{out}", true, Percent, "Neither has a domain, and the recipient is a percent hack. Servers that look at the domain only take it for local; most of them bounce it later."},
		{19, 0, 0, 0, "{U}@localhost", "{R}@{out}", false, OwnSender, "A sender at localhost: some rules that let local mail out go by the name."},
		{20, 0, 0, 0, "{U}@{[ip]}", "{R}@{out}@", true, NullDomain, "An address that ends in @: the domain is empty, which some servers take for their own, and then look at what is left."},
		{21, 0, 0, 0, "{U}@{our}", "{R}@{out}.", false, Dot, "A trailing dot: the same domain to the DNS, another string to a table of domains."},
		{22, 0, 0, 0, "{U}@{our}", "{R}@{[out-ip]}", false, Literal, "An address literal of a host that is not the server: rules that know only names let it through."},
		{23, 0, 0, 0, "{U}@{host}", "{R}@{out}", false, OwnSender, "A sender at the server's own name; form 3 as nmap sends it."},
		{24, 0, 5, 0, "{U}@{ip}", "{R}@{out}", false, OwnSender, "A sender at the server's address without brackets; form 4 as KB 304897 writes it."},
		{25, 0, 0, 0, "{U}@{out}", "{imcea}@{our}", true, Encapsulated, "An SMTP address encapsulated in a local part, as Exchange writes addresses of other systems."},
	}
}

// String writes the form as the tables do: U@[ip] → "R@out".
func (f Form) String() string { return f.Sender() + " → " + f.Recipient() }

// Sender is the pattern of MAIL FROM for people.
func (f Form) Sender() string {
	if f.From == "" {
		return "<>"
	}
	return show(f.From)
}

// Recipient is the pattern of RCPT TO for people.
func (f Form) Recipient() string { return show(f.To) }

func show(pattern string) string {
	return strings.NewReplacer("{imcea}", "IMCEASMTP-R+40out", "{", "", "}", "").Replace(pattern)
}

// envelope fills in both addresses. False: a name of the server is not known.
func (f Form) envelope(n Names) (from, to string, ok bool) {
	from, known := n.fill(f.From)
	to, ok = n.fill(f.To)
	return from, to, ok && known
}

// Lookup finds forms by number: "7" is ours, "kb7", "nmap7" and "abuse8" are
// those of the other lists, where one number may be several forms.
func Lookup(s string) ([]Form, error) {
	lists := []struct {
		prefix string
		number func(Form) int
	}{
		{"kb", func(f Form) int { return f.KB }},
		{"nmap", func(f Form) int { return f.Nmap }},
		{"abuse", func(f Form) int { return f.Abuse }},
		{"", func(f Form) int { return f.Number }},
	}
	for _, l := range lists {
		rest, ok := strings.CutPrefix(strings.ToLower(s), l.prefix)
		if !ok {
			continue
		}
		var found []Form
		n, err := strconv.Atoi(rest)
		for _, f := range Forms() {
			if err == nil && n > 0 && l.number(f) == n {
				found = append(found, f)
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNoForm, s)
}
