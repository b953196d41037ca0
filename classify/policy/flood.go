package policy

import (
	"time"

	"qclean/classify"
)

const (
	lately = time.Hour
	ahead  = 5 * time.Minute // so far may the clock of the queue be in front of ours
)

// Flood is an unwanted campaign that is coming in now.
type Flood struct {
	Campaign *classify.Campaign
	Lately   int // messages of it in the last hour
}

// UnderWay finds the floods that go on: campaigns of which at least rate
// messages, each called unwanted, arrived within the last hour. One that ended
// before is cleaned up and needs nobody; this one has a source that is open.
func UnderWay(t *classify.Table, campaigns []*classify.Campaign, now time.Time, rate int) []Flood {
	var out []Flood
	for _, c := range campaigns {
		if len(c.Members) < rate {
			continue
		}
		f := Flood{Campaign: c}
		for _, m := range c.Members {
			r := t.At(int(m))
			if age := now.Sub(r.Arrived()); r.Call().Unwanted() && age < lately && age > -ahead {
				f.Lately++
			}
		}
		if f.Lately >= rate {
			out = append(out, f)
		}
	}
	return out
}
