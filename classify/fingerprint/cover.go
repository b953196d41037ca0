package fingerprint

import "math/bits"

// cover counts the words in which the shingles that a message shows stand. A
// stock phrase of five words makes seven shingles, "would like to" three; six
// shingles of a campaign's text mostly stand in twelve words or more.
type cover struct {
	words int
	last  int   // word that the last shingle ends at
	near  uint8 // of this word and the two before it those that are counted, a bit each
}

// add takes the i-th of a text's shingles, which come in order, each hash once.
func (c *cover) add(i int) {
	last, size := shingleWords(i)
	if step := last - c.last; step < maxShingle {
		c.near <<= step
	} else {
		c.near = 0
	}
	c.last = last
	mine := uint8(1)<<size - 1
	c.words += bits.OnesCount8(mine &^ c.near)
	c.near = (c.near | mine) & (1<<maxShingle - 1)
}

// maxShingle is how many words a shingle has at most.
const maxShingle = 3

// shingleWords gives the last word of the i-th shingle and how many it has, as
// shingler.word makes them.
func shingleWords(i int) (last, size int) {
	switch {
	case i == 0:
		return 1, 2
	case i%2 == 1:
		return (i + 3) / 2, 2
	}
	return (i + 2) / 2, 3
}

// words is in how many words the hashes that a message shows must stand: two
// for each and two more, but no more than all of the hashes may stand in, were
// they of one run of words.
func (p Print) words() int {
	if p.Kind != OfText {
		return 0
	}
	return min(2*p.Need+2, (len(p.Hashes)+maxShingle+1)/2)
}
