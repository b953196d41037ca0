package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/scan/dnsbl"
)

type blocklistFlags struct {
	zones     []string
	resolvers []string
	most      int
	timeout   time.Duration
	fresh     bool
	spool     string
}

func newBlocklist(a *app) *cobra.Command {
	var f blocklistFlags
	cmd := &cobra.Command{
		Use:   "blocklist [ADDRESS|DOMAIN…]",
		Short: "Ask DNS block lists about our addresses and domains",
		Long: `Asks well-kept DNS block lists whether addresses or domains are listed (RFC 5782).
Without an argument it asks about the public addresses of this host's interfaces
and, where the configuration of the last scan's MTA can be read, its domains.

Each list is tested first with its own test entries; one that fails is left out
and named. Error codes, answers outside of 127.0.0.0/8 and time-outs are "not
known", never "listed" and never "clean". Private and documentation addresses are
never looked up. Lists refuse public resolvers: use your own (--resolver).

Ends with 0 when nothing is listed, 1 when something is, 3 when that is not known
everywhere.`,
		Example: "  qclean blocklist 198.41.0.4 ours.com\n  qclean blocklist --zone bl.spamcop.net --resolver 127.0.0.1 198.41.0.4",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.blocklist(cmd.Context(), args, &f) },
	}
	f.add(cmd)
	return cmd
}

func (f *blocklistFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.zones, "zone", nil, "ask this `ZONE` instead of the default ones: "+strings.Join(zoneNames(), ", "))
	flags.StringArrayVar(&f.resolvers, "resolver", nil, "`ADDRESS[:PORT]` of the name server to ask (default those of /etc/resolv.conf)")
	flags.IntVar(&f.most, "max-queries", 200, "ask no more than `N` questions")
	flags.DurationVar(&f.timeout, "dns-timeout", 3*time.Second, "`TIME` to wait for one answer; each question is tried three times")
	flags.BoolVar(&f.fresh, "fresh", false, "ask again what was asked in the last minutes")
	flags.StringVar(&f.spool, "spool", "", "`SPOOL` whose MTA's domains are asked about (default the one of the last scan)")
}

func zoneNames() (out []string) {
	for _, z := range dnsbl.Zones() {
		out = append(out, z.Name)
	}
	return out
}

func (a *app) blocklist(ctx context.Context, args []string, f *blocklistFlags) error {
	subjects, err := a.subjects(ctx, args, f.spool)
	if err != nil {
		return err
	}
	rep, err := a.askLists(ctx, subjects, f)
	if err != nil {
		return err
	}
	if a.json {
		err = a.ui.JSON(jsonBlocklist(rep))
	} else {
		err = a.sayBlocklist(rep)
	}
	if code := blocklistCode(rep); err == nil && code != ui.Done {
		return &ui.Exit{Code: code}
	}
	return err
}

func blocklistCode(r *dnsbl.Report) int {
	switch {
	case r.Listed() > 0:
		return ui.Failed
	case r.Unknown() > 0 || len(r.Listings) == 0:
		return ui.InPart
	}
	return ui.Done
}

// askLists runs the check with the cache of the state directory.
func (a *app) askLists(ctx context.Context, subjects []dnsbl.Subject, f *blocklistFlags) (*dnsbl.Report, error) {
	if len(f.zones) == 0 {
		c, _, err := a.readConfig()
		if err != nil {
			return nil, err
		}
		f.zones = c.Zones
	}
	zones, err := f.zoneList()
	if err != nil {
		return nil, err
	}
	o := dnsbl.Options{Timeout: f.timeout, MaxQueries: f.most, Now: a.now}
	if o.Servers, err = f.servers(); err != nil {
		return nil, err
	}
	store, err := a.openState()
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(store.Dir(), "blocklist-cache.json")
	o.Cache = a.readCache(cache, f.fresh)
	a.ui.Say("asking %s about %s", ui.Plural(len(zones), "list"), ui.Plural(len(subjects), "subject"))
	rep, err := dnsbl.Check(ctx, zones, subjects, o)
	if err != nil {
		return nil, err
	}
	if err := writeCache(cache, o.Cache, a.now()); err != nil {
		a.ui.Warn("%v; the next run asks again", err)
	}
	return rep, nil
}

func (f *blocklistFlags) zoneList() ([]dnsbl.Zone, error) {
	if len(f.zones) == 0 {
		return dnsbl.Zones(), nil
	}
	var out []dnsbl.Zone
	for _, name := range f.zones {
		z, err := dnsbl.ParseZone(name)
		if err != nil {
			return nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: "Give the zone's DNS name: --zone bl.spamcop.net"}
		}
		out = append(out, z)
	}
	return out, nil
}

// servers are never guessed: what resolv.conf says, or what the user named.
func (f *blocklistFlags) servers() ([]netip.AddrPort, error) {
	var out []netip.AddrPort
	for _, s := range f.resolvers {
		at, err := dnsbl.ParseResolver(s)
		if err != nil {
			return nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: "Give its address: --resolver 127.0.0.1 or --resolver 127.0.0.1:5353"}
		}
		out = append(out, at)
	}
	if len(out) > 0 {
		return out, nil
	}
	conf, err := os.Open("/etc/resolv.conf")
	if errors.Is(err, fs.ErrNotExist) {
		return dnsbl.Resolvers(strings.NewReader("")), nil
	}
	if err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	defer conf.Close()
	return dnsbl.Resolvers(conf), nil
}

func (a *app) readCache(name string, fresh bool) *dnsbl.Cache {
	if fresh {
		return dnsbl.NewCache()
	}
	f, err := os.Open(name)
	if err != nil {
		return dnsbl.NewCache() // it is a convenience
	}
	defer f.Close()
	c, err := dnsbl.ReadCache(f)
	if err != nil {
		a.ui.Warn("%v; asking anew", err)
		return dnsbl.NewCache()
	}
	return c
}

// writeCache writes beside and renames, so that a reader sees a whole one.
func writeCache(name string, c *dnsbl.Cache, now time.Time) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".cache-*")
	if err != nil {
		return fmt.Errorf("cache of block lists: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	if err := errors.Join(c.Write(f, now), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
