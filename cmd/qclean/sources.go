package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

func newSources(a *app) *cobra.Command {
	var path, format string
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "List the addresses and accounts behind the unwanted mail",
		Long: `Lists what is behind the mail that is called unwanted: client addresses, gathered
into networks where a network is behind it, logins to lock, and senders. Nothing
of ours, nothing trusted and nothing that also brings wanted mail is in it. The
formats cidr, postfix, exim and nft are block lists that can be loaded.`,
		Example: "  qclean sources\n  qclean sources --format postfix > /etc/postfix/flood.cidr\n  qclean sources --format nft | nft -f -",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.sources(cmd.Context(), path, format) },
	}
	cmd.Flags().StringVar(&path, "spool", "", "`SPOOL` to look into (default the one of the last scan)")
	cmd.Flags().StringVar(&format, "format", "table", "`FORM`: table, json, csv, cidr, postfix, exim or nft")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(sourceFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var sourceFormats = []string{"table", "json", "csv", "cidr", "postfix", "exim", "nft"}

func (a *app) sources(ctx context.Context, path, format string) error {
	if !slices.Contains(sourceFormats, format) {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("no format %q", format), Hint: "Choose from: " + strings.Join(sourceFormats, ", ")}
	}
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	v, err := a.survey(ctx, t, index.Queued, survey.Options{})
	if err != nil {
		return err
	}
	s := classify.SourcesOf(v.Table, &v.Judgement)
	if len(v.Judgement.Site.Guessed) > 0 {
		a.ui.Warn("what is ours was guessed; check the list before you load it, or say --local-domain and --trusted-relay")
	}
	if a.json {
		format = "json"
	}
	switch format {
	case "json":
		return a.sourcesJSON(t, s)
	case "csv":
		return a.sourcesCSV(s)
	case "table":
		return a.sourcesTable(s)
	}
	return a.sourcesList(s, format)
}

// sourceRows gives all lists with the word that names them.
func sourceRows(s classify.Sources) []struct {
	what string
	list []classify.Source
} {
	return []struct {
		what string
		list []classify.Source
	}{{"network", s.Networks}, {"account", s.Accounts}, {"sender", s.Senders}, {"domain", s.Domains}}
}

func calls(list []classify.Call) string {
	var words []string
	for _, c := range list {
		words = append(words, c.String())
	}
	return strings.Join(words, ",")
}

func (a *app) sourcesTable(s classify.Sources) error {
	columns := []ui.Column{{Name: "what"}, {Name: "value", Wide: true}, {Name: "messages", Right: true}, {Name: "hosts", Right: true},
		{Name: "called", Wide: true}, {Name: "first"}, {Name: "last"}, {Name: "campaign"}}
	var rows [][]ui.Cell
	for _, part := range sourceRows(s) {
		for _, x := range part.list {
			rows = append(rows, []ui.Cell{ui.Text(part.what), ui.Text(x.Value), {Human: ui.Number(x.Count), Script: fmt.Sprint(x.Count)},
				ui.Text(fmt.Sprint(x.Hosts)), ui.Text(calls(x.Calls)), {Human: ui.Day(x.First), Script: ui.Stamp(x.First)},
				{Human: ui.Day(x.Last), Script: ui.Stamp(x.Last)}, ui.Text(x.Campaign)})
		}
	}
	if len(rows) == 0 {
		a.ui.Say("Nothing is behind unwanted mail that could be blocked.")
		return nil
	}
	return a.ui.Table(columns, rows)
}

func (a *app) sourcesJSON(t *target, s classify.Sources) error {
	type source struct {
		Value    string   `json:"value"`
		Count    int      `json:"count"`
		Hosts    int      `json:"hosts"`
		First    string   `json:"first,omitempty"`
		Last     string   `json:"last,omitempty"`
		Calls    []string `json:"verdicts"`
		Campaign string   `json:"campaign"`
	}
	out := map[string]any{"schema": ui.Schema, "kind": "sources", "spool": spool.EscapeName(t.path)}
	for _, part := range sourceRows(s) {
		list := []source{}
		for _, x := range part.list {
			list = append(list, source{x.Value, x.Count, x.Hosts, ui.Stamp(x.First), ui.Stamp(x.Last), strings.Split(calls(x.Calls), ","), x.Campaign})
		}
		out[part.what+"s"] = list
	}
	return a.ui.JSON(out)
}

func (a *app) sourcesCSV(s classify.Sources) error {
	rows := [][]string{{"what", "value", "messages", "hosts", "called", "first", "last", "campaign"}}
	for _, part := range sourceRows(s) {
		for _, x := range part.list {
			rows = append(rows, []string{part.what, x.Value, fmt.Sprint(x.Count), fmt.Sprint(x.Hosts), calls(x.Calls),
				ui.Stamp(x.First), ui.Stamp(x.Last), x.Campaign})
		}
	}
	return a.ui.CSV(rows)
}

// sourcesList writes the networks as a list that a server loads. They are
// addresses that were parsed, so that nothing of a spammer's gets into it.
func (a *app) sourcesList(s classify.Sources, format string) error {
	var b strings.Builder
	note := func(x classify.Source) string {
		return fmt.Sprintf("%s, %s to %s", ui.Plural(x.Count, "message"), ui.Day(x.First), ui.Day(x.Last))
	}
	switch format {
	case "cidr":
		for _, x := range s.Networks {
			fmt.Fprintln(&b, x.Value)
		}
	case "postfix": // cidr_table(5), for check_client_access
		for _, x := range s.Networks {
			fmt.Fprintf(&b, "# %s\n%s\tREJECT source of unwanted mail\n", note(x), x.Value)
		}
	case "exim": // a host list, for a file that hosts = names
		for _, x := range s.Networks {
			fmt.Fprintf(&b, "# %s\n%s\n", note(x), eximAddress(x.Value))
		}
	case "nft":
		writeNft(&b, s.Networks)
	}
	_, err := fmt.Fprint(a.ui.Out, b.String())
	return err
}

// eximAddress doubles the colons of an IPv6 address, which divide a list in Exim.
func eximAddress(v string) string { return strings.ReplaceAll(v, ":", "::") }

// writeNft writes a table of its own, so that it can be taken away as a whole.
func writeNft(b *strings.Builder, list []classify.Source) {
	var v4, v6 []string
	for _, x := range list {
		if strings.Contains(x.Value, ":") {
			v6 = append(v6, x.Value)
		} else {
			v4 = append(v4, x.Value)
		}
	}
	fmt.Fprint(b, "# take it away with: nft delete table inet qclean\ntable inet qclean {\n")
	set := func(name, kind string, values []string) {
		fmt.Fprintf(b, "  set %s {\n    type %s\n    flags interval\n", name, kind)
		if len(values) > 0 {
			fmt.Fprintf(b, "    elements = { %s }\n", strings.Join(values, ", "))
		}
		fmt.Fprint(b, "  }\n")
	}
	set("flood4", "ipv4_addr", v4)
	set("flood6", "ipv6_addr", v6)
	fmt.Fprint(b, "  chain input {\n    type filter hook input priority -10; policy accept;\n"+
		"    tcp dport 25 ip saddr @flood4 drop\n    tcp dport 25 ip6 saddr @flood6 drop\n  }\n}\n")
}
