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
// without an entry shared. An entry says how far its target is from the
// character, so that the pages of a long run of characters that stand for
// themselves, as those of East Asia do, are one: the table takes a sixth of the
// memory, which is new at each start, and of the processor's cache.
type foldPages [0x110000 >> 8]*foldPage

type foldPage [256]foldStep

// foldStep is the way from a character to its target, and in the lower three
// bits its kind.
type foldStep int32

var loadPages = sync.OnceValue(func() *foldPages {
	pages, empty := new(foldPages), new(foldPage)
	for i := range pages {
		pages[i] = empty
	}
	for _, run := range foldRuns {
		target := run.target
		var whole *foldPage // of this run and nothing else
		for r := run.lo; r <= run.hi; r++ {
			page := &pages[r>>8]
			if *page == empty && whole != nil && run.hi-r >= 255 {
				*page = whole
				r, target = r+255, target+256
				continue
			}
			if *page == empty {
				*page = new(foldPage)
				if r&255 == 0 && run.hi-r >= 255 && run.step == 1 {
					whole = *page
				}
			}
			(*page)[r&255] = foldStep(target-r)<<3 | foldStep(run.kind)
			target += rune(run.step)
		}
	}
	return pages
})

// at gives what a character is to a word.
func (p *foldPages) at(r rune) foldEntry {
	step := p[r>>8][r&255]
	return foldEntry{r + rune(step>>3), foldKind(step & 7)}
}
