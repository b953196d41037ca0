package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"qclean/scan/spool"
)

// body opens the text of a message that is to be sent, if that comes out of a
// file of the step and of no other. A queue that was swapped still belongs to
// the MTA: whoever is one with it could link anybody's file into it while the
// message is opened, and have it sent.
func (w *work) body(ctx context.Context, s *Step, e *spool.Entry) (io.ReadCloser, error) {
	text, err := w.m.spool.Body(ctx, e)
	if err != nil {
		return nil, err
	}
	opened, ok := text.(spool.Opened)
	if !ok {
		return text, nil // there is none but the headers
	}
	info, err := opened.Stat()
	if err == nil && !slices.ContainsFunc(s.Moves, func(m Move) bool { return inodeOf(m.Ident) == inodeOf(info.Ident()) }) {
		err = fmt.Errorf("read %q: %w", e.ID, errChanged)
	}
	if err != nil {
		return nil, errors.Join(err, text.Close())
	}
	return text, nil
}
