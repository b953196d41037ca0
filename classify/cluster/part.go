package cluster

// Thresholds that tell two texts in one group from two forms of one text.
const (
	splitOwn     = 0.5  // of what each side shows the other hardly ever does
	eitherOwn    = 0.2  // the same, when every member is clearly on one side
	footerOwn    = 0.15 // of what one side shows, when the other has nothing but the rest of it
	footerLeast  = 6    // features
	foreignShare = 0.2  // a feature is a side's own when the other has it less often than this share of its own
	ownAble      = 0.25 // of both sides so many must be able to show it
	gapLow       = 0.1  // share of a side's own that is as good as none
	gapHigh      = 0.5  // and that is less than its members have,
	gapBare      = 0.3  // or than they have when those without are all alike
	wholeShare   = 0.97 // of a footer that mail with nothing but the footer has
	wholeLeast   = 4    // features of a footer
	wholeRows    = 4    // members that have nothing else
)

// part tells whether the two sides are two texts.
//
// They are when each has features of its own: half of all it shows, or less
// when nobody is in between. And they are when one side has a text and the
// other only its footer. That is the hard case, since a copy that was cut
// lacks the text as well. But then there are copies with some of it; and who
// cuts and pads does not leave the footer whole, as it stands in honest mail.
func (s *sides) part() bool {
	if !s.findMeans() {
		return false
	}
	own := [2]ownFeatures{s.own(0), s.own(1)}
	if own[0].least(splitOwn) && own[1].least(splitOwn) ||
		own[0].least(eitherOwn) && own[1].least(eitherOwn) && s.apart(0, own[0], gapHigh) && s.apart(1, own[1], gapHigh) {
		return true
	}
	return s.footer(0, own[0], gapHigh) || s.footer(1, own[1], gapHigh)
}

// footer tells whether side k has a text of which the other has the footer only.
func (s *sides) footer(k int, own ownFeatures, gap float32) bool {
	if !own.least(footerOwn) || len(own.at) < footerLeast || !own.whole || !s.apart(k, own, gap) {
		return false
	}
	for _, i := range own.at {
		s.must[k] = append(s.must[k], s.numbers[i])
	}
	return true
}

// ownFeatures is what one side shows and the other hardly ever.
type ownFeatures struct {
	at    []int
	share float32 // of all that the side shows
	whole bool    // the other side always shows all the rest
}

func (o ownFeatures) least(share float32) bool { return len(o.at) >= minHits && o.share >= share }

// own looks at the features that both sides are able to show.
func (s *sides) own(k int) (o ownFeatures) {
	rest := float32(s.common)
	all, otherRest, restCount := rest, rest, rest
	for i := range s.features {
		mean, other := s.mean[k][i], s.mean[1-k][i]
		if s.able[0][i] < ownAble*float32(s.size[0]) || s.able[1][i] < ownAble*float32(s.size[1]) || mean < coreShare {
			continue
		}
		all += mean
		if other <= foreignShare*mean {
			o.at = append(o.at, i)
			continue
		}
		rest += mean
		otherRest += other
		restCount++
	}
	o.share = (all - rest) / max(all, 1)
	o.whole = s.size[1-k] >= wholeRows && restCount >= wholeLeast && otherRest >= wholeShare*restCount
	return o
}

// apart tells whether members either have a good part of a side's own, or next
// to none: of the other side at least half have none, and hardly anyone has
// less than high.
func (s *sides) apart(k int, o ownFeatures, high float32) bool {
	var own featureBits
	for _, i := range o.at {
		own[i/64] |= 1 << (i % 64)
	}
	none, some := 0, 0
	for j := range s.rows {
		able, has := s.rows[j].able.and(own).count(), s.rows[j].has.and(own).count()
		switch share := float32(has) / float32(max(able, 1)); {
		case able < minHits:
		case share <= gapLow:
			none++
		case share < high:
			some++
		}
	}
	return 2*none >= s.size[1-k] && some*4 <= none
}
