package fingerprint

import "unicode/utf8"

// maxWords bounds the work for one text; 64 KiB of plain mail have some 11,000.
const maxWords = 16 << 10

// folder reads a text as a person sees it, word by word. What a spammer
// changes from copy to copy without changing what is read is folded away:
//
//   - accents, compatibility forms, look-alike letters of other scripts
//     (Unicode's confusables.txt), letter case, letters said twice or more;
//   - digits and signs that stand for letters inside a word ("v1@gr4"); i, l,
//     1, ! and | are one letter;
//   - characters that cannot be seen, and signs between the letters of a word
//     ("v-i-a.g.r.a", "f r e e");
//   - links, addresses, numbers and single letters, which are left out, so that
//     the words around them meet.
//
// In scripts without spaces each character is a word.
type folder struct {
	shingler
	pages *foldPages
	run   wordSpan             // of letters that make up a host, once one was looked for
	buf   [maxLetters + 8]byte // letters of the word being read
	n     int                  // of them
	early uint64               // hash of letters that did not fit
	last  byte                 // the letter before, to squeeze repeats

	seen    int // source characters of the word that count: letters, digits, signs for letters
	letters int // of them real letters
	digits  int // of them digits

	lone chain
}

// maxLetters is how many letters of a word are hashed at a time.
const maxLetters = 64

// chain is a row of single letters that stand apart: "f r e e".
type chain struct {
	buf      [maxLetters]byte
	n        int
	letters  int // real ones
	from, to int
}

// fold reads the whole text and leaves its shingles in the shingler.
func (f *folder) fold(text []byte) {
	f.startText()
	f.run = wordSpan{}
	f.lone.n = 0
	for i := 0; i < len(text) && f.words < maxWords; {
		c := text[i]
		switch ascii[c] & kindMask {
		case isLetter, isDigit:
			i = f.token(text, i)
		case isSign:
			if i+1 < len(text) && ascii[text[i+1]]&kindMask == isLetter {
				i = f.token(text, i)
			} else {
				i++
			}
		case isWide:
			i = f.wide(text, i)
		default:
			i++
		}
	}
	f.endChain()
}

// wide handles a character beyond ASCII where a word might begin.
func (f *folder) wide(text []byte, i int) int {
	r, size := utf8.DecodeRune(text[i:])
	e := f.pages.at(r)
	switch e.kind {
	case foldLetter, foldLetters:
		if e.kind == foldLetter && e.target < utf8.RuneSelf && ascii[e.target]&kindMask > isSign {
			return i + size
		}
		return max(f.token(text, i), i+size)
	case foldWord:
		f.endChain()
		f.word(mix(uint64(e.target)^keyRune, keyWord), i, i+size)
	}
	return i + size
}

// token reads one word from text[i:] and gives where it ends.
func (f *folder) token(text []byte, i int) int {
	from := i
	f.n, f.early, f.last = 0, 0, 0
	f.seen, f.letters, f.digits = 0, 0, 0
	for i < len(text) {
		c := text[i]
		switch v := ascii[c]; v & kindMask {
		case isLetter:
			if l := v &^ kindMask; l != f.last {
				f.add(l)
			}
			f.seen++
			f.letters++
			i++
			continue
		case isDigit, isSign:
			if v&kindMask == isSign && !f.signStands(text, i) {
				break
			}
			if c == '@' {
				if end := addressEnd(text, i); end > 0 {
					return f.skip(from, end)
				}
			}
			f.leet(v)
			i++
			continue
		case isWide:
			if size := f.wideLetter(text[i:]); size > 0 {
				i += size
				continue
			}
		case isJoiner:
			if i+1 < len(text) && f.seen > 0 && ascii[text[i+1]]&kindMask <= isWide {
				i++
				continue
			}
		case isDot:
			next, what := f.dot(text, from, i)
			if what == dotLink {
				return f.skip(from, next)
			}
			if what == dotJoins {
				i = next
				continue
			}
		case isColon:
			if end := f.schemeEnd(text, from, i); end > 0 {
				return f.skip(from, end)
			}
		}
		break
	}
	f.endToken(from, i)
	return max(i, from+1)
}

// add appends a folded letter.
func (f *folder) add(l byte) {
	if f.n == maxLetters {
		f.early = hashLetters(f.early, &f.buf, f.n)
		f.n = 0
	}
	f.buf[f.n] = l
	f.n++
	f.last = l
}

// leet takes a digit or sign for the letter that it looks like.
func (f *folder) leet(v byte) {
	if l := v &^ kindMask; l != f.last {
		f.add(l)
	}
	f.seen++
	if v&kindMask == isDigit {
		f.digits++
	}
}

// signStands tells whether a sign is a letter here: "!" and "|" only before
// another letter or digit, since they end sentences; "@" and "$" at the end of
// a word as well.
func (f *folder) signStands(text []byte, i int) bool {
	next := i+1 < len(text) && ascii[text[i+1]]&kindMask <= isSign
	if text[i] == '!' || text[i] == '|' {
		return next
	}
	return next || f.letters > 0
}

// wideLetter adds a letter beyond ASCII to the word and gives its size in
// bytes, or 0 where it ends the word.
func (f *folder) wideLetter(text []byte) int {
	r, size := utf8.DecodeRune(text)
	switch e := f.pages.at(r); e.kind {
	case foldInvisible:
		return size
	case foldLetters:
		for _, c := range []byte(foldSeqs[e.target]) {
			f.narrow(c)
		}
		return size
	case foldLetter:
		if e.target < utf8.RuneSelf {
			if f.narrow(byte(e.target)) {
				return size
			}
			return 0
		}
		f.add(byte(e.target))
		f.add(byte(e.target >> 8))
		f.add(byte(e.target>>16) | 0x80)
		f.last = 0
		f.seen++
		f.letters++
		return size
	}
	return 0
}

// narrow adds the ASCII form of a wide character, false where it is no letter.
func (f *folder) narrow(c byte) bool {
	switch v := ascii[c]; v & kindMask {
	case isLetter:
		if l := v &^ kindMask; l != f.last {
			f.add(l)
		}
		f.seen++
		f.letters++
	case isDigit, isSign:
		f.leet(v)
	case isJoiner:
	default:
		return false
	}
	return true
}

// endToken emits the word that was read, holds it as one of a row of single
// letters, or leaves it out as a number.
func (f *folder) endToken(from, to int) {
	switch {
	case f.seen == 0:
	case f.seen == 1 && f.n == 1:
		f.link(f.buf[0], from, to)
	case f.digits*2 >= f.seen || f.letters == 0:
		f.endChain()
	default:
		f.endChain()
		f.word(hashLetters(f.early, &f.buf, f.n), from, to)
	}
}

// link adds a single letter to the row, or begins a new one when more than
// one character stands between.
func (f *folder) link(l byte, from, to int) {
	c := &f.lone
	if c.n == maxLetters || c.n > 0 && from-c.to != 1 && from-c.to != len("\u00a0") {
		f.endChain()
	}
	if c.n == 0 {
		c.from, c.letters = from, 0
	}
	c.buf[c.n] = l
	c.n++
	c.letters += f.letters
	c.to = to
}

// endChain emits a row of three or more single letters as one word; fewer are left out.
func (f *folder) endChain() {
	c := &f.lone
	n, from, to := c.n, c.from, c.to
	c.n = 0
	if n < 3 || c.letters < 2 {
		return
	}
	f.n, f.early, f.last = 0, 0, 0
	for _, l := range c.buf[:n] {
		if l != f.last {
			f.add(l)
		}
	}
	f.word(hashLetters(0, &f.buf, f.n), from, to)
}

// skip leaves out a link or an address.
func (f *folder) skip(from, to int) int {
	f.endChain()
	if f.marking {
		f.links = append(f.links, wordSpan{from, to})
	}
	return to
}
