package letter

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestMarks(t *testing.T) {
	for _, tt := range []struct {
		line string
		want markKind
	}{
		{"---------- Forwarded message ---------", copyMark},
		{"-----Original Message-----", copyMark},
		{"-------- Original Message --------", copyMark},
		{"-----Ursprüngliche Nachricht-----", copyMark},
		{"-----URSPRÜNGLICHE NACHRICHT-----", copyMark},
		{"-----Message d'origine-----", copyMark},
		{"-----Mensaje original-----", copyMark},
		{"---------- Пересылаемое сообщение ----------", copyMark},
		{"------------------ 原始邮件 ------------------", copyMark},
		{"---------------------- Forwarded by Anna/Org on 01/02/2003 ----------", copyMark},
		{"------- Forwarded Message", copyMark},
		{"----- Forwarded message from Anna <a@b> -----", copyMark},
		{"----- End forwarded message -----", endMark},
		{"------ This is a copy of the message, including all the headers. ------", copyMark},
		{"--- Below this line is a copy of the message.", copyMark},
		{"   ----- Unsent message follows -----", copyMark},
		{"|------------------------- Message text follows: ------------------------|", copyMark},
		{"Begin forwarded message:", copyMark},
		{"Anfang der weitergeleiteten Nachricht:", copyMark},
		{"Original message follows.", copyMark},
		{"*** Original message ***", copyMark},
		{"Original message follows the rules of the house", noMark},
		{"The original message was received at Mon", noMark},
		{"-- ", noMark},
		{"----------------------------------------", noMark},
		{"- Forwarded message", noMark},
		{"---- Sale! ----", noMark},
		{"ordinary text", noMark},
		{"--- " + strings.Repeat("x", 400), noMark},
	} {
		t.Run(tt.line[:min(len(tt.line), 40)], func(t *testing.T) {
			if got := markOf(trim([]byte(tt.line))); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
			if tt.want != noMark && !mayMark(trim([]byte(tt.line))) {
				t.Error("the line is never looked at")
			}
		})
	}
}

// TestMayMarkMissesNone tries all letters that a mark may begin with, in any case.
func TestMayMarkMissesNone(t *testing.T) {
	cases := map[rune][]rune{}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if low := unicode.ToLower(r); low != r {
			cases[low] = append(cases[low], r)
		}
	}
	marks := slices.Clone(undressed[:])
	for i := range heads {
		marks = append(marks, heads[i].from...)
	}
	for _, m := range marks {
		rs := []rune(m)
		for _, first := range append(cases[rs[0]], rs[0]) {
			if rs[0] < utf8.RuneSelf && first >= utf8.RuneSelf {
				continue // no program writes such a mark
			}
			for _, second := range append(cases[rs[1]], rs[1]) {
				for _, third := range append(cases[rs[2]], rs[2]) {
					if line := string([]rune{first, second, third}); !mayMark([]byte(line)) {
						t.Errorf("%q is never looked at", line)
					}
				}
			}
		}
	}
	for _, line := range []string{"Hello", "I am", "Today", "ordinary", "Dear", "Привет", "a"} {
		if mayMark([]byte(line)) {
			t.Errorf("%q is looked at", line)
		}
	}
}

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ name, in, text, aside, returned string }{
		{"line ends", "a\r\nb\r\n", "a\nb\n", "", ""},
		{"blank lines fold", "\n\na\n\n\n\nb\n", "a\n\nb\n", "", ""},
		{"quotes", "a\n> b\n >> c\nd", "a\nd\n", "> b\n >> c\n", ""},
		{"the quote of an mbox", ">From here", "From here\n", "", ""},
		{"signature", "a\n-- \nAnna\n", "a\n-- \nAnna\n", "", ""},
		{"forward", "see below\n\n-------- Original Message --------\nSubject: x\n\n> deep\nbody\n", "see below\n\n", "-------- Original Message --------\nSubject: x\n> deep\nbody\n", "Subject: x\n\n> deep\nbody\n"},
		{"a forward that ends", "a\n----- Forwarded message from x -----\nb\n----- End forwarded message -----\nc\n", "a\nc\n", "----- Forwarded message from x -----\nb\n", "b\n----- End forwarded message -----\nc\n"},
		{"an answer without a mark", "a\n\nFrom: x\nSent: today\nTo: y\nSubject: z\n\nold\n", "a\n\n", "From: x\nSent: today\nTo: y\nSubject: z\nold\n", "Sent: today\nTo: y\nSubject: z\n\nold\n"},
		{"the same in German with stars", "a\n*Von:* x\n*Gesendet:* heute\n*Betreff:* z\nalt\n", "a\n", "*Von:* x\n*Gesendet:* heute\n*Betreff:* z\nalt\n", "*Gesendet:* heute\n*Betreff:* z\nalt\n"},
		{"a letter that begins so is no answer", "From: Mr. X\nDate: today\nSubject: money\n\nDear friend\n", "From: Mr. X\nDate: today\nSubject: money\n\nDear friend\n", "", ""},
		{"nothing after the mark", "a\n-----Original Message-----\n", "a\n", "-----Original Message-----\n", ""},
		{"encrypted", "-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nhQEMA1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU12\n=ab12\n-----END PGP MESSAGE-----\nafter\n", "after\n", "", ""},
		{"an armour that hides nothing", "-----BEGIN PGP MESSAGE-----\n\nBuy this now!\nand that\n", "Buy this now!\nand that\n", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(Limits{})
			r.visible([]byte(tt.in), true)
			got := [3]string{string(r.text), string(r.aside), string(r.msg.Returned)}
			if diff := cmp.Diff([3]string{tt.text, tt.aside, tt.returned}, got); diff != "" {
				t.Error(diff)
			}
			if (r.msg.Quoted > 0) != (tt.aside != "" || strings.Contains(tt.in, "BEGIN PGP")) {
				t.Errorf("%d bytes quoted", r.msg.Quoted)
			}
		})
	}
}

func TestTextIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		cut            bool
	}{
		{"cut in a line", "0123456789\nabcdefgh\n", "0123456789\nabcd\n", true},
		{"cut in a character", "0123456789\nabcé", "0123456789\nabc\n", true},
		{"as much as fits", "0123456789\nabcd\n", "0123456789\nabcd\n", false},
		{"blanks in a long line count once", strings.Repeat(" ", 1000) + "far\n", " far\n", false},
		{"blank lines count once", strings.Repeat("\n", 1000) + "far\n", "far\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(Limits{Text: 16})
			r.visible([]byte(tt.in), true)
			if got := string(r.text); got != tt.want || (r.msg.Defects&TextCut != 0) != tt.cut {
				t.Errorf("%q, defects %b, want %q", got, r.msg.Defects, tt.want)
			}
		})
	}
}
