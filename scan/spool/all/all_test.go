package all

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

func touch(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(p, 0o755)
		} else {
			err = os.WriteFile(p, []byte("From: a@example.org\n\nx\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenPicksTheSurest(t *testing.T) {
	for name, c := range map[string]struct {
		names []string
		at    string
		mta   string
	}{
		"postfix":                   {[]string{"p/maildrop/", "p/active/", "p/deferred/", "p/hold/", "p/incoming/"}, "p", "postfix"},
		"exim":                      {[]string{"e/input/1xUyRh-000000-00-H", "e/input/1xUyRh-000000-00-D", "e/msglog/", "e/db/"}, "e", "exim"},
		"Imcdata":                   {[]string{"Imcdata/Queue.dat", "Imcdata/Out/", "Imcdata/In/"}, "Imcdata", "imcdata"},
		"its Out":                   {[]string{"Imcdata/Queue.dat", "Imcdata/Out/A", "Imcdata/In/"}, "Imcdata/Out", "imcdata"},
		"mailroot":                  {[]string{"m/Queue/", "m/Badmail/", "m/Pickup/"}, "m", "imcdata"},
		"bare folder":               {[]string{"mail/1"}, "mail", "imcdata"},
		"empty folder":              {[]string{"mail/"}, "mail", "imcdata"},
		"slash at the end":          {[]string{"mail/1"}, "mail/", "imcdata"},
		"names a little like dma's": {[]string{"mail/q1.eml", "mail/m1.eml"}, "mail", "imcdata"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			touch(t, dir, c.names...)
			s, tree, err := Open(filepath.Join(dir, c.at), "")
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			l := s.Layout()
			if l.MTA != c.mta {
				t.Errorf("opened as %q, want %q", l.MTA, c.mta)
			}
			if want := filepath.Join(dir, c.at); l.Root != want {
				t.Errorf("root is %q, want %q", l.Root, want)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		names []string
		at    string
		as    string
		want  error
		says  string
	}{
		"missing":        {nil, "missing", "", fs.ErrNotExist, "missing"},
		"a file":         {[]string{"file"}, "file", "", disk.ErrNotFolder, `file"`},
		"in a file":      {[]string{"file"}, "file/x", "", errors.ErrUnsupported, ""},
		"only folders":   {[]string{"f/a/", "f/b/"}, "f", "", spool.ErrNotSpool, "looked for the queues of postfix"},
		"no such driver": {[]string{"f/a"}, "f", "exchange2025", ErrDriver, "imcdata"},
		"Exchange 2007":  {[]string{"q/mail.que", "q/trn.chk"}, "q", "", spool.ErrNotSpool, "Suspend-Message"},
		"sendmail":       {[]string{"q/qf6AM3qlc0026192", "q/df6AM3qlc0026192"}, "q", "", spool.ErrNotSpool, "sendmail"},
		"qmail":          {[]string{"q/mess/", "q/info/", "q/remote/", "q/local/"}, "q", "", spool.ErrNotSpool, "qmail"},
		"OpenSMTPD":      {[]string{"q/queue/", "q/incoming/", "q/offline/"}, "q", "", spool.ErrNotSpool, "OpenSMTPD"},
		"nullmailer":     {[]string{"q/queue/", "q/failed/", "q/trigger"}, "q", "", spool.ErrNotSpool, "nullmailer"},
		"Courier":        {[]string{"q/msgs/", "q/msgq/"}, "q", "", spool.ErrNotSpool, "Courier"},
		"dma":            {[]string{"q/Q1.2ab", "q/M1.2ab"}, "q", "", spool.ErrNotSpool, "dma"},
		"maddy":          {[]string{"q/1.meta", "q/1.header", "q/1.body"}, "q", "", spool.ErrNotSpool, "maddy"},
		"chasquid":       {[]string{"q/m:abc"}, "q", "", spool.ErrNotSpool, "chasquid"},
		"Halon":          {[]string{"q/00aa.hqf"}, "q", "", spool.ErrNotSpool, "Halon"},
		"RocksDB":        {[]string{"q/CURRENT", "q/MANIFEST-000001"}, "q", "", spool.ErrNotSpool, "RocksDB"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			touch(t, dir, c.names...)
			_, tree, err := Open(filepath.Join(dir, c.at), c.as)
			if err == nil {
				tree.Close()
				t.Fatal("it was opened")
			}
			if c.want != errors.ErrUnsupported && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %v, saying %q", err, c.want, c.says)
			}
		})
	}
	if _, _, err := Open("/", ""); !errors.Is(err, spool.ErrNotSpool) {
		t.Errorf("the root: %v", err)
	}
}

func TestOpenAsGoesFirst(t *testing.T) {
	dir := t.TempDir()
	touch(t, dir, "q/qf6AM3qlc0026192", "q/df6AM3qlc0026192")
	for _, as := range []string{"raw", "imcdata"} {
		s, tree, err := Open(filepath.Join(dir, "q"), as)
		if err != nil {
			t.Fatal(err)
		}
		if s.Layout().MTA != "imcdata" {
			t.Errorf("--as %s opened %q", as, s.Layout().MTA)
		}
		tree.Close()
	}
}

func TestOpenFollowsTheOperatorsLink(t *testing.T) {
	dir := t.TempDir()
	touch(t, dir, "data/spool/out/A", "data/spool/Pickup/", "home/")
	if err := os.Symlink(filepath.Join(dir, "data/spool/out"), filepath.Join(dir, "home/mail")); err != nil {
		t.Fatal(err)
	}
	s, tree, err := Open(filepath.Join(dir, "home/mail"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if q := s.Layout().Queues[0]; q.Dir != "out" || q.Old != "out.old" || s.Layout().Pickup != "Pickup" {
		t.Errorf("layout through a link: %+v", s.Layout())
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{raw: true}
	for _, d := range Drivers() {
		if seen[d.Name()] {
			t.Errorf("two drivers named %q", d.Name())
		}
		seen[d.Name()] = true
		if got, err := As(d.Name()); err != nil || got.Name() != d.Name() {
			t.Errorf("As(%q): %v, %v", d.Name(), got, err)
		}
	}
}
