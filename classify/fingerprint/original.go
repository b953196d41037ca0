package fingerprint

import "qclean/scan/letter"

// originals reads what reports return. Whoever sketches a report asks for the
// sketch of its original next: that is read, and folded, once for both.
type originals struct {
	reader, inner *letter.Reader
	returned      *letter.Message // by the message in hand, once it was read
	folded        *letter.Message // it, while the folder holds its text and nothing else
}

// take is told of each message whose features are asked for.
func (o *originals) take(m *letter.Message) {
	if m != o.returned {
		o.returned, o.folded = nil, nil
	}
}

// Returned is the message that a message returns, read. Features or Sketch was
// asked of that message last, or of what it returned. The result is valid until
// the next message.
func (s *Sketcher) Returned(m *letter.Message) *letter.Message {
	if s.returned == nil {
		if s.reader == nil {
			s.reader = letter.NewReader(letter.Limits{})
		}
		s.returned = s.reader.Read(m.Returned)
	}
	return s.returned
}

// foldOriginal folds the text of the message that a report returns, and tells
// whether there is enough of it.
func (s *Sketcher) foldOriginal(m *letter.Message) bool {
	if len(m.Returned) == 0 {
		return false
	}
	var o *letter.Message
	if m == s.returned { // a report about a report: it is still looked at
		if s.inner == nil {
			s.inner = letter.NewReader(letter.Limits{})
		}
		o = s.inner.Read(m.Returned)
	} else {
		o = s.Returned(m)
	}
	s.fold(o.Text)
	if o == s.returned {
		s.folded = o
	}
	return len(s.folder.shingles) >= leastOriginal
}

// leastOriginal is how many shingles a returned text must have, about ten words.
const leastOriginal = 20
