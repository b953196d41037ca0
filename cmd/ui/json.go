package ui

import (
	"encoding/json"
	"fmt"
)

// Schema is the number of the JSON form; it grows when a field changes its
// meaning or goes. New fields do not change it.
const Schema = 1

// JSON writes one document, indented on a terminal.
func (s *Streams) JSON(v any) error {
	e := json.NewEncoder(s.Out)
	e.SetEscapeHTML(true)
	if s.OutTTY {
		e.SetIndent("", "  ")
	}
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}
