package fingerprint

import (
	"encoding/binary"
	"math/bits"
)

// farthest is how many bytes plain looks at from where a word begins.
const farthest = 17

// plain reads words as most are: letters of ASCII, two to fifteen, and behind
// them a blank, or a stop and a blank. It gives where it met something else, or
// the end comes near. What it does is what token would do for each word, in
// half of the time, since where a word ends cannot be foretold and no byte is
// looked at by itself. No row of single letters may be open, and no places be
// asked for.
func (f *folder) plain(text []byte, i int) int {
	words := f.words[len(f.words):min(cap(f.words), maxWords)]
	n := 0
	for n < len(words) && i <= len(text)-farthest {
		at := (*[farthest]byte)(text[i:])
		x := binary.LittleEndian.Uint64(at[:8])
		v := x & eachLetter
		other := otherThan(x, v)
		if other == 0 {
			h, size := longWord(at, v)
			if size == 0 {
				break
			}
			words[n] = h
			n++
			i += size + 1
			continue
		}
		size := bits.TrailingZeros64(other) >> 3
		if size < 2 {
			if size == 0 && ascii[at[0]] == isBreak {
				i++
				continue
			}
			if size == 1 && ascii[at[1]] == isBreak && other>>16&(1<<16-1) == 0 {
				i += 2 // a single letter and a word: too few for a row
				continue
			}
			break
		}
		if c := at[size]; ascii[c] != isBreak && !wordEnds(c, at[size+1], size) {
			break
		}
		v, again := foldEight(v, other, 0)
		letters := size
		if again != 0 {
			v, letters = squeeze(v, again, letters)
		}
		words[n] = hashShort(v, letters)
		n++
		i += size + 1
		if ascii[at[size+1]] == isBreak {
			i++
		}
	}
	f.words = f.words[:len(f.words)+n]
	return i
}

// wordEnds tells whether a word of so many letters ends before c and next. It
// says so only where that is plain: a stop may join letters, and a colon be
// behind the scheme of a link.
func wordEnds(c, next byte, letters int) bool {
	kind := ascii[c]
	if kind == isColon {
		return ascii[next] == isBreak && next != '/' && letters != len("mailto")
	}
	return kind == isBreak || kind >= isJoiner && ascii[next] == isBreak
}

// longWord reads a word that begins with the eight letters of v and has at
// most fifteen; size is 0 when it has more, or something else is behind it.
func longWord(at *[farthest]byte, v uint64) (h uint64, size int) {
	y := binary.LittleEndian.Uint64(at[8:16])
	w := y & eachLetter
	other := otherThan(y, w)
	more := bits.TrailingZeros64(other) >> 3
	if more == 8 || !wordEnds(at[8+more], at[8+more+1], 8+more) {
		return 0, 0
	}
	v, again := foldEight(v, 0, 0)
	w, againMore := foldEight(w, other, v>>56)
	v, n := squeeze(v, again, 8)
	w, m := squeeze(w, againMore, more)
	v, w = v|w<<(8*n), w>>(64-8*n)
	if n += m; n < 8 {
		return hashShort(v, n), 8 + more
	}
	return mix(mix(v, keyWord)^w^keyRune, keyTail^uint64(n)<<56), 8 + more
}

// hashShort is hashLetters of fewer than eight.
func hashShort(v uint64, n int) uint64 { return mix(v^keyRune, keyTail^uint64(n)<<56) }
