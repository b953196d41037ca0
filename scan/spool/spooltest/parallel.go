package spooltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"

	"qclean/scan/disk/faulty"
	"qclean/scan/spool"
)

// checkConcurrent reads the whole spool from several goroutines at once.
func checkConcurrent(t *testing.T, b *bench) {
	s := b.open(t)
	var wg sync.WaitGroup
	errs := make(chan error, 4*(len(b.Want)+1))
	for range 4 {
		wg.Go(func() {
			n := 0
			for _, e := range collect(s.Entries(context.Background())).entries {
				got, err := read(context.Background(), s, e)
				if err != nil {
					continue
				}
				n++
				want, _ := b.find(e.ID)
				if diff := compare(want, got); diff != "" {
					errs <- fmt.Errorf("%q (-want +got):\n%s", e.ID, diff)
				}
			}
			if n != len(b.Want) {
				errs <- fmt.Errorf("%d messages read, want %d", n, len(b.Want))
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
}

// checkCancelled wants the streams to end when nobody waits for them any more.
func checkCancelled(t *testing.T, b *bench) {
	s := b.open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, got := range map[string]listing{"Entries": collect(s.Entries(ctx)), "Quarantined": collect(s.Quarantined(ctx))} {
		if len(got.entries) > 0 {
			t.Errorf("%s: %d entries after the context was done", name, len(got.entries))
		}
		for _, err := range got.errs {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want nothing but the context's error", name, err)
			}
		}
	}
	if len(b.Want) < 2 {
		return
	}
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for _, err := range s.Entries(ctx) {
		if err == nil {
			n++
			cancel()
		}
	}
	if n != 1 {
		t.Errorf("%d entries though the context was done after the first", n)
	}
}

// checkFaults makes each operation of a whole reading fail once: an error, or
// the message as it is, but never another message and never a panic.
func checkFaults(t *testing.T, b *bench) {
	for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOENT} {
		t.Run(errno.Error(), func(t *testing.T) {
			faulty.Sweep(t, func(t *testing.T, i int) *faulty.Tree { return b.readFaulty(t, i, errno) })
		})
	}
}

func (b *bench) readFaulty(t *testing.T, i int, errno syscall.Errno) *faulty.Tree {
	dir := t.TempDir()
	at := b.Make(t, dir)
	tree := faulty.Open(t, dir, faulty.Faults{FailAt: i, Err: errno})
	s, err := b.driver.Open(tree, at)
	if err != nil {
		if !tree.Reached() {
			t.Errorf("open: %v", err)
		}
		return tree
	}
	l := collect(s.Entries(context.Background()))
	read, told := b.readFaultyEntries(t, s, l.entries)
	// A name that is gone is no news; any other trouble with a folder is.
	if told += len(l.errs); read < len(b.Want) && told == 0 && errno != syscall.ENOENT {
		t.Errorf("%d messages of %d, and no error; operation %+v", read, len(b.Want), tree.Ops()[i-1])
	}
	if !tree.Reached() && read != len(b.Want) {
		t.Errorf("nothing failed, and %d messages of %d", read, len(b.Want))
	}
	return tree
}

// readFaultyEntries counts the messages that were read, and the errors.
func (b *bench) readFaultyEntries(t *testing.T, s spool.Spool, entries []spool.Entry) (n, told int) {
	t.Helper()
	for _, e := range entries {
		got, err := read(context.Background(), s, e)
		var left *spool.Left
		if errors.As(err, &left) && slices.Contains(b.Left, left.Name) {
			continue
		}
		if err != nil {
			told++
			continue
		}
		n++
		if want := b.want(t, e.ID); got.Text != want.Text && len(got.Flaws) == len(want.Flaws) {
			t.Errorf("%q is another text, without a flaw: %q", e.ID, got.Text)
		}
	}
	return n, told
}
