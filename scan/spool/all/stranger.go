package all

import (
	"regexp"
	"strings"

	"qclean/scan/disk"
)

// peek bounds how many names are looked at.
const peek = 1000

// strangers are queues that nothing here can read. To take one for a folder of
// raw messages would tear messages apart that have two files each.
var strangers = []struct {
	what  string
	names []*regexp.Regexp // each has to match a name, in lower case
}{
	{"Exchange 2007 or later: a database, not files. Use its own cmdlets: Get-Queue, Suspend-Message, Export-Message", all("mail.que")},
	{"the queue of qmail", all("mess", "info", "remote")},
	{"the queue of OpenSMTPD", all("queue", "incoming", "offline")},
	{"the queue of nullmailer", all("queue", "failed", "trigger")},
	{"the queue of Courier", all("msgs", "msgq")},
	{"the queue of sendmail", all(`[qh]f[0-9a-z]{8}[0-9]{5,}`, `df[0-9a-z]{8}[0-9]{5,}`)},
	{"the queue of dma", all(`q[0-9a-f]+\.[0-9a-f]+`, `m[0-9a-f]+\.[0-9a-f]+`)},
	{"the queue of maddy", all(`.+\.meta`, `.+\.header`, `.+\.body`)},
	{"the queue of Halon", all(`.+\.hqf`)},
	{"the queue of chasquid", all(`m:.+`)},
	{"a RocksDB store, as KumoMTA and Stalwart have it", all("current", `manifest-[0-9]+`)},
}

func all(patterns ...string) (compiled []*regexp.Regexp) {
	for _, p := range patterns {
		compiled = append(compiled, regexp.MustCompile("^(?:"+p+")$"))
	}
	return compiled
}

// stranger tells whose queue a folder is by its names, "" when it is nobody's.
func stranger(tree disk.Tree, at string) string {
	met := make([]map[*regexp.Regexp]bool, len(strangers))
	for i := range met {
		met[i] = map[*regexp.Regexp]bool{}
	}
	n := 0
	for info, err := range tree.List(at) {
		if n++; err != nil || n > peek {
			break
		}
		name := strings.ToLower(info.Name)
		for i, s := range strangers {
			for _, pattern := range s.names {
				if pattern.MatchString(name) {
					met[i][pattern] = true
				}
			}
		}
	}
	for i, s := range strangers {
		if len(met[i]) == len(s.names) {
			return s.what
		}
	}
	return ""
}
