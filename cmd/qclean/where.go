package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify/query"
)

// newWhere is a help topic: the language of --where, from the table that defines it.
func newWhere() *cobra.Command {
	var b strings.Builder
	b.WriteString("An expression says yes or no for each message. It may use these facts:\n\n")
	for _, f := range query.Fields() {
		fmt.Fprintf(&b, "  %-14s %s\n", f.Name, f.Help)
	}
	b.WriteString("\nand call these, besides the built-in functions of expr-lang:\n\n")
	for _, f := range query.Functions() {
		fmt.Fprintf(&b, "  %-28s %s\n", f.Call, f.Help)
	}
	b.WriteString(`
Terms are joined with && (and), || (or) and ! (not):

  ndr && size > 20000
  under(from_domain, "example.net") || has(subject, "viagra")
  campaign.count > 500 && !ours(rcpt)
  age > duration("48h") && queue == "Out"`)
	return &cobra.Command{Use: "where", Short: "The language of --where", Long: b.String()}
}
