package postfix

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Queue IDs come in two forms (mail_queue.h), which live side by side after
// enable_long_queue_ids was changed:
//
//	C89C5D4258        5 hex digits of microseconds, then the inode in hex
//	4jXF475g7wz6X4V   seconds (6 or more digits) and microseconds (4) in base
//	                  52, then "z", then the inode in base 51
const (
	digits52 = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz" // no vowels, so that no words appear
	minTime  = 10                                                     // digits of time before the "z" of a long ID
	maxID    = 100                                                    // far longer than any; mail_queue_id_ok has a limit as well
)

// queueID is what an ID says.
type queueID struct {
	seconds int64 // since 1970; 0 in a short ID
	micros  int64
	inode   uint64
}

// validID tells whether Postfix would take a name for a queue file (mail_queue_id_ok).
func validID(name string) bool {
	if name == "" || len(name) > maxID {
		return false
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '_') {
			return false
		}
	}
	return true
}

// parseID reads an ID. It is false for a name that is neither form, which
// Postfix accepts as a queue file all the same.
func parseID(name string) (queueID, bool) {
	if z := strings.LastIndexByte(name, 'z'); z >= minTime {
		return parseLong(name[:z], name[z+1:])
	}
	if len(name) < 6 {
		return queueID{}, false
	}
	micros, err1 := strconv.ParseUint(name[:5], 16, 32)
	inode, err2 := strconv.ParseUint(name[5:], 16, 64)
	return queueID{micros: int64(micros), inode: inode}, err1 == nil && err2 == nil && micros < 1e6
}

func parseLong(when, inode string) (queueID, bool) {
	cut := len(when) - 4
	sec, ok1 := parseBase(when[:cut], 52)
	usec, ok2 := parseBase(when[cut:], 52)
	ino, ok3 := parseBase(inode, 51)
	ok := ok1 && ok2 && ok3 && usec < 1e6 && sec < 1<<40
	return queueID{seconds: int64(sec), micros: int64(usec), inode: ino}, ok
}

// parseBase reads a number in the alphabet of the long IDs.
func parseBase(s string, base uint64) (uint64, bool) {
	var n uint64
	for i := 0; i < len(s); i++ {
		d := strings.IndexByte(digits52, s[i])
		if d < 0 || uint64(d) >= base || n > (math.MaxUint64-uint64(d))/base {
			return 0, false
		}
		n = n*base + uint64(d)
	}
	return n, s != ""
}

// arrived is the time in a long ID, zero for a short one.
func (id queueID) arrived() time.Time {
	if id.seconds == 0 {
		return time.Time{}
	}
	return time.Unix(id.seconds, id.micros*1000).UTC()
}

// hashPath is where a hashed queue keeps a message, below the queue's folder:
// the first characters of the short ID, or of the microseconds of a long one,
// a folder each ("C/8/"), "_" where there are none (mail_queue.c).
func hashPath(name string, depth int) string {
	var room [2 * maxHash]byte
	return string(appendHashPath(room[:0], name, depth))
}

func appendHashPath(to []byte, name string, depth int) []byte {
	from := name
	if strings.LastIndexByte(name, 'z') >= minTime { // a short one tells no time
		if id, ok := parseID(name); ok && id.seconds != 0 {
			from = fmt.Sprintf("%05X", id.micros)
		}
	}
	for i := range depth {
		c := byte('_')
		if i < len(from) {
			c = from[i]
		}
		to = append(to, c, '/')
	}
	return to
}
