package index

import (
	"fmt"
	"iter"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// priorRow is one campaign of a scan.
type priorRow struct {
	ID    string `parquet:"id"`
	Print string `parquet:"fingerprint"`
	Count int64  `parquet:"count"`
}

func priorRows(priors []classify.Prior) iter.Seq2[priorRow, error] {
	return func(yield func(priorRow, error) bool) {
		for i := range priors {
			p := &priors[i]
			if !yield(priorRow{ID: string(p.ID), Print: p.Print.String(), Count: int64(p.Count)}, nil) {
				return
			}
		}
	}
}

func fromPriorRow(r *priorRow) (classify.Prior, error) {
	print, err := fingerprint.ParsePrint(r.Print)
	if err != nil {
		return classify.Prior{}, fmt.Errorf("campaign %q: %w", r.ID, err)
	}
	return classify.Prior{ID: fingerprint.ID(r.ID), Print: print, Count: int(r.Count)}, nil
}
