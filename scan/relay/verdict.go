package relay

import "strings"

// read says what a form's last answer means: by its first digit (RFC 5321
// section 4.2.1), and 251, 252 and 551 by themselves (sections 3.4, 3.5.3).
func read(res *Result) {
	r := res.Reply
	switch r.class() {
	case 5:
		res.Verdict, res.Why = Refused, refused(res)
	case 4:
		res.Verdict, res.Why = NotKnown, "put off: greylisting, a limit, or trouble of the server's own"
	case 2:
		res.Verdict, res.Why = accepted(res)
	default:
		res.Verdict, res.Why = NotKnown, "an answer that does not belong here"
	}
}

func accepted(res *Result) (Verdict, string) {
	switch {
	case res.Reply.Code == 251:
		return Relays, "the server says that it will forward it (251)"
	case !res.Form.Local && res.Reply.Code == 252:
		return Relays, "accepted unverified (252), and no local reading is possible"
	case !res.Form.Local:
		return Relays, "accepted, and no local reading is possible"
	case res.Reply.Code == 252:
		return Accepted, "accepted unverified (252): may be local, or accept-then-NDR"
	}
	return Accepted, "accepted: may be local, or accept-then-NDR"
}

// refused tells apart why: only some refusals speak about relaying.
func refused(res *Result) string {
	r := res.Reply
	text := strings.ToLower(r.String())
	switch {
	case r.domainFault():
		return "refused because of the mailbox's domain, not for relaying"
	case r.Code == 551:
		return "not local (551); the server names another place and does not send it there itself"
	case r.Code == 500, r.Code == 501, r.Code == 502, r.Code == 504, r.Code == 555, r.Status == "5.1.3", r.Status == "5.1.7", r.Status == "5.5.2", r.Status == "5.5.4":
		return "refused as a syntax error"
	case res.Stage == stageMail:
		return "the sender is refused"
	case strings.Contains(text, "relay"), r.Status == "5.7.1", r.Code == 530, r.Status == "5.7.0", strings.Contains(text, "rcpthosts"):
		return "relaying is refused"
	case r.Status == "5.1.1", strings.Contains(text, "unknown"), strings.Contains(text, "no such"):
		return "read as local, and there is no such mailbox"
	}
	return "refused"
}
