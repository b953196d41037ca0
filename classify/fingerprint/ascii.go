package fingerprint

// What a byte is to a word: the high bits of the ascii table. The order
// matters: up to isSign a byte may be read as a letter, and up to isWide it
// may follow a joiner.
const (
	isLetter byte = iota << 5
	isDigit       // stands for a letter inside a word
	isSign        // the same, unless it ends a sentence
	isWide        // begins a character beyond ASCII
	isJoiner      // left out between letters
	isDot
	isColon
	isBreak  // everything else
	kindMask = isBreak
)

// foldedI is the one letter that i, l, 1, ! and | become.
const foldedI = 'i' & 31

// ascii gives each byte's kind, and in the low five bits the letter that it
// stands for, 1 to 26.
var ascii = asciiTable()

func asciiTable() (t [256]byte) {
	for c := range t {
		t[c] = isBreak
		if c >= 0x80 {
			t[c] = isWide
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		t[c] = isLetter | c&31
		t[c-0x20] = t[c]
	}
	t['l'], t['L'] = isLetter|foldedI, isLetter|foldedI
	for i, l := range []byte("oizeasgtbg") {
		t['0'+i] = isDigit | l&31
	}
	t['@'], t['$'], t['!'], t['|'] = isSign|'a'&31, isSign|'s'&31, isSign|foldedI, isSign|foldedI
	for _, c := range []byte("-_*'`~^") {
		t[c] = isJoiner
	}
	t['.'], t[':'] = isDot, isColon
	return t
}
