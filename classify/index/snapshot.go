package index

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
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
}

// format begins the file. It grows when the meaning of a field changes; an
// older file is then read as if it were not there.
const format = "qclean scan 4\n"

// head is what stands in the file before the campaigns and the table.
type head struct {
	MTA       string
	Taken     time.Time
	Basis     string
	Relays    []string
	Site      classify.Site
	Opinion   string
	Drift     int
	Campaigns int // that follow, one by one
}

func (s *Store) scan(spool string, set Set) string {
	return filepath.Join(s.Folder(spool), string(set)+".scan")
}

// Save replaces what is remembered of a spool.
func (s *Store) Save(set Set, snap *Snapshot) error {
	table, err := snap.Table.Compact()
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	err = replace(s.scan(snap.Spool, set), func(f *os.File) error {
		w := bufio.NewWriterSize(f, 1<<16)
		if _, err := w.WriteString(format); err != nil {
			return err
		}
		return errors.Join(snap.encode(w), table.Encode(w), w.Flush())
	})
	if err == nil {
		err = writeSum(s.scan(snap.Spool, set))
	}
	if err == nil {
		err = s.savePriors(set, snap)
	}
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

// encode writes all but the table.
func (snap *Snapshot) encode(w io.Writer) error {
	enc := gob.NewEncoder(w)
	err := enc.Encode(&head{MTA: snap.MTA, Taken: snap.Taken.UTC(), Basis: snap.Basis, Relays: snap.Relays, Site: snap.Site, Opinion: snap.Opinion,
		Drift: snap.Drift, Campaigns: len(snap.Campaigns)})
	for _, c := range snap.Campaigns {
		if err != nil {
			break
		}
		kept := *c
		kept.Members, kept.Bounces = nil, nil
		err = enc.Encode(&kept)
	}
	return err
}

// decode is the reverse of encode.
func (snap *Snapshot) decode(r io.Reader) error {
	dec := gob.NewDecoder(r)
	var h head
	if err := dec.Decode(&h); err != nil {
		return err
	}
	snap.MTA, snap.Taken, snap.Basis, snap.Relays, snap.Site, snap.Opinion, snap.Drift = h.MTA, h.Taken, h.Basis, h.Relays, h.Site, h.Opinion, h.Drift
	for range h.Campaigns {
		c := &classify.Campaign{}
		if err := dec.Decode(c); err != nil {
			return err
		}
		snap.Campaigns = append(snap.Campaigns, c)
	}
	return nil
}

// Load gives what is remembered of a spool: ErrNone, ErrDamaged.
func (s *Store) Load(spool string, set Set) (*Snapshot, error) {
	name := s.scan(spool, set)
	f, err := openSummed(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<18)
	begin := make([]byte, len(format))
	if _, err := io.ReadFull(r, begin); err != nil || string(begin) != format {
		return nil, ErrNone
	}
	snap := &Snapshot{Spool: spool}
	if err := snap.decode(r); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if snap.Table, err = classify.DecodeTable(r); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if at, err := s.seen(spool, set); err == nil && at.After(snap.Taken) {
		snap.Taken = at
	}
	snap.Priors, err = s.Priors(spool, set)
	if errors.Is(err, ErrNone) {
		err = nil
	}
	return snap, err
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
