package cluster

import (
	"math/bits"

	"qclean/classify/fingerprint"
)

// bare tells whether some members have nothing of the text but its footer, and
// makes them one side. Other than in findMeans, that begins with the members
// that differ most and may end with two forms of one text, the side is looked
// for by what it has to be: honest mail with one footer shows all of that and
// none of the rest, so that its rows are all alike.
func (s *sides) bare() bool {
	i := s.barest()
	if i < 0 {
		return false
	}
	for j := range s.rows {
		s.rows[j].mine = 0
		if s.rows[i].differs(&s.rows[j]) <= bareDiffers {
			s.rows[j].mine = 1
		}
	}
	s.average()
	return moreLinks(s.hosts(0), s.hosts(1)) && s.footer(0, s.own(0), gapBare)
}

// hosts are those of the links of a side's rows.
func (s *sides) hosts(k int) []links {
	out := make([]links, 0, len(s.rows))
	for j := range s.rows {
		if int(s.rows[j].mine) == k {
			out = append(out, s.rows[j].links)
		}
	}
	return out
}

// links are the hosts of a message's links, 0 for none.
type links [2]uint32

// links gives the first hosts that a message links to.
func (s *Set) links(i int32) (l links) {
	n := 0
	for _, m := range s.media(i) {
		if fingerprint.Media(m).Kind() == fingerprint.Host && n < len(l) {
			l[n] = m
			n++
		}
	}
	return l
}

// moreLinks tells whether the first messages have links which the others have
// not, but for the one that stands in their common footer.
func moreLinks(all, bare []links) bool {
	count := map[uint32]int{}
	var stock uint32
	for _, l := range bare {
		for _, h := range l {
			if count[h]++; h != 0 && (stock == 0 || count[h] > count[stock] || count[h] == count[stock] && h < stock) {
				stock = h
			}
		}
	}
	return linked(all, stock)-linked(bare, stock) >= bareLinked
}

// linked is the share of messages that have a link to another host than one.
func linked(of []links, stock uint32) float32 {
	n := float32(0)
	for _, l := range of {
		if l[0] != 0 && l[0] != stock || l[1] != 0 && l[1] != stock {
			n++
		}
	}
	return n / float32(max(len(of), 1))
}

// Bounds of bare.
const (
	bareDiffers = 1   // features in which two rows that are alike may differ
	bareLinked  = 0.5 // share of members with links that they have less
)

// barest is, of the rows that lack a good part of the text, the one that most
// others are like.
func (s *sides) barest() int {
	all := s.common * len(s.rows)
	for i := range s.features {
		all += s.rowsWith(i)
	}
	best, most := -1, wholeRows-1
	for i := range s.rows {
		lacks := 0
		for w, bit := range s.rows[i].lacks() {
			for ; bit != 0; bit &= bit - 1 {
				lacks += s.rowsWith(w*64 + bits.TrailingZeros64(bit))
			}
		}
		if float32(lacks) < footerOwn*float32(all) {
			continue
		}
		n := 0
		for j := range s.rows {
			if s.rows[i].differs(&s.rows[j]) <= bareDiffers {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// rowsWith counts the rows that have a feature.
func (s *sides) rowsWith(feature int) (n int) {
	for _, rows := range s.having[feature] {
		n += bits.OnesCount64(rows)
	}
	return n
}

// differs counts the features that one of two rows has.
func (r *row) differs(o *row) (n int) {
	for w := range r.has {
		n += bits.OnesCount64(r.has[w] ^ o.has[w])
	}
	return n
}
