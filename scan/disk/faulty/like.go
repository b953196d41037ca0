package faulty

import "errors"

// MkdirLike is an operation of the kind OpMkdir, for trees that can do it.
func (t *Tree) MkdirLike(name, like string) error {
	inner, ok := t.inner.(interface {
		MkdirLike(name, like string) error
	})
	if !ok {
		return errors.ErrUnsupported
	}
	op := t.op(OpMkdir, name)
	return t.world.act(op, func() error {
		if err := inner.MkdirLike(name, like); err != nil {
			return err
		}
		t.disk.madeDir(t, op, name)
		return nil
	})
}
