package classify

import (
	"strings"

	"qclean/classify/origin"
	"qclean/scan/letter"
)

// Traits are facts of a message that only verdicts look at.
type Traits struct {
	Auth    bool   // the client logged in, whether or not the login is known
	Listed  bool   // a mailing that one can leave (RFC 2369, RFC 2919), not a list that one can write to
	List    bool   // it came over a list, of whatever sort
	Answers string // Message-ID of what it answers
	By      string // our host that took it in
	For     string // recipient that our hosts recorded first, before any forwarding
}

func (r *Reader) traits(l *letter.Message, from *origin.Facts) Traits {
	h := l.Header
	id, post, leave := h.Has("List-Id"), h.Has("List-Post"), h.Has("List-Unsubscribe")
	return Traits{
		Auth:    from.Auth,
		List:    id || post || leave,
		Listed:  (leave || id) && !post,
		Answers: r.keep.string(answers(h)),
		By:      r.keep.string(from.By),
		For:     r.keep.string(from.For),
	}
}

// answers is In-Reply-To, or the last of References (RFC 5322 section 3.6.4).
func answers(h letter.Header) string {
	v := h.Get("In-Reply-To")
	if strings.IndexByte(v, '<') < 0 {
		v = h.Get("References")
	}
	v = v[strings.LastIndexByte(v, '<')+1:]
	id, _, ok := strings.Cut(v, ">")
	if !ok || strings.ContainsAny(id, " \t") {
		return ""
	}
	return id
}

// maxTrail is how many hops of a returned message are kept.
const maxTrail = 8

// trail keeps the way that a returned message says it took.
func (r *Reader) trail(original *letter.Message) []origin.Hop {
	hops := origin.Trail(r.lent.hops[:0], original.Header, maxTrail)
	if r.o.Lend {
		r.lent.hops = hops
	}
	for i := range hops {
		h := &hops[i]
		*h = origin.Hop{IP: r.keep.string(h.IP), Name: r.keep.string(h.Name), Helo: r.keep.string(h.Helo), By: r.keep.string(h.By), Login: r.keep.string(h.Login), Auth: h.Auth}
	}
	return hops
}
