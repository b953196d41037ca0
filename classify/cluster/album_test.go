package cluster

import (
	"testing"

	"qclean/classify/fingerprint"
)

// picture adds picture mail above a stock line.
func (m *mill) picture(stock fingerprint.Sketch, look uint64, file, shape, host uint32) int32 {
	k := stock
	k.Media = nil
	for kind, bits := range map[fingerprint.MediaKind]uint32{
		fingerprint.File: file, fingerprint.Shape: shape, fingerprint.Host: host,
		fingerprint.Look: uint32(look >> 29), fingerprint.LookTo: uint32(look & (1<<29 - 1)),
	} {
		if bits != 0 {
			k.Media = append(k.Media, fingerprint.Media(bits<<3)|fingerprint.Media(kind))
		}
	}
	return int32(m.set.Add(&k))
}

// TestStockHost: the link of the stock line is that of whoever sends for all
// of them, and pictures of one size are many. Those that look different are
// not one campaign's; where it is not known how they look they may be.
func TestStockHost(t *testing.T) {
	const size, host, spam = 77, 99, 0x155aa33cc0f1e2
	m := newMill(50)
	stock := m.sketch(m.words(15), fingerprint.Mail)
	var copies, real, unseen []int32
	for i := range uint32(30) {
		copies = append(copies, m.picture(stock, spam, 1000+i, size, host))
		real = append(real, m.picture(stock, m.rnd.Uint64()>>6, 5000+i, size, host))
		unseen = append(unseen, m.picture(stock, 0, 9000+i, size+1, host))
	}
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "copies", copies, 30)
	wantApart(t, groups, g, "other pictures", real)
	if p := groups[g].Print; groups[g].Weak != "" || p.Kind != fingerprint.OfLook || p.Hashes[0] != spam {
		t.Errorf("the copies are weak (%q) or have the fingerprint %s", groups[g].Weak, p)
	}
	if g = wantTogether(t, groups, "pictures that were not looked at", unseen, 30); groups[g].Weak == "" {
		t.Error("pictures of one size that lead to one place are not weak")
	}
}

// TestPictureIDStays: as copies come in, the look that most of them have turns
// a bit; the campaign keeps its ID.
func TestPictureIDStays(t *testing.T) {
	const spam = 0x155aa33cc0f1e2
	m := newMill(51)
	stock := m.sketch(m.words(15), fingerprint.Mail)
	for i := range uint32(5) {
		m.picture(stock, spam, 1+i, 0, 0)
	}
	before := Groups(&m.set, Options{})[0]
	for i := range uint32(20) {
		m.picture(stock, spam^1<<3, 100+i, 0, 0)
	}
	after := Groups(&m.set, Options{Prior: []Prior{{before.ID, before.Print, 5}}})[0]
	if len(after.Members) != 25 || after.Print.String() == before.Print.String() || after.ID != before.ID {
		t.Errorf("%d members, %s is %s; was %s, %s", len(after.Members), after.Print, after.ID, before.Print, before.ID)
	}
}
