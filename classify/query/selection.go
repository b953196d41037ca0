package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Selection is what the operator asked for, before it is compiled.
type Selection struct {
	Flags    map[string][]string // values by flag name
	Contains []string            // text that must be in the message
	NDR      *bool               // nil: either
	Where    string              // a free expression
	Bounces  bool                // campaigns take along the reports that they caused
}

// Empty tells whether nothing was asked for at all.
func (s Selection) Empty() bool {
	for _, v := range s.Flags {
		if len(v) > 0 {
			return false
		}
	}
	return s.NDR == nil && len(s.Contains) == 0 && strings.TrimSpace(s.Where) == ""
}

// ByTextAlone tells whether campaigns are the only thing that was named.
func (s Selection) ByTextAlone() bool {
	for flag, v := range s.Flags {
		if flag != "fingerprint" && len(v) > 0 {
			return false
		}
	}
	return len(s.Flags["fingerprint"]) > 0 && len(s.Contains) == 0 && strings.TrimSpace(s.Where) == ""
}

// Expression gives the selection as one expression. What needs the text of a
// message comes last, so that it is read only when all else fits.
func (s Selection) Expression() (string, error) {
	var all []string
	for _, f := range Fields() {
		if f.Flag == "" {
			continue
		}
		var any []string
		for _, v := range s.Flags[f.Flag] {
			term, err := f.Terms(f.Name, v)
			if err != nil {
				return "", fmt.Errorf("--%s: %w", f.Flag, err)
			}
			any = append(any, term)
			if f.Name == "fingerprint" && s.Bounces && term == fmt.Sprintf("fingerprint == %q", v) {
				any = append(any, fmt.Sprintf("bounce_of == %q", v))
			}
		}
		all = appendJoined(all, any)
	}
	if s.NDR != nil {
		all = append(all, map[bool]string{true: "ndr", false: "not ndr"}[*s.NDR])
	}
	if w := strings.TrimSpace(s.Where); w != "" {
		all = append(all, "("+w+")")
	}
	// A portable fingerprint reads the message as well: behind the cheap terms.
	slices.SortStableFunc(all, func(a, b string) int {
		return boolInt(strings.Contains(a, "matches_print(")) - boolInt(strings.Contains(b, "matches_print("))
	})
	var texts []string
	for _, t := range s.Contains {
		texts = append(texts, "in_text("+strconv.Quote(t)+")")
	}
	all = appendJoined(all, texts)
	if len(all) == 1 && strings.TrimSpace(s.Where) != "" {
		return strings.TrimSpace(s.Where), nil
	}
	return strings.Join(all, " && "), nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// appendJoined adds the alternatives as one term.
func appendJoined(all, any []string) []string {
	switch len(any) {
	case 0:
		return all
	case 1:
		return append(all, any[0])
	}
	return append(all, "("+strings.Join(any, " || ")+")")
}
