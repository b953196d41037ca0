package report

import (
	"time"

	"qclean/cmd/ui"
)

// Cost is what a scan took, in JSON.
type Cost struct {
	Messages  int64       `json:"messages"`   // of the spool
	Seconds   float64     `json:"seconds"`    // by the clock on the wall
	CPU       float64     `json:"cpu"`        // seconds of all processors
	PerSecond float64     `json:"per_second"` // messages
	Peak      int64       `json:"peak"`       // bytes of memory
	Allocated int64       `json:"allocated"`  // bytes of memory that were asked for in all
	Garbage   int64       `json:"garbage"`    // those of them that what was found does not need
	Stages    []CostStage `json:"stages"`
}

// CostStage is one part of the work.
type CostStage struct {
	Name  string  `json:"name"`
	What  string  `json:"what"`
	CPU   float64 `json:"cpu"`   // seconds
	Share float64 `json:"share"` // of Cost.CPU
}

// Say writes the cost for a person.
func (c *Cost) Say(s *ui.Streams) {
	each := func(cpu float64) float64 { return cpu * 1e6 / float64(max(c.Messages, 1)) }
	s.Say("")
	s.Say("%s in %s: %s a second", ui.Plural(c.Messages, "message"), time.Duration(c.Seconds*1e9).Round(time.Millisecond), ui.Plural(int64(c.PerSecond), "message"))
	s.Say("%-9s  %6s  %9s", "STAGE", "SHARE", "µs EACH")
	for _, st := range c.Stages {
		s.Say("%-9s  %4.0f %%  %9.1f  %s", st.Name, 100*st.Share, each(st.CPU), st.What)
	}
	s.Say("%-9s  %4.0f %%  %9.1f  processor time, %.2f s", "all", 100.0, each(c.CPU), c.CPU)
	s.Say("%s of memory at the most; %s allocated a message, %s of them garbage", ui.Bytes(c.Peak),
		ui.Bytes(c.Allocated/max(c.Messages, 1)), ui.Bytes(c.Garbage/max(c.Messages, 1)))
}
