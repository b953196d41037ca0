package classify

import (
	"syscall"
	"testing"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/fixtures"
	"qclean/scan"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// floodOf is a flood in memory, as a driver gives it. Each letter has a reader
// of its own, so that all of them are there at once.
func floodOf(n int) (raw [][]byte, messages []scan.Message) {
	for m := range fixtures.Stream(fixtures.Flood{N: n, Seed: 1}) {
		e := &spool.Entry{ID: spool.ID("out/" + m.Name), Queue: "out", Files: []spool.File{{Name: "out/" + m.Name}}, Ident: m.Name,
			Size: int64(len(m.Raw)), Arrived: m.Arrived,
			Envelope: spool.Envelope{From: m.Envelope.From, Null: m.Envelope.Null(), To: m.Envelope.To, Source: spool.FromHead}}
		raw = append(raw, m.Raw)
		messages = append(messages, scan.Message{Entry: e, Letter: letter.NewReader(letter.Limits{}).Read(m.Raw)})
	}
	return raw, messages
}

func processorTime() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkMessage is what is done with each message once it is in memory,
// stage by stage, over a flood: the time is that of one message.
func BenchmarkMessage(b *testing.B) {
	raw, messages := floodOf(500)
	r, k := NewReader(Options{}), fingerprint.New()
	l := letter.NewReader(letter.Limits{})
	for _, stage := range []struct {
		name string
		do   func(i int, m *scan.Message)
	}{
		{"read", func(i int, _ *scan.Message) { l.Read(raw[i]) }},
		{"origin", func(_ int, m *scan.Message) { origin.Of(m.Letter, &m.Entry.Envelope, nil) }},
		{"kind", func(_ int, m *scan.Message) { kind.Of(m.Letter, &m.Entry.Envelope) }},
		{"sketch", func(_ int, m *scan.Message) {
			k.Sketch(m.Letter, fingerprint.ClassOf(m.Letter, &m.Entry.Envelope))
		}},
		{"facts", func(_ int, m *scan.Message) { r.Facts(m) }},
		{"whole", func(i int, m *scan.Message) {
			one := *m
			one.Letter = l.Read(raw[i])
			r.Facts(&one)
		}},
	} {
		b.Run(stage.name, func(b *testing.B) {
			b.ReportAllocs()
			began := processorTime()
			for i := 0; b.Loop(); i++ {
				stage.do(i%len(messages), &messages[i%len(messages)])
			}
			b.ReportMetric(float64(processorTime()-began)/float64(b.N), "cpu-ns/op") // what the machine does besides is not in it
		})
	}
}
