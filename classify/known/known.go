// Package known keeps a list of fingerprints across incidents: a text file that people can read, edit and share.
//
// A line is a portable fingerprint, the day it was added, and a note:
//
//	qf1-mail-5of24-…  2026-11-22  pills, came back after two weeks
//
// Empty lines and lines that begin with # are kept out of the list.
package known

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"qclean/classify/fingerprint"
)

// Errors that callers decide on.
var (
	ErrLine    = errors.New("not a line of a fingerprint list")
	ErrTooMany = errors.New("too many fingerprints")
	ErrNone    = errors.New("no such fingerprint in the list")
	ErrTwice   = errors.New("already in the list")
)

// Max is how many fingerprints a list may hold.
const Max = 100_000

const maxLine = 4096

// Entry is one fingerprint.
type Entry struct {
	Print fingerprint.Print
	Added time.Time // the day, zero when the line has none
	Note  string    // one line
}

// ID is the short name of the fingerprint itself.
func (e Entry) ID() fingerprint.ID { return e.Print.ID() }

// List is a list in the order of the file.
type List []Entry

// Read reads a list. The error names the line.
func Read(r io.Reader) (List, error) {
	var list List
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		e, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if list.find(e.Print.String()) >= 0 {
			continue // lists that were joined with cat
		}
		if list = append(list, e); len(list) > Max {
			return nil, ErrTooMany
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLine, err)
	}
	return list, nil
}

func parse(text string) (Entry, error) {
	fields := strings.Fields(text)
	print, err := fingerprint.ParsePrint(fields[0])
	if err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrLine, err)
	}
	e := Entry{Print: print}
	rest := fields[1:]
	if len(rest) > 0 {
		if day, err := time.Parse(time.DateOnly, rest[0]); err == nil {
			e.Added, rest = day, rest[1:]
		}
	}
	e.Note = clean(strings.Join(rest, " "))
	return e, nil
}

// clean makes a note of one printable line.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))), " ")
}

// Write writes the list as Read takes it.
func (l List) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "# fingerprints of unwanted campaigns: qclean fp import FILE")
	for _, e := range l {
		fmt.Fprint(out, e.Print)
		if !e.Added.IsZero() {
			fmt.Fprint(out, "  ", e.Added.Format(time.DateOnly))
		}
		if e.Note != "" {
			fmt.Fprint(out, "  ", clean(e.Note))
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

func (l List) find(print string) int {
	return slices.IndexFunc(l, func(e Entry) bool { return e.Print.String() == print })
}

// Add puts a fingerprint at the end: ErrTwice, ErrTooMany.
func (l List) Add(e Entry) (List, error) {
	if l.find(e.Print.String()) >= 0 {
		return l, ErrTwice
	}
	if len(l) >= Max {
		return l, ErrTooMany
	}
	return append(slices.Clip(l), e), nil
}

// Drop takes a fingerprint out, named in full or by the beginning of its ID: ErrNone, and
// fingerprint.ErrPrint when the beginning fits several.
func (l List) Drop(name string) (List, Entry, error) {
	at := -1
	for i, e := range l {
		if e.Print.String() != name && (name == "" || !strings.HasPrefix(string(e.ID()), name)) {
			continue
		}
		if at >= 0 {
			return l, Entry{}, fmt.Errorf("%w: %q begins several", fingerprint.ErrPrint, name)
		}
		at = i
	}
	if at < 0 {
		return l, Entry{}, fmt.Errorf("%w: %q", ErrNone, name)
	}
	return slices.Delete(slices.Clone(l), at, at+1), l[at], nil
}

// Sum changes whenever the fingerprints do: what was scanned with another list
// has to be read again. The empty list has the empty sum.
func (l List) Sum() string {
	if len(l) == 0 {
		return ""
	}
	prints := make([]string, len(l))
	for i, e := range l {
		prints[i] = e.Print.String()
	}
	slices.Sort(prints)
	sum := sha256.Sum256([]byte(strings.Join(prints, "\n")))
	return hex.EncodeToString(sum[:12])
}

// Prints gives the fingerprints, in order.
func (l List) Prints() []fingerprint.Print {
	out := make([]fingerprint.Print, len(l))
	for i, e := range l {
		out[i] = e.Print
	}
	return out
}
