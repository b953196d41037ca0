package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// tailSize is how much of the end Tail looks at.
const tailSize = 64 << 10

// Tail gives the last n lines without reading the rest, fewer if the journal
// does not end in so many good ones. It is for telling quickly whether a run
// has ended; it does not see damage further up.
func Tail(r io.ReaderAt, size int64, n int) ([]Line, error) {
	from := max(0, size-tailSize)
	buf := make([]byte, max(0, size-from))
	if k, err := r.ReadAt(buf, from); err != nil && (!errors.Is(err, io.EOF) || k < len(buf)) {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return lastLines(buf, n), nil
}

func lastLines(buf []byte, n int) []Line {
	var out []Line
	for len(buf) > 0 && len(out) < n && buf[len(buf)-1] == '\n' {
		buf = buf[:len(buf)-1]
		start := bytes.LastIndexByte(buf, '\n') + 1
		line, err := parseLine(string(buf[start:]))
		if err != nil {
			break
		}
		if buf = buf[:start]; line.Kind != mark {
			out = append(out, line.Line)
		}
	}
	slices.Reverse(out)
	return out
}
