package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

// config is the file that says what is ours. An unknown key is an error: a
// typing mistake must not pass for a setting.
type config struct {
	LocalDomains  []string       `toml:"local-domains"`
	TrustedRelays []string       `toml:"trusted-relays"`
	Points        map[string]int `toml:"points"` // of rules, by name; see qclean explain
	Zones         []string       `toml:"zones"`  // block lists to ask
}

// newConfigHelp is a help topic.
func newConfigHelp() *cobra.Command {
	return &cobra.Command{Use: "config", Short: "The configuration file", Long: configHelp}
}

const configHelp = `The first of these is read: --config FILE, ~/.config/qclean/config.toml (or under
$XDG_CONFIG_HOME), /etc/qclean.toml. --local-domain and --trusted-relay add to it.

local-domains = ["ours.com"]
trusted-relays = ["192.0.2.0/28", "mx.ours.com"]

zones = ["zen.spamhaus.org"]     # block lists that qclean blocklist asks

[points]                         # of rules; see: qclean explain
RULE = 40

Without it, what is ours is read from the MTA's own configuration where that can
be done, else guessed from the evidence, and the guess is marked.`

// configPaths are looked for in this order; the first that is there is read.
func (a *app) configPaths() []string {
	if a.configFile != "" {
		return []string{a.configFile}
	}
	var paths []string
	home := os.Getenv("XDG_CONFIG_HOME")
	if home == "" {
		if dir, err := os.UserHomeDir(); err == nil {
			home = filepath.Join(dir, ".config")
		}
	}
	if filepath.IsAbs(home) {
		paths = append(paths, filepath.Join(home, "qclean", "config.toml"))
	}
	return append(paths, "/etc/qclean.toml")
}

// readConfig reads the configuration, and where it came from; the zero one when there is none.
func (a *app) readConfig() (config, string, error) {
	var c config
	for _, path := range a.configPaths() {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) && a.configFile == "" {
			continue
		}
		if errors.Is(err, fs.ErrPermission) && a.configFile == "" {
			a.ui.Warn("configuration passed over: %v", err)
			continue
		}
		if err != nil {
			return c, "", fmt.Errorf("configuration: %w", err)
		}
		defer f.Close()
		if err := toml.NewDecoder(f).DisallowUnknownFields().Decode(&c); err != nil {
			return c, "", &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("%s: %s", path, tomlError(err)),
				Hint: "The keys are local-domains, trusted-relays, zones and the table points; see: qclean help config"}
		}
		if err := classify.Points(c.Points).Check(); err != nil {
			return c, "", &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("%s: points: %w", path, err), Hint: "See the rules: qclean explain"}
		}
		return c, path, nil
	}
	return c, "", nil
}

// tomlError gives the library's error with the line that it is about.
func tomlError(err error) string {
	var strict *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		e := strict.Errors[0]
		row, _ := e.Position()
		return fmt.Sprintf("line %d: unknown key %q", row, strings.Join(e.Key(), "."))
	case errors.As(err, &decode):
		row, col := decode.Position()
		return fmt.Sprintf("line %d, column %d: %s", row, col, decode.Error())
	}
	return err.Error()
}

// ours finds out what is ours: flags and configuration first, then the MTA's
// own. The zero Site means that nobody said.
func (a *app) ours(ctx context.Context, s spool.Spool) (classify.Site, classify.Points, error) {
	c, path, err := a.readConfig()
	if err != nil {
		return classify.Site{}, nil, err
	}
	site, err := classify.ParseSite(append(c.LocalDomains, a.localDomains...), append(c.TrustedRelays, a.trustedRelays...))
	if err != nil {
		hint := "Try: --local-domain ours.com --trusted-relay 192.0.2.0/28"
		if path != "" {
			hint += "\nThe configuration is " + path
		}
		return site, nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: hint}
	}
	if site.Empty() {
		if r, ok := s.(spool.SiteReader); ok {
			own, err := r.Site(ctx)
			if err == nil {
				mta := classify.SiteOf(own)
				mta.Relays, mta.Hosts = append(mta.Relays, site.Relays...), append(mta.Hosts, site.Hosts...)
				site = mta
			} else if !errors.Is(err, fs.ErrNotExist) {
				a.ui.Warn("the MTA's configuration: %v", err)
			}
		}
	}
	return site, c.Points, nil
}
