package exim

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// process is what proc(5) tells of one, in a folder made for a test.
type process struct {
	comm   string
	cwd    string // where the link points; "loop" cannot be followed, as if it were for root only; "" is none, as of a zombie
	args   []string
	status string
}

func (p process) lay(t *testing.T, proc, pid string) {
	t.Helper()
	lay(t, proc, map[string]string{
		pid + "/comm": p.comm + "\n", pid + "/cmdline": strings.Join(p.args, "\x00") + "\x00", pid + "/status": p.status,
	})
	to := p.cwd
	if to == "loop" {
		to = "cwd"
	}
	if to == "" {
		return
	}
	if err := os.Symlink(to, filepath.Join(proc, pid, "cwd")); err != nil {
		t.Fatal(err)
	}
}

// TestRunning looks for a process that works in this very spool, and takes no
// other for one: who copies a spool to a host with an Exim of its own has a
// copy all the same.
func TestRunning(t *testing.T) {
	s, dir := openSpool1(t)
	us := filepath.Join(dir, "exim4")
	if err := os.Chmod(us, 0o755); err != nil {
		t.Fatal(err)
	}
	conf := t.TempDir()
	lay(t, conf, map[string]string{
		"here":    "spool_directory = " + us + "\nbegin acl\n",
		"other":   "spool_directory = " + conf + "\n",
		"macro":   "WHERE = " + conf + "\nspool_directory = WHERE\n",
		"dynamic": "spool_directory = ${lookup}\n",
	})
	at := func(name string) string { return filepath.Join(conf, name) }
	status := func(id int) string {
		n := strconv.Itoa(id)
		return "Name:\texim4\nUid:\t" + n + "\t" + n + "\t" + n + "\t" + n + "\nGid:\t7\n"
	}
	owner, stranger := os.Getuid(), os.Getuid()+1
	for name, c := range map[string]struct {
		process
		configs []string
		how     string // "" when it is not seen to run
	}{
		"another program":               {process{comm: "eximstats", cwd: us}, nil, ""},
		"works here":                    {process{comm: "exim4", cwd: us}, nil, "works in it"},
		"works elsewhere":               {process{comm: "exim", cwd: conf}, nil, ""},
		"a zombie":                      {process{comm: "exim4"}, nil, ""},
		"nothing to be seen":            {process{comm: "exim4", cwd: "loop"}, nil, "only root can see"},
		"root's, and no more":           {process{comm: "exim4", cwd: "loop", status: status(0)}, nil, "only root can see"},
		"the owner's, and no more":      {process{comm: "exim4", cwd: "loop", status: status(owner)}, nil, "only root can see"},
		"a stranger's":                  {process{comm: "exim4", cwd: "loop", status: status(stranger)}, nil, ""},
		"broken status":                 {process{comm: "exim4", cwd: "loop", status: "Uid:\tx\n"}, nil, "only root can see"},
		"its -C is here":                {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-bd", "-C", at("here")}}, nil, "works in it"},
		"its -C is joined":              {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-C" + at("here"), "-bd"}}, nil, "works in it"},
		"its -C is elsewhere":           {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-bd", "-C", at("other")}}, nil, ""},
		"the first of a list":           {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-C", at("none") + ":" + at("other") + ":" + at("here")}}, nil, ""},
		"an address that looks like it": {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-C", at("here"), "--", "-C" + at("other")}}, nil, "works in it"},
		"a macro from its -D":           {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-C", at("macro"), "-DWHERE=" + us}}, nil, "works in it"},
		"the macro as it stands":        {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-C", at("macro")}}, nil, ""},
		"the usual configuration":       {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-bd"}}, []string{at("none"), at("here"), at("other")}, "works in it"},
		"the usual one is elsewhere":    {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-bd"}}, []string{at("other"), at("here")}, ""},
		"one that is not understood":    {process{comm: "exim4", cwd: "loop", args: []string{"exim", "-C", at("dynamic")}}, []string{at("here")}, "only root can see"},
	} {
		t.Run(name, func(t *testing.T) {
			s.proc, s.configs = t.TempDir(), c.configs
			lay(t, s.proc, map[string]string{"1/comm": "init\n", "self/comm": "exim4\n", "22/": ""})
			c.lay(t, s.proc, "4711")
			yes, how, err := s.Running(t.Context())
			if err != nil || how == "" || yes != (c.how != "") || !strings.Contains(how, c.how) {
				t.Errorf("%v, %q, %v; want %q", yes, how, err, c.how)
			}
		})
	}
}

// TestEveryoneMayWrite is a folder of which the owner tells nothing.
func TestEveryoneMayWrite(t *testing.T) {
	s, dir := openSpool1(t)
	os.Chmod(filepath.Join(dir, "exim4"), 0o777)
	s.proc, s.configs = t.TempDir(), nil
	process{comm: "exim4", cwd: "loop", status: "Uid:\t9999\t9999\t9999\t9999\n"}.lay(t, s.proc, "5")
	if yes, how, err := s.Running(t.Context()); !yes || err != nil {
		t.Errorf("%v, %q, %v", yes, how, err)
	}
}
