package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"qclean/fixtures/month"
)

// TestMonth lives through thirty nights of a server with the policy that
// "policy init" writes. Nothing wanted is touched, each flood is acted on or
// told within one run, and nights without trouble are quiet. QCLEAN_MONTH=SEED
// makes it a large server's month (make month).
func TestMonth(t *testing.T) {
	t.Parallel()
	p := month.Month{Seed: 8}
	if text := os.Getenv("QCLEAN_MONTH"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		p = month.Month{Seed: seed, PerDay: 3000, Flood: 12000}
	}
	if zone, err := time.LoadLocation("Europe/Berlin"); err == nil { // summer time begins in the last week
		p.First = time.Date(2026, 3, 3, 3, 17, 0, 0, zone)
	}
	days, err := p.Days()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, p)
	came := map[string]int{}
	var rows []*nightRow
	defer func() { t.Log("\n" + monthTable(rows)) }()
	for i, day := range days {
		s.now = p.Night(i + 1)
		s.live(day)
		for event, n := range day.Came {
			came[event] += n
		}
		row := s.night(i+1, day, came)
		rows = append(rows, row)
		s.morning(row)
	}
	checkMonth(t, p, rows)
}

// nightRow is what a night came to.
type nightRow struct {
	night   int
	at      time.Time
	arrived int
	queued  int
	code    int
	doc     nightJSON
	byRule  map[string]int
	seen    []string       // floods of which a third or more has come
	left    map[string]int // flood mail that is still queued, by event
	wrong   []string       // wanted mail that was touched, unless somebody asked for it
	asked   int            // reports on mail that was really sent: wanted, and named by the rule for stale ones
	reacted string         // what the administrator did in the morning
}

// checkMonth holds the month against what was promised.
func checkMonth(t *testing.T, p month.Month, rows []*nightRow) {
	t.Helper()
	trouble := map[int]bool{}
	for _, e := range p.Events() {
		if !e.Flood {
			continue
		}
		first := slices.IndexFunc(rows, func(r *nightRow) bool { return slices.Contains(r.seen, e.Name) })
		if first < 0 {
			t.Errorf("%s: no night sees it", e.Name)
			continue
		}
		if r := rows[first]; r.left[e.Name] > 0 && len(r.doc.Alarms) == 0 {
			t.Errorf("%s: night %d leaves %d messages of it and raises no alarm", e.Name, r.night, r.left[e.Name])
		}
		for n := e.Night; n <= rows[first].night+1; n++ { // and the one after, for what came since
			trouble[n] = true
		}
	}
	for _, r := range rows {
		for _, w := range r.wrong {
			t.Errorf("night %d touches wanted mail: %s", r.night, w)
		}
		if !trouble[r.night] && len(r.doc.Alarms) > 0 {
			t.Errorf("night %d is an ordinary one and raises %q", r.night, r.doc.Alarms)
		}
	}
}

// monthTable is the month for a person.
func monthTable(rows []*nightRow) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NIGHT\tDAY\tARRIVED\tQUEUED\tEXIT\tDONE BY RULE\tSTALE BOUNCES\tMISSED\tWRONG\tALARMS\tIN THE MORNING")
	for _, r := range rows {
		left := 0
		for _, n := range r.left {
			left += n
		}
		var alarms []string
		for _, a := range r.doc.Alarms {
			alarms = append(alarms, clipped(a, 60))
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%d\t%s\t%d\t%d\t%d\t%s\t%s\n", r.night, r.at.Format("Mon 02 Jan"), r.arrived, r.queued, r.code,
			counted(r.byRule), r.asked, left, len(r.wrong), strings.Join(alarms, " | "), r.reacted)
	}
	w.Flush()
	return b.String()
}

func clipped(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

func counted(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}
