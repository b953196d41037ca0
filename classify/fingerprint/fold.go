package fingerprint

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
	pages *foldPages           // once a character beyond ASCII came
	run   wordSpan             // of letters that make up a host, once one was looked for
	buf   [maxLetters + 8]byte // letters of the word being read
	n     int                  // of them
	early uint64               // hash of letters that did not fit
	last  byte                 // the letter before, to squeeze repeats

	seen   int // source characters of the word that count: letters, digits, signs for letters
	real   int // of them letters of ASCII or beyond
	digits int // of them digits

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
	f.startText(len(text))
	f.run = wordSpan{}
	f.lone.n = 0
	for i := 0; i < len(text) && len(f.words) < maxWords; {
		kind := ascii[text[i]] & kindMask
		if kind == isLetter {
			i = f.letters(text, i)
			continue
		}
		if kind >= isJoiner {
			i++
			continue
		}
		switch {
		case kind == isWide:
			i = f.wide(text, i)
		case kind == isDigit:
			i = f.number(text, i)
		case i+1 < len(text) && ascii[text[i+1]]&kindMask == isLetter: // a sign
			i = f.token(text, i)
		default:
			i++
		}
	}
	f.endChain()
	f.shingle()
}

// letters reads one word or more that begin with a letter of ASCII.
func (f *folder) letters(text []byte, i int) int {
	if f.lone.n == 0 && !f.marking {
		i = f.plain(text, i)
		if i == len(text) || ascii[text[i]]&kindMask != isLetter || len(f.words) >= maxWords {
			return i
		}
	}
	return f.token(text, i)
}

// number reads a word that begins with a digit. Most are numbers that a blank
// ends, of which token would only say that they end a row of single letters.
func (f *folder) number(text []byte, from int) int {
	i := from + 1
	for i < len(text) && ascii[text[i]]&kindMask == isDigit {
		i++
	}
	if i-from == 1 || i < len(text) && ascii[text[i]] != isBreak {
		return f.token(text, from)
	}
	f.endChain()
	return i
}

// token reads one word from text[from:], and gives where it ends.
func (f *folder) token(text []byte, from int) int {
	f.n, f.early, f.last = 0, 0, 0
	f.seen, f.real, f.digits = 0, 0, 0
	i := from
	for i < len(text) {
		c := text[i]
		switch v := ascii[c]; v & kindMask {
		case isLetter:
			if v != f.last {
				f.add(v)
			}
			f.seen++
			f.real++
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
	next := i+1 < len(text) && ascii[text[i+1]]&kindMask <= isDigit
	if text[i] == '!' || text[i] == '|' {
		return next
	}
	return next || f.real > 0 // a word's last letter
}

// endToken emits the word that was read, holds it as one of a row of single
// letters, or leaves it out as a number.
func (f *folder) endToken(from, to int) {
	switch {
	case f.seen == 0:
	case f.seen == 1 && f.n == 1:
		f.link(f.buf[0], from, to)
	case f.digits*2 >= f.seen || f.real == 0:
		f.endChain()
	default:
		h := hashLetters(f.early, &f.buf, f.n)
		if f.lone.n > 0 {
			f.endChain() // which uses the buffer
		}
		f.word(h, from, to)
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
	c.letters += f.real
	c.to = to
}

// endChain emits a row of three or more single letters as one word; fewer are left out.
func (f *folder) endChain() {
	c := &f.lone
	if c.n == 0 {
		return
	}
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
