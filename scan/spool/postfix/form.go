package postfix

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"qclean/scan/spool"
)

// lineLimit is where Postfix cuts a line of text (line_length_limit).
const lineLimit = 2048

// Form writes a file for maildrop as postdrop does (sendmail.c, postdrop.c):
// pickup passes it through cleanup, and it becomes a new message with a
// lifetime of its own. Of the session, login and client are told to it.
//
// Pickup wants the file owned by Postfix's user, or by the one in whose name
// it is, with the owner's bits rwx and no other links. It keeps and reports one
// that is root's, and deletes one that it cannot parse.
func (s *queueDir) Form(w io.Writer, env spool.Envelope, text io.Reader) error {
	if err := formable(env); err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	now := time.Now()
	put(b, recTime, fmt.Appendf(nil, "%d %d", now.Unix(), now.Nanosecond()/1000))
	session(b, env)
	put(b, recSender, []byte(unquote(env.From)))
	for _, to := range env.To {
		put(b, recRecipient, []byte(unquote(to)))
	}
	put(b, recMessage, nil)
	if err := putText(b, text); err != nil {
		return err
	}
	put(b, recExtracted, nil)
	put(b, recEnd, nil)
	return b.Flush()
}

// session writes who handed the message in, in the attributes that are for the
// log (mail_proto.h). Pickup takes them from a file of Postfix's own user.
func session(b *bufio.Writer, env spool.Envelope) {
	for _, a := range []struct{ name, value string }{
		{"sasl_username", env.AuthUser},
		{"log_client_name", env.ClientName},
		{"log_client_address", env.ClientIP},
		{"log_helo_name", env.Helo},
	} {
		if a.value != "" && printable(a.value) {
			put(b, recAttribute, []byte(a.name+"="+a.value))
		}
	}
}

// printable is false for what would not stay on one line, or within it.
func printable(s string) bool {
	return len(s) < lineLimit && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// formable refuses what pickup would change, or read as something else.
func formable(env spool.Envelope) error {
	if len(env.To) == 0 {
		return errors.New("write for pickup: no recipients")
	}
	if env.More > 0 {
		return fmt.Errorf("write for pickup: %d recipients are not known", env.More)
	}
	if env.From == "" && !env.Null {
		return errors.New("write for pickup: no sender")
	}
	for i, a := range append([]string{env.From}, env.To...) {
		if i > 0 && a == "" || !printable(a) {
			return fmt.Errorf("write for pickup: address %q would not survive", a)
		}
	}
	return nil
}

// put writes a record (record.c). Errors stick to the writer until Flush.
func put(b *bufio.Writer, kind byte, data []byte) {
	b.WriteByte(kind)
	n := len(data)
	for ; n > 0x7f; n >>= 7 {
		b.WriteByte(byte(n) | 0x80)
	}
	b.WriteByte(byte(n))
	b.Write(data)
}

// putText writes each line as pieces of a bounded length and a last one that
// stands for its end. Line ends may be CRLF or LF.
func putText(b *bufio.Writer, text io.Reader) error {
	r := bufio.NewReaderSize(text, 16<<10)
	for {
		line, err := r.Peek(lineLimit + 1)
		if err != nil && err != io.EOF {
			return fmt.Errorf("write for pickup: %w", err)
		}
		end := bytes.IndexByte(line, '\n')
		switch {
		case len(line) == 0:
			return nil
		case end >= 0:
			put(b, recLine, bytes.TrimSuffix(line[:end], []byte("\r")))
			r.Discard(end + 1)
		case err == io.EOF:
			put(b, recLine, line)
			return nil
		default:
			put(b, recPiece, line[:lineLimit])
			r.Discard(lineLimit)
		}
	}
}

// PickupName is the queue ID of the original. While that lies in quarantine
// no other message can get it, since the ID has its inode.
func (s *queueDir) PickupName(e spool.Entry) string {
	if id := e.ID.Short(); validID(id) {
		return id
	}
	return "0"
}
