package classify

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify/fingerprint"
	"qclean/scan/spool"
)

// TestShelvesKeepNeighboursTogether: of messages that come in any order, the
// texts and the sketches of those with neighbouring IDs lie together; and
// nothing is lost by it, nor by storing it.
func TestShelvesKeepNeighboursTogether(t *testing.T) {
	const all = 2 * shelfAfter
	record := func(i int) Record {
		return Record{ID: spool.ID(fmt.Sprintf("%07d", i)), Ident: fmt.Sprint("ident ", i), From: fmt.Sprintf("f%d@a.example", i%50000), Subject: fmt.Sprint("subject ", i/2),
			To: []string{fmt.Sprintf("one%d@b.example", i), fmt.Sprintf("two%d@c.example", i)}, Sketch: fingerprint.Sketch{Exact: uint64(i)}}
	}
	table := &Table{}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(all) {
		r := record(i)
		if err := table.Append(&r); err != nil {
			t.Fatal(err)
		}
	}
	table.Sort()
	var stored bytes.Buffer
	if err := table.Encode(&stored); err != nil {
		t.Fatal(err)
	}
	again, err := DecodeTable(stored.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	late := func(r ref) bool { return int(r>>textBits) >= len(table.own.blocks)/2 } // after the shelves were made
	near, far := 0, 0
	for i := range all {
		for _, table := range []*Table{table, again} {
			if i%97 > 0 {
				continue
			}
			if d := cmp.Diff(record(i), table.At(i).Record(), cmpopts.EquateEmpty()); d != "" {
				t.Fatal(d)
			}
		}
		if i == 0 || !late(table.row(i).id) || !late(table.row(i-1).id) {
			continue
		}
		if table.row(i).id>>textBits == table.row(i-1).id>>textBits {
			near++
		} else {
			far++
		}
	}
	if near < far { // one shelf for all would have as many blocks to choose from as there are
		t.Errorf("%d are in the block of the one before, %d are not", near, far)
	}
}
