package imcdata

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qclean/scan/spool"
	"qclean/scan/spool/spooltest"
)

// arrived is the time of all files, unlike that of any test.
var arrived = time.Date(2003, 8, 19, 11, 22, 33, 444555666, time.UTC)

// put writes files with "/" in their names into a folder; a name that ends in "/" is a folder.
func put(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(p, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(p, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, arrived, arrived); err != nil {
			t.Fatal(err)
		}
	}
}

// ims makes a file of the Internet Mail Service, with what KB 190709 shows.
func ims(helo, host, from, text string, to ...string) string {
	b := append([]byte{0xF7}, "ImCr"...)
	b = append(b, 1, 0, 0, 0, 0x80, 0x3f, '<', 0x02, 0xff)
	add := func(s string) {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(s)))
		b = append(append(b, s...), 0)
	}
	add(helo)
	add(host)
	add("<" + from + ">")
	add("c=US;a= ;p=Ours;l=MAIL-030819112233Z-4711")
	for _, a := range to {
		add("<" + a + ">")
	}
	return string(append(b, 0, 0xff, 0, 0)) + text
}

const (
	text1 = "Received: from client ([192.0.2.7]) by mail.ours.example with SMTP id X\r\n\tfor <other@ours.example>; Tue, 19 Aug 2003 11:22:33 +0000\r\nFrom: \"Spam\" <s@bad.example>\r\nTo: a@ours.example\r\nSubject: one\r\n\r\nbody one\r\n"
	text2 = "Return-Path: <>\r\nReceived: from x by y for <back@ours.example>; Tue, 19 Aug 2003 11:22:33 +0000\r\nFrom: postmaster@far.example\r\n\r\nundeliverable\r\n"
	text3 = "From: Alice <alice@ours.example>\nTo: Bob <bob@far.example>, carol@far.example (Carol)\nCc: \"Dave, D.\" <dave@far.example>\n\nhello\n"
	text4 = "Subject: from IIS\r\n\r\nx\r\n"
)

var (
	envelope1 = spool.Envelope{From: "s@bad.example", To: []string{"v1@ours.example", "v2@ours.example"},
		Source: spool.FromHead, Helo: "client.bad.example", ClientIP: "192.0.2.7"}
	envelope2 = spool.Envelope{Null: true, To: []string{"back@ours.example"}, Source: spool.FromTrace}
	envelope3 = spool.Envelope{From: "alice@ours.example", To: []string{"bob@far.example", "carol@far.example", "dave@far.example"}, Source: spool.FromHeaders}
	envelope4 = spool.Envelope{From: "a@ours.example", To: []string{"b@far.example"}, Source: spool.FromXLines}
)

func file1() string {
	return ims("client.bad.example", "[192.0.2.7]", "s@bad.example", text1, "v1@ours.example", "v2@ours.example")
}

const file4 = "x-sender: a@ours.example\r\nx-receiver: b@far.example\r\n" + text4

func message(queue, dir, name, text string, env spool.Envelope, flaws ...string) spooltest.Message {
	return spooltest.Message{
		ID:       spool.ID(queue + "/" + name),
		Queue:    queue,
		Files:    []spool.File{{Name: dir + "/" + name, Role: spool.Control}},
		Envelope: env,
		Arrived:  arrived,
		Text:     text,
		Flaws:    flaws,
	}
}

func maker(at string, files func() map[string]string) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		put(t, dir, files())
		return at
	}
}

func TestConformance(t *testing.T) {
	spooltest.Run(t, Driver{},
		spooltest.Golden{
			Name: "Imcdata",
			Make: maker("Imcdata", func() map[string]string {
				return map[string]string{
					"Imcdata/Queue.dat": "index", "Imcdata/Pickup/": "", "Imcdata/Work/W0000001": text1, "Imcdata/Log/L0000001.LOG": "log",
					"Imcdata/Out/WKA6D6YM": file1(), "Imcdata/Out/WKA6D6YN": text2, "Imcdata/Out/EMPTY": "",
					"Imcdata/In/WKA6D6YM": text3, "Imcdata/In/x.eml": file4,
					"Imcdata/Out/Archive/OLDCOPY": text1, "Imcdata/Out/.qclean-tmp": "own", "Imcdata/Out/.hidden": text1, "Imcdata/In/Queue.old": "index",
				}
			}),
			Want: []spooltest.Message{
				message("Out", "Imcdata/Out", "WKA6D6YM", text1, envelope1),
				message("Out", "Imcdata/Out", "WKA6D6YN", text2, envelope2),
				message("Out", "Imcdata/Out", "EMPTY", "", spool.Envelope{Source: spool.Unknown}, "empty"),
				message("In", "Imcdata/In", "WKA6D6YM", text3, envelope3),
				message("In", "Imcdata/In", "x.eml", text4, envelope4),
			},
			Left:   []string{"Imcdata/Out/Archive", "Imcdata/Out/.qclean-tmp", "Imcdata/Out/.hidden", "Imcdata/In/Queue.old"},
			Decoys: []string{"Imcdata/Out/DECOY001", "Imcdata/In/DECOY002", "Imcdata/Out/DECOY003.eml"},
			Layout: &spool.Layout{MTA: "imcdata", Pickup: "Imcdata/Pickup", Index: []string{"Imcdata/Queue.dat"},
				Queues: []spool.Queue{{Name: "Out", Dir: "Imcdata/Out", Old: "Imcdata/Out.old"}, {Name: "In", Dir: "Imcdata/In", Old: "Imcdata/In.old"}}},
		},
		spooltest.Golden{
			Name: "one queue in upper case",
			Make: maker("OUT", func() map[string]string {
				return map[string]string{"OUT/A": text3, "OUT/ARCHIVE/B": text3, "PICKUP/": "", "QUEUE.DAT": "index", "OUT.OLD/C": text1}
			}),
			Want:   []spooltest.Message{message("OUT", "OUT", "A", text3, envelope3)},
			Left:   []string{"OUT/ARCHIVE"},
			Decoys: []string{"OUT/DECOY001"},
			Layout: &spool.Layout{MTA: "imcdata", Pickup: "PICKUP", Index: []string{"QUEUE.DAT"},
				Queues: []spool.Queue{{Name: "OUT", Dir: "OUT", Old: "OUT.OLD"}}},
		},
		spooltest.Golden{
			Name: "bare folder",
			Make: maker("some mail", func() map[string]string {
				return map[string]string{"some mail/1": text1, "some mail/2.eml": file4, "some mail/big": text3 + strings.Repeat("x", 200_000)}
			}),
			Want: []spooltest.Message{
				message("some mail", "some mail", "1", text1, spool.Envelope{From: "s@bad.example", To: []string{"other@ours.example"}, Source: spool.FromHeaders}),
				message("some mail", "some mail", "2.eml", text4, envelope4),
				message("some mail", "some mail", "big", text3+strings.Repeat("x", 200_000), envelope3),
			},
			Decoys: []string{"some mail/DECOY"},
			Layout: &spool.Layout{MTA: "imcdata", Queues: []spool.Queue{{Name: "some mail", Dir: "some mail", Old: "some mail.old"}}},
		},
		spooltest.Golden{
			Name: "mailroot of IIS",
			Make: maker("mailroot", func() map[string]string {
				return map[string]string{"mailroot/Queue/NTFS_1.EML": text3, "mailroot/Queue/NTFS_1.LTR": "log", "mailroot/Pickup/": "", "mailroot/Drop/d.eml": file4,
					"mailroot/Badmail/b.BAD": text2, "mailroot/Badmail/b.BDP": "why", "mailroot/Badmail/b.bdr": "why", "mailroot/Queue/n.rtr": "log"}
			}),
			Want: []spooltest.Message{
				message("Queue", "mailroot/Queue", "NTFS_1.EML", text3, envelope3),
				message("Drop", "mailroot/Drop", "d.eml", text4, envelope4),
				message("Badmail", "mailroot/Badmail", "b.BAD", text2, envelope2),
			},
			Left:   []string{"mailroot/Queue/NTFS_1.LTR", "mailroot/Queue/n.rtr", "mailroot/Badmail/b.BDP", "mailroot/Badmail/b.bdr"},
			Decoys: []string{"mailroot/Queue/DECOY.EML", "mailroot/Drop/DECOY.eml"},
			Layout: &spool.Layout{MTA: "imcdata", Pickup: "mailroot/Pickup", Queues: []spool.Queue{
				{Name: "Queue", Dir: "mailroot/Queue", Old: "mailroot/Queue.old"},
				{Name: "Drop", Dir: "mailroot/Drop", Old: "mailroot/Drop.old"},
				{Name: "Badmail", Dir: "mailroot/Badmail", Old: "mailroot/Badmail.old"}}},
		},
		quarantineGolden(),
	)
}

// quarantineGolden is a quarantine that the user named: messages moved by hand, by a run, and by a swap.
func quarantineGolden() spooltest.Golden {
	const swap = "20261122-054300-swap"
	in := func(way, text string, env spool.Envelope) spooltest.Message {
		m := message("Out", "Out.old", way, text, env)
		m.ID = spool.ID("Out.old/" + way)
		return m
	}
	return spooltest.Golden{
		Name: "quarantine",
		Make: maker("Out.old", func() map[string]string {
			return map[string]string{"Out/LIVE": text1, "Pickup/": "", "Queue.dat": "index",
				"Out.old/BYHAND": text3, "Out.old/" + swap + "/Out/SWAPPED": file1(), "Out.old/" + swap + "/Out/Archive/COPY": text1,
				"Out.old/" + swap + "/.qclean/journal": "journal", "Out.old/" + swap + "/.qclean/index/Queue.dat": "index", "Out.old/.qclean.lock": "",
				"Out.old/1/2/3/4/DEEP": text2, "Out.old/1/2/3/4/5/TOODEEP": text2}
		}),
		Want: []spooltest.Message{
			in("BYHAND", text3, envelope3),
			in(swap+"/Out/SWAPPED", text1, envelope1),
			in("1/2/3/4/DEEP", text2, envelope2),
		},
		Left:   []string{"Out.old/" + swap + "/Out/Archive", "Out.old/1/2/3/4/5"},
		Decoys: []string{"Out.old/DECOY"},
		Layout: &spool.Layout{MTA: "imcdata", Pickup: "Pickup", Index: []string{"Queue.dat"},
			Queues: []spool.Queue{{Name: "Out", Dir: "Out", Old: "Out.old"}}},
	}
}
