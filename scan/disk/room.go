package disk

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Room gives memory for what a large scan keeps and seldom looks at. The first
// blocks are ordinary memory. What comes after them lies in a file that has no
// name and goes when the process does: it looks like memory, and once the
// process holds more than it should, the system is told that it may keep these
// pages on the disk. They come back by themselves when they are looked at.
//
// A block is never given back: what was written in it may be referred to from
// anywhere. So a Room is for programs that end, not for those that serve.
// Where there is no file, and in a nil Room, all is ordinary memory. A Room may
// be used by several goroutines at once.
type Room struct {
	// Ordinary is how many bytes are ordinary memory, Most how many the process
	// holds before pages are let go.
	Ordinary, Most int64

	dir      string
	mu       sync.Mutex
	given    int64 // of ordinary memory
	file     *os.File
	size     int64
	rest     []byte   // of the last segment
	segments [][]byte //
	full     bool     // there was an error: ordinary memory from now on
	hand     int      // the segment that was let go last
	end      chan struct{}
	letting  atomic.Bool  // pages are let go: nobody brings in more meanwhile
	next     atomic.Int64 // when to look at the process again, in nanoseconds since 1970; 0 while there is no file
}

// A pass that looks all over the file brings 20 MB of it into memory within a
// millisecond, and twice that when two processors do little else. So there must
// be room above Most; but with less below it more comes and goes, and the peak
// of a million is higher, not lower (296: 415 MB, 335: 395). A new page of a
// file costs the kernel several times what ordinary memory does: with 24 MB of
// that in place of 8, a scan of 100,000 took 6 % less.
const (
	roomOrdinary = 24 << 20
	roomMost     = 335 << 20
	roomSlack    = 32 << 20 // how much less the process holds after some was let go
	roomSegment  = 32 << 20
	roomAround   = 64 << 10             // fault_around_bytes, as the kernel comes (mm/memory.c)
	roomWorth    = 32 << 20             // of pages of files, the program's own among them
	roomWatch    = 5 * time.Millisecond // how often the process is looked at, whoever works
	roomLook     = time.Millisecond / 4 // and how often at most
	roomRate     = 64 << 20             // bytes that come into memory in a millisecond, at the most
	roomStep     = 16                   // small things between two looks, such as messages or sketches
)

// NewRoom makes a room whose file will lie in a folder, when it is needed: after
// 24 MiB, and pages are let go when the process holds more than 335.
func NewRoom(dir string) *Room { return &Room{dir: dir, Ordinary: roomOrdinary, Most: roomMost} }

// Bytes gives a block of n zero bytes.
func (r *Room) Bytes(n int) []byte {
	if r == nil {
		return make([]byte, n)
	}
	r.Ease()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.given+int64(n) <= r.Ordinary || r.full || n > roomSegment-roomAround {
		r.given += int64(n)
		return make([]byte, n)
	}
	if r.skip(); len(r.rest) < n && !r.grow() {
		r.full = true
		return make([]byte, n)
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Map gives what is in a file, which must not change any more. The pages come
// from the file when they are looked at, and are let go as those of blocks are.
func (r *Room) Map(f *os.File) ([]byte, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if r != nil && st.Size() > 0 && st.Size() == int64(int(st.Size())) {
		b, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED)
		if err == nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.segments = slices.AppendSeq(r.segments, slices.Chunk(b, roomSegment))
			r.begin()
			return b, nil
		}
	}
	b := make([]byte, st.Size())
	_, err = io.ReadFull(io.NewSectionReader(f, 0, st.Size()), b)
	return b, err
}

// begin looks at the process's memory from now on.
func (r *Room) begin() {
	if r.end == nil {
		r.end = make(chan struct{})
		r.next.Store(time.Now().UnixNano())
		go r.watch(r.end)
	}
}

// skip goes on to where the next block may begin. The system brings in some
// pages around each that is looked at, and these had better be of the same block.
func (r *Room) skip() {
	if over := int(uintptr(unsafe.Pointer(unsafe.SliceData(r.rest))) % roomAround); over > 0 {
		r.rest = r.rest[min(roomAround-over, len(r.rest)):]
	}
}

// grow adds a segment. Its blocks on the disk are there before it is used: a
// page that has none would be the end of the process.
func (r *Room) grow() bool {
	if r.file == nil {
		f, err := os.CreateTemp(r.dir, ".room-*")
		if err != nil {
			return false
		}
		if os.Remove(f.Name()) != nil {
			f.Close()
			return false
		}
		r.file = f
		r.begin()
	}
	fd := int(r.file.Fd())
	if unix.Fallocate(fd, 0, r.size, roomSegment) != nil {
		return false
	}
	b, err := unix.Mmap(fd, r.size, roomSegment, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return false
	}
	r.size += roomSegment
	r.rest, r.segments = b, append(r.segments, b)
	r.skip()
	return true
}

// Close ends the watch over the process's memory. Blocks stay good.
func (r *Room) Close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end != nil {
		close(r.end)
		r.end = nil
		r.next.Store(0)
	}
}

// watch eases the process's memory when nobody else does.
func (r *Room) watch(end <-chan struct{}) {
	for {
		select {
		case <-end:
			return
		case <-time.After(roomWatch):
			r.Ease()
		}
	}
}

// Ease lets pages go when the process holds too much, and enough of it is the
// file's. Who passes over much of what lies in the room calls it now and then,
// such as every few messages: the processors have no time for a watch while
// they work, and a pass that is not held up has all of the file in memory
// within a few hundredths of a second. Mostly it costs as much as asking for
// the time. While one lets pages go the others wait: they would bring in as many
// meanwhile, and the peak was higher by 30 MB.
func (r *Room) Ease() {
	if r == nil {
		return
	}
	for r.letting.Load() { // a millisecond or two: to sleep would take longer
		runtime.Gosched()
	}
	now, next := time.Now().UnixNano(), r.next.Load()
	if next == 0 || now < next || !r.next.CompareAndSwap(next, now+int64(roomWatch)) {
		return
	}
	all, file := resident()
	if all > r.Most && file > roomWorth {
		r.letting.Store(true)
		all = r.letGo(all, r.Most-roomSlack)
		r.letting.Store(false)
	}
	pause := min(max(roomLook, time.Duration(float64(r.Most-all)/roomRate*float64(time.Millisecond))), roomWatch)
	r.next.CompareAndSwap(now+int64(roomWatch), time.Now().Add(pause).UnixNano()) // unless it was closed
}

// EaseAt is Ease for those who pass over small things, at the i-th of them.
func (r *Room) EaseAt(i int) {
	if i%roomStep == 0 {
		r.Ease()
	}
}

// letGo tells the system of one segment after another that nothing of it need
// be in memory now, until the process, which holds so many bytes, holds that
// many at most, and says how many it holds then. What was written is the file's
// and stays.
//
// Go's scheduler is not told of these calls, nor of those of resident: a
// goroutine that comes back from one of a millisecond has to wait for a
// processor, ten milliseconds and more while all are busy, and in each of these
// the others bring in 30 MB.
//
// It goes on where it ended. Of what is looked at all the time only a part goes
// and comes back: where everything went, a pass over a little more than there is
// memory for had to wait for all of it again and again.
func (r *Room) letGo(all, most int64) int64 {
	r.mu.Lock()
	segments := r.segments
	r.mu.Unlock()
	for range segments {
		r.mu.Lock()
		r.hand = (r.hand + 1) % len(segments)
		b := segments[r.hand]
		r.mu.Unlock()
		// Pages that stay cost memory, no more.
		_, _, _ = unix.RawSyscall(unix.SYS_MADVISE, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MADV_DONTNEED)
		if all, _ = resident(); all <= most {
			break
		}
	}
	return all
}

// resident is how many bytes of memory the process holds, and how many of them
// are pages of files (proc(5), statm); 0 when the system does not say.
func resident() (all, file int64) {
	var b [128]byte
	n, _, errno := unix.RawSyscall6(unix.SYS_PREAD64, statm(), uintptr(unsafe.Pointer(&b)), uintptr(len(b)), 0, 0, 0)
	if errno != 0 {
		return 0, 0
	}
	fields := bytes.Fields(b[:n])
	if len(fields) < 3 {
		return 0, 0
	}
	page := int64(os.Getpagesize())
	all, _ = strconv.ParseInt(string(fields[1]), 10, 64)
	file, _ = strconv.ParseInt(string(fields[2]), 10, 64)
	return all * page, file * page
}

// statm is open as long as the process lives: -1 where there is none.
var statm = sync.OnceValue(func() uintptr {
	fd, err := unix.Open("/proc/self/statm", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ^uintptr(0)
	}
	return uintptr(fd)
})
