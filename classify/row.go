package classify

import (
	"math"
	"slices"
	"time"

	"qclean/classify/origin"
	"qclean/scan/spool"
)

// row and detail are a Record without a pointer in it: 140 bytes, of which the
// collector looks at none. A row is what is asked of messages all over the table
// at once, such as the members of a campaign. Details are asked for one message
// after another, so that of a large table few are in memory at a time.
type row struct {
	id, from, fromDomain, subject, ip, login ref
	to, toDomain, links                      ref // lists; of one, the text itself, and to's domain. That of recipients goes on with their domains
	campaign, bounceOf                       ref
	sketch                                   int32
	bounce                                   int32 // place among the table's bounces, counted from 1
	recipients                               int32
	size, arrived                            int64 // arrived in nanoseconds since 1970, noTime when not known
	flags                                    uint16
	toCount, linkCount, flawCount            uint8
	kind, class, call                        uint8
}

type detail struct {
	queue, ident, name, helo, reason            ref
	author, messageID, answers, by, for_, known ref
	flaws                                       ref // list, as in a row
	files                                       ref // list of names and roles; of one that is Control, the name itself
	defects                                     uint32
	fileCount, envelope                         uint8
}

// full is both.
type full struct {
	row
	detail
}

// bounceRow is a Bounce in the same form. Trail is a list of five texts and a
// one for a login, for each hop.
type bounceRow struct {
	failed, status, diagnostic, mta, messageID, from, trail ref
	failedCount                                             uint8
	original                                                int32 // place among the table's originals, counted from 1
}

// The flags of a row.
const (
	isNull uint16 = 1 << iota
	isFrozen
	isWeak
	isLikely
	isAuth
	isListed
	isList
)

const noTime = math.MinInt64

// nanosOf is a moment as a row keeps it. What nanoseconds in 64 bits cannot
// say, before 1678 and after 2262, was not said by any queue.
func nanosOf(t time.Time) int64 {
	if y := t.Year(); t.IsZero() || y < 1679 || y > 2261 {
		return noTime
	}
	return t.UnixNano()
}

func momentOf(n int64) time.Time {
	if n == noTime {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// packer puts the texts of a record into a table. The first error stays.
type packer struct {
	t     *Table
	shelf int // of the message
	err   error
}

// once keeps a text that many messages may have.
func (p *packer) once(s string) ref { return p.intern(s, commonShelf) }

// sender and subject keep what some messages may have, and is looked at together.
func (p *packer) sender(s string) ref  { return p.intern(s, senderShelf) }
func (p *packer) subject(s string) ref { return p.intern(s, subjectShelf) }

func (p *packer) intern(s string, shelf int) ref {
	r, err := p.t.text.intern(s, shelf)
	if err != nil {
		p.err = err
	}
	return r
}

// own keeps a text that no other message has.
func (p *packer) own(s string) ref { return p.apart(&p.t.own, s, p.shelf) }

// listed keeps a text that is in a list which no other message has.
func (p *packer) listed(s string) ref { return p.apart(&p.t.lists, s, p.shelf) }

func (p *packer) apart(t *texts, s string, shelf int) ref {
	r, err := t.add(s, shelf)
	if err != nil {
		p.err = err
	}
	return r
}

// maxList is how many texts one list holds: the count has eight bits, of which files take one.
const maxList = 120

// many keeps a list of texts and how many there are.
func (p *packer) many(list []string) (ref, uint8) {
	list = list[:min(len(list), maxList)]
	switch len(list) {
	case 0:
		return 0, 0
	case 1:
		return p.once(list[0]), 1
	}
	refs := make([]ref, 0, 16)
	for _, s := range list {
		refs = append(refs, p.once(s))
	}
	return p.numbers(refs), uint8(len(list))
}

// recipients keeps addresses and their domains. Of several, few addresses are
// met again: to look for each cost more than it saved, and half of all texts
// that are looked for were theirs.
func (p *packer) recipients(list []string) (to, domain ref, n uint8) {
	list = list[:min(len(list), maxList)]
	switch len(list) {
	case 0:
		return 0, 0, 0
	case 1:
		return p.once(list[0]), p.once(Domain(list[0])), 1
	}
	refs := make([]ref, 0, 2*MaxKeptRecipients)
	for _, s := range list {
		refs = append(refs, p.listed(s))
	}
	for i, s := range list {
		d := Domain(s)
		if i > 0 && d == p.t.text.at(domain) { // as most are
			refs = append(refs, domain)
			continue
		}
		domain = p.once(d)
		refs = append(refs, domain)
	}
	return p.list(refs), 0, uint8(len(list))
}

// list keeps numbers that no other message has.
func (p *packer) list(values []ref) ref {
	var room [4 * 2 * MaxKeptRecipients]byte
	return p.apart(&p.t.lists, written(appendRefs(room[:0], values)), listShelf)
}

// numbers keeps those that others may have.
func (p *packer) numbers(list []ref) ref {
	r, err := p.t.text.list(list, listShelf)
	if err != nil {
		p.err = err
	}
	return r
}

// files keeps names and roles. A single file is often named as the message is.
func (p *packer) files(files []spool.File, id spool.ID, idRef ref) (ref, uint8) {
	files = files[:min(len(files), maxList)]
	if len(files) == 1 && files[0].Role == spool.Control {
		if files[0].Name == string(id) {
			return idRef, 1
		}
		return p.own(files[0].Name), 1
	}
	refs := make([]ref, 0, 8)
	for _, f := range files {
		refs = append(refs, p.listed(f.Name), ref(f.Role))
	}
	if len(files) == 0 {
		return 0, 0
	}
	return p.list(refs), uint8(len(files)) | severalFiles
}

// severalFiles marks a list of files that is kept as a list, though it may be of one.
const severalFiles = 0x80

// pack is a record's row and details.
func (p *packer) pack(r *Record) full {
	var out full
	out.row = row{
		id: p.own(string(r.ID)), from: p.sender(r.From), login: p.once(r.AuthUser), ip: p.once(r.SourceIP), subject: p.subject(r.Subject),
		campaign: p.own(string(r.Campaign)), bounceOf: p.own(string(r.BounceOf)), recipients: int32(r.Recipients), size: r.Size,
		arrived: nanosOf(r.Arrived), flags: flagsOf(r), kind: uint8(r.Kind), class: uint8(r.Class), call: uint8(r.Call),
		sketch: int32(p.t.sketches.Add(&r.Sketch)),
	}
	out.detail = detail{
		queue: p.once(r.Queue), ident: p.own(r.Ident), name: p.once(r.SourceName), helo: p.once(r.Helo), reason: p.once(r.Reason),
		messageID: p.own(r.MessageID), answers: p.own(r.Answers), by: p.once(r.By), for_: p.once(r.For), known: p.once(string(r.Known)),
		defects: uint32(r.Defects), envelope: uint8(r.Envelope),
	}
	if out.author = out.from; r.HeaderFrom != r.From {
		out.author = p.sender(r.HeaderFrom)
	}
	out.fromDomain = p.once(Domain(r.From))
	out.to, out.toDomain, out.toCount = p.recipients(r.To)
	out.links, out.linkCount = p.many(r.Links)
	out.flaws, out.flawCount = p.many(r.Flaws)
	out.files, out.fileCount = p.files(r.Files, r.ID, out.id)
	if r.Before != nil {
		p.t.before = append(roomy(p.t.before), p.before(r.Before, out.sketch))
	}
	if r.Bounce != nil {
		p.t.bounces = append(roomy(p.t.bounces), p.bounce(r.Bounce))
		out.bounce = int32(len(p.t.bounces))
	}
	return out
}

// roomy makes room in a list by doubling it. append adds a quarter at a time,
// and leaves behind five times what it comes to.
func roomy[T any](list []T) []T {
	if len(list) < cap(list) {
		return list
	}
	return slices.Grow(list, max(len(list), 64))
}

func flagsOf(r *Record) uint16 {
	var f uint16
	for i, set := range [...]bool{r.Null, r.Frozen, r.Weak, r.Likely, r.Auth, r.Listed, r.List} {
		if set {
			f |= 1 << i
		}
	}
	return f
}

func (p *packer) bounce(b *Bounce) bounceRow {
	out := bounceRow{status: p.once(b.Status), diagnostic: p.once(b.Diagnostic), mta: p.once(b.ReportingMTA),
		messageID: p.own(b.MessageID), from: p.sender(b.From)}
	out.failed, out.failedCount = p.many(b.Failed)
	var hops []ref
	for _, h := range b.Trail {
		auth := ref(0)
		if h.Auth {
			auth = 1
		}
		hops = append(hops, p.once(h.IP), p.once(h.Name), p.once(h.Helo), p.once(h.By), p.once(h.Login), auth)
	}
	out.trail = p.numbers(hops)
	if o := &b.Original; o.Class != 0 || o.Level != 0 || b.returned() {
		out.original = int32(p.t.originals.Add(o)) + 1
	}
	return out
}

// hopSize is how many numbers a hop takes in a list.
const hopSize = 6

// hops adds those of a list.
func (t *texts) hops(out []origin.Hop, list ref) []origin.Hop {
	numbers := t.at(list)
	for ; len(numbers) >= 4*hopSize; numbers = numbers[4*hopSize:] {
		s := func(k int) string { return t.at(number(numbers, k)) }
		out = append(out, origin.Hop{IP: s(0), Name: s(1), Helo: s(2), By: s(3), Login: s(4), Auth: number(numbers, 5) != 0})
	}
	return out
}
