package fingerprint

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// bounceOf is a report that returns a message.
func bounceOf(returned string) string {
	return "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; boundary=b" + fmt.Sprint(len(returned)) + "\r\n\r\n--b" + fmt.Sprint(len(returned)) +
		"\r\nContent-Type: text/plain\r\n\r\nThis is a permanent error and I have given up on it, sorry that it did not work out\r\n--b" + fmt.Sprint(len(returned)) +
		"\r\nContent-Type: message/rfc822\r\n\r\n" + returned + "\r\n--b" + fmt.Sprint(len(returned)) + "--\r\n"
}

// TestReturnedIsAsIfItWasReadAlone: whatever was sketched before, a message and
// what it returns have the sketches that they have alone.
func TestReturnedIsAsIfItWasReadAlone(t *testing.T) {
	spam := "From: a@b.example\r\nSubject: pills\r\n\r\n" + plain + "\r\n"
	other := "From: c@d.example\r\nSubject: other\r\n\r\n" + string(text(300)) + "\r\n"
	short := "From: a@b.example\r\nSubject: yes\r\n\r\nyes\r\n"
	mails := []string{spam, bounceOf(spam), bounceOf(other), other, bounceOf(bounceOf(spam)), bounceOf(bounceOf(other)), bounceOf(short), short,
		bounceOf(bounceOf(bounceOf(spam))), bounceOf(""), bounceOf(spam), "From: x@y.example\r\n\r\nLook at this\r\n\r\n-----Original Message-----\r\n" + spam}
	both := func(s *Sketcher, m *letter.Message) [2]Sketch {
		out := [2]Sketch{s.Sketch(m, ClassOf(m, nil))}
		if len(m.Returned) > 0 {
			o := s.Returned(m)
			out[1] = s.Sketch(o, ClassOf(o, &spool.Envelope{Source: spool.Unknown}))
		}
		return out
	}
	one, reader := New(), letter.NewReader(letter.Limits{})
	returned := 0
	for range 2 {
		for i, mail := range mails {
			m := reader.Read([]byte(mail))
			want := [2]Sketch{New().Sketch(m, ClassOf(m, nil))}
			if len(m.Returned) > 0 {
				returned++
				o := letter.NewReader(letter.Limits{}).Read(m.Returned)
				want[1] = New().Sketch(o, ClassOf(o, &spool.Envelope{Source: spool.Unknown}))
			}
			if d := cmp.Diff(want, both(one, m), cmpopts.EquateEmpty()); d != "" {
				t.Errorf("message %d: %s", i, d)
			}
		}
	}
	if returned < 16 {
		t.Errorf("only %d of them return something", returned)
	}
}
