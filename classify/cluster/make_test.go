package cluster

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"qclean/classify/fingerprint"
	"qclean/scan/letter"
)

// mill makes sketches of texts out of invented words.
type mill struct {
	rnd *rand.Rand
	k   *fingerprint.Sketcher
	set Set
}

func newMill(seed uint64) *mill {
	return &mill{rnd: rand.New(rand.NewPCG(seed, 1)), k: fingerprint.New()}
}

// words are n words of a language of 4,000.
func (m *mill) words(n int) string {
	var b strings.Builder
	for range n {
		v := uint32(m.rnd.IntN(4000)) * 0x9E3779B1
		for range 3 {
			b.WriteByte("bcdfghjkmnprstvz"[v>>28])
			b.WriteByte("aeou"[v>>26&3])
			v <<= 6
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// sentences are n sentences of ten words.
func (m *mill) sentences(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = m.words(10)
	}
	return out
}

func (m *mill) sketch(text string, c fingerprint.Class) fingerprint.Sketch {
	return m.k.Sketch(&letter.Message{Text: []byte(text)}, c)
}

// add sketches a text of class Mail and gives its number.
func (m *mill) add(text string) int32 {
	s := m.sketch(text, fingerprint.Mail)
	return int32(m.set.Add(&s))
}

// features are those of a text of class Mail.
func (m *mill) features(text string) *fingerprint.Features {
	return m.k.Features(&letter.Message{Text: []byte(text)}, fingerprint.Mail)
}

// addAll adds n texts.
func (m *mill) addAll(n int, text func() string) (numbers []int32) {
	for range n {
		numbers = append(numbers, m.add(text()))
	}
	return numbers
}

// padded is a text with a share of the result that is other words, before,
// behind and between.
func (m *mill) padded(text string, share float64) string {
	words := strings.Fields(text)
	left := int(share / (1 - share) * float64(len(words)))
	for left > 0 {
		n := min(left, 3+m.rnd.IntN(10))
		at := m.rnd.IntN(len(words)/10+1) * 10
		words = append(words[:at:at], append(strings.Fields(m.words(n)), words[at:]...)...)
		left -= n
	}
	return strings.Join(words, " ")
}

// groupOf gives each number's group.
func groupOf(groups []Group) map[int32]int {
	out := map[int32]int{}
	for i, g := range groups {
		for _, m := range g.Members {
			out[m] = i
		}
	}
	return out
}

// together tells how many of the numbers are in the group that has most of them, and which that is.
func together(groups []Group, numbers []int32) (group, n int) {
	of, count := groupOf(groups), map[int]int{}
	for _, i := range numbers {
		count[of[i]]++
	}
	for g, c := range count {
		if c > n || c == n && g < group {
			group, n = g, c
		}
	}
	return group, n
}

// flood adds n messages like those of an abused queue: six of ten from ten
// campaigns, two of ten equal reports, the rest each of its own.
func (m *mill) flood(n int) {
	var campaigns [10]string
	for i := range campaigns {
		campaigns[i] = m.words(60 + 20*i)
	}
	report := m.words(40)
	for i := range n {
		switch {
		case i%10 < 6:
			m.add(m.padded(campaigns[m.rnd.IntN(10)], 0.1+0.5*m.rnd.Float64()))
		case i%10 < 8:
			s := m.sketch(report+fmt.Sprintf("user%d@example.com", i), fingerprint.Report)
			m.set.Add(&s)
		default:
			m.add(m.words(50 + m.rnd.IntN(300)))
		}
	}
}
