package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"qclean/classify"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

// Totals is a whole spool in JSON.
type Totals struct {
	Messages   int            `json:"messages"`
	Bytes      int64          `json:"bytes"`
	Recipients int            `json:"recipients"`
	NDRs       int            `json:"ndrs"`
	Null       int            `json:"null_senders"`
	Oldest     string         `json:"oldest,omitempty"`
	Newest     string         `json:"newest,omitempty"`
	Defects    map[string]int `json:"defects,omitempty"`
	LeftAlone  map[string]int `json:"left_alone,omitempty"`
	Unreadable map[string]int `json:"unreadable,omitempty"`
	Vanished   int            `json:"vanished"`
	Read       int            `json:"read"`  // now
	Known      int            `json:"known"` // from the scan before
}

// Group is one campaign, or one row of another grouping, in JSON.
type Group struct {
	Label       string         `json:"label,omitempty"`
	ID          string         `json:"id,omitempty"`
	Short       string         `json:"short,omitempty"`
	Fingerprint string         `json:"fingerprint,omitempty"`
	Class       string         `json:"class,omitempty"`
	Verdict     *Verdict       `json:"verdict,omitempty"`
	Weak        bool           `json:"weak"`
	WeakReason  string         `json:"weak_reason,omitempty"`
	Count       int            `json:"count"`
	Bytes       int64          `json:"bytes"`
	Recipients  int            `json:"recipients"`
	NDRs        int            `json:"ndrs"`
	Bounces     int            `json:"bounces,omitempty"` // reports about messages of this campaign
	First       string         `json:"first,omitempty"`
	Last        string         `json:"last,omitempty"`
	Senders     classify.Tally `json:"senders"`
	Subjects    classify.Tally `json:"subjects"`
	RcptDomains classify.Tally `json:"rcpt_domains"`
	Links       classify.Tally `json:"links"`
	Sources     classify.Tally `json:"sources"`
	Users       classify.Tally `json:"users"`
}

// Message is one message in JSON. File and ID are escaped as spool.EscapeName does.
type Message struct {
	File       string   `json:"file"`
	ID         string   `json:"id"`
	Queue      string   `json:"queue"`
	Campaign   string   `json:"campaign"`
	Weak       bool     `json:"weak"`
	Kind       string   `json:"kind"`
	Verdict    string   `json:"verdict"`
	Likely     bool     `json:"likely"`
	From       string   `json:"from"`
	Null       bool     `json:"null_sender"`
	To         []string `json:"to"`
	Recipients int      `json:"recipients"`
	Envelope   string   `json:"envelope_source"`
	Subject    string   `json:"subject"`
	Size       int64    `json:"size"`
	Arrived    string   `json:"arrived,omitempty"`
	AuthUser   string   `json:"auth_user,omitempty"`
	SourceIP   string   `json:"source_ip,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Defects    []string `json:"defects,omitempty"`
}

func (v *View) jsonTotals() Totals {
	t := v.over
	return Totals{Messages: t.Count, Bytes: t.Bytes, Recipients: t.Recipients, NDRs: t.NDRs, Null: t.Null,
		Oldest: ui.Stamp(t.First), Newest: ui.Stamp(t.Last), Defects: t.Defects, LeftAlone: v.Left.Counts(),
		Unreadable: v.Trouble.Counts(), Vanished: v.Gone, Read: v.Read, Known: v.Known}
}

// JSONGroup gives the JSON form of a summary.
func JSONGroup(s *classify.Summary) Group {
	return Group{Count: s.Count, Bytes: s.Bytes, Recipients: s.Recipients, NDRs: s.NDRs, First: ui.Stamp(s.First),
		Last: ui.Stamp(s.Last), Senders: s.Senders, Subjects: s.Subjects, RcptDomains: s.RcptDomains, Links: s.Links,
		Sources: s.Sources, Users: s.Users}
}

// JSONCampaign gives the JSON form of a campaign.
func (v *View) JSONCampaign(c *classify.Campaign) Group {
	g := JSONGroup(&c.Summary)
	g.ID, g.Short, g.Fingerprint, g.Class = string(c.ID), v.Short(c.ID), c.Print.String(), c.Class.String()
	g.Verdict = jsonVerdict(&c.Verdict)
	g.Weak, g.WeakReason, g.Bounces = c.Weak != "", c.Weak, len(c.Bounces)
	return g
}

// JSONMessage gives the JSON form of a record.
func JSONMessage(r *classify.Record) Message {
	m := Message{ID: spool.EscapeName(string(r.ID)), Queue: r.Queue, Campaign: string(r.Campaign), Weak: r.Weak,
		Kind: r.Kind.String(), Verdict: r.Call.String(), Likely: r.Likely, From: r.From, Null: r.Null, To: r.To, Recipients: r.Recipients, Envelope: r.Envelope.String(),
		Subject: r.Subject, Size: r.Size, Arrived: ui.Stamp(r.Arrived), AuthUser: r.AuthUser, SourceIP: r.SourceIP,
		Reason: r.Reason, Defects: append(r.Defects.Names(), r.Flaws...)}
	if len(r.Files) > 0 {
		m.File = spool.EscapeName(r.Files[0].Name)
	}
	return m
}

// JSON writes the whole view as one document. Campaigns and groups come as
// many as --top says; messages all, one by one, since there may be a million.
func (v *View) JSON(out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<16)
	head := struct {
		Schema int    `json:"schema"`
		Kind   string `json:"kind"`
		Spool  string `json:"spool"`
		MTA    string `json:"mta"`
		Set    string `json:"set"`
		Taken  string `json:"taken"`
		Totals Totals `json:"totals"`
		Site   Site   `json:"site"`
		Cost   *Cost  `json:"stats,omitempty"`
	}{ui.Schema, "scan", spool.EscapeName(v.Path), v.MTA, string(v.Set), ui.Stamp(v.Taken), v.jsonTotals(), jsonSite(&v.Judgement.Site), v.Cost}
	b, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	w.Write(b[:len(b)-1])
	for _, by := range v.By {
		if err := v.jsonGrouping(w, by); err != nil {
			return err
		}
	}
	fmt.Fprint(w, `,"messages":`)
	if err := writeList(w, v.Table.Len(), func(i int) any { r := v.Table.At(i).Record(); return JSONMessage(&r) }); err != nil {
		return err
	}
	fmt.Fprint(w, "}\n")
	return w.Flush()
}

func (v *View) jsonGrouping(w *bufio.Writer, by string) error {
	if by == "fingerprint" {
		fmt.Fprint(w, `,"campaigns":`)
		list := top(v.Campaigns, v.Top)
		return writeList(w, len(list), func(i int) any { return v.JSONCampaign(list[i]) })
	}
	key, ok := keyOf(by)
	if !ok {
		return fmt.Errorf("no grouping %q", by)
	}
	rows := top(classify.GroupBy(v.Table, key), v.Top)
	fmt.Fprintf(w, `,%q:`, "by_"+key.Name)
	return writeList(w, len(rows), func(i int) any {
		g := JSONGroup(&rows[i].Summary)
		g.Label = rows[i].Label
		return g
	})
}

func writeList(w *bufio.Writer, n int, value func(int) any) error {
	w.WriteByte('[')
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
		}
		b, err := json.Marshal(value(i))
		if err != nil {
			return fmt.Errorf("writing JSON: %w", err)
		}
		w.WriteByte('\n')
		w.Write(b)
	}
	_, err := w.WriteString("]")
	return err
}
