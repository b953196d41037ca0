package exim

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// recipient takes what stands behind the address off a line of the recipient
// list (spool_in.c). All forms are told, and read, from the right, because an
// address may have blanks in it:
//
//	addr orcpt len,flags errors_to len,parent#bits     bit 0: the last pair, bit 1: the one before
//	addr errors_to len,parent#1                        before DSN
//	addr parent                                        early Exim 4
//	addr n,n,parent                                    Exim 3
func recipient(line []byte) []byte {
	head, digits := cutDigits(line)
	if digits == "" || head == nil || len(head) == 0 {
		return line
	}
	switch head[len(head)-1] {
	case '#':
		if bits, err := strconv.ParseUint(digits, 10, 16); err == nil {
			return withFields(line, head[:len(head)-1], bits)
		}
	case ' ':
		return head[:len(head)-1]
	case ',':
		rest := bytes.TrimRight(head, ",0123456789")
		if len(rest) > 0 && rest[len(rest)-1] == ' ' {
			return rest[:len(rest)-1]
		}
	}
	return line
}

// withFields takes the fields off that the bits tell of; where they do not
// hold, line is an address that only looks like one with fields.
func withFields(line, head []byte, bits uint64) []byte {
	for _, bit := range []uint64{1, 2} {
		if bits&bit == 0 {
			continue
		}
		var ok bool
		if head, ok = cutField(head); !ok {
			return line
		}
	}
	return head
}

// cutField takes "string len,n" off the end, and the blank before it.
func cutField(b []byte) ([]byte, bool) {
	head := bytes.TrimRight(b, ",-0123456789")
	pair := string(b[len(head):])
	length, _, ok := strings.Cut(pair, ",")
	n, err := strconv.Atoi(length)
	// A blank, the string, and a blank stand before it; or the two blanks alone.
	if !ok || err != nil || n < 0 || n > len(head)-2 || head[len(head)-1] != ' ' {
		return nil, false
	}
	head = head[:len(head)-1-n]
	if len(head) == 0 || head[len(head)-1] != ' ' {
		return nil, false
	}
	return head[:len(head)-1], true
}

func cutDigits(b []byte) (head []byte, digits string) {
	head = bytes.TrimRight(b, "0123456789")
	return head, string(b[len(head):])
}

// address takes the port off a host's address: "[192.0.2.1]:1234" as it is
// written now, "192.0.2.1.1234" before, and for IPv6 "2001:db8::1.1234".
func address(s string) string {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if ip, _, ok := strings.Cut(inner, "]"); ok {
			return clip(ip)
		}
	}
	if _, err := netip.ParseAddr(s); err != nil {
		if i := strings.LastIndexByte(s, '.'); i >= 0 {
			if _, err := netip.ParseAddr(s[:i]); err == nil {
				return s[:i]
			}
		}
	}
	return clip(s)
}

func clip(s string) string { return s[:min(len(s), maxString)] }
