package exim

import (
	"strings"
	"time"
)

// An ID is tttttt-pppppp-ss, or since 4.97 tttttt-ppppppppppp-ssss: seconds,
// process and fraction in base 62 (exim_id in the specification).
const (
	oldID = 16
	newID = 23
)

// validID tells an ID by its length, its dashes and its digits.
func validID(s string) bool {
	if len(s) != oldID && len(s) != newID {
		return false
	}
	second := 13
	if len(s) == newID {
		second = 18
	}
	for i := 0; i < len(s); i++ {
		if dash := i == 6 || i == second; dash != (s[i] == '-') || !dash && digit62(s[i]) < 0 {
			return false
		}
	}
	return true
}

func digit62(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 10
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 36
	}
	return -1
}

// arrived is the second in an ID. It means nothing on systems without upper
// and lower case, where the base is 36; nobody has those spools.
func arrived(id string) time.Time {
	var sec int64
	for i := range 6 {
		sec = sec*62 + int64(digit62(id[i]))
	}
	return time.Unix(sec, 0).UTC()
}

// splitName is the folder of a message in a split spool: the sixth character
// of its ID (spool_in.c, set_subdir_str).
func splitName(id string) string { return id[5:6] }

// part takes a name in a queue apart, "ID-H" into ID and 'H'.
func part(name string) (id string, kind byte, ok bool) {
	if len(name) < 3 || name[len(name)-2] != '-' || !strings.ContainsRune("HDJK", rune(name[len(name)-1])) {
		return "", 0, false
	}
	id = name[:len(name)-2]
	return id, name[len(name)-1], validID(id)
}
