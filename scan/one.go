package scan

import (
	"context"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// One reads a single message, as Each does. The Message stays valid. A scan's
// entry may be out of date: the message is looked up again where it has moved.
func One(ctx context.Context, s spool.Spool, e spool.Entry, o Options) (m *Message, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = broken(r)
		}
	}()
	if o.MaxText <= 0 {
		o.MaxText = DefaultText
	}
	if err := s.Stat(ctx, &e); err != nil {
		return nil, err
	}
	text, err := s.Load(ctx, &e, make([]byte, o.MaxText))
	if err != nil {
		return nil, err
	}
	l := letter.NewReader(o.Limits).Read(text.Bytes)
	if text.Cut {
		l.Defects |= letter.Cut
	}
	return &Message{Entry: &e, Letter: l, Flaws: text.Flaws}, nil
}
