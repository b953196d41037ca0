package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/cmd/ui"
)

func newPolicyInit(a *app) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a first policy, with comments",
		Long: `Writes a policy to start from, to FILE or to standard output. It names as ours what the
MTA's configuration, the configuration file and --local-domain say. A file that is
there is not touched.`,
		Example: "  qclean policy init /etc/qclean/policy.toml\n  qclean policy init --local-domain ours.com",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) > 0 {
				path = args[0]
			}
			return a.initPolicy(cmd.Context(), path, at)
		},
	}
	cmd.Flags().StringVar(&at, "spool", "", "`SPOOL` whose MTA is asked what is ours (default this host's, else that of the last scan)")
	return cmd
}

func (a *app) initPolicy(ctx context.Context, path, at string) error {
	site, err := a.oursFor(ctx, at)
	if err != nil {
		return err
	}
	text := starter(&site)
	if path == "" {
		_, err := a.ui.Out.Write([]byte(text))
		return err
	}
	if err := writeNew(path, text); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return refused(fmt.Errorf("%s is there already", path), "Look at it: qclean policy check "+path)
		}
		return fmt.Errorf("policy init: %w", err)
	}
	a.ui.Say("%s is written. Next:\n  qclean policy explain --policy %s\n  qclean hygiene --policy %s --dry-run", ui.Safe(path), ui.Safe(path), ui.Safe(path))
	return nil
}

// oursFor is what is ours as far as anybody said, with a spool or without one.
func (a *app) oursFor(ctx context.Context, at string) (classify.Site, error) {
	t, err := a.openTonight(at)
	if err == nil {
		defer t.Close()
		site, _, err := a.ours(ctx, t.Spool)
		return site, err
	}
	if at != "" {
		return classify.Site{}, err
	}
	site, _, err := a.ours(ctx, nil)
	return site, err
}

// writeNew writes a file that was not there, and its folder if that is missing.
func writeNew(path, text string) error {
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// starter is a policy that moves only what is called a flood, and deletes nothing.
func starter(site *classify.Site) string {
	domains, relays := `# local-domains = ["ours.com"]`, `# trusted-relays = ["192.0.2.0/24"]`
	if len(site.Domains) > 0 {
		domains = "local-domains = " + list(site.Domains)
	}
	var hosts []string
	for _, p := range site.Relays {
		hosts = append(hosts, p.String())
	}
	if hosts = append(hosts, site.Hosts...); len(hosts) > 0 {
		relays = "trusted-relays = " + list(hosts)
	}
	bounces := staleBounces
	if len(site.Domains) == 0 {
		bounces = "# Needs local-domains:\n" + commented(staleBounces)
	}
	return fmt.Sprintf(starterText, domains, relays, bounces)
}

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func commented(text string) string {
	return "# " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n# ") + "\n"
}

const staleBounces = `[[rule]]
name = "stale bounces"
match = 'ndr && age > duration("48h") && !ours(rcpt)'
do = "quarantine"
max-messages = 5000
`

const starterText = `# What "qclean hygiene" may do at night. All of it: qclean policy --help
# After a change: qclean policy check; qclean policy explain; qclean hygiene --dry-run

[site]
# What is ours: domains, with those below them, and hosts whose trace fields are believed.
%s
%s

# Rules are tried in order; the first one that takes a message acts. Expressions
# are those of --where (qclean help where). Weak campaigns, unknown verdicts and
# wanted mail (legitimate, bulk) are left alone unless a rule names them, in its
# expression or as in also = ["weak"].

# Campaigns on the list of known fingerprints: qclean fp add FINGERPRINT
[[rule]]
name = "known floods"
match = 'known'
do = "quarantine"

# A login that was stolen.
[[rule]]
name = "sender floods"
match = 'campaign.count > 500 && campaign.verdict == "account-abuse"'
do = "quarantine"
notify = true

# Mail between strangers, and mail in our name that is not ours.
[[rule]]
name = "relayed floods"
match = 'campaign.count > 100 && campaign.verdict in ["relayed", "forged-local"]'
do = "quarantine"
notify = true

# Reports about mail that was never ours to report about.
[[rule]]
name = "bounce floods"
match = 'campaign.count > 100 && campaign.verdict in ["ndr-flood", "backscatter"]'
do = "quarantine"

# Reports that nobody takes.
%s
# More than so much old mail is worth a look.
[[rule]]
name = "old mail"
match = 'age > duration("96h")'
do = "report"
max-messages = 1000

# Deletes for good; age counts from when a message was quarantined.
# [[rule]]
# name = "old quarantine"
# match = 'quarantined && age > duration("720h")'
# do = "purge"
# max-messages = 100000

[limits]
max-share = 0.5        # of the queue: a run that would take more does nothing, and alarms
share-from = 20        # messages that have to be taken before their share matters
# max-messages = 50000 # of one run, all rules together
baseline-factor = 5    # so many times the usual is an alarm
flood-rate = 50        # messages of an unwanted campaign in the last hour that are a flood under way

[notify]
# A program, without a shell, that gets JSON on its standard input.
# command = ["/usr/local/bin/page-me"]
# timeout = "30s"
# A letter, through the queue that may be the patient.
# sendmail = "/usr/sbin/sendmail"
# mail-to = ["postmaster@ours.com"]
`
