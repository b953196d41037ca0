package replay

import (
	"context"
	"slices"
)

// Night gives the runs of one unattended run that can be taken back, newest
// first, and those that cannot: what they did was to delete. ErrNoRun when
// there was no such night.
func (m *Mover) Night(ctx context.Context, night string) (runs, gone []Run, err error) {
	all, errs, err := m.allRuns(ctx)
	if err != nil {
		return nil, nil, err
	}
	found := false
	for i, r := range slices.Backward(all) {
		if r.Night != night || night == "" {
			continue
		}
		if errs[i] != nil {
			return nil, nil, errs[i]
		}
		found = true
		switch {
		case r.Done == 0 || r.UndoneBy != "":
		case r.Verb == Purge:
			gone = append(gone, r)
		default:
			runs = append(runs, r)
		}
	}
	if !found {
		return nil, nil, ErrNoRun
	}
	return runs, gone, nil
}

// onlyDeleted tells whether a night did nothing that could ever be taken back.
func onlyDeleted(all []Run, night string) bool {
	return night != "" && !slices.ContainsFunc(all, func(r Run) bool {
		return r.Night == night && r.Verb != Purge && r.Done > 0
	})
}
