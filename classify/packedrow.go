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
