package letter

import "time"

// maxDate is how much of a Date field is read.
const maxDate = 128

// parseDate reads the dates that are found in mail: RFC 5322 section 3.3 and
// its obsolete forms, and what ctime prints. The order of day, month, year and
// time does not matter, since each can be told by its looks. The result is in
// UTC. A date without a zone is taken for UTC.
func parseDate(s string) (time.Time, bool) {
	d := dateParts{zone: noZone}
	s = s[:min(len(s), maxDate)]
	for s != "" && s[0] != '(' {
		var token string
		token, s = dateToken(s)
		if token != "" && !d.take(token) {
			if d.timed && d.dated() {
				break // rubbish behind a date
			}
			return time.Time{}, false
		}
	}
	if !d.dated() {
		return time.Time{}, false
	}
	if d.zone == noZone {
		d.zone = 0
	}
	at := time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, time.UTC)
	if at.Day() != d.day {
		return time.Time{}, false // 31 February
	}
	return at.Add(-time.Duration(d.zone) * time.Minute), true
}

// noZone is no offset that anyone could write.
const noZone = 1 << 20

type dateParts struct {
	year, day            int
	month                time.Month
	hour, minute, second int
	zone                 int // minutes east of Greenwich
	timed                bool
}

func (d *dateParts) dated() bool { return d.day > 0 && d.month > 0 && d.year > 0 }

// dateToken cuts the next word, number, time or zone off s.
func dateToken(s string) (token, rest string) {
	i := 0
	for i < len(s) && (space(s[i]) || s[i] == ',') {
		i++
	}
	s = s[i:]
	if s == "" || s[0] == '(' {
		return "", s
	}
	i = 1
	letters := letter(s[0])
	for i < len(s) && !space(s[i]) && s[i] != ',' && s[i] != '(' {
		if letter(s[i]) != letters || s[i] == '+' || s[i] == '-' {
			break
		}
		i++
	}
	return s[:i], s[i:]
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func (d *dateParts) take(s string) bool {
	switch {
	case letter(s[0]):
		return d.word(s)
	case s[0] == '+' || s[0] == '-':
		return d.offset(s)
	}
	n, i := number(s)
	switch {
	case i == 0:
		return false
	case i < len(s) && s[i] == ':':
		return d.clock(s)
	case i == 4 && d.year == 0:
		d.year = n
	case i <= 2 && d.day == 0:
		d.day = n
		return 1 <= n && n <= 31
	case i <= 3 && d.year == 0: // RFC 5322 section 4.3
		if d.year = n + 1900; i == 2 && n < 50 {
			d.year = n + 2000
		}
	default:
		return d.timed // whatever follows the time
	}
	return true
}

// number reads up to six digits and says how many there were.
func number(s string) (n, digits int) {
	for digits < len(s) && digits < 6 && '0' <= s[digits] && s[digits] <= '9' {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, digits
}

func (d *dateParts) clock(s string) bool {
	for k, part := range []*int{&d.hour, &d.minute, &d.second} {
		n, i := number(s)
		if i == 0 {
			return false
		}
		*part = n
		if s = s[i:]; s == "" || s[0] != ':' {
			d.timed = k > 0 && d.hour < 24 && d.minute < 60 && d.second <= 60
			return d.timed
		}
		s = s[1:]
	}
	return false
}

// offset reads +hhmm, whatever follows it, or +hh:mm; in front of the time, "-"
// divides day, month and year.
func (d *dateParts) offset(s string) bool {
	n, i := number(s[1:])
	if !d.timed || d.zone != noZone {
		if i == 0 {
			return true
		}
		return d.timed || d.take(s[1:])
	}
	switch {
	case i == 2 && len(s) == 6 && s[3] == ':':
		m, _ := number(s[4:])
		n = n*100 + m
	case i < 4:
		return true // no zone that one could read
	default:
		n, _ = number(s[1:5])
	}
	if d.zone = n/100*60 + n%100; s[0] == '-' {
		d.zone = -d.zone
	}
	return true
}

// word reads a month, a weekday, a zone's name, am or pm.
func (d *dateParts) word(s string) bool {
	if len(s) >= 3 && d.month == 0 {
		for i := 0; i < 12; i++ {
			if hasPrefix(s, "janfebmaraprmayjunjulaugsepoctnovdec"[i*3:i*3+3]) {
				d.month = time.Month(i + 1)
				return true
			}
		}
	}
	switch {
	case same(s, "pm") && d.hour < 12:
		d.hour += 12
	case same(s, "am") && d.hour == 12:
		d.hour = 0
	case d.timed && d.zone == noZone:
		d.zone = zoneNamed(s)
	}
	return true
}

// zoneNamed knows the names of RFC 822; any other is as good as -0000 (RFC
// 5322 section 4.3).
func zoneNamed(s string) int {
	const hour = 60
	switch {
	case same(s, "edt"):
		return -4 * hour
	case same(s, "est"), same(s, "cdt"):
		return -5 * hour
	case same(s, "cst"), same(s, "mdt"):
		return -6 * hour
	case same(s, "mst"), same(s, "pdt"):
		return -7 * hour
	case same(s, "pst"):
		return -8 * hour
	case same(s, "gmt"), same(s, "ut"), same(s, "utc"), same(s, "z"):
		return 0
	}
	return noZone
}
