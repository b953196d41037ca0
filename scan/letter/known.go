package letter

// knownFields are the fields that may stand only once (RFC 5322 section 3.6, RFC
// 2045 section 3), and the one beside them that says something about a body.
var knownFields = [...]string{
	"to", "cc", "bcc", "from", "date", "sender", "subject", "reply-to",
	"message-id", "references", "in-reply-to", "mime-version",
	"content-type", "content-transfer-encoding", "content-disposition",
}

// The places in knownFields that code asks for.
const (
	typeField = len(knownFields) - 3 + iota
	encodingField
	dispositionField
)

// bodyFields are the values of the fields that say something about a body.
type bodyFields struct {
	typ, encoding, disposition string
	again                      bool // a field stands twice that must not: programs differ in which of the two they believe
}

// bodyFields looks at each field once. The first of several counts.
func (h Header) bodyFields() (b bodyFields) {
	var seen uint32
	for i := range h {
		n := fieldNames.find(lend(h[i].Name))
		if n < 0 {
			continue
		}
		bit := uint32(1) << n
		if seen&bit != 0 {
			b.again = b.again || n != dispositionField
			continue
		}
		seen |= bit
		switch n {
		case typeField:
			b.typ = h[i].Value
		case encodingField:
			b.encoding = h[i].Value
		case dispositionField:
			b.disposition = h[i].Value
		}
	}
	return b
}

// fieldIndex finds a known field by its name: open addressing over length and
// first letters, so that most names that are not known cost one look.
type fieldIndex [256]struct {
	name string
	at   int8
}

var fieldNames = func() *fieldIndex {
	var t fieldIndex
	for i, name := range knownFields {
		slot := fieldSlot([]byte(name))
		for t[slot].name != "" {
			slot++
		}
		t[slot].name, t[slot].at = name, int8(i)
	}
	return &t
}()

// find is the place in knownFields, -1 for another name.
func (t *fieldIndex) find(name []byte) int {
	if len(name) < 2 {
		return -1
	}
	for slot := fieldSlot(name); t[slot].name != ""; slot++ {
		if same(name, t[slot].name) {
			return int(t[slot].at)
		}
	}
	return -1
}

// fieldSlot mixes what tells the known names apart: length, first and last
// letter. It wraps by itself.
func fieldSlot(name []byte) uint8 {
	return uint8(len(name)) + 5*((name[0]|0x20)+(name[len(name)-1]|0x20))
}
