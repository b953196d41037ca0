package fingerprint

import "unicode/utf8"

// wide handles a character beyond ASCII where a word might begin.
func (f *folder) wide(text []byte, i int) int {
	r, size := runeAt(text[i:])
	e := f.folded(r)
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

// wideLetter adds a letter beyond ASCII to the word and gives its size in
// bytes, or 0 where it ends the word.
func (f *folder) wideLetter(text []byte) int {
	r, size := runeAt(text)
	switch e := f.folded(r); e.kind {
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
		f.real++
		return size
	}
	return 0
}

// folded is what a character is to a word. The table is made for the first that
// is asked for: in many queues that is never.
func (f *folder) folded(r rune) foldEntry {
	if f.pages == nil {
		f.pages = loadPages()
	}
	return f.pages.at(r)
}

// narrow adds the ASCII form of a wide character, false where it is no letter.
func (f *folder) narrow(c byte) bool {
	switch v := ascii[c]; v & kindMask {
	case isLetter:
		if l := v &^ kindMask; l != f.last {
			f.add(l)
		}
		f.seen++
		f.real++
	case isDigit, isSign:
		f.leet(v)
	case isJoiner:
	default:
		return false
	}
	return true
}

// runeAt is utf8.DecodeRune for text that is mostly of two bytes a letter:
// Latin with accents, Greek, Cyrillic, Hebrew, Arabic.
func runeAt(text []byte) (rune, int) {
	if len(text) > 1 && text[0]-0xc2 < 0xe0-0xc2 && text[1]&0xc0 == 0x80 {
		return rune(text[0]&0x1f)<<6 | rune(text[1]&0x3f), 2
	}
	return utf8.DecodeRune(text)
}
