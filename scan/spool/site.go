package spool

import (
	"context"
	"net/netip"
)

// Site is what an MTA's own configuration says about who we are.
type Site struct {
	Host    string         // its name for itself
	Domains []string       // domains that it delivers or relays for: lower case, sorted, without repeats
	Relays  []netip.Prefix // networks whose mail it relays without asking
	From    []string       // files that were read, for people
	Skipped []string       // settings that were not followed, such as table lookups: "virtual_mailbox_domains: hash:/etc/postfix/virtual"
}

// SiteReader is a spool whose MTA's configuration can be found and read. No
// program is run for it. A configuration that is not there, as beside a copied
// spool, is fs.ErrNotExist; one that is not understood is only skipped.
type SiteReader interface {
	Site(ctx context.Context) (Site, error)
}
