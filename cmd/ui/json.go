package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Schema is the number of the JSON form; it grows when a field changes its
// meaning or goes. New fields do not change it.
const Schema = 1

// JSON writes one document, indented on a terminal.
func (s *Streams) JSON(v any) error {
	e := json.NewEncoder(visible{s.Out})
	e.SetEscapeHTML(true)
	if s.OutTTY {
		e.SetIndent("", "  ")
	}
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// visible writes what acts on a terminal, or turns text around, as the escape
// that JSON has for it: the value stays the same. It is for an encoder, which
// writes whole characters, and such ones within strings only.
type visible struct{ to io.Writer }

func (v visible) Write(p []byte) (int, error) {
	kept := 0
	for i := 0; i < len(p); {
		if p[i] < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRune(p[i:])
		if unsafe(r) {
			if _, err := v.to.Write(p[kept:i]); err != nil {
				return kept, err
			}
			if _, err := io.WriteString(v.to, escapeJSON(r)); err != nil {
				return i, err
			}
			kept = i + n
		}
		i += n
	}
	_, err := v.to.Write(p[kept:])
	return len(p), err
}

func escapeJSON(r rune) string {
	if r <= 0xffff {
		return fmt.Sprintf(`\u%04x`, r)
	}
	hi, lo := utf16.EncodeRune(r)
	return fmt.Sprintf(`\u%04x\u%04x`, hi, lo)
}
