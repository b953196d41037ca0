package kind

import "sync"

// phrase is something that a program writes, folded as fold does it.
type phrase struct {
	text   string
	says   sort
	points int8 // see the weights
	start  bool // only at the start of the text; set by newMatcher, which takes the "^" off
	key    uint32
	head   uint64 // its first eight bytes, and which of them it has
	mask   uint64
}

// sort is what a phrase says.
type sort uint8

const (
	notice    sort = iota // a mail system speaks of delivery, whatever came of it
	failed                // mail was not delivered
	delayed               // not yet
	delivered             // it was
	read                  // a receipt
	away                  // an automatic answer
	complaint             // a feedback loop
	passed                // a person or a list passes a message on, or answers one
	list                  // list software or a filter tells about messages
	bait                  // what a spammer who plays postmaster wants
	daemon                // the sender is a mail system
	sorts
)

// The weights. Two of them together decide.
const (
	formula = 5 // the very words of a mail system: nobody else writes so
	strong  = 4
	wording = 3 // a person could write so
	weak    = 2
	trace   = 1 // says nothing alone
)

// say makes phrases of one sort and weight.
func say(s sort, points int8, texts ...string) []phrase {
	out := make([]phrase, len(texts))
	for i, t := range texts {
		out[i] = phrase{text: t, says: s, points: points}
	}
	return out
}

// The matchers are made when the first message needs them.
var (
	senders  = sync.OnceValue(func() *matcher { return newMatcher(daemons()) })
	subjects = sync.OnceValue(func() *matcher {
		return newMatcher(failedSubjects(), delayedSubjects(), otherSubjects(), awaySubjects(), passedSubjects())
	})
	texts = sync.OnceValue(func() *matcher {
		return newMatcher(noticeTexts(), unixTexts(), exchangeTexts(), providerTexts(), productTexts(), plainTexts(), latinTexts(), otherTexts(),
			delayedTexts(), deliveredTexts(), readTexts(), awayTexts(), passedTexts(), baitTexts())
	})
)
