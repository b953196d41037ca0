package submit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/emersion/go-sasl"
)

// Login is who a server wants to know before it takes mail (RFC 4954). It goes
// over a connection with TLS only, or to this host.
type Login struct {
	User         string // "": none
	PasswordFile string // its first line; readable by its owner only
}

// parseLogin reads user@ in front of the host, and password-file. Passwords
// stand in files: command lines are seen by everybody, and the target is kept in journals.
func parseLogin(u *url.URL, q url.Values) (Login, error) {
	file := q.Get("password-file")
	q.Del("password-file")
	if u.User == nil {
		if file != "" {
			return Login{}, fmt.Errorf("password-file, and no user in front of the host")
		}
		return Login{}, nil
	}
	if _, given := u.User.Password(); given {
		return Login{}, fmt.Errorf("no password here: put it into a file, and say ?password-file=/PATH")
	}
	l := Login{User: u.User.Username(), PasswordFile: file}
	switch {
	case l.User == "" || strings.ContainsRune(l.User, 0):
		return Login{}, fmt.Errorf("a login without a name")
	case !filepath.IsAbs(file):
		return Login{}, fmt.Errorf("a login wants ?password-file=/PATH, the full path")
	}
	return l, nil
}

// isThisHost is true for what stays on this host without a look into DNS.
func isThisHost(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// maxPassword bounds what is read of the file.
const maxPassword = 1 << 10

// password reads the file each time, so that one that was wrong can be put right.
func (l Login) password() (string, error) {
	f, err := os.OpenFile(l.PasswordFile, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO must not hang it
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("read the password: %s: others may read it; chmod 600 it: %w", l.PasswordFile, fs.ErrPermission)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPassword+1))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 || len(line) > maxPassword || bytes.IndexByte(line, 0) >= 0 {
		return "", fmt.Errorf("read the password: %s: its first line is none", l.PasswordFile)
	}
	return string(line), nil
}

// errNoLogin is a server that offers no way that is spoken here.
var errNoLogin = errors.New("the server offers neither AUTH PLAIN nor AUTH LOGIN")

// login says who we are, once a connection.
func (s *session) login() error {
	l := s.target.Login
	if l.User == "" {
		return nil
	}
	password, err := l.password()
	if err != nil {
		return err
	}
	_, offered := s.client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	var way sasl.Client
	switch {
	case slices.Contains(ways, sasl.Plain):
		way = sasl.NewPlainClient("", l.User, password)
	case slices.Contains(ways, sasl.Login):
		way = sasl.NewLoginClient(l.User, password)
	default:
		return errNoLogin
	}
	if err := s.client.Auth(way); err != nil {
		return fmt.Errorf("log in as %q: %w", l.User, err)
	}
	return nil
}

// hostOf is the host of an address, for what is said about it.
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}
