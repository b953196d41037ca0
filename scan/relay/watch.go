package relay

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"
)

// watch looks with every finder until each token is settled or the time is up.
func (c *checker) watch(ctx context.Context, pending map[string]*Result) {
	p := c.o.Prove
	every := p.Every
	if every <= 0 {
		every = 5 * time.Second
	}
	until := time.Now().Add(p.Wait)
	for {
		c.look(ctx, pending)
		if len(pending) == 0 || !time.Now().Add(every).Before(until) || wait(ctx, every) != nil {
			break
		}
	}
	for _, res := range pending {
		if res.Seen == nil {
			res.Why += "; a message was sent, and its token was found nowhere"
		}
	}
}

// look takes the settled tokens out of pending.
func (c *checker) look(ctx context.Context, pending map[string]*Result) {
	for _, finder := range c.o.Prove.Finders {
		for piece, err := range finder(ctx) {
			if err != nil {
				if text := "looking for the proof: " + err.Error(); !slices.Contains(c.rep.Notes, text) && len(c.rep.Notes) < 20 {
					c.rep.Notes = append(c.rep.Notes, text)
				}
				continue
			}
			for _, token := range tokens(piece.Text) {
				if res := pending[token]; res != nil && settle(res, token, piece, c.rep.Names.Outside) {
					delete(pending, token)
				}
			}
		}
	}
}

// settle says what one sighting proves, and whether it is the last word.
func settle(res *Result, token string, p Piece, outside string) bool {
	seen := &Sighting{Where: p.Where, Queue: p.Queue, Report: !carries(p.Text, token)}
	for _, to := range p.To {
		if p.Queue && !seen.Report && strings.EqualFold(to, outside) {
			res.Seen, res.Verdict, res.Why = seen, Relays, "proved: it is queued for the mailbox outside"
			return true
		}
	}
	switch {
	case seen.Report && triedOutside(p.Text, outside):
		res.Seen, res.Verdict, res.Why = seen, Relays, "proved: the server tried to deliver it outside, and bounced it when that failed"
	case seen.Report:
		res.Seen, res.Verdict, res.Why = seen, BouncesLater, "proved: accepted, and bounced later: no relay, but strangers get its bounces"
	case p.Queue: // not for the mailbox outside: local, or on its way to become a bounce
		if res.Seen == nil {
			res.Seen = seen
			res.Why += "; it lies in the queue"
		}
		return false
	default:
		res.Seen, res.Verdict, res.Why = seen, Relays, "proved: the message arrived"
	}
	return true
}

// tokens finds those in a message, each once. NDRs quote in many ways: the
// token stands in the subject, the identifier and the text, and one is enough.
func tokens(text []byte) []string {
	var out []string
	for len(out) < MaxForm {
		at := bytes.Index(text, []byte(tokenMark))
		if at < 0 {
			break
		}
		end := at
		for end < len(text) && isAlnum(text[end]) {
			end++
		}
		if word := string(text[at:end]); !slices.Contains(out, word) {
			out = append(out, word)
		}
		text = text[end:]
	}
	return out
}

// carries tells whether a message has the token in a field of its own header.
func carries(text []byte, token string) bool {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return false
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && strings.EqualFold(string(name), tokenField) && string(bytes.TrimSpace(value)) == token {
			return true
		}
		text = rest
	}
	return false
}

// triedOutside tells whether a report says that another server refused it for
// the mailbox outside (RFC 3464 sections 2.3.2 and 2.3.5): so it was relayed.
func triedOutside(text []byte, outside string) bool {
	low := strings.ToLower(string(text))
	_, final, ok := strings.Cut(low, "\nfinal-recipient:")
	line, _, _ := strings.Cut(final, "\n")
	return ok && strings.Contains(low, "\nremote-mta:") && strings.HasSuffix(strings.TrimSpace(line), strings.ToLower(outside))
}
