package faulty

import "math/rand/v2"

// Power says what the disk held by luck when the power went. The zero value is
// bad luck: nothing that was not synced.
type Power struct {
	// Entries decides for each change of a folder that was not synced, in
	// order, whether it reached the disk all the same; nil: none did. A change
	// that rests on one that did not is lost with it.
	Entries func(op Op) bool
	Data    Data
	Split   bool // renames are not atomic: see Crash. Entries is not asked
}

// Data says what became of bytes, owner, mode and times of a file that were not synced.
type Data int

const (
	DataLost  Data = iota // the file is as it was at its last Sync; a new one is empty
	DataTorn              // half of the bytes that were added are there
	DataZeros             // the size is right and the added bytes are NUL, as after a late allocation
	DataKept              // all there
)

// All is for Power.Entries: every change reached the disk. With DataLost it is
// the classic: a file that was renamed into place but not synced is empty.
func All(Op) bool { return true }

// First is for Power.Entries: the first n did.
func First(n int) func(Op) bool {
	return func(Op) bool { n--; return n >= 0 }
}

// Luck is for Power.Entries: each one by the toss of a coin, the same for the same seed.
func Luck(seed uint64) func(Op) bool {
	coin := rand.New(rand.NewPCG(seed, 0))
	return func(Op) bool { return coin.IntN(2) == 0 }
}

// Crash is the loss of power: the process dies, if it has not, and the folder
// itself becomes what a disk would hold, with the same inodes. Files and
// folders that nobody touched stay as they are, in the folder they are in.
//
// The model, after fsync(2) and what journalling filesystems promise:
//
//   - What was there at Open is on the disk. So is, at once, all that others
//     do to the folder around the tree.
//   - Sync makes sure of a file's content, owner, mode and times, and not of
//     its name. Extended attributes are not modelled.
//   - Create, Move, Remove and Mkdir change entries. SyncDir makes sure of the
//     changes of that folder, and of earlier ones of the same names or files.
//     It does not make sure of the folder's own name: a new folder that was
//     not synced into its parent is lost with all that is in it.
//   - A rename is atomic: sync of either folder makes sure of both ends. With
//     Power.Split it is not, and each folder holds what it held at its own
//     last sync: a file that was moved can then be at both ends, or, when only
//     the old folder was synced, at neither. That is harsher than ext4, XFS
//     and Btrfs; whoever syncs the new folder before the old one survives it.
//   - What was not synced is lost or survives as Power says.
func (t *Tree) Crash(luck Power) error {
	w := t.world
	w.mu.Lock()
	defer w.mu.Unlock()
	w.die()
	for _, p := range w.disks {
		if err := p.crash(luck); err != nil {
			return err
		}
	}
	return nil
}
