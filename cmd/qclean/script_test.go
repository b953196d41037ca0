package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the goldens anew")

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // a policy that others can write is refused
	// No test may come upon the queue of a server that runs on this machine.
	if os.Getenv(rootVariable) == "" { // the program of a script passes here too, and has its own
		os.Setenv(rootVariable, filepath.Join(os.TempDir(), "no-such-root"))
	}
	testscript.Main(m, map[string]func(){"qclean": main, "qcleanat": mainAt})
}

// TestScripts runs the scripts of testdata/script, one topic a file. Each gets
// a state directory of its own in $WORK/state.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("QCLEAN_STATE", filepath.Join(e.WorkDir, "state"))
			e.Setenv("TZ", "UTC")
			if e.Getenv(rootVariable) == "" {
				e.Setenv(rootVariable, filepath.Join(e.WorkDir, "root"))
			}
			if shm, err := os.MkdirTemp("/dev/shm", "qclean-"); err == nil { // another filesystem, mostly
				e.Setenv("SHM", shm)
				e.Defer(func() { os.RemoveAll(shm) })
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "tmpfs" {
				return false, fmt.Errorf("no condition %q", name)
			}
			var shm, tmp syscall.Statfs_t
			return syscall.Statfs("/dev/shm", &shm) == nil && syscall.Statfs(os.TempDir(), &tmp) == nil && shm.Fsid != tmp.Fsid, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCode, "find": find, "flood": flood, "tree": tree, "hostile": hostile, "field": field,
		},
	})
}
