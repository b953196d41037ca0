package index

import (
	"encoding/binary"
	"math"
	"time"

	"qclean/classify"
	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
	"qclean/scan/spool"
)

// A campaign is stored as its fields one after another: numbers as varints,
// texts and lists with their length before them. Thousands of them are read by
// every command, and encoding/gob took three times as long.

// appendCampaign writes all of a campaign but whose members it has, which the messages say.
func appendCampaign(b []byte, c *classify.Campaign) []byte {
	b = appendSummary(b, &c.Summary)
	b = appendText(b, c.ID)
	b = append(b, byte(c.Print.Class), byte(c.Print.Kind))
	b = binary.AppendVarint(b, int64(c.Print.Need))
	b = binary.AppendUvarint(b, uint64(len(c.Print.Hashes)))
	for _, h := range c.Print.Hashes {
		b = binary.AppendUvarint(b, h)
	}
	b = append(b, byte(c.Class))
	b = appendText(b, c.Weak)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.Coherence))
	b = binary.AppendVarint(b, int64(c.Words))
	b = binary.AppendUvarint(b, uint64(len(c.Core)))
	for _, f := range c.Core {
		b = binary.LittleEndian.AppendUint32(b, f.Hash)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f.Share))
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f.Purity))
	}
	return appendVerdict(b, &c.Verdict)
}

func appendSummary(b []byte, s *classify.Summary) []byte {
	for _, n := range [...]int64{int64(s.Count), s.Bytes, int64(s.Recipients), int64(s.NDRs), int64(s.Null),
		s.First.Unix(), int64(s.First.Nanosecond()), s.Last.Unix(), int64(s.Last.Nanosecond())} {
		b = binary.AppendVarint(b, n)
	}
	for _, t := range tallies(s) {
		b = binary.AppendVarint(b, int64(t.Distinct))
		b = binary.AppendUvarint(b, uint64(len(t.Top)))
		for _, c := range t.Top {
			b = binary.AppendVarint(appendText(b, c.Value), int64(c.Count))
		}
	}
	for _, n := range s.Hours {
		b = binary.AppendVarint(b, int64(n))
	}
	return b
}

func tallies(s *classify.Summary) [8]*classify.Tally {
	return [...]*classify.Tally{&s.Senders, &s.Domains, &s.RcptDomains, &s.Subjects, &s.Links, &s.Sources, &s.Users, &s.Kinds}
}

func appendVerdict(b []byte, v *classify.Verdict) []byte {
	flags := byte(0)
	if v.Likely {
		flags = 1
	}
	if v.Mixed {
		flags |= 2
	}
	b = append(b, byte(v.Call), flags)
	b = binary.AppendVarint(b, int64(v.Score))
	b = binary.AppendUvarint(b, uint64(len(v.Evidence)))
	for i := range v.Evidence {
		e := &v.Evidence[i]
		b = append(appendText(b, e.Rule), byte(e.For))
		b = binary.AppendVarint(b, int64(e.Points))
		b = appendText(b, e.Text)
		b = binary.AppendUvarint(b, uint64(len(e.Samples)))
		for _, id := range e.Samples {
			b = appendText(b, id)
		}
	}
	return b
}

func appendText[T ~string](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// parseCampaign is the reverse of appendCampaign, false for what it did not write.
func parseCampaign(b []byte) (*classify.Campaign, bool) {
	f, c := fields{b: b, all: string(b)}, &classify.Campaign{}
	f.summary(&c.Summary)
	c.ID = fingerprint.ID(f.text())
	c.Print.Class, c.Print.Kind = fingerprint.Class(f.byte()), fingerprint.PrintKind(f.byte())
	c.Print.Need = f.int()
	c.Print.Hashes = list(&f, func() uint64 { return f.uvarint() })
	c.Class = fingerprint.Class(f.byte())
	c.Weak = f.text()
	c.Coherence = math.Float64frombits(f.fixed(8))
	c.Words = f.int()
	c.Core = list(&f, func() cluster.Feature {
		return cluster.Feature{Hash: uint32(f.fixed(4)), Share: math.Float32frombits(uint32(f.fixed(4))), Purity: math.Float32frombits(uint32(f.fixed(4)))}
	})
	f.verdict(&c.Verdict)
	return c, !f.bad && len(f.b) == 0
}

// fields takes one field after another. What makes no sense gives zeros from there on.
type fields struct {
	b   []byte
	all string // the whole of it, of which texts are parts
	bad bool
}

func (f *fields) summary(s *classify.Summary) {
	s.Count, s.Bytes, s.Recipients, s.NDRs, s.Null = f.int(), f.varint(), f.int(), f.int(), f.int()
	s.First, s.Last = f.moment(), f.moment()
	for _, t := range tallies(s) {
		t.Distinct = f.int()
		t.Top = list(f, func() classify.Count { return classify.Count{Value: f.text(), Count: f.int()} })
	}
	for i := range s.Hours {
		s.Hours[i] = f.int()
	}
}

func (f *fields) verdict(v *classify.Verdict) {
	v.Call = classify.Call(f.byte())
	flags := f.byte()
	v.Likely, v.Mixed = flags&1 != 0, flags&2 != 0
	v.Score = f.int()
	v.Evidence = list(f, func() classify.Evidence {
		return classify.Evidence{Rule: f.text(), For: classify.Call(f.byte()), Points: f.int(), Text: f.text(),
			Samples: list(f, func() spool.ID { return spool.ID(f.text()) })}
	})
}

// list takes a list, nil for an empty one. Each of it has a byte at least.
func list[T any](f *fields, one func() T) []T {
	n := f.uvarint()
	if n > uint64(len(f.b)) {
		f.bad = true
	}
	if n == 0 || f.bad {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = one()
	}
	return out
}

func (f *fields) moment() time.Time { return time.Unix(f.varint(), f.varint()).UTC() }

func (f *fields) int() int { return int(f.varint()) }

func (f *fields) varint() int64 {
	v, n := binary.Varint(f.b)
	f.skip(n)
	return v
}

func (f *fields) uvarint() uint64 {
	v, n := binary.Uvarint(f.b)
	f.skip(n)
	return v
}

// skip goes on after n bytes. None is too few.
func (f *fields) skip(n int) {
	if n <= 0 || n > len(f.b) {
		f.bad, f.b = true, nil
		return
	}
	f.b = f.b[n:]
}

func (f *fields) byte() byte { return byte(f.fixed(1)) }

// fixed is a number of n bytes.
func (f *fields) fixed(n int) (v uint64) {
	if len(f.b) < n {
		f.bad, f.b = true, nil
		return 0
	}
	for i := range n {
		v |= uint64(f.b[i]) << (8 * i)
	}
	f.b = f.b[n:]
	return v
}

func (f *fields) text() string {
	n := f.uvarint()
	if n > uint64(len(f.b)) {
		f.bad, f.b = true, nil
		return ""
	}
	at := len(f.all) - len(f.b)
	f.b = f.b[n:]
	return f.all[at : at+int(n)]
}
