package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Stages of a mail transaction (RFC 5321 section 3.3).
const (
	stageConnect = "connect"
	stageMail    = "MAIL"
	stageRcpt    = "RCPT"
	stageData    = "DATA"
)

const (
	plainForm   = 2 // the second control
	maxFailures = 2 // connections in a row that break
)

// checker is one check under way.
type checker struct {
	ctx      context.Context
	o        Options
	rep      *Report
	s        *session // nil: to be connected
	dials    int
	failures int  // in a row
	login    bool // log in on every connection
}

// Check asks the server. It fails when the options are wrong, when nothing
// listens, or when ctx is done; everything else is in the report.
func Check(ctx context.Context, t Target, o Options) (*Report, error) {
	o = o.complete()
	if t.Host != "" && o.Names.Host == "" && strings.Contains(t.Host, ".") {
		o.Names.Host = t.Host
	}
	names, err := o.Names.complete()
	if err != nil {
		return nil, err
	}
	if o.Hello != "" && !validDomain(o.Hello) {
		return nil, fmt.Errorf("%w: EHLO name %q", ErrBadName, o.Hello)
	}
	asking, cancel := context.WithTimeoutCause(ctx, o.Total, errors.New("the whole check takes too long"))
	defer cancel()
	others, err := t.resolve(asking)
	if err != nil {
		return nil, err
	}
	c := &checker{ctx: asking, o: o, rep: &Report{Target: t, Names: names}}
	if len(others) > 0 {
		c.note("%s has %d addresses; only %s was asked", t.Host, len(others)+1, t.IP)
	}
	if !names.IP.IsValid() {
		c.rep.Names.IP = t.IP
	}
	if err := c.all(); err != nil {
		return nil, err
	}
	if o.Prove != nil && c.rep.Postmaster.Verdict == Accepted {
		c.ctx = ctx // the proof has its own limit
		c.prove(ctx)
	}
	c.drop()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.rep.conclude()
	return c.rep, nil
}

// all runs the controls and then the forms.
func (c *checker) all() error {
	defer func() { c.drop() }()
	if err := c.first(); err != nil {
		return err
	}
	if c.rep.Stopped == "" {
		c.postmaster()
	}
	forms := c.forms()
	c.rep.Results = make([]Result, len(forms))
	for i, f := range order(forms) {
		if f.Number == 0 {
			continue
		}
		if c.skips() {
			c.rep.Results[i] = c.skipped(f)
			continue
		}
		c.rep.Results[i] = c.try(f)
		if f.Number == plainForm {
			c.plain(&c.rep.Results[i])
		}
	}
	if c.o.Login != nil {
		c.withLogin()
	}
	return nil
}

// order yields the plain form first: it is a control.
func order(forms []Form) func(yield func(int, Form) bool) {
	return func(yield func(int, Form) bool) {
		for i, f := range forms {
			if f.Number == plainForm && !yield(i, f) {
				return
			}
		}
		for i, f := range forms {
			if f.Number != plainForm && !yield(i, f) {
				return
			}
		}
	}
}

// first connects. Nothing listening is an error; a server that will not talk is a void result.
func (c *checker) first() error {
	s, err := c.connect()
	var no *refusal
	switch {
	case err == nil:
		c.s = s
		c.meet()
		return nil
	case errors.Is(err, errConnect):
		return fmt.Errorf("relay check of %s: %w", c.rep.Target, err)
	case errors.As(err, &no) && no.to == "connection":
		c.rep.Greeting = no.reply
	}
	c.rep.Void, c.rep.Stopped = err.Error(), err.Error()
	return nil
}

// meet takes from the first connection what it tells about both ends.
func (c *checker) meet() {
	c.rep.Greeting = c.s.greeting
	if ip, ok := addrIP(c.s.conn.LocalAddr()); ok {
		c.rep.Inside = inside(ip, c.rep.Target.IP, localNetworks())
	}
	name, _, _ := strings.Cut(c.s.greeting.Lines[0], " ")
	if c.rep.Names.Host == "" && validDomain(name) {
		c.rep.Names.Host = name
		c.note("the server calls itself %s: that is the host of the forms", name)
	}
}

// postmaster is the first control: RFC 5321 section 4.5.1 wants it accepted by every server.
func (c *checker) postmaster() {
	control := Form{From: "{U}@{out}", To: "postmaster@{our}", Local: true, Means: "The first control: mail to our own postmaster has to be accepted."}
	res := c.try(control)
	if res.Verdict == Relays { // a 251: it will be forwarded, as it may be
		res.Verdict = Accepted
	}
	c.rep.Postmaster = res
	switch {
	case res.Verdict == Accepted:
	case res.Verdict == NotKnown:
		c.rep.Void = fmt.Sprintf("our own postmaster@%s got no clear answer; try again later, from the same address", c.rep.Names.Our)
	case res.Stage == stageMail:
		c.rep.Void = fmt.Sprintf("the sender %s is refused before the recipient is seen: name a mailbox of yours elsewhere", res.From)
	default:
		c.rep.Void = fmt.Sprintf("our own postmaster@%s is refused: either %s is not a domain of this server, or this client is refused whatever it asks", c.rep.Names.Our, c.rep.Names.Our)
	}
}

// plain is the second control.
func (c *checker) plain(res *Result) {
	switch {
	case res.Verdict == Relays:
		c.rep.Void = "the plain form is accepted: the server relays for everybody, trusts this client, or accepts all and decides later; the other forms cannot be told from it"
	case res.Reply.domainFault():
		c.note("%s is refused for its domain, not for relaying: name a mailbox of yours elsewhere to be sure", c.rep.Names.Outside)
	}
}

// skips tells whether the next form is not worth the server's time.
func (c *checker) skips() bool {
	if c.rep.Stopped != "" || c.ctx.Err() != nil || c.rep.Postmaster.Verdict != Accepted {
		return true
	}
	return c.rep.Void != "" && !c.o.Anyway && c.o.Prove == nil
}

func (c *checker) skipped(f Form) Result {
	res := Result{Form: f, Why: "not tried: " + c.whyNot()}
	res.From, res.To, _ = f.envelope(c.rep.Names)
	return res
}

func (c *checker) whyNot() string {
	switch {
	case c.rep.Stopped != "":
		return c.rep.Stopped
	case c.ctx.Err() != nil:
		return context.Cause(c.ctx).Error()
	}
	return "the controls failed"
}

// forms leaves out those that are the same as another one with these names.
func (c *checker) forms() []Form {
	var out []Form
	seen := map[[2]string]bool{}
	for _, f := range Forms() {
		from, to, ok := f.envelope(c.rep.Names)
		if key := [2]string{from, to}; ok && seen[key] {
			continue
		} else if ok {
			seen[key] = true
		}
		out = append(out, f)
	}
	return out
}

// withLogin tries the plain form as an account: that it is accepted then is
// as it should be, and tells what a stolen password is worth.
func (c *checker) withLogin() {
	form := Forms()[plainForm-1]
	if c.rep.Stopped != "" {
		res := c.skipped(form)
		c.rep.Login = &res
		return
	}
	c.drop()
	c.login, c.failures = true, 0
	stopped := c.rep.Stopped
	res := c.try(form)
	if res.Stage == stageConnect {
		res.Verdict = NotTried
	}
	c.rep.Login, c.login, c.rep.Stopped = &res, false, stopped
	c.drop()
}

func (c *checker) note(format string, args ...any) {
	c.rep.Notes = append(c.rep.Notes, fmt.Sprintf(format, args...))
}
