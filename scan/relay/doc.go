// Package relay asks a mail server whether it would carry strangers' mail, in every form of address that some server once fell for.
//
// What surprises: an accepted RCPT is not yet relay. RFC 5321 section 2.3.11
// lets a host read the local part of its own addresses as it likes, so
// "R%out@ours" may be a mailbox, may bounce later, or may be sent on. Only a
// message that arrives proves the last, and none is ever sent unless the
// caller asks for that. One host at a time, and only the one that was named.
//
// All that the server says is hostile: answers are bounded in bytes, lines and
// time, and are handed on as they came. Make them safe before they are shown.
package relay

import "errors"

// Errors that callers decide on.
var (
	ErrOneHost   = errors.New("one host at a time, by its name or address")
	ErrBadName   = errors.New("not a plain name or address")
	ErrFlood     = errors.New("the server's answer does not end")
	ErrNotSMTP   = errors.New("not an SMTP answer")
	ErrNoTLS     = errors.New("the server does not offer STARTTLS")
	ErrPlain     = errors.New("a password is not sent without verified TLS")
	ErrAuth      = errors.New("the login was refused")
	ErrNoForm    = errors.New("no such form")
	ErrEarlyTalk = errors.New("the server talks before TLS begins")
)
