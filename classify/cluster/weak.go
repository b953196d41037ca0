package cluster

import "fmt"

// A group is weak when its text may be a footer, a signature or a stock line
// that mail of every kind can carry. What tells them apart is how they stand
// in the messages: a footer is whole in every one, under letters that are
// short and long, so that it is next to nothing of some; copies of a campaign
// are padded to much the same length, and where they are disguised or cut
// hardly a feature is in all of them.
const (
	weakWords      = 12   // fewer are too few, whatever else
	fewWords       = 20   // fewer must be
	fewCoherence   = 0.15 // so much of every message
	wholeFeature   = 0.95 // share of the members that have a feature which is never touched
	wholeCore      = 0.55 // share of such features that makes a core whole
	wholeCoherence = 0.25 // a whole core must be so much of every message,
	wholeSpread    = 0.40 // or be even: copies with 10 to 60 % of padding are 0.9 to 0.4 core
	weakCoherence  = 0.10 // any other so much
	fewMembers     = 5    // fewer that are not of one campaign may have met by a sentence of their padding:
	fewInside      = 0.4  // so much of them must be the same
	weakPictured   = 30   // words beside a picture, which is then the message
)

// weak says why a group's text alone is too little to act on, "" when it is enough.
// Even says how much alike the messages' shares of core are.
func weak(g *Group, even float64, pictured bool) string {
	footer := g.whole() && g.Coherence < wholeCoherence && even < wholeSpread
	switch {
	case len(g.Core) == 0:
		return "next to no text"
	case g.Words < weakPictured && pictured:
		return fmt.Sprintf("the messages are pictures and share some %d words only", g.Words)
	case g.Words < weakWords,
		g.Words < fewWords && g.Coherence < fewCoherence:
		return fewWordsOnly(g.Words)
	case footer, g.Coherence < weakCoherence, len(g.Members) < fewMembers && g.Coherence < fewInside:
		return fmt.Sprintf("what is shared is only %.0f %% of some messages, as a footer is", 100*g.Coherence)
	}
	return ""
}

// serverWords is why reports that return no text are weak.
const serverWords = "the words are the mail server's, which any bounce of it has"

// othersWords is why a handful of messages that show what others show is weak:
// it may be copies of a campaign that were cut to the footer.
const othersWords = "most messages with these words are not among them"

// borrowed tells whether of the messages of the class that have the core's
// features most are not members.
func (c *core) borrowed() bool {
	var own float32
	for _, v := range c.own {
		own += v
	}
	return own < 0.5*float32(len(c.own))
}

func fewWordsOnly(n int) string { return fmt.Sprintf("the messages share some %d words only", n) }

// whole tells whether most of the core stands untouched in every member.
func (g *Group) whole() bool {
	n := 0
	for _, f := range g.Core {
		if f.Share >= wholeFeature {
			n++
		}
	}
	return float64(n) >= wholeCore*float64(len(g.Core)) && len(g.Members) > 1
}
