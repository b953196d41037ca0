package exim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qclean/scan/spool"
	"qclean/scan/spool/spooltest"
)

// headerFile writes a -H file; vars are whole lines, tree too.
func headerFile(id, from, vars, tree string, to []string, headers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s-H\nDebian-exim 105 109\n<%s>\n1795330270 0\n-received_time_usec .956304\n%s%s%d\n", id, from, vars, tree, len(to))
	for _, a := range to {
		b.WriteString(a + "\n")
	}
	b.WriteString("\n")
	for _, h := range headers {
		kind := " "
		if h[0] == '*' {
			kind, h = "*", h[1:]
		}
		fmt.Fprintf(&b, "%03d%s %s", len(h), kind, h)
	}
	return b.String()
}

const (
	id1 = "1xV1Qa-0007sF-36"
	id2 = "1xV1Qb-0007sF-36"
	id3 = "1xV1Qc-00000007sFx-3abc" // as since 4.97
	id4 = "1xV1Qd-0007sF-36"
	no  = "XX\n"

	head1 = "From: a@example.com\n"
	head2 = "Subject: long,\n and folded\n"
	body1 = "Hello.\n.dot\n\nno line end"
)

var received = time.Unix(1795330270, 956304000)

const client = "--helo_name client.example.com\n-host_address [192.0.2.7]:1234\n--host_name mx.example.com\n--auth_id alice\n-aclm 5 13\nXX\n1\n-frozen \n"

var spool1 = map[string]string{
	"input/" + id1 + "-H": headerFile(id1, "a@example.com", client, "YN done@example.net\nNN other@example.net\n",
		[]string{"done@EXAMPLE.net", "b@example.net", "c@example.net rfc822;x@y 10,8 e@example.com 13,-1#3", "jd@example.net"}, head1, "*Old: deleted\n", head2),
	"input/" + id1 + "-D":         id1 + "-D\n" + body1,
	"input/" + id1 + "-J":         "jd@example.net\n",
	"input/b/" + id2 + "-H":       headerFile(id2, "", "-frozen 1795330271\n-spool_file_wireformat\n", no, []string{"b@example.net"}, head1),
	"input/b/" + id2 + "-D":       id2 + "-D\nline\r\nbare \r in it\r\n\r\r\nlast\r",
	"q1/input/" + id3 + "-H":      headerFile(id3, "q@example.com", "-deliver_firsttime\n-local\n-ident www-data\n-received_protocol local\n", no, []string{"b@example.net"}, head1),
	"q1/input/" + id3 + "-D":      id3 + "-D\n" + body1,
	"input/" + id4 + "-D":         id4 + "-D\nno header file\n",
	"input/hdr.12345":             "being written",
	"input/core":                  "not a message",
	"input/folder/":               "",
	"msglog/" + id1:               "2026-11-22 06:51:56 b@example.net R=all T=next defer (111): Connection refused\n",
	"q1/msglog/" + id3:            "2026-11-22 06:51:56 b@example.net R=all T=next defer (111): Connection refused\n", // cannot be: -H says that it was never tried
	"db/":                         "",
	".old/input/r/" + id1 + "-H":  headerFile(id1, "old@example.com", "", no, []string{"b@example.net"}, head1),
	".old/input/r/" + id1 + "-D":  id1 + "-D\nold\n",
	".old/input/r/not-a-message-": "x",
}

// lay writes files, names that end in "/" as folders.
func lay(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o750); err != nil {
			t.Fatal(err)
		}
		var err error
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(p, 0o750)
		} else {
			err = os.WriteFile(p, []byte(content), 0o640)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func files(dir, id string) []spool.File {
	return []spool.File{{Name: dir + "/" + id + "-H", Role: spool.Control}, {Name: dir + "/" + id + "-D", Role: spool.Body}}
}

func message1(dir, queue, reason string) spooltest.Message {
	return spooltest.Message{ID: id1, Queue: queue, Files: files(dir, id1), Arrived: received, Text: head1 + head2 + "\n" + body1,
		Envelope: spool.Envelope{From: "a@example.com", To: []string{"b@example.net", "c@example.net"}, AuthUser: "alice",
			ClientIP: "192.0.2.7", ClientName: "mx.example.com", Helo: "client.example.com", Reason: reason}}
}

var wholeSpool = spooltest.Golden{
	Name: "whole spool directory",
	Make: func(t *testing.T, dir string) string { lay(t, filepath.Join(dir, "exim4"), spool1); return "exim4" },
	Want: []spooltest.Message{
		message1("exim4/input", "input", "Connection refused"),
		{ID: id2, Queue: "input", Files: files("exim4/input/b", id2), Arrived: received, Frozen: true,
			Text: head1 + "\nline\nbare \r in it\n\r\nlast\r", Envelope: spool.Envelope{Null: true, To: []string{"b@example.net"}}},
		{ID: id3, Queue: "q1", Files: files("exim4/q1/input", id3), Arrived: received, Text: head1 + "\n" + body1,
			Envelope: spool.Envelope{From: "q@example.com", To: []string{"b@example.net"}, AuthUser: "www-data"}},
	},
	Left:   []string{"exim4/input/" + id4 + "-D", "exim4/input/core", "exim4/input/folder"},
	Decoys: []string{"exim4/input/1xV1Qe-0007sF-36-H", "exim4/input/f/1xV1Qf-0007sF-36-H", "exim4/q1/input/1xV1Qg-0007sF-36-H"},
	Layout: &spool.Layout{MTA: "exim", Queues: []spool.Queue{
		{Name: "input", Dir: "exim4/input", Old: "exim4/.old/input"},
		{Name: "q1", Dir: "exim4/q1/input", Old: "exim4/.old/q1"},
	}, Logs: []string{"exim4/msglog", "exim4/q1/msglog"}},
}

// oneFolder is a folder of messages given by itself, among the others or alone.
func oneFolder(name, folder string, siblings bool) spooltest.Golden {
	reason := ""
	if siblings {
		reason = "Connection refused"
	}
	return spooltest.Golden{
		Name: name,
		Make: func(t *testing.T, dir string) string {
			for _, end := range []string{"-H", "-D", "-J"} {
				lay(t, dir, map[string]string{folder + "/" + id1 + end: spool1["input/"+id1+end]})
			}
			if siblings {
				lay(t, dir, map[string]string{"msglog/" + id1: spool1["msglog/"+id1], "db/": ""})
			}
			return folder
		},
		Want:   []spooltest.Message{message1(folder, folder, reason)},
		Decoys: []string{folder + "/1xV1Qe-0007sF-36-H"},
	}
}

func TestConformance(t *testing.T) {
	spooltest.Run(t, Driver{}, wholeSpool, oneFolder("input by itself", "input", true), oneFolder("a copy under another name", "copy", false))
}
