package imcdata

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path"
	"strings"

	"qclean/scan/spool"
)

// ErrEnvelope is an envelope that pickup would not take as it is meant.
var ErrEnvelope = errors.New("envelope does not fit pickup")

// Form writes what Pickup takes (KB 201314): X-Sender, one X-Receiver for each
// recipient, and the text as it is. An envelope of which a part is not known
// is refused, since the rest would be lost; so is a text that begins with such
// lines of its own, since pickup would obey them.
func (s *raw) Form(w io.Writer, env spool.Envelope, text io.Reader) error {
	if err := checkEnvelope(env); err != nil {
		return err
	}
	in := bufio.NewReader(text)
	if err := checkText(in); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "X-Sender: <%s>\r\n", env.From)
	for _, to := range env.To {
		fmt.Fprintf(out, "X-Receiver: <%s>\r\n", to)
	}
	if _, err := io.Copy(out, in); err != nil {
		return fmt.Errorf("write for pickup: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write for pickup: %w", err)
	}
	return nil
}

// checkText refuses a text whose first line would be taken for one of ours, or
// for the rest of our last one.
func checkText(in *bufio.Reader) error {
	start, err := in.Peek(longestInjected)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read the text: %w", err)
	}
	if len(start) > 0 && (start[0] == ' ' || start[0] == '\t') {
		return fmt.Errorf("%w: the text begins with a blank", ErrEnvelope)
	}
	name := bytes.TrimRight(start[:max(0, bytes.IndexByte(start, ':'))], " \t")
	for _, own := range injected {
		if isName(name, own) {
			return fmt.Errorf("%w: the text begins with %s of its own", ErrEnvelope, own)
		}
	}
	return nil
}

func checkEnvelope(env spool.Envelope) error {
	switch {
	case env.From == "" && !env.Null:
		return fmt.Errorf("%w: the sender is not known", ErrEnvelope)
	case env.From != "" && env.Null:
		return fmt.Errorf("%w: a null sender with a name", ErrEnvelope)
	case len(env.To) == 0:
		return fmt.Errorf("%w: no recipient is known", ErrEnvelope)
	case env.More > 0:
		return fmt.Errorf("%w: %d recipients are not known", ErrEnvelope, env.More)
	}
	if !env.Null {
		if err := checkAddress(env.From); err != nil {
			return err
		}
	}
	for _, to := range env.To {
		if err := checkAddress(to); err != nil {
			return err
		}
	}
	return nil
}

// checkAddress refuses what would end the address, or the line, early or late.
func checkAddress(a string) error {
	if a == "" || len(a) > maxAddress || hasControl(a) || strings.ContainsAny(a, "<>") || strings.TrimSpace(a) != a || pathOf("<"+a+">") != a {
		return fmt.Errorf("%w: address %q", ErrEnvelope, a)
	}
	return nil
}

// maxPickupName is short enough for every filesystem, with room for a number behind it.
const maxPickupName = 200

// PickupName keeps the file's name where Windows takes it as well. One that
// has to be changed gets a sum of the old one, so that two stay two.
func (s *raw) PickupName(e spool.Entry) string {
	name := e.ID.Short()
	if len(e.Files) > 0 {
		name = path.Base(e.Files[0].Name)
	}
	ext := path.Ext(name)
	if !fold(ext, ".eml") {
		ext = ""
	}
	name = strings.TrimSuffix(name, ext)
	if s.shape.dotEML {
		ext = ".eml"
	}
	safe := safeName(name)
	if safe != name {
		sum := fnv.New64a()
		sum.Write([]byte(name))
		safe = fmt.Sprintf("%s-%016x", safe, sum.Sum64())
	}
	return safe + ext
}

// safeName replaces what NTFS does not take, and what a shell or a service may stumble over.
func safeName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`"*/:<>?\|`, r) {
			return '_'
		}
		return r
	}, name)
	safe = safe[:min(len(safe), maxPickupName)]
	if strings.HasPrefix(safe, ".") || strings.HasPrefix(safe, "-") {
		safe = "_" + safe[1:]
	}
	if strings.HasSuffix(safe, ".") {
		safe = safe[:len(safe)-1] + "_"
	}
	return safe
}

var _ spool.Injector = (*raw)(nil)
