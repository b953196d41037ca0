// Package submit hands messages to another mail server: by SMTP, by LMTP, or through its sendmail program.
//
// What may surprise is that there are three answers and not two. Between the
// last dot and the server's 250 lies a moment in which only the server knows
// whether it has taken a message (RFC 5321 section 4.2.5; RFC 1047). A
// connection that breaks there gives ErrDoubt, and nothing here ever tries
// such a message again by itself: a person has to look.
package submit

import (
	"context"
	"errors"
	"io"
)

// Errors that callers decide on. With all but ErrDoubt nobody got the message.
var (
	ErrLater   = errors.New("not taken for now")              // 4xx: try again another time
	ErrRefused = errors.New("refused")                        // 5xx: no use in trying again
	ErrDoubt   = errors.New("it may have been taken")         // no answer after the end of the text
	ErrAway    = errors.New("the server cannot be reached")   // nor will it take the next message
	ErrTarget  = errors.New("not a server to send to")        // what was given as target
	ErrAddress = errors.New("address cannot be sent as such") // it would be read as something else
)

// Letter is one message on its way to some of its recipients.
type Letter struct {
	From string    // without brackets; "" is the null sender
	To   []string  // without brackets; at most Sender.Most of them
	Text io.Reader // RFC 5322, with line ends of either kind
}

// Receipt is what the server said.
type Receipt struct {
	Reply   string   // its last word, for people: "2.0.0 Ok: queued as 4F1D2"
	Taken   []string // recipients for whom it has taken the message
	Later   []Answer // those that it did not take for now
	Refused []Answer // those that it never will
}

// Answer is what the server said of one recipient.
type Answer struct {
	To    string
	Reply string
}

// Sender gives messages to one server, one after the other. Its methods are
// not for several goroutines at once.
type Sender interface {
	// Name is the target, for journals and people.
	Name() string
	// Most is how many recipients one Send takes.
	Most() int
	// Send gives the server one message. Without an error at least one
	// recipient is taken care of. A cancelled context ends it as long as that
	// leaves no doubt.
	Send(ctx context.Context, l Letter) (Receipt, error)
	// Close ends the session.
	Close() error
}
