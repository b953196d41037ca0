package submit

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// script makes a program that notes what it was given, and ends with a code.
func script(t *testing.T, end string) (path, dir string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "sendmail")
	text := "#!/bin/sh\nfor a in \"$@\"; do echo \"[$a]\"; done >" + dir + "/args\n" + end + "\n"
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path, dir
}

func TestProgram(t *testing.T) {
	const take = "cat >$(dirname $0)/text\n"
	for name, c := range map[string]struct {
		end  string
		l    Letter
		want error
		args string
		text string
	}{
		"taken":           {take + "echo queued as 17", letter("a@example.org", "b@example.net", `"b c"@example.net`), nil, "[-i]\n[-f]\n[a@example.org]\n[--]\n[b@example.net]\n[\"b c\"@example.net]\n", "Subject: x\n\n.dot\nend\n"},
		"null sender":     {take, letter("", "b@example.net"), nil, "[-i]\n[-f]\n[<>]\n[--]\n[b@example.net]\n", "Subject: x\n\n.dot\nend\n"},
		"CRLF":            {take, Letter{"", []string{"b@example.net"}, strings.NewReader("a\r\nb\r")}, nil, "", "a\nb "},
		"not an option":   {take, letter("-oQ/tmp@example.org", "-bd@example.net"), nil, "[-i]\n[-f]\n[-oQ/tmp@example.org]\n[--]\n[-bd@example.net]\n", ""},
		"later":           {take + "exit 75", letter("a@example.org", "b@example.net"), ErrLater, "", ""},
		"no user":         {take + "exit 67", letter("a@example.org", "b@example.net"), ErrRefused, "", ""},
		"of its own":      {take + "exit 1", letter("a@example.org", "b@example.net"), ErrLater, "", ""},
		"killed":          {take + "kill -9 $$", letter("a@example.org", "b@example.net"), ErrDoubt, "", ""},
		"does not read":   {"exec <&-", Letter{"", []string{"b@example.net"}, strings.NewReader(strings.Repeat("line\n", 1<<18))}, ErrDoubt, "", ""},
		"the text breaks": {take, Letter{"", []string{"b@example.net"}, io.MultiReader(strings.NewReader("x\n"), iotest.ErrReader(io.ErrClosedPipe))}, io.ErrClosedPipe, "", ""},
		"two addresses":   {take, letter("a@example.org", "b@example.net, c@example.net"), ErrRefused, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			path, dir := script(t, c.end)
			r, err := sender(t, "sendmail:"+path).Send(t.Context(), c.l)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if (err == nil) != (len(r.Taken) > 0) {
				t.Errorf("taken for %q, and %v", r.Taken, err)
			}
			for name, want := range map[string]string{"args": c.args, "text": c.text} {
				got, _ := os.ReadFile(filepath.Join(dir, name))
				if diff := cmp.Diff(want, string(got)); want != "" && diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
	if _, err := sender(t, "sendmail:"+t.TempDir()+"/none").Send(t.Context(), letter("a@b.c", "d@e.f")); !errors.Is(err, ErrAway) {
		t.Errorf("no such program: %v", err)
	}
}
