package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"qclean/classify/policy"
	"qclean/cmd/ui"
)

const defaultPolicy = "/etc/qclean/policy.toml"

var errTrust = errors.New("not safe to obey as root")

// readPolicy reads a policy that may be obeyed, and checks it.
func readPolicy(path string) (*policy.Policy, error) {
	text, err := readTrusted(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("policy: %w", err),
			Hint: fmt.Sprintf("Write one: qclean policy init %s", path)}
	case errors.Is(err, errTrust):
		return nil, &ui.Exit{Code: ui.Refused, Err: fmt.Errorf("policy: %w", err),
			Hint: "Make it root's alone: chown root, chmod go-w, for the file and the folders above it"}
	case err != nil:
		return nil, &ui.Exit{Code: ui.Failed, Err: fmt.Errorf("policy: %w", err), Hint: "Name another one with --policy FILE, or run as root"}
	}
	p, err := policy.Parse(text)
	if err != nil {
		return nil, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("%s: %w", path, err), Hint: "See all of it: qclean policy check " + path}
	}
	return p, nil
}

// readTrusted reads a file that nobody but its owner and root can change or
// exchange for another.
func readTrusted(path string) ([]byte, error) {
	real, err := trusted(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(real, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := mayObey(path, info); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, policy.MaxSize+1))
}

// trusted follows a path to the file that it names, and refuses one that
// others could put another file in the place of: it, every folder above it,
// and those above each link have to be root's, or of whoever runs this.
func trusted(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", err
	}
	for _, start := range []string{real, filepath.Dir(abs)} {
		for dir := start; ; dir = filepath.Dir(dir) {
			info, err := os.Stat(dir)
			if err != nil {
				return "", err
			}
			if err := mayObey(dir, info); err != nil {
				return "", err
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return real, nil
}

func mayObey(name string, info fs.FileInfo) error {
	owner := info.Sys().(*syscall.Stat_t).Uid
	sticky := info.IsDir() && info.Mode()&fs.ModeSticky != 0
	switch {
	case owner != 0 && int(owner) != os.Geteuid():
		return fmt.Errorf("%s belongs to user %d: %w", name, owner, errTrust)
	case info.Mode().Perm()&0o022 != 0 && !sticky:
		return fmt.Errorf("%s can be written by others (%v): %w", name, info.Mode().Perm(), errTrust)
	case !info.IsDir() && !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file: %w", name, errTrust)
	}
	return nil
}
