package fingerprint

import "sync"

// foldRun is one row of the frozen table: a run of characters that fold to
// targets which stay the same (step 0) or rise with them (step 1).
type foldRun struct {
	lo, hi, target rune
	step           uint8
	kind           foldKind
}

// foldKind is what a character beyond ASCII is to a word. The generator
// writes these numbers.
type foldKind uint8

const (
	foldBreak     foldKind = iota // it ends a word; everything that is not in the table
	foldInvisible                 // as if it were not there
	foldLetter                    // stands for one other character
	foldLetters                   // stands for several ASCII ones: a number of foldSeqs
	foldWord                      // a word by itself
)

type foldEntry struct {
	target rune
	kind   foldKind
}

// foldPages is the table as it is looked up: pages of 256 characters, those
// without an entry shared.
type foldPages [0x110000 >> 8]*[256]foldEntry

var loadPages = sync.OnceValue(func() *foldPages {
	pages, empty := new(foldPages), new([256]foldEntry)
	for i := range pages {
		pages[i] = empty
	}
	for _, run := range foldRuns {
		target := run.target
		for r := run.lo; r <= run.hi; r++ {
			page := &pages[r>>8]
			if *page == empty {
				*page = new([256]foldEntry)
			}
			(*page)[r&255] = foldEntry{target, run.kind}
			target += rune(run.step)
		}
	}
	return pages
})

func (p *foldPages) at(r rune) foldEntry { return p[r>>8][r&255] }
