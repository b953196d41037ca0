package index

import (
	"time"

	"qclean/classify"
	pq "qclean/classify/parquet"
	"qclean/scan/spool"
)

// columns is one message in the Parquet file, in the order in which a filler
// fills them. Names are what DuckDB shows; file names and IDs are escaped
// (spool.EscapeName), since Parquet text is UTF-8. Sketches are left out: no
// other tool could make sense of them, and they were half of the file.
func columns() []pq.Field {
	f := func(name string, k pq.Kind) pq.Field { return pq.Field{Name: name, Kind: k} }
	list := func(name string, k pq.Kind) pq.Field { return pq.Field{Name: name, Kind: k, List: true} }
	return []pq.Field{
		f("id", pq.Text), f("queue", pq.Word), list("files", pq.Text), list("roles", pq.Int32), f("ident", pq.Text), f("size", pq.Int64),
		f("arrived", pq.Moment), f("from", pq.Text), f("null_sender", pq.Bool), list("to", pq.Text), f("recipients", pq.Int32),
		f("envelope_source", pq.Word), f("auth_user", pq.Word), f("source_ip", pq.Word), f("source_name", pq.Word), f("helo", pq.Word),
		f("reason", pq.Word), f("frozen", pq.Bool), f("header_from", pq.Text), f("subject", pq.Text), f("message_id", pq.Text),
		list("links", pq.Word), f("kind", pq.Word), f("class", pq.Int32), f("defects", pq.Int32),
		list("flaws", pq.Word), f("campaign", pq.Word), f("weak", pq.Bool), f("bounce_of", pq.Word), f("known", pq.Word),
		f("verdict", pq.Word), f("likely", pq.Bool), f("authenticated", pq.Bool), f("mailing", pq.Bool), f("list_mail", pq.Bool),
		f("in_reply_to", pq.Text), f("received_by", pq.Word), f("received_for", pq.Word),
		{Name: "bounce", Optional: true, Fields: []pq.Field{
			list("failed", pq.Text), f("status", pq.Word), f("diagnostic", pq.Word), f("reporting_mta", pq.Word), f("message_id", pq.Text),
			f("from", pq.Word),
			{Name: "trail", List: true, Fields: []pq.Field{f("ip", pq.Word), f("name", pq.Word), f("helo", pq.Word), f("by", pq.Word), f("login", pq.Word), f("authenticated", pq.Bool)}},
		}},
	}
}

// bounceColumns is how many columns the group of a report has. They are the last.
const bounceColumns = 12

// filler fills the columns of a row group one after another. After the last row
// comes skip.
type filler struct {
	columns []*pq.Column
	next    int
	plain   int      // the last rows so far, that are no reports
	list    []string // buffers for one message
	files   []spool.File
	bounce  classify.Bounce
}

func (f *filler) column() *pq.Column {
	f.next++
	return f.columns[f.next-1]
}

func (f *filler) text(s string) { f.column().Text(s) }
func (f *filler) int(v int64)   { f.column().Int(v) }
func (f *filler) bool(v bool)   { f.column().Bool(v) }

// texts fills a list.
func (f *filler) texts(all []string) {
	c := f.column()
	for i, s := range all {
		c.Level(uint8(min(i, 1)), 1)
		c.Text(s)
	}
	if len(all) == 0 {
		c.Level(0, 0)
	}
	f.list = all[:0]
}

// add fills one row.
func (f *filler) add(m classify.Message) {
	f.next = 0
	id := spool.EscapeName(string(m.ID()))
	f.text(id)
	f.text(m.Queue())
	f.fillFiles(m.AppendFiles(f.files[:0]), string(m.ID()), id)
	f.text(m.Ident())
	f.int(m.Size())
	f.int(nanos(m.Arrived()))
	f.text(m.From())
	f.bool(m.Null())
	f.texts(m.AppendTo(f.list))
	f.int(int64(m.Recipients()))
	for _, s := range [...]string{m.Envelope().String(), m.AuthUser(), m.SourceIP(), m.SourceName(), m.Helo(), m.Reason()} {
		f.text(s)
	}
	f.bool(m.Frozen())
	f.text(m.HeaderFrom())
	f.text(m.Subject())
	f.text(m.MessageID())
	f.texts(m.AppendLinks(f.list))
	f.text(m.Kind().String())
	f.int(int64(m.Class()))
	f.int(int64(m.Defects()))
	f.texts(m.AppendFlaws(f.list))
	f.opinion(m)
	f.text(m.Answers())
	f.text(m.By())
	f.text(m.For())
	f.fillBounce(m)
}

func (f *filler) opinion(m classify.Message) {
	f.text(string(m.Campaign()))
	f.bool(m.Weak())
	f.text(string(m.BounceOf()))
	f.text(string(m.Known()))
	f.text(m.Call().String())
	for _, v := range [...]bool{m.Likely(), m.Auth(), m.Listed(), m.List()} {
		f.bool(v)
	}
}

// fillFiles is given the ID, whole and escaped, since most names are the same.
func (f *filler) fillFiles(files []spool.File, id, escaped string) {
	f.files = files
	names, roles := f.column(), f.column()
	for i, file := range files {
		names.Level(uint8(min(i, 1)), 1)
		if file.Name == id {
			names.Text(escaped)
		} else {
			names.Text(spool.EscapeName(file.Name))
		}
		roles.Level(uint8(min(i, 1)), 1)
		roles.Int(int64(file.Role))
	}
	if len(files) == 0 {
		names.Level(0, 0)
		roles.Level(0, 0)
	}
}

// fillBounce fills the group, which is missing where there is no report.
func (f *filler) fillBounce(m classify.Message) {
	if !m.Bounced() {
		f.plain++
		return
	}
	f.skip()
	b := &f.bounce
	m.ReadBounce(b)
	failed := f.column()
	for i, s := range b.Failed {
		failed.Level(uint8(min(i, 1)), 2)
		failed.Text(s)
	}
	if len(b.Failed) == 0 {
		failed.Level(0, 1)
	}
	for _, s := range [...]string{b.Status, b.Diagnostic, b.ReportingMTA, b.MessageID, b.From} {
		c := f.column()
		c.Level(0, 1)
		c.Text(s)
	}
	f.trail(b)
}

func (f *filler) trail(b *classify.Bounce) {
	columns := f.columns[f.next:]
	for i := range b.Trail {
		h := &b.Trail[i]
		for k, c := range columns {
			c.Level(uint8(min(i, 1)), 2)
			if k < 5 {
				c.Text([...]string{h.IP, h.Name, h.Helo, h.By, h.Login}[k])
			} else {
				c.Bool(h.Auth)
			}
		}
	}
	if len(b.Trail) == 0 {
		for _, c := range columns {
			c.Level(0, 1)
		}
	}
}

// skip says of the last rows that the group was missing, as it is of most.
func (f *filler) skip() {
	for _, c := range f.columns[len(f.columns)-bounceColumns:] {
		c.Missing(f.plain)
	}
	f.plain = 0
}

// nanos writes a moment as Parquet does, with 0 for "not known".
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
