package letter

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// codec turns one charset into UTF-8: by a table when a byte is a character,
// else by a decoder.
type codec struct {
	kind    codecKind
	table   *byteTable
	decoder *encoding.Decoder
}

// utf8Plain is the codec of UTF-8.
var utf8Plain = codec{kind: utf8Codec}

type codecKind uint8

const (
	utf8Codec  codecKind = iota // UTF-8, bad bytes replaced
	looseCodec                  // ASCII by name: UTF-8 if it is that, else windows-1252
	tableCodec                  // one byte, one character, ASCII below 0x80
	wideCodec                   // several bytes, ASCII below 0x80 when no byte is above
	rawCodec                    // ASCII bytes do not stand for themselves: UTF-16, escapes
	utf7Codec
	libraryCodec // by name, through go-message
)

// byteTable holds the UTF-8 form of each byte of a charset.
type byteTable [256]struct {
	bytes [utf8.UTFMax - 1]byte
	n     uint8
}

// charsets finds codecs by name and keeps them: there are some 200 names, and
// only known ones are kept. It is for one goroutine.
type charsets struct{ known map[string]*codec }

// append appends src, which is in the named charset, as UTF-8. It reports
// false for a charset that nobody knows, which is read as UTF-8 or else as
// windows-1252.
func (c *charsets) append(dst, src []byte, name string) ([]byte, bool) {
	k, ok := c.find(name)
	return k.append(dst, src, name), ok
}

// appendLoose is append, but UTF-8 is taken for what it is under any name:
// for header fields, where a charset is a guess.
func (c *charsets) appendLoose(dst, src []byte, name string) ([]byte, bool) {
	if valid(src) {
		return append(dst, src...), true
	}
	return c.append(dst, src, name)
}

// find looks a charset up by the names of RFC 2046, of the IANA registry, and
// of the WHATWG, which are those that mail programs understand. Latin-1 is
// windows-1252 to all of them.
func (c *charsets) find(name string) (*codec, bool) {
	if name == "utf-8" { // half of all mail
		return &utf8Plain, true
	}
	if k, ok := c.known[name]; ok {
		return k, true
	}
	if len(name) > maxCharsetName {
		return &codec{kind: looseCodec}, false
	}
	k, ok := newCodec(strings.ToLower(strings.Trim(name, "\"' \t")))
	if !ok {
		return &codec{kind: looseCodec}, false
	}
	if c.known == nil {
		c.known = make(map[string]*codec)
	}
	if len(c.known) < maxCodecs {
		c.known[strings.Clone(name)] = k
	}
	return k, true
}

// maxCodecs bounds what find keeps, since a name can be written in many cases.
const maxCodecs = 256

func newCodec(name string) (*codec, bool) {
	switch name {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "646":
		return &codec{kind: looseCodec}, true
	case "utf-8", "utf8":
		return &utf8Plain, true
	case "utf-7", "unicode-1-1-utf-7":
		return &codec{kind: utf7Codec}, true
	case "utf-16", "utf16", "unicode":
		return wide(rawCodec, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)), true // RFC 2781 section 4.3
	case "utf-32":
		return wide(rawCodec, utf32.UTF32(utf32.BigEndian, utf32.UseBOM)), true
	case "hz-gb-2312":
		return wide(rawCodec, simplifiedchinese.HZGB2312), true
	}
	enc, err := htmlindex.Get(name)
	if err != nil || enc == encoding.Replacement {
		return libraryCodecFor(name)
	}
	if enc == unicode.UTF8 {
		return &utf8Plain, true
	}
	if m, ok := enc.(*charmap.Charmap); ok {
		return &codec{kind: tableCodec, table: newTable(m)}, true
	}
	if canonical, _ := htmlindex.Name(enc); strings.HasPrefix(canonical, "utf-16") || strings.HasPrefix(canonical, "iso-2022") {
		return wide(rawCodec, enc), true
	}
	return wide(wideCodec, enc), true
}

func wide(kind codecKind, enc encoding.Encoding) *codec {
	return &codec{kind: kind, decoder: enc.NewDecoder()}
}

// libraryCodecFor asks go-message, which knows the names of the IANA registry.
func libraryCodecFor(name string) (*codec, bool) {
	if _, err := charset.Reader(name, bytes.NewReader(nil)); err != nil {
		return nil, false
	}
	return &codec{kind: libraryCodec}, true
}

func newTable(m *charmap.Charmap) *byteTable {
	t := new(byteTable)
	for i := range t {
		t[i].n = uint8(len(utf8.AppendRune(t[i].bytes[:0], m.DecodeByte(byte(i)))))
	}
	return t
}

// fits reports whether src is UTF-8 as it is.
func (k *codec) fits(src []byte) bool {
	switch k.kind {
	case utf8Codec, looseCodec:
		return valid(src)
	case tableCodec, wideCodec:
		return plain(src)
	}
	return false
}

func (k *codec) append(dst, src []byte, name string) []byte {
	switch k.kind {
	case utf8Codec:
		return appendValid(dst, src)
	case tableCodec:
		return k.table.append(dst, src)
	case utf7Codec:
		return appendUTF7(dst, src)
	case libraryCodec:
		return appendLibrary(dst, src, name)
	case wideCodec, rawCodec:
		return transformed(dst, src, k.decoder)
	}
	if k.fits(src) {
		return append(dst, src...)
	}
	return latin1.append(dst, src)
}

// latin1 is windows-1252, for bytes of which nobody says what they are.
var latin1 = newTable(charmap.Windows1252)

func (t *byteTable) append(dst, src []byte) []byte {
	for len(src) > 0 {
		n := asciiLen(src)
		dst = append(dst, src[:n]...)
		for ; n < len(src) && src[n] >= utf8.RuneSelf; n++ {
			if e := &t[src[n]]; e.n == 2 { // most are, and a copy of known length is no call
				dst = append(dst, e.bytes[0], e.bytes[1])
			} else {
				dst = append(dst, e.bytes[:e.n]...)
			}
		}
		src = src[n:]
	}
	return dst
}

// appendValid replaces each bad byte by U+FFFD.
func appendValid(dst, src []byte) []byte {
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n <= 1 {
			dst = utf8.AppendRune(dst, utf8.RuneError)
		} else {
			dst = append(dst, src[:n]...)
		}
		src = src[n:]
	}
	return dst
}

// transformed runs a decoder, into the room that dst has and more as needed.
func transformed(dst, src []byte, d *encoding.Decoder) []byte {
	d.Reset()
	for {
		if cap(dst)-len(dst) < utf8.UTFMax*4 {
			dst = append(dst, make([]byte, len(src)+64)...)[:len(dst)]
		}
		n, used, err := d.Transform(dst[len(dst):cap(dst)], src, true)
		dst, src = dst[:len(dst)+n], src[used:]
		if err != transform.ErrShortDst {
			return dst
		}
		if n == 0 && used == 0 {
			dst = append(dst, make([]byte, len(src)+64)...)[:len(dst)]
		}
	}
}

// appendLibrary reads a rare charset through go-message. The input is bounded
// by the caller, and no charset makes more than four bytes of one.
func appendLibrary(dst, src []byte, name string) []byte {
	r, err := charset.Reader(strings.ToLower(strings.Trim(name, "\"' \t")), bytes.NewReader(src))
	if err != nil {
		return latin1.append(dst, src)
	}
	out, _ := io.ReadAll(io.LimitReader(r, int64(len(src)+1)*utf8.UTFMax))
	return append(dst, out...)
}
