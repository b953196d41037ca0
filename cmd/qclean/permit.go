package main

import (
	"strings"

	"qclean/scan/spool"
)

// judge says what can be done here, from all that was found before.
func (c *checkup) judge(t *target, l spool.Layout) {
	read := c.not(func(q queueHealth) bool { return q.Read })
	write := c.not(func(q queueHealth) bool { return q.Write })
	if read != "" {
		c.missing("rights to read %s: run as root, or as %s", read, c.Queues[0].Owner)
	}
	if write != "" {
		c.missing("rights to change %s: run as root, or as %s", write, c.Queues[0].Owner)
	}
	if len(c.Config.From) == 0 {
		c.missing("a configuration that says what is ours: it is guessed from the mail, unless --local-domain says it")
	}
	if c.Runs.Unfinished > 0 {
		c.missing("the end of an interrupted run: qclean recover")
	}
	if c.Runs.Damaged > 0 {
		c.missing("a readable journal of %d earlier runs: qclean log", c.Runs.Damaged)
	}
	c.allow("scan", read == "", "")
	c.allow("quarantine, undo", write == "", c.lockWord(t))
	c.allow("replay into the queue", write == "" && !c.Standing.Copy, c.copyWord())
	why := c.copyWord()
	if l.Pickup == "" {
		why = "it has no pickup"
	}
	c.allow("replay through pickup", write == "" && !c.Standing.Copy && l.Pickup != "", why)
	c.allow("replay --via", write == "", "into another server, by SMTP, LMTP or its sendmail")
}

func (c *checkup) allow(what string, yes bool, why string) {
	c.May = append(c.May, may{What: what, Yes: yes, Why: why})
}

// not names the queues of which something is not true.
func (c *checkup) not(ok func(queueHealth) bool) string {
	var not []string
	for _, q := range c.Queues {
		if !ok(q) {
			not = append(not, q.Name)
		}
	}
	return strings.Join(not, ", ")
}

// lockWord says how it is kept from what the MTA is doing.
func (c *checkup) lockWord(t *target) string {
	_, claims := t.Spool.(spool.Claimer)
	_, stages := t.Spool.(spool.Stager)
	switch {
	case c.Standing.Copy:
		return ""
	case stages:
		return "beside the running MTA: by its lock on each message, those under delivery by way of hold"
	case claims:
		return "beside the running MTA: by its lock on each message"
	}
	return "stop the service first: nothing here can be locked"
}

func (c *checkup) copyWord() string {
	if c.Standing.Copy {
		return "nothing is delivered from a copy"
	}
	return ""
}
