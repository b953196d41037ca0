package origin

import (
	"strings"

	"qclean/scan/letter"
)

// account finds the login in the comments of a Received field.
func (h *Hop) account(v string) {
	for n := 0; n < maxComments*2; n++ {
		c, after, ok := nextComment(v)
		if !ok {
			return
		}
		v = after
		login, auth := loginIn(c)
		h.Auth = h.Auth || auth
		if h.Login == "" && plausible(login) {
			h.Login = login
		}
	}
}

// loginIn reads one comment:
//
//	Authenticated sender: LOGIN            Postfix (smtpd_sasl_authenticated_header)
//	authenticated bits=0                   sendmail ({auth_type}), without the login
//	user=LOGIN mech=PLAIN bits=0           sendmail 8.11 and some of its sites
//	AUTH: LOGIN LOGIN, TLS: …              Courier
//	account LOGIN HELO …                   CommuniGate Pro
//	SquirrelMail authenticated user LOGIN  and others of its kind
//	Authenticated User LOGIN, authenticated as LOGIN, authenticated by … user LOGIN
//	LOGIN@ADDRESS                          qmail with SMTP AUTH; without it this is an ident reply
func loginIn(c string) (login string, auth bool) {
	c = strings.TrimSpace(c)
	if c == "" {
		return "", false
	}
	switch c[0] | 0x20 {
	case 'a', 's', 'u': // as all that follow begin
		if login, auth, ok := leadingLogin(c); ok {
			return login, auth
		}
	}
	const user = " authenticated user "
	if i := indexFold(c[:min(len(c), 40+len(user)-1)], user); i >= 0 {
		return first(c[i+len(user):]), true
	}
	if at := strings.LastIndexByte(c, '@'); at > 0 && strings.IndexByte(c, ' ') < 0 && strings.IndexByte(c[:at], '@') > 0 {
		if _, ok := address(c[at+1:]); ok {
			return c[:at], true // user@domain@address: no ident reply looks so
		}
	}
	return "", false
}

// leadingLogin reads a comment that begins with one of the words for it.
func leadingLogin(c string) (login string, auth, ok bool) {
	for _, lead := range [...]string{"authenticated sender:", "authenticated user:", "authenticated-user:", "squirrelmail authenticated user ", "authenticated user ",
		"account ", "authenticated as ", "authenticated id:", "auth user:", "smtp-auth user "} {
		if hasFold(c, lead) {
			return first(c[len(lead):]), true, true
		}
	}
	switch {
	case hasFold(c, "auth:"):
		fields := strings.Fields(c[len("auth:"):])
		if len(fields) >= 2 {
			return first(fields[1]), true, true // the first word is the mechanism
		}
		return "", len(fields) == 1, true
	case hasFold(c, "authenticated"):
		return after(c, "user="), true, true
	case hasFold(c, "user=") && strings.Contains(c, "mech="):
		return after(c, "user="), true, true
	}
	return "", false, false
}

// first is a word without what may stand around it.
func first(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t,;()"); i >= 0 {
		s = s[:i]
	}
	return strings.Trim(s, "<>\"'")
}

func after(c, key string) string {
	if i := indexFold(c, key); i >= 0 {
		return first(c[i+len(key):])
	}
	return ""
}

func indexFold(s, want string) int {
	for i := 0; i+len(want) <= len(s); i++ {
		if s[i]|0x20 == want[0]|0x20 && hasFold(s[i:], want) {
			return i
		}
	}
	return -1
}

// plausible tells a login from anything else that stands there.
func plausible(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsAny(s, "<>() \t\r\n\x00") && !strings.EqualFold(s, "unknown")
}

// loginField reads the fields in which some servers put the login. They are
// only asked for when the trace says that there was one, since anybody can
// write such a field: cPanel and Exim, MDaemon and Merak, Zimbra, Kerio.
func loginField(h letter.Header) string {
	for _, name := range [...]string{"X-Authenticated-Sender", "X-Authenticated-User", "X-Authenticated-Id", "X-Get-Message-Sender-Via", "X-Auth-User", "X-Authenticated", "X-SMTP-Auth-User"} {
		v := strings.TrimSpace(h.Get(name))
		if i := strings.LastIndex(v, ": "); i >= 0 { // "host.example.com: alice@example.com", "…: authenticated_id: alice"
			v = v[i+2:]
		}
		if v = first(v); plausible(v) {
			return v
		}
	}
	return ""
}
