package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"strconv"
	"syscall"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
	"qclean/scan/spool/all"
)

// checkup is what doctor finds.
type checkup struct {
	Schema     int           `json:"schema"`
	Kind       string        `json:"kind"`
	Spool      string        `json:"spool"`
	How        string        `json:"how,omitempty"` // why this one, when nobody named it
	MTA        string        `json:"mta"`
	Sure       int           `json:"sure"` // 1 to 3
	Why        string        `json:"why"`
	Standing   standing      `json:"standing"`
	User       string        `json:"user"`
	Queues     []queueHealth `json:"queues"`
	Quarantine string        `json:"quarantine"`
	Runs       runsHealth    `json:"runs"`
	Free       int64         `json:"free"` // bytes
	Config     configuration `json:"configuration"`
	May        []may         `json:"may"`
	Missing    []string      `json:"missing"`
}

// queueHealth is what can be said of one queue without reading a message.
type queueHealth struct {
	Name     string `json:"name"`
	Dir      string `json:"dir"`
	Owner    string `json:"owner"`
	Messages int    `json:"messages"`
	Left     int    `json:"left_alone"`
	Read     bool   `json:"read"`
	Write    bool   `json:"write"`
	Trouble  string `json:"trouble,omitempty"`
}

type runsHealth struct {
	Count      int `json:"count"`
	Unfinished int `json:"unfinished"`
	Damaged    int `json:"damaged"`
}

type configuration struct {
	From    []string `json:"from"`
	Host    string   `json:"host,omitempty"`
	Domains []string `json:"domains"`
	Relays  []string `json:"relays"`
	Skipped []string `json:"skipped,omitempty"`
}

// may is one thing that can, or cannot, be done here.
type may struct {
	What string `json:"what"`
	Yes  bool   `json:"yes"`
	Why  string `json:"why,omitempty"`
}

// examine looks at everything in turn.
func (a *app) examine(ctx context.Context, t *target) (*checkup, error) {
	l := t.Layout()
	c := &checkup{Schema: ui.Schema, Kind: "doctor", Spool: spool.EscapeName(t.path), How: t.how, MTA: l.MTA, Why: "as --as says", User: whoAmI(), Missing: []string{}}
	if d, m, err := all.Detect(t.tree, filepath.Base(t.path)); err == nil && d.Name() == l.MTA {
		c.Sure, c.Why = m.Sure, m.Why
	}
	var err error
	if c.Standing, err = standingOf(ctx, t); err != nil {
		c.Standing.Why = err.Error()
		c.missing("whether the MTA runs: %v", err)
	}
	for _, q := range l.Queues {
		c.Queues = append(c.Queues, queueAt(t, q))
	}
	if err := c.count(ctx, t); err != nil {
		return nil, err
	}
	if err := c.runs(ctx, a, t); err != nil {
		return nil, err
	}
	c.quarantineAt(t, l)
	c.configured(ctx, t)
	c.judge(t, l)
	return c, nil
}

func (c *checkup) missing(format string, args ...any) {
	c.Missing = append(c.Missing, fmt.Sprintf(format, args...))
}

func whoAmI() string {
	if os.Geteuid() == 0 {
		return "root"
	}
	return ownerName(uint32(os.Geteuid()))
}

// ownerName is a user's name, or his number when the host does not know him,
// as with the copy of another machine's queue.
func ownerName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "user " + id
}

// Access modes of access(2).
const (
	canRead  = 4
	canWrite = 2
	canEnter = 1
)

// access asks the kernel, which knows of capabilities and read-only mounts.
func access(name string, mode uint32) bool { return syscall.Access(name, mode) == nil }

func queueAt(t *target, q spool.Queue) queueHealth {
	h := queueHealth{Name: q.Name, Dir: spool.EscapeName(q.Dir), Owner: "nobody"}
	info, err := t.tree.Lstat(q.Dir)
	if err != nil {
		h.Trouble = err.Error()
		return h
	}
	h.Owner = ownerName(info.UID)
	full := filepath.Join(t.tree.Path(), q.Dir)
	h.Read = access(full, canRead|canEnter)
	h.Write = access(full, canWrite|canEnter)
	return h
}

// count counts by names alone.
func (c *checkup) count(ctx context.Context, t *target) error {
	byName := map[string]*queueHealth{}
	for i := range c.Queues {
		byName[c.Queues[i].Name] = &c.Queues[i]
	}
	for e, err := range t.Entries(ctx) {
		var left *spool.Left
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &left):
			c.leftIn(left.Name)
		case err != nil:
			c.missing("a part of the queue: %v", err)
		case byName[e.Queue] != nil:
			byName[e.Queue].Messages++
		}
	}
	return nil
}

// leftIn counts a name that is no message.
func (c *checkup) leftIn(name string) {
	for i := range c.Queues {
		if dir := c.Queues[i].Dir + "/"; len(name) > len(dir) && name[:len(dir)] == dir {
			c.Queues[i].Left++
			return
		}
	}
}

func (c *checkup) runs(ctx context.Context, a *app, t *target) error {
	m, err := replay.New(t.tree, t.Spool, replay.Options{Now: a.now})
	if err != nil {
		return err
	}
	for r, err := range m.Runs(ctx) {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrPermission):
			c.missing("rights to see earlier runs: %v", err)
			return nil
		case err != nil:
			c.Runs.Damaged++
		case r.Outcome == "":
			c.Runs.Unfinished++
		}
		c.Runs.Count++
	}
	return nil
}

// quarantineAt looks at the folder that takes what is moved out, or at the
// one that it would be made in.
func (c *checkup) quarantineAt(t *target, l spool.Layout) {
	q := l.Queues[0]
	c.Quarantine = spool.EscapeName(q.Old)
	if parent := path.Dir(q.Old); len(l.Queues) > 1 {
		c.Quarantine = spool.EscapeName(parent) + "/…"
	}
	if s, err := t.tree.Space(); err == nil {
		c.Free = int64(min(s.Bytes, 1<<62))
	}
	for _, q := range l.Queues {
		in, to := t.tree, nearest(t, q.Old)
		from, err := in.Lstat(q.Dir)
		if info, err2 := in.Lstat(to); err == nil && err2 == nil && info.Dev != from.Dev {
			c.missing("queue %s lies on another filesystem than its quarantine %s: name one with --old", q.Name, spool.EscapeName(q.Old))
		}
		if !access(filepath.Join(t.tree.Path(), to), canWrite|canEnter) {
			c.missing("rights to write in %s, where the quarantine of %s is", spool.EscapeName(to), q.Name)
		}
	}
}

// nearest is the folder itself, or the first above it that is there.
func nearest(t *target, name string) string {
	for name != "." {
		if info, err := t.tree.Lstat(name); err == nil && info.Mode.IsDir() {
			return name
		}
		name = path.Dir(name)
	}
	return "."
}

func (c *checkup) configured(ctx context.Context, t *target) {
	c.Config = configuration{From: []string{}, Domains: []string{}, Relays: []string{}}
	r, ok := t.Spool.(spool.SiteReader)
	if !ok {
		return
	}
	site, err := r.Site(ctx)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.missing("the MTA's configuration: %v", err)
		}
		return
	}
	c.Config.From, c.Config.Host, c.Config.Skipped = site.From, site.Host, site.Skipped
	c.Config.Domains = append(c.Config.Domains, site.Domains...)
	for _, p := range site.Relays {
		c.Config.Relays = append(c.Config.Relays, p.String())
	}
}
