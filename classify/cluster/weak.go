package cluster

import "fmt"

// Below these a group is weak: its text may be a footer, a signature or a
// stock line that mail of every kind can carry. A text of few words has to be
// most of every message. Beside a picture it has to be longer, since there the
// message is in the picture.
const (
	weakWords     = 12
	fewWords      = 20
	fewCoherence  = 0.30
	weakPictured  = 30
	weakCoherence = 0.18
)

// weak says why a group's text alone is too little to act on, "" when it is enough.
func weak(g *Group, pictured bool) string {
	switch {
	case len(g.Core) == 0:
		return "next to no text"
	case g.Words < weakPictured && pictured:
		return fmt.Sprintf("the messages are pictures and share some %d words only", g.Words)
	case g.Words < weakWords, g.Words < fewWords && g.Coherence < fewCoherence:
		return fmt.Sprintf("the messages share some %d words only", g.Words)
	case g.Coherence < weakCoherence:
		return fmt.Sprintf("some messages share only %.0f %% of their text with the others", 100*g.Coherence)
	}
	return ""
}
