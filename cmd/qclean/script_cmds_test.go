package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"qclean/fixtures"
)

// exitCode runs a command and wants just this code: exitcode 4 qclean …
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// flood writes a seeded flood: flood DIR N [bare] [days=N] [recipes=LIST] [SCENARIO].
func flood(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f := fixtures.Flood{N: n, Seed: 1}
	for _, a := range args[2:] {
		recipes, ok := strings.CutPrefix(a, "recipes=")
		switch {
		case a == "bare":
			f.Bare = true
		case ok:
			f.Recipes = strings.Split(recipes, ",")
		case strings.HasPrefix(a, "days="):
			f.Days, err = strconv.Atoi(strings.TrimPrefix(a, "days="))
			ts.Check(err)
		default:
			f.Scenario = a
		}
	}
	_, err = f.Write(ts.MkAbs(args[0]))
	ts.Check(err)
}

// tree writes what is below a folder, with modes, times and sums, so that two
// moments can be compared: tree DIR FILE [NAME…]. Only the names given are
// walked; a name in "-name" form is left out.
func tree(ts *testscript.TestScript, neg bool, args []string) {
	text, err := treeOf(ts.MkAbs(args[0]), args[2:])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// treeOf is what is below a folder, a line each. Names in "-name" form are left out.
func treeOf(root string, without []string) (string, error) {
	var lines []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if slices.Contains(without, "-"+rel) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			lines = append(lines, rel+"/")
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		line := fmt.Sprintf("%s %v %d:%d %d", rel, info.Mode(), st.Uid, st.Gid, info.ModTime().UnixNano())
		if info.Mode().IsRegular() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %x", sha256.Sum256(b))
		}
		lines = append(lines, line)
		return nil
	})
	return strings.Join(lines, "\n") + "\n", err
}

// find wants a number of files below a folder whose name contains a text:
// find DIR N [TEXT]. Folders named .qclean are qclean's own and not looked into.
func find(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	got := 0
	err = filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() == ".qclean" {
				return filepath.SkipDir
			}
			return err
		}
		if strings.HasPrefix(d.Name(), ".qclean") {
			return nil
		}
		if len(args) < 3 || strings.Contains(d.Name(), args[2]) {
			got++
		}
		return nil
	})
	ts.Check(err)
	if got != want {
		ts.Fatalf("%d files in %s, want %d", got, args[0], want)
	}
}

// field puts a value of the last command's JSON into an environment variable:
// field VAR campaigns.0.short. With VAR "=" it is compared: field = path value.
func field(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, key := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			if key == "len" {
				v = float64(len(x))
				continue
			}
			i, err := strconv.Atoi(key)
			ts.Check(err)
			if i >= len(x) {
				ts.Fatalf("%s: only %d values", args[1], len(x))
			}
			v = x[i]
		default:
			ts.Fatalf("%s: nothing at %q", args[1], key)
		}
	}
	got := fmt.Sprint(v)
	if f, ok := v.(float64); ok {
		got = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if args[0] != "=" {
		ts.Setenv(args[0], got)
		return
	}
	if (got == args[2]) == neg {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// hostile puts names into a folder that no message should have, and a message
// whose header tries to act on the terminal.
func hostile(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	at := func(name string) string { return filepath.Join(dir, name) }
	ts.Check(syscall.Mkfifo(at("fifo"), 0o600))
	ts.Check(os.Symlink("/etc/passwd", at("link")))
	ts.Check(os.Symlink("loop", at("loop")))
	ts.Check(os.Mkdir(at("Archive"), 0o755))
	ts.Check(os.WriteFile(at("Archive/inside"), []byte("Subject: archived\r\n\r\nx\r\n"), 0o600))
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	ts.Check(err)
	defer syscall.Close(fd)
	// A socket's path is short: bind where we are, then move it in.
	short := filepath.Join(os.TempDir(), fmt.Sprintf("qs%d", os.Getpid()))
	os.Remove(short)
	ts.Check(syscall.Bind(fd, &syscall.SockaddrUnix{Name: short}))
	if err := os.Rename(short, at("socket")); err != nil {
		os.Remove(short) // on another filesystem: the rest of the names will do
	}
	message := "From: \x1b[31mred\x1b[0m <a@example.net>\r\nTo: b@ours.com\r\nSubject: =?utf-8?q?=1B]0;owned=07 =E2=80=AEgpj.exe?= %s\r\n\r\n=cmd|'/c calc'!A1 \x1b[2J\r\n"
	for i, name := range []string{"new\nline", "esc\x1b[2Jape", "not\xff\xfeutf8", "two words", "-rf", "=1+1", "\u202etxt.exe", strings.Repeat("n", 255)} {
		ts.Check(os.WriteFile(at(name), fmt.Appendf(nil, message, fmt.Sprint(i)), 0o600))
	}
	ts.Check(os.WriteFile(at("empty"), nil, 0o600))
	ts.Check(os.WriteFile(at("binary"), []byte{0, 1, 2, 0xff, 0xfe, 0, 0, 10, 13, 0}, 0o600))
}
