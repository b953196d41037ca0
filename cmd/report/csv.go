package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"qclean/classify"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

// CSV writes one row a message, or, when groupings other than campaigns were
// asked for, one row a group. Every cell is safe for a spreadsheet.
func (v *View) CSV(out io.Writer) error {
	w := csv.NewWriter(out)
	var err error
	if len(v.By) == 1 && v.By[0] == "fingerprint" {
		err = v.csvMessages(w)
	} else {
		err = v.csvGroups(w)
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func writeRow(w *csv.Writer, cells ...string) error {
	for i := range cells {
		cells[i] = ui.CSV(cells[i])
	}
	return w.Write(cells)
}

func (v *View) csvMessages(w *csv.Writer) error {
	err := w.Write([]string{"file", "campaign", "weak", "kind", "from", "recipients", "subject", "size", "arrived", "queue", "id", "verdict"})
	for _, r := range v.Table.All() {
		if err != nil {
			return err
		}
		file := ""
		if len(r.Files) > 0 {
			file = spool.EscapeName(r.Files[0].Name)
		}
		err = writeRow(w, file, string(r.Campaign), strconv.FormatBool(r.Weak), r.Kind.String(), r.Sender(),
			strconv.Itoa(r.Recipients), r.Subject, strconv.FormatInt(r.Size, 10), ui.Stamp(r.Arrived), r.Queue,
			spool.EscapeName(string(r.ID)), r.Call.String())
	}
	return err
}

func (v *View) csvGroups(w *csv.Writer) error {
	err := w.Write([]string{"by", "label", "count", "bytes", "recipients", "ndrs", "senders", "top_sender", "subjects", "top_subject", "first", "last"})
	row := func(by, label string, s *classify.Summary) {
		if err == nil {
			err = writeRow(w, by, label, strconv.Itoa(s.Count), strconv.FormatInt(s.Bytes, 10), strconv.Itoa(s.Recipients),
				strconv.Itoa(s.NDRs), strconv.Itoa(s.Senders.Distinct), s.Senders.First(), strconv.Itoa(s.Subjects.Distinct),
				s.Subjects.First(), ui.Stamp(s.First), ui.Stamp(s.Last))
		}
	}
	for _, by := range v.By {
		if by == "fingerprint" {
			for _, c := range top(v.Campaigns, v.Top) {
				row(by, string(c.ID), &c.Summary)
			}
			continue
		}
		key, ok := keyOf(by)
		if !ok {
			return fmt.Errorf("no grouping %q", by)
		}
		for _, r := range top(classify.GroupBy(v.Table, key), v.Top) {
			row(by, r.Label, &r.Summary)
		}
	}
	return err
}
