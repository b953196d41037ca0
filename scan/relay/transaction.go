package relay

import "fmt"

// try sends one form up to RCPT and reads what it comes to. A sender that is
// refused for itself hides what the server thinks of the recipient, so forms
// that are about the recipient are then asked with the plain sender.
func (c *checker) try(f Form) Result {
	res := c.once(f)
	if res.Stage != stageMail || res.Verdict != Refused || f.Family.sender() || c.rep.Stopped != "" {
		return res
	}
	plain := f
	plain.From = Forms()[plainForm-1].From
	again := c.once(plain)
	again.Form = f
	if again.Stage == stageMail && again.Verdict == Refused {
		return res
	}
	again.Why += "; with the plain sender, as this form's own is refused"
	return again
}

func (c *checker) once(f Form) Result {
	res := Result{Form: f}
	var known bool
	if res.From, res.To, known = f.envelope(c.rep.Names); !known {
		res.Why = "not tried: the server's name is not known"
		return res
	}
	s, err := c.ready()
	if err != nil {
		c.broke(&res, stageConnect, err)
		return res
	}
	s.used++
	s.dirty = true
	for _, step := range []struct{ stage, line string }{
		{stageMail, "MAIL FROM:<" + res.From + ">"},
		{stageRcpt, "RCPT TO:<" + res.To + ">"},
	} {
		if !c.step(&res, step.stage, step.line) {
			return res
		}
	}
	return res
}

// step sends one command of a form. It tells whether to go on.
func (c *checker) step(res *Result, stage, line string) bool {
	r, err := c.s.command(line)
	res.Stage, res.Reply = stage, r
	if err != nil {
		c.broke(res, stage, err)
		return false
	}
	if r.Code == 421 {
		c.hungUp(r)
	}
	if stage == stageMail && r.class() == 2 {
		return true
	}
	c.failures = 0
	read(res)
	return false
}

// ready gives a connection on which a new transaction can begin.
func (c *checker) ready() (*session, error) {
	if c.dials > 0 && (c.s == nil || c.s.used > 0) {
		if err := wait(c.ctx, c.o.Pause); err != nil {
			return nil, err
		}
	}
	if c.s != nil && c.s.used >= c.o.PerConnection {
		c.drop()
	}
	if c.s != nil && c.s.dirty {
		r, err := c.s.command("RSET")
		if err == nil && r.Code == 421 {
			c.hungUp(r)
			return nil, &refusal{"RSET", r}
		}
		if err != nil || r.class() != 2 {
			c.note("RSET gets no good answer: each form has a connection of its own")
			c.o.PerConnection = 1
			c.abandon()
		}
	}
	if c.s == nil {
		s, err := c.connect()
		if err != nil {
			return nil, err
		}
		c.s = s
	}
	return c.s, nil
}

// connect makes a new session, with TLS and login as they are asked for.
func (c *checker) connect() (*session, error) {
	c.dials++
	s, err := dial(c.ctx, c.rep.Target, &c.o, c.dials)
	if err != nil {
		return nil, err
	}
	_, offered := s.offers["STARTTLS"]
	if c.o.StartTLS || c.login && offered {
		err = s.startTLS(c.serverName())
	}
	if err == nil && c.login {
		err = s.auth(*c.o.Login)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// serverName is what a certificate has to be for: what the user typed.
func (c *checker) serverName() string {
	if c.rep.Target.Host != "" {
		return c.rep.Target.Host
	}
	return c.rep.Target.IP.String()
}

// broke notes a connection that gave no answer. Two in a row end the check.
func (c *checker) broke(res *Result, stage string, err error) {
	res.Stage, res.Verdict, res.Why = stage, NotKnown, "no answer: "+err.Error()
	c.abandon()
	if c.failures++; c.failures >= maxFailures && c.rep.Stopped == "" {
		c.rep.Stopped = fmt.Sprintf("%d connections in a row broke", c.failures)
	}
}

// hungUp heeds a 421: the server wants no more of this (RFC 5321 section 3.8).
func (c *checker) hungUp(r Reply) {
	c.rep.Stopped = "the server said " + r.String()
	c.abandon()
}

// drop ends the connection in good order, abandon just closes it.
func (c *checker) drop() {
	if c.s != nil {
		c.s.quit()
		c.s = nil
	}
}

func (c *checker) abandon() {
	if c.s != nil {
		c.s.close()
		c.s = nil
	}
}
