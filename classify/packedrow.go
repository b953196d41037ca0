package classify

import "encoding/binary"

// The stored form of a row: its texts, then its numbers, as they stand in the struct.
const (
	rowRefs     = 24
	rowBytes    = 4*rowRefs + 4*4 + 2*8 + 2 + 8
	bounceRefs  = 7
	bounceBytes = 4*bounceRefs + 1 + 4
)

func (r *full) refs() [rowRefs]*ref {
	return [...]*ref{&r.id, &r.queue, &r.ident, &r.from, &r.login, &r.ip, &r.name, &r.helo, &r.reason, &r.author, &r.subject, &r.messageID,
		&r.answers, &r.by, &r.for_, &r.campaign, &r.bounceOf, &r.known, &r.to, &r.links, &r.flaws, &r.files, &r.fromDomain, &r.toDomain}
}

func (r *full) bytes() [8]*uint8 {
	return [...]*uint8{&r.toCount, &r.linkCount, &r.flawCount, &r.fileCount, &r.envelope, &r.kind, &r.class, &r.call}
}

func (r *full) append(b []byte) []byte {
	le := binary.LittleEndian
	for _, f := range r.refs() {
		b = le.AppendUint32(b, uint32(*f))
	}
	b = le.AppendUint32(b, uint32(r.sketch))
	b = le.AppendUint32(b, uint32(r.bounce))
	b = le.AppendUint32(b, uint32(r.recipients))
	b = le.AppendUint32(b, r.defects)
	b = le.AppendUint64(b, uint64(r.size))
	b = le.AppendUint64(b, uint64(r.arrived))
	b = le.AppendUint16(b, r.flags)
	for _, f := range r.bytes() {
		b = append(b, *f)
	}
	return b
}

// parse is the reverse of append, of rowBytes bytes.
func (r *full) parse(b []byte) {
	le := binary.LittleEndian
	for i, f := range r.refs() {
		*f = ref(le.Uint32(b[4*i:]))
	}
	b = b[4*rowRefs:]
	r.sketch, r.bounce, r.recipients, r.defects = int32(le.Uint32(b)), int32(le.Uint32(b[4:])), int32(le.Uint32(b[8:])), le.Uint32(b[12:])
	r.size, r.arrived, r.flags = int64(le.Uint64(b[16:])), int64(le.Uint64(b[24:])), le.Uint16(b[32:])
	for i, f := range r.bytes() {
		*f = b[34+i]
	}
}

func (r *bounceRow) refs() [bounceRefs]*ref {
	return [...]*ref{&r.failed, &r.status, &r.diagnostic, &r.mta, &r.messageID, &r.from, &r.trail}
}

func (r *bounceRow) append(b []byte) []byte {
	for _, f := range r.refs() {
		b = binary.LittleEndian.AppendUint32(b, uint32(*f))
	}
	return binary.LittleEndian.AppendUint32(append(b, r.failedCount), uint32(r.original))
}

func (r *bounceRow) parse(b []byte) {
	for i, f := range r.refs() {
		*f = ref(binary.LittleEndian.Uint32(b[4*i:]))
	}
	b = b[4*bounceRefs:]
	r.failedCount, r.original = b[0], int32(binary.LittleEndian.Uint32(b[1:]))
}

func (t *Table) checkRow(r *row, d *detail) bool {
	for _, f := range [...]ref{r.id, d.ident, d.messageID, d.answers, r.campaign, r.bounceOf} {
		if !t.own.holds(f) {
			return false
		}
	}
	for _, f := range [...]ref{d.queue, r.from, r.login, r.ip, d.name, d.helo, d.reason, d.author, r.subject, d.by, d.for_, d.known, r.fromDomain, r.toDomain} {
		if !t.text.holds(f) {
			return false
		}
	}
	return t.checkRecipients(r) && t.checkList(r.links, r.linkCount) && t.checkList(d.flaws, r.flawCount) && t.checkFiles(d) &&
		r.sketch >= 0 && int(r.sketch) < t.sketches.Len() && r.bounce >= 0 && int(r.bounce) <= len(t.bounces)
}

func (t *Table) checkBounce(b *bounceRow) bool {
	for _, f := range [...]ref{b.status, b.diagnostic, b.mta, b.from} {
		if !t.text.holds(f) {
			return false
		}
	}
	if !t.own.holds(b.messageID) || !t.checkList(b.failed, b.failedCount) || !t.text.holds(b.trail) {
		return false
	}
	for i := range t.text.numbers(b.trail) {
		if !t.text.holds(t.text.number(b.trail, i)) && i%hopSize != hopSize-1 {
			return false
		}
	}
	return b.original >= 0 && int(b.original) <= t.originals.Len()
}

func (t *Table) checkList(list ref, n uint8) bool {
	if !t.text.holds(list) {
		return false
	}
	if n < 2 {
		return true
	}
	if t.text.numbers(list) < int(n) {
		return false
	}
	for i := range int(n) {
		if !t.text.holds(t.text.number(list, i)) {
			return false
		}
	}
	return true
}

func (t *Table) checkRecipients(r *row) bool {
	n := int(r.toCount)
	if n < 2 {
		return t.text.holds(r.to)
	}
	if !t.text.holds(r.to) || t.text.numbers(r.to) < 2*n {
		return false
	}
	for i := range 2 * n {
		if !t.text.holds(t.text.number(r.to, i)) {
			return false
		}
	}
	return true
}

func (t *Table) checkFiles(d *detail) bool {
	if d.fileCount&severalFiles == 0 {
		return d.fileCount < 2 && t.own.holds(d.files)
	}
	n := int(d.fileCount &^ severalFiles)
	if !t.text.holds(d.files) || t.text.numbers(d.files) < 2*n {
		return false
	}
	for i := range n {
		if !t.own.holds(t.text.number(d.files, 2*i)) {
			return false
		}
	}
	return true
}
