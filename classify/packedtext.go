package classify

import (
	"fmt"
	"io"
)

func (t *texts) decode(r io.Reader) error {
	var blocks int
	if err := readNumbers(r, &blocks); err != nil {
		return err
	}
	if blocks > maxBlocks {
		return errTable
	}
	for i := range blocks {
		var n int
		if err := readNumbers(r, &n); err != nil {
			return err
		}
		if n == 0 || n > maxText+8 {
			return errTable
		}
		room := n
		if i == blocks-1 {
			room = max(n, textBlock) // it goes on growing
		}
		b := t.room.Bytes(room)[:n]
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("%w: %v", errTable, err)
		}
		t.open = []open{{i, b}}
		t.blocks = append(t.blocks, written(b))
	}
	return t.check()
}

// check walks over all texts: each lies within its block.
func (t *texts) check() error {
	for _, s := range t.blocks {
		for at := 0; at < len(s); {
			rest := s[at:]
			if rest[0] >= 0x80 && (len(rest) < 2 || rest[1] >= 0x80 && len(rest) < 3) {
				return errTable
			}
			n, head := size(rest)
			if at += head + n; at > len(s) {
				return errTable
			}
		}
	}
	return nil
}

// holds tells whether a text begins within a block and ends in it.
func (t *texts) holds(r ref) bool {
	if r == 0 {
		return true
	}
	b, at := int(r>>textBits), int(r&(textBlock-1))
	if b >= len(t.blocks) || at >= len(t.blocks[b]) {
		return false
	}
	rest := t.blocks[b][at:]
	if rest[0] >= 0x80 && (len(rest) < 2 || rest[1] >= 0x80 && len(rest) < 3) {
		return false
	}
	n, head := size(rest)
	return head+n <= len(rest)
}
