package index

import (
	"fmt"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// priorRow is one campaign of a scan.
type priorRow struct {
	ID    string `parquet:"id"`
	Print string `parquet:"fingerprint"`
	Count int64  `parquet:"count"`
}

func toPriorRow(p *classify.Prior) (priorRow, error) {
	return priorRow{ID: string(p.ID), Print: p.Print.String(), Count: int64(p.Count)}, nil
}

func fromPriorRow(r *priorRow) (classify.Prior, error) {
	print, err := fingerprint.ParsePrint(r.Print)
	if err != nil {
		return classify.Prior{}, fmt.Errorf("campaign %q: %w", r.ID, err)
	}
	return classify.Prior{ID: fingerprint.ID(r.ID), Print: print, Count: int(r.Count)}, nil
}
