package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/scan/relay"
)

type relayFlags struct {
	domain, outside, prove, name, hello string
	inboxes                             []string
	queue                               string
	login, passwordFile                 string
	starttls, insecure, anyway          bool
	pause, timeout, wait                time.Duration
	transcript, explain                 string
}

func newRelaycheck(a *app) *cobra.Command {
	var f relayFlags
	cmd := &cobra.Command{
		Use:   "relaycheck HOST[:PORT] --local-domain DOMAIN",
		Short: "Ask whether our server relays for strangers",
		Long: `Tries every form of address that some mail server once fell for, up to RCPT TO.
No message is sent unless --prove names a mailbox of yours elsewhere. HOST is one
server, your own: lists and ranges are refused. Run it from outside of the
server's trusted networks, else it proves nothing.

A server may read some forms as its own: "accepted" is then no relay yet. With
--prove each accepted form gets one message with a random token, and qclean looks
for it in --inbox (delivered: the server relays) and as a non-delivery report in
the server's own queue (bounced later: strangers get its bounces).

Ends with 0 when every form is refused, 1 when a form relays or is bounced later,
3 when that is not known: the controls failed, answers were put off, or forms are
accepted that may be local.`,
		Example: `  qclean relaycheck mail.ours.com --local-domain ours.com
  qclean relaycheck mail.ours.com --local-domain ours.com --prove me@elsewhere.net --inbox ~/Maildir
  qclean relaycheck --explain 7          form 7; kb7, nmap7 and abuse8 are those of the other lists`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.explain != "" {
				return a.explainForm(f.explain)
			}
			return a.relaycheck(cmd.Context(), args, &f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.domain, "local-domain", "", "`DOMAIN` that the server takes mail for")
	flags.StringVar(&f.outside, "outside", "", "`ADDRESS` of yours at another domain, sender and recipient of the forms (default relaycheck@example.com)")
	flags.StringVar(&f.prove, "prove", "", "send a message for each accepted form to this `ADDRESS` of yours")
	flags.StringArrayVar(&f.inboxes, "inbox", nil, "maildir, mbox or folder `PATH` where that mailbox's mail arrives")
	flags.StringVar(&f.queue, "queue", "", "`SPOOL` of the server, to look for its bounces (default the one of the last scan)")
	flags.DurationVar(&f.wait, "wait", 2*time.Minute, "`TIME` to look for the messages")
	flags.StringVar(&f.explain, "explain", "", "say what form `N` means, who falls for it and what closes it")
	flags.BoolVar(&f.anyway, "anyway", false, "try all forms though the plain one was accepted")
	flags.BoolVar(&f.starttls, "starttls", false, "ask over TLS only")
	flags.StringVar(&f.login, "login", "", "try the plain form as this `USER` too; the password is in QCLEAN_PASSWORD or --password-file")
	flags.StringVar(&f.passwordFile, "password-file", "", "`FILE` whose first line is the password")
	flags.BoolVar(&f.insecure, "insecure", false, "send the password even without verified TLS")
	flags.StringVar(&f.name, "server-name", "", "the server's own `NAME` (default HOST, or what it greets with)")
	flags.StringVar(&f.hello, "hello", "", "`NAME` to give in EHLO (default this host's, or its address)")
	flags.DurationVar(&f.pause, "pause", time.Second, "`TIME` between two forms")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "`TIME` to wait for one answer")
	flags.StringVar(&f.transcript, "transcript", "", "write the whole conversation to a new `FILE`")
	return cmd
}

func (a *app) relaycheck(ctx context.Context, args []string, f *relayFlags) error {
	t, err := relayTarget(args)
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	keep, err := openTranscript(f.transcript)
	if err != nil {
		return err
	}
	o.Trace = keep.line
	if f.prove != "" {
		done, err := a.prepareProof(f, &o)
		if err != nil {
			return errors.Join(err, keep.close())
		}
		defer done()
	}
	a.ui.Say("asking %s; this takes about a minute", ui.Safe(t.String()))
	rep, err := relay.Check(ctx, t, o)
	if err := errors.Join(err, keep.close()); err != nil {
		return relayError(err)
	}
	if a.json {
		err = a.ui.JSON(jsonRelay(rep))
	} else {
		err = a.sayRelay(rep, f)
	}
	if code := relayCode(rep.Outcome); err == nil && code != ui.Done {
		return &ui.Exit{Code: code}
	}
	return err
}

// relayTarget wants exactly one host: this is not for looking for relays.
func relayTarget(args []string) (relay.Target, error) {
	if len(args) == 0 {
		return relay.Target{}, &ui.Exit{Code: ui.Usage, Err: errors.New("no host"), Hint: "Name your server: qclean relaycheck mail.ours.com --local-domain ours.com"}
	}
	if len(args) > 1 {
		return relay.Target{}, refused(fmt.Errorf("%w, not %d", relay.ErrOneHost, len(args)), "Name your own server, and nothing else.")
	}
	t, err := relay.ParseTarget(args[0])
	if err != nil {
		return t, refused(err, "Name your own server: no lists, ranges or networks.")
	}
	return t, nil
}

func relayError(err error) error {
	if errors.Is(err, relay.ErrBadName) {
		return &ui.Exit{Code: ui.Usage, Err: err, Hint: "See: qclean relaycheck --help"}
	}
	return err
}

// relayCode is 0 for a shut door only.
func relayCode(o relay.Outcome) int {
	switch o {
	case relay.Shut:
		return ui.Done
	case relay.Open, relay.Leaks:
		return ui.Failed
	}
	return ui.InPart
}

func (f *relayFlags) options() (relay.Options, error) {
	if f.domain == "" {
		return relay.Options{}, &ui.Exit{Code: ui.Usage, Err: errors.New("no local domain"), Hint: "Say which domain the server takes mail for: --local-domain ours.com"}
	}
	o := relay.Options{
		Names: relay.Names{Our: strings.ToLower(f.domain), Outside: f.outside, Host: f.name},
		Hello: f.hello, Pause: f.pause, Timeout: f.timeout, StartTLS: f.starttls, Insecure: f.insecure, Anyway: f.anyway,
	}
	if f.pause <= 0 {
		o.Pause = -1
	}
	if o.Hello == "" {
		if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") {
			o.Hello = name
		}
	}
	if f.prove != "" {
		o.Names.Outside = f.prove
	}
	if f.login != "" {
		password, err := f.password()
		if err != nil {
			return o, err
		}
		o.Login = &relay.Login{User: f.login, Password: password}
	}
	return o, nil
}

// password is never a flag: others could read it in the list of processes.
func (f *relayFlags) password() (string, error) {
	if f.passwordFile != "" {
		b, err := os.ReadFile(f.passwordFile)
		if err != nil {
			return "", fmt.Errorf("password: %w", err)
		}
		line, _, _ := strings.Cut(string(b), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if p, ok := os.LookupEnv("QCLEAN_PASSWORD"); ok {
		return p, nil
	}
	return "", &ui.Exit{Code: ui.Usage, Err: errors.New("no password for --login"), Hint: "Put it into a file: --password-file FILE, or into QCLEAN_PASSWORD."}
}

// transcript keeps a conversation, safe to print.
type transcript struct {
	file *os.File
	err  error
}

func openTranscript(name string) (*transcript, error) {
	if name == "" {
		return &transcript{}, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("transcript: %w", err)
	}
	return &transcript{file: f}, nil
}

func (t *transcript) line(l relay.Line) {
	if t.file != nil && t.err == nil {
		_, t.err = fmt.Fprintf(t.file, "%s %d %c: %s\n", l.Time.UTC().Format("2006-01-02T15:04:05.000Z"), l.Connection, l.Who, ui.Safe(l.Text))
	}
}

func (t *transcript) close() error {
	if t.file == nil {
		return nil
	}
	if err := errors.Join(t.err, t.file.Close()); err != nil {
		return fmt.Errorf("transcript: %w", err)
	}
	return nil
}
