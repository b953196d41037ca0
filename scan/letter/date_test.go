package letter

import (
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	at := time.Date(2002, 8, 22, 11, 26, 25, 0, time.UTC)
	for _, tt := range []struct {
		name, value string
		want        time.Time // zero: none
	}{
		{"RFC 5322", "Thu, 22 Aug 2002 18:26:25 +0700", at},
		{"with a comment", "Thu, 22 Aug 2002 07:26:25 -0400 (EDT)", at},
		{"without a weekday", "22 Aug 2002 11:26:25 +0000", at},
		{"zone by name", "Thu, 22 Aug 2002 07:26:25 EDT", at},
		{"military zone", "Thu, 22 Aug 2002 11:26:25 Z", at},
		{"unknown zone", "Thu, 22 Aug 2002 11:26:25 XYZT", at},
		{"no zone", "Thu, 22 Aug 2002 11:26:25", at},
		{"year of two digits", "22 Aug 02 11:26:25 GMT", at},
		{"year of the last century", "22 Aug 94 11:26:25 GMT", time.Date(1994, 8, 22, 11, 26, 25, 0, time.UTC)},
		{"ctime", "Thu Aug 22 11:26:25 2002", at},
		{"with dashes", "22-Aug-2002 11:26:25 +0000", at},
		{"a month without a name", "2002-08-22T11:26:25Z", time.Time{}},
		{"full names", "Thursday, 22 August 2002 11:26:25 GMT", at},
		{"no seconds", "Thu, 22 Aug 2002 11:26 +0000", at.Truncate(time.Minute)},
		{"afternoon", "Thu, 22 Aug 2002 05:26:25 PM +0600", at},
		{"zone with a colon", "Thu, 22 Aug 2002 18:26:25 +07:00", at},
		{"zone with a digit too many", "Thu, 22 Aug 2002 18:26:25 +07000", at},
		{"rubbish behind", "Thu, 22 Aug 2002 18:26:25 +0700 x=2.40", at},
		{"no such day", "31 Feb 2002 11:26:25 +0000", time.Time{}},
		{"no such minute", "22 Aug 2002 11:99:25 +0000", time.Time{}},
		{"no such hour", "22 Aug 2002 25:26:25 +0000", time.Time{}},
		{"no month", "22 2002 11:26:25", time.Time{}},
		{"empty", "", time.Time{}},
		{"words", "yesterday at noon", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseDate(tt.value)
			if !got.Equal(tt.want) || ok == tt.want.IsZero() {
				t.Errorf("%v, %v, want %v", got, ok, tt.want)
			}
		})
	}
}

// FuzzDate holds that a date which the standard library can read is the same
// here, but for years of two digits: those from 50 on are of the last century
// (RFC 5322 section 4.3), to the library only those from 69 on. The year 0 is
// not compared: no mail has it.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"Thu, 22 Aug 2002 18:26:25 +0700", "22 Aug 02 11:26 GMT", "1 Jan 1970 00:00:00 -0000 (x)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseDate(s)
		want, err := mail.ParseDate(s)
		if err != nil || len(s) > maxDate || want.Year() == 0 {
			return
		}
		if !ok {
			t.Errorf("%q is none, want %v", s, want)
		}
		if _, offset := want.Zone(); offset == 0 || want.Location().String() == "" {
			// A zone by name is UTC to the library unless it is the local one.
			if want.Year() >= 2050 && !strings.Contains(s, strconv.Itoa(want.Year())) {
				want = want.AddDate(-100, 0, 0)
			}
			if !got.Equal(want) {
				t.Errorf("%q is %v, want %v", s, got, want)
			}
		}
	})
}
