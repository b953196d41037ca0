package all

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// system lays out a host: files by name, and processes with where they work.
func system(t *testing.T, files map[string]string, processes map[string][2]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			os.MkdirAll(p, 0o755)
		} else if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for pid, p := range processes {
		dir := filepath.Join(root, "proc", pid)
		os.MkdirAll(dir, 0o755)
		os.WriteFile(filepath.Join(dir, "comm"), []byte(p[0]+"\n"), 0o644)
		os.Symlink(filepath.Join(root, p[1]), filepath.Join(dir, "cwd"))
	}
	return root
}

// queues adds the folders of a Postfix queue.
func queues(files map[string]string, dirs ...string) map[string]string {
	for _, dir := range dirs {
		for _, q := range []string{"maildrop", "incoming", "active", "deferred", "hold"} {
			files[dir+"/"+q+"/"] = ""
		}
	}
	return files
}

const eximHead = "var/spool/exim4/input/1xUyRh-000000-00-H"

func TestLocate(t *testing.T) {
	for name, c := range map[string]struct {
		files     map[string]string
		processes map[string][2]string
		want      []string // path below the root, and a part of how it was found
	}{
		"nothing":  {map[string]string{"etc/passwd": ""}, nil, nil},
		"built in": {queues(map[string]string{}, "var/spool/postfix"), nil, []string{"var/spool/postfix where Postfix is built"}},
		"configured": {queues(map[string]string{"etc/postfix/main.cf": "base = /srv\nqueue_directory = $base/queue\n"}, "srv/queue"), nil,
			[]string{"srv/queue queue_directory in"}},
		"a second instance": {queues(map[string]string{"etc/postfix-out/main.cf": "queue_directory = /var/spool/postfix-out\n"}, "var/spool/postfix", "var/spool/postfix-out"), nil,
			[]string{"var/spool/postfix-out queue_directory", "var/spool/postfix where"}},
		"Exim":         {map[string]string{eximHead: ""}, nil, []string{"var/spool/exim4 where Exim is built"}},
		"Exim, empty":  {map[string]string{"var/spool/exim/input/": "", "var/spool/exim/msglog/": ""}, nil, []string{"var/spool/exim where"}},
		"Exim's macro": {map[string]string{"etc/exim4/exim4.conf": "S = /srv/exim\nspool_directory = S\nbegin acl\n", "srv/exim/input/1xUyRh-000000-00-H": ""}, nil, []string{"srv/exim spool_directory in"}},
		"running first": {queues(map[string]string{eximHead: ""}, "var/spool/postfix", "srv/other"),
			map[string][2]string{"812": {"master", "srv/other"}, "9": {"master", "etc"}, "self": {"master", "var"}, "813": {"qmgr", "var/spool/postfix"}},
			[]string{"srv/other process 812 (master) works in it", "var/spool/postfix where", "var/spool/exim4 where"}},
		"another's folder of that name": {map[string]string{"var/spool/postfix/mail": "x"}, nil, nil},
		"no loop":                       {map[string]string{"etc/postfix/main.cf": "queue_directory = $queue_directory\n"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			root := system(t, c.files, c.processes)
			var got []string
			for i, f := range Locate(root) {
				rel, _ := filepath.Rel(root, f.Path)
				why, _, _ := strings.Cut(f.Why, root)
				if i < len(c.want) && strings.HasPrefix(rel+" "+why, c.want[i]) {
					got = append(got, c.want[i])
				} else {
					got = append(got, rel+" "+why)
				}
				if strings.HasPrefix(f.Why, "process") != f.Running {
					t.Errorf("%s: running %v, %s", f.Path, f.Running, f.Why)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLocateDistrustsAnotherView is a process in a container: its folder has
// the name of one here, and is another.
func TestLocateDistrustsAnotherView(t *testing.T) {
	root := system(t, queues(map[string]string{}, "a/postfix", "b/postfix"), map[string][2]string{"7": {"master", "a/postfix"}})
	proc := filepath.Join(root, "proc/7/cwd")
	os.Remove(proc)
	os.Symlink("b/postfix", proc) // relative: what the kernel never gives
	if got := Locate(root); len(got) != 0 {
		t.Errorf("found %+v", got)
	}
}
