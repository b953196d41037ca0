package ui

import (
	"encoding/csv"
	"fmt"
)

// CSV writes rows with every cell made safe for a spreadsheet.
func (s *Streams) CSV(rows [][]string) error {
	w := csv.NewWriter(s.Out)
	for _, row := range rows {
		for i := range row {
			row[i] = CSV(row[i])
		}
		if err := w.Write(row); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}
