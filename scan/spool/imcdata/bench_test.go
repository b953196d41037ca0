package imcdata

import (
	"fmt"
	"strings"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// BenchmarkLoad is Stat and Load of a message of 4 KB, in each form.
func BenchmarkLoad(b *testing.B) {
	rest := strings.Repeat("all work and no play makes Jack a dull boy\r\n", 90)
	for name, file := range map[string]string{
		"head":    file1() + rest,
		"x-lines": file4 + rest,
		"headers": text1 + rest,
	} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			var entries []spool.Entry
			for i := range 500 {
				put(b, dir, map[string]string{fmt.Sprintf("out/%d", i): file})
			}
			tree, err := disk.Open(dir)
			if err != nil {
				b.Fatal(err)
			}
			defer tree.Close()
			s, err := Driver{}.Open(tree, "out")
			if err != nil {
				b.Fatal(err)
			}
			for e, err := range s.Entries(b.Context()) {
				if err != nil {
					b.Fatal(err)
				}
				entries = append(entries, e)
			}
			buf := make([]byte, 256<<10)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				e := &entries[i%len(entries)]
				if err := s.Stat(b.Context(), e); err != nil {
					b.Fatal(err)
				}
				if _, err := s.Load(b.Context(), e, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
