package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"

	"qclean/classify/index"
	"qclean/cmd/ui"
	"qclean/scan/dnsbl"
	"qclean/scan/spool"
)

// subjects are what the user named, or what this host is.
func (a *app) subjects(ctx context.Context, args []string, spoolPath string) ([]dnsbl.Subject, error) {
	if len(args) == 0 {
		return a.ourselves(ctx, spoolPath)
	}
	var out []dnsbl.Subject
	for _, arg := range args {
		s, err := dnsbl.ParseSubject(arg)
		if err != nil {
			return nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: "Give one address or domain after another: no networks or ranges."}
		}
		out = append(out, s)
	}
	return out, nil
}

// maxDomains bounds what is asked about a server with many domains.
const maxDomains = 10

// ourselves are the addresses of this host's interfaces, and the domains that
// its MTA's configuration names. A queue that is only a copy has none.
func (a *app) ourselves(ctx context.Context, spoolPath string) ([]dnsbl.Subject, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	out := hostSubjects(addrs)
	site, err := a.site(ctx, spoolPath)
	if err != nil {
		return nil, err
	}
	for _, d := range site.Domains[:min(len(site.Domains), maxDomains)] {
		if s, err := dnsbl.ParseSubject(d); err == nil {
			out = append(out, s)
		}
	}
	if more := len(site.Domains) - maxDomains; more > 0 {
		a.ui.Say("%s more of the MTA's are left out: name them to ask about them", ui.Plural(more, "domain"))
	}
	return out, nil
}

// hostSubjects leaves out loopback and link-local addresses: nobody doubts
// these. Private ones are kept, to say that they are not looked up.
func hostSubjects(addrs []net.Addr) []dnsbl.Subject {
	var out []dnsbl.Subject
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil || p.Addr().IsLoopback() || p.Addr().IsLinkLocalUnicast() {
			continue
		}
		out = append(out, dnsbl.Address(p.Addr()))
	}
	return out
}

// site is what the MTA's configuration says; nothing, where there is none.
func (a *app) site(ctx context.Context, spoolPath string) (spool.Site, error) {
	t, err := a.open(spoolPath)
	if err != nil && spoolPath == "" {
		if !errors.Is(err, index.ErrNone) {
			a.ui.Warn("the MTA's configuration is not looked at: %v", err)
		}
		return spool.Site{}, nil
	}
	if err != nil {
		return spool.Site{}, err
	}
	defer t.Close()
	r, ok := t.Spool.(spool.SiteReader)
	if !ok {
		return spool.Site{}, nil
	}
	site, err := r.Site(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.ui.Warn("the MTA's configuration could not be read: %v", err)
	}
	return site, nil
}
