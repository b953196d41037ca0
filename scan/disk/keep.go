package disk

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Keeper is a Tree that can keep folders open for who asks again and again for
// names in the same few. From Keep until all have let go, the folder of each
// name is opened once, and every call for a name in it means that folder, also
// when another one has got its name meanwhile: what was looked at and locked
// there is what moves. Only when that folder was removed altogether is the one
// that has its name by then opened in its place.
type Keeper interface {
	Keep() (letGo func())
}

// maxKept bounds how many folders are kept. Those that come later are opened
// for each call. Twice as many views of a batch fit beside it into the 1,024
// descriptors that a process may have in old systems.
const maxKept = 384

// keeper has the folders that are kept. The zero value keeps none.
type keeper struct {
	busy   atomic.Bool // any below: who never asks to keep pays for no lock
	mu     sync.Mutex
	asked  int // calls of Keep that have not let go
	byName map[string]*kept
	byFD   map[int]*kept // also those that are in use still, and given to nobody else
}

// kept is one folder.
type kept struct {
	fd    int
	dir   string
	users int // calls under way
}

// Keep asks for it. letGo may be called more than once.
func (t *folder) Keep() (letGo func()) {
	k := &t.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byFD == nil {
		k.byName, k.byFD = map[string]*kept{}, map[int]*kept{}
	}
	k.asked++
	k.busy.Store(true)
	return sync.OnceFunc(k.letGo)
}

func (k *keeper) letGo() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked--; k.asked == 0 {
		k.drop()
	}
}

// drop closes what no call is using, and leaves the rest to done.
func (k *keeper) drop() {
	clear(k.byName)
	for fd, f := range k.byFD {
		if f.users == 0 {
			delete(k.byFD, fd)
			closeFD(fd)
		}
	}
	k.busy.Store(len(k.byFD) > 0)
}

// close lets go for all, since the tree is closed.
func (k *keeper) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop()
}

// enter gives the folder of that name, opened now if it was not. done has to
// be called with it.
func (t *folder) enter(dir string) (int, error) {
	k := &t.keeper
	if !k.busy.Load() {
		return t.openFolder(dir)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if f, ok := k.byName[dir]; ok {
		f.users++
		return f.fd, nil
	}
	fd, err := t.openFolder(dir)
	if err == nil && k.asked > 0 && len(k.byName) < maxKept {
		f := &kept{fd: fd, dir: dir, users: 1}
		k.byName[dir], k.byFD[fd] = f, f
	}
	return fd, err
}

// within makes a call for a name in the folder that it lies in. When the call
// says that the name is not there, and the folder was kept and is removed by
// now, it is made once more in the folder that has that one's name.
func (t *folder) within(name string, call func(dir int, last string) error) error {
	for again := true; ; again = false {
		fd, last, err := t.parent(name)
		if err != nil {
			return err
		}
		err = call(fd, last)
		removed := err == unix.ENOENT && again && t.keeper.removed(fd)
		t.done(fd)
		if !removed {
			return err
		}
	}
}

// removed tells whether a folder that is kept has been removed. It is not given
// to anybody any more then.
func (k *keeper) removed(fd int) bool {
	if !k.busy.Load() {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.byFD[fd]
	if f == nil {
		return false
	}
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &st) }); err != nil || st.Nlink > 0 {
		return false
	}
	if k.byName[f.dir] == f {
		delete(k.byName, f.dir)
	}
	return true
}

func (t *folder) openFolder(dir string) (int, error) {
	if t.walk {
		return t.descend(dir)
	}
	return openat2(t.held(), dir, unix.O_PATH|unix.O_DIRECTORY, 0)
}

// leave is the end of a call. It tells whether the folder is one that is kept,
// or was.
func (k *keeper) leave(fd int) bool {
	if !k.busy.Load() {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.byFD[fd]
	if !ok {
		return false
	}
	if f.users--; f.users == 0 && k.byName[f.dir] != f {
		delete(k.byFD, fd)
		closeFD(fd)
		k.busy.Store(k.asked > 0 || len(k.byFD) > 0)
	}
	return true
}
