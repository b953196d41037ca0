package main

import (
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify/query"
)

// selector is the flags that every selecting command shares.
type selector struct {
	values   map[string]*[]string
	set      map[string]*bool
	bounces  bool
	contains []string
	ndr      bool
	noNDR    bool
	where    string
}

// addSelector gives a command the flags of the query language.
func addSelector(cmd *cobra.Command) *selector {
	s := &selector{values: map[string]*[]string{}, set: map[string]*bool{}}
	flags := cmd.Flags()
	flags.SortFlags = false
	for _, f := range query.Fields() {
		if f.Flag == "" {
			continue
		}
		if f.Value == "" {
			s.set[f.Flag] = flags.Bool(f.Flag, false, f.Help)
			continue
		}
		s.values[f.Flag] = flags.StringArray(f.Flag, nil, "`"+f.Value+"`: "+f.Help)
	}
	flags.StringArrayVar(&s.contains, "contains", nil, "`TEXT` in the decoded subject or visible text; reads the messages")
	flags.BoolVar(&s.ndr, "ndr", false, "non-delivery reports only")
	flags.BoolVar(&s.noNDR, "no-ndr", false, "no non-delivery reports")
	flags.StringVar(&s.where, "where", "", "`EXPR` for the rest, for example 'ndr && size > 10000' (qclean help where)")
	flags.BoolVar(&s.bounces, "with-bounces", false, "with --fingerprint, also the reports that return a message of the campaign")
	cmd.MarkFlagsMutuallyExclusive("ndr", "no-ndr")
	cmd.Long = strings.TrimSpace(cmd.Long) + "\n\nA flag given twice means either value; different flags must all fit."
	return s
}

// selection is what the flags say.
func (s *selector) selection() query.Selection {
	out := query.Selection{Flags: map[string][]string{}, Contains: s.contains, Where: s.where, Bounces: s.bounces}
	for name, v := range s.values {
		if len(*v) > 0 {
			out.Flags[name] = *v
		}
	}
	for name, v := range s.set {
		if *v {
			out.Flags[name] = []string{"true"}
		}
	}
	if s.ndr || s.noNDR {
		out.NDR = &s.ndr
	}
	return out
}
