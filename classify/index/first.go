package index

import "qclean/classify/fingerprint"

// MostFirst is how many campaigns First can give.
const MostFirst = 100

// First is the beginning of a remembered scan.
type First struct {
	Snapshot // with the first campaigns, no Table and no Priors
	Groups   int
	Short    map[fingerprint.ID]string // enough of the IDs of these campaigns to name them
}

// First gives the beginning of what is remembered of a spool, up to MostFirst
// campaigns and no message: ErrNone, ErrDamaged.
func (s *Store) First(spool string, set Set, campaigns int) (*First, error) {
	f, h, rest, err := s.open(spool, set)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := &First{Snapshot: Snapshot{Spool: spool}, Groups: h.Campaigns, Short: map[fingerprint.ID]string{}}
	if err := out.fill(&h, rest, min(campaigns, h.Campaigns, len(h.Short))); err != nil {
		return nil, err
	}
	for i, c := range out.Campaigns {
		out.Short[c.ID] = h.Short[i]
	}
	s.laterSeen(&out.Snapshot, set)
	return out, nil
}
