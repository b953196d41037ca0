package main

import (
	"errors"
	"strings"
)

// char is one line of UnicodeData.txt (UAX #44, section 4.2).
type char struct {
	category     string
	decomposed   []rune // one step, canonical or compatible
	digit        rune   // '0' to '9' for a decimal digit, else 0
	upper, lower rune   // simple mappings, 0 without one
}

type database struct {
	chars map[rune]char
	looks map[rune][]rune // confusables.txt: what it looks like
	first rune            // of a range that is open: "<CJK Ideograph, First>"
}

func newDatabase() *database {
	return &database{chars: map[rune]char{}, looks: map[rune][]rune{}}
}

func (u *database) addChar(field []string) error {
	if len(field) < 14 {
		return errors.New("too few fields")
	}
	code, err := hexRunes(field[0])
	if err != nil || len(code) != 1 {
		return errors.New("no code point")
	}
	_, decomposition, tagged := strings.Cut(field[5], ">")
	if !tagged {
		decomposition = field[5]
	}
	c := char{category: field[2], upper: one(field[12]), lower: one(field[13])}
	if c.decomposed, err = hexRunes(decomposition); err != nil {
		return err
	}
	if field[6] != "" {
		c.digit = rune(field[6][0])
	}
	if strings.HasSuffix(field[1], ", First>") {
		u.first = code[0]
	}
	if strings.HasSuffix(field[1], ", Last>") {
		for r := u.first; r < code[0]; r++ {
			u.chars[r] = c
		}
	}
	u.chars[code[0]] = c
	return nil
}

func (u *database) addConfusable(field []string) error {
	if len(field) < 2 {
		return errors.New("too few fields")
	}
	from, err := hexRunes(field[0])
	if err != nil || len(from) != 1 {
		return errors.New("no code point")
	}
	u.looks[from[0]], err = hexRunes(field[1])
	return err
}

func one(s string) rune {
	if r, err := hexRunes(s); err == nil && len(r) == 1 {
		return r[0]
	}
	return 0
}

// plain is the full decomposition without marks and invisible characters.
func (u *database) plain(rs []rune) []rune {
	var out []rune
	for _, r := range rs {
		c := u.chars[r]
		switch {
		case u.invisible(r):
		case len(c.decomposed) > 0:
			out = append(out, u.plain(c.decomposed)...)
		default:
			out = append(out, r)
		}
	}
	return out
}

// invisible is true of marks above and below letters, of format characters,
// and of the letters and fillers that show nothing (Default_Ignorable_Code_Point).
func (u *database) invisible(r rune) bool {
	switch u.chars[r].category {
	case "Mn", "Me", "Cf":
		return true
	}
	return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x2065 || r >= 0xE0000 && r <= 0xE0FFF
}

// ascii turns what a character comes to into lower-case ASCII, dropping the
// brackets of "(a)" and the like; "" when that is not possible.
func ascii(rs []rune) string {
	var out strings.Builder
	for _, r := range rs {
		switch {
		case r >= 'A' && r <= 'Z':
			out.WriteRune(r + 'a' - 'A')
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			out.WriteRune(r)
		case strings.ContainsRune("().,\u2044\u02bc", r):
		default:
			return ""
		}
	}
	if out.String() == "rn" { // confusables.txt spells m so
		return "m"
	}
	return out.String()
}
