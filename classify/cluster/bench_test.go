package cluster

import (
	"fmt"
	"testing"
)

// BenchmarkGroups reports the time for each message of a queue.
func BenchmarkGroups(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := newMill(1)
			m.flood(n)
			b.ReportAllocs()
			for b.Loop() {
				Groups(&m.set, Options{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/message")
		})
	}
}
