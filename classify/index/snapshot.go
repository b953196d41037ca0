package index

import (
	"bufio"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// Snapshot is one remembered scan.
type Snapshot struct {
	Spool     string // absolute path
	MTA       string
	Taken     time.Time
	Basis     string   // what the facts rest on besides the messages: known fingerprints and trusted hosts
	Relays    []string // networks that were guessed to be our relays
	Table     *classify.Table
	Priors    []classify.Prior     // campaigns as they were, so that they keep their IDs
	Campaigns []*classify.Campaign // the same with all that was said of them; whose members they are, the messages say
	Site      classify.Site        // what was taken for ours
	Opinion   string               // what the verdicts rest on besides the facts
	Drift     int                  // messages that came since all were grouped
	Overview  *classify.Overview   // what all messages come to; nil: of an empty table
}

// format begins the file. It grows when the meaning of a field changes; an
// older file is then read as if it were not there.
const format = "qclean scan 6\n"

// A scan is two files. One begins with the head and goes on with the
// campaigns, largest first; the other holds the messages. The head has the sum
// of the messages' file, so that the two are of one scan or of none.

// head is what stands before the campaigns.
type head struct {
	MTA       string
	Taken     time.Time
	Basis     string
	Relays    []string
	Site      classify.Site
	Opinion   string
	Drift     int
	Overview  *classify.Overview
	Messages  string   // sum of the other file
	Campaigns int      // that follow, one by one
	Short     []string // of the first campaigns
}

func (s *Store) scan(spool string, set Set) string {
	return filepath.Join(s.Folder(spool), string(set)+".scan")
}

// Save replaces what is remembered of a spool.
func (s *Store) Save(set Set, snap *Snapshot) error {
	sum, err := s.saveTable(s.messages(snap.Spool, set), snap.Table)
	if err == nil {
		err = s.saveHead(s.scan(snap.Spool, set), snap, sum)
	}
	if err == nil {
		err = s.savePriors(set, snap)
	}
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

func (s *Store) saveHead(name string, snap *Snapshot, messages string) error {
	err := replace(name, func(f *os.File) error {
		w := bufio.NewWriterSize(f, 1<<16)
		if _, err := w.WriteString(format); err != nil {
			return err
		}
		return errors.Join(snap.encode(w, messages), w.Flush())
	})
	if err != nil {
		return err
	}
	return writeSum(name)
}

// encode writes all but the table.
func (snap *Snapshot) encode(w io.Writer, messages string) error {
	enc := gob.NewEncoder(w)
	h := head{MTA: snap.MTA, Taken: snap.Taken.UTC(), Basis: snap.Basis, Relays: snap.Relays, Site: snap.Site, Opinion: snap.Opinion,
		Drift: snap.Drift, Overview: snap.Overview, Messages: messages, Campaigns: len(snap.Campaigns)}
	short := classify.ShortIDs(snap.Campaigns)
	for _, c := range snap.Campaigns[:min(MostFirst, len(snap.Campaigns))] {
		h.Short = append(h.Short, short[c.ID])
	}
	err := enc.Encode(&h)
	var b, size []byte
	for _, c := range snap.Campaigns {
		if err != nil {
			break
		}
		snap.Table.Ease() // campaigns have texts of it
		b = appendCampaign(b[:0], c)
		size = binary.AppendUvarint(size[:0], uint64(len(b)))
		if _, err = w.Write(size); err == nil {
			_, err = w.Write(b)
		}
	}
	return err
}

// open finds the head of a scan, and where its campaigns begin.
func (s *Store) open(spool string, set Set) (f *os.File, h head, campaigns *bufio.Reader, err error) {
	f, err = openSummed(s.scan(spool, set))
	if err != nil {
		return nil, h, nil, err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	begin := make([]byte, len(format))
	if _, err = io.ReadFull(r, begin); err != nil || string(begin) != format {
		err = ErrNone
	} else if gob.NewDecoder(r).Decode(&h) != nil { // it reads no further than the head, since r gives single bytes
		err = fmt.Errorf("%w: its head", ErrDamaged)
	}
	if err != nil {
		f.Close()
	}
	return f, h, r, err
}

// fill takes over the head, and the first n campaigns.
func (snap *Snapshot) fill(h *head, campaigns *bufio.Reader, n int) error {
	snap.MTA, snap.Taken, snap.Basis, snap.Relays, snap.Site, snap.Opinion, snap.Drift = h.MTA, h.Taken, h.Basis, h.Relays, h.Site, h.Opinion, h.Drift
	snap.Overview = h.Overview
	var b []byte
	for range n {
		size, err := binary.ReadUvarint(campaigns)
		if err == nil && size > maxCampaign {
			err = fmt.Errorf("a campaign of %d bytes", size)
		}
		if err == nil {
			b = slices.Grow(b[:0], int(size))[:size]
			_, err = io.ReadFull(campaigns, b)
		}
		if err != nil {
			return fmt.Errorf("%w: %v", ErrDamaged, err)
		}
		c, ok := parseCampaign(b)
		if !ok {
			return fmt.Errorf("%w: a campaign", ErrDamaged)
		}
		snap.Campaigns = append(snap.Campaigns, c)
	}
	return nil
}

// maxCampaign is more bytes than any campaign takes.
const maxCampaign = 1 << 22

// Load gives what is remembered of a spool: ErrNone, ErrDamaged.
func (s *Store) Load(spool string, set Set) (*Snapshot, error) {
	f, h, rest, err := s.open(spool, set)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	snap := &Snapshot{Spool: spool}
	var table sync.WaitGroup
	var wrong error
	table.Go(func() { snap.Table, wrong = s.loadTable(s.messages(spool, set), h.Messages) })
	err = snap.fill(&h, rest, h.Campaigns)
	table.Wait()
	if err == nil {
		err = wrong
	}
	if err != nil {
		return nil, err
	}
	s.laterSeen(snap, set)
	snap.Priors, err = s.Priors(spool, set)
	if errors.Is(err, ErrNone) {
		err = nil
	}
	return snap, err
}

// laterSeen takes over when a spool was looked at again.
func (s *Store) laterSeen(snap *Snapshot, set Set) {
	if at, err := s.seen(snap.Spool, set); err == nil && at.After(snap.Taken) {
		snap.Taken = at
	}
}

// Seen remembers that a spool was looked at again and that all was as it had been.
func (s *Store) Seen(spool string, set Set, at time.Time) error {
	return replace(filepath.Join(s.Folder(spool), string(set)+".seen"), func(f *os.File) error {
		_, err := f.WriteString(at.UTC().Format(time.RFC3339Nano))
		return err
	})
}

func (s *Store) seen(spool string, set Set) (time.Time, error) {
	b, err := os.ReadFile(filepath.Join(s.Folder(spool), string(set)+".seen"))
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, string(b))
}

// JoinPriors adds the campaigns of others that are not among those of all.
func JoinPriors(all, others []classify.Prior) []classify.Prior {
	named := map[fingerprint.ID]bool{}
	for _, p := range all {
		named[p.ID] = true
	}
	out := slices.Clip(all)
	for _, p := range others {
		if !named[p.ID] {
			out = append(out, p)
		}
	}
	return out
}
