package relay

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Proof is how an accepted form is followed up: one message to the tester's
// own mailbox, and a look where it came out.
type Proof struct {
	Finders []Finder
	Wait    time.Duration // how long to look; 0: look once
	Every   time.Duration // between two looks; 0: five seconds
}

// Finder yields messages in which a token may stand: those of an inbox, or of
// the server's own queue. It is called once for each look.
type Finder func(ctx context.Context) iter.Seq2[Piece, error]

// Piece is one message that a finder came upon.
type Piece struct {
	Where string   // for people
	Null  bool     // from the null sender
	To    []string // envelope recipients, when known
	Queue bool     // it lies in the server's queue, not in a mailbox
	Text  []byte   // RFC 5322 text, valid until the next piece
}

// Sighting says where a token was found.
type Sighting struct {
	Where  string
	Report bool // in a report about the message, not the message itself
	Queue  bool
}

// tokenField is in the header of every message that is sent, so that the
// message itself can be told from a report that quotes it.
const tokenField = "X-Qclean-Relay-Check"

const tokenMark = "qcrc" // every token begins so

func newToken() string { return tokenMark + strings.ToLower(rand.Text()) }

// prove sends the messages and looks for them.
func (c *checker) prove(ctx context.Context) {
	pending := map[string]*Result{}
	for i := range c.rep.Results {
		res := &c.rep.Results[i]
		if !passes(res.Verdict) || c.rep.Stopped != "" {
			continue
		}
		if res.Form.Family == Literal {
			res.Why += "; not proved: the literal is not the mailbox's host"
			continue
		}
		if c.send(res); res.Token != "" {
			pending[res.Token] = res
		}
	}
	c.drop()
	if len(pending) > 0 {
		c.watch(ctx, pending)
	}
	if plain := c.rep.find(plainForm); plain != nil && plain.Verdict != Relays && c.rep.Postmaster.Verdict == Accepted {
		c.rep.Void = "" // accepted all and decided later: the proofs tell the forms apart
	}
}

// send repeats a form and goes on to DATA: the only place that ever does.
func (c *checker) send(res *Result) {
	again := c.open(res.Form)
	if !passes(again.Verdict) {
		*res = again
		return
	}
	token := newToken()
	r, err := c.s.command("DATA")
	if err == nil && r.class() == 3 {
		c.s.trace('C', "(the message with "+token+")")
		if err = c.s.write(c.message(res.Form, token)); err == nil {
			r, err = c.s.answer()
		}
	}
	again.Stage, again.Reply = stageData, r
	switch {
	case err != nil:
		c.broke(&again, stageData, err)
	case r.class() == 2:
		again.Token = token
		c.s.dirty = false
	default:
		if r.Code == 421 {
			c.hungUp(r)
		}
		read(&again)
	}
	*res = again
}

// open begins a transaction that waits for DATA. Where the recipient is the
// point, the sender is the tester: a bounce to an unknown of ours would vanish.
func (c *checker) open(f Form) Result {
	if f.Family.sender() {
		return c.try(f)
	}
	plain := f
	plain.From = Forms()[plainForm-1].From
	res := c.try(plain)
	if !passes(res.Verdict) && c.rep.Stopped == "" {
		res = c.try(f)
	}
	res.Form = f
	return res
}

func passes(v Verdict) bool { return v == Accepted || v == Relays }

// message says who sends it and why, for whoever finds it.
func (c *checker) message(f Form, token string) []byte {
	n := c.rep.Names
	now := time.Now()
	var b bytes.Buffer
	for _, field := range [][2]string{
		{"Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"From", n.Outside}, {"To", n.Outside},
		{"Subject", fmt.Sprintf("relay check of %s, form %d, %s", c.rep.Target, f.Number, token)},
		{"Message-ID", "<" + token + "@" + n.Our + ">"},
		{"Auto-Submitted", "auto-generated"},
		{tokenField, token},
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=us-ascii"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", field[0], field[1])
	}
	fmt.Fprintf(&b, "\r\nThe administrator of %s checks whether that server relays.\r\n"+
		"This message was handed to it as %s\r\nand should not have arrived.\r\n\r\nToken: %s\r\n.\r\n", n.Our, f, token)
	return b.Bytes()
}
