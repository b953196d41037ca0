package policy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// file is a policy as TOML has it. Pointers tell what was not written.
type file struct {
	Site struct {
		LocalDomains  []string `toml:"local-domains"`
		TrustedRelays []string `toml:"trusted-relays"`
	} `toml:"site"`
	Rules  []fileRule `toml:"rule"`
	Limits struct {
		MaxShare       *float64 `toml:"max-share"`
		ShareFrom      *int     `toml:"share-from"`
		MaxMessages    *int     `toml:"max-messages"`
		BaselineFactor *float64 `toml:"baseline-factor"`
		FloodRate      *int     `toml:"flood-rate"`
	} `toml:"limits"`
	Notify struct {
		Command  []string `toml:"command"`
		Timeout  string   `toml:"timeout"`
		Sendmail string   `toml:"sendmail"`
		MailTo   []string `toml:"mail-to"`
		MailFrom string   `toml:"mail-from"`
	} `toml:"notify"`
}

type fileRule struct {
	Name        string   `toml:"name"`
	Match       string   `toml:"match"`
	Do          string   `toml:"do"`
	MaxMessages *int     `toml:"max-messages"`
	Also        []string `toml:"also"`
	Notify      bool     `toml:"notify"`
}

// Keys lists what a policy may say, for people.
const Keys = `[site] local-domains trusted-relays, [[rule]] name match do max-messages also notify, ` +
	`[limits] max-share share-from max-messages baseline-factor flood-rate, [notify] command timeout sendmail mail-to mail-from`

// Parse reads a policy and checks all of it. The error is Faults: everything
// that is wrong with it, in the order of its lines.
func Parse(src []byte) (*Policy, error) {
	var faults Faults
	switch {
	case len(src) > MaxSize:
		faults.add(place{}, "the file is larger than %d bytes", MaxSize)
	case !utf8.Valid(src):
		faults.add(place{}, "the file is not UTF-8 text")
	}
	if len(faults) > 0 {
		return nil, faults
	}
	text, layout := unfold(src)
	var f file
	if !decode(text, layout, &f, &faults) {
		return nil, faults
	}
	c := &checker{at: placesOf(text, layout), faults: faults}
	p := c.policy(&f)
	if len(c.faults) > 0 {
		c.faults.sort()
		return nil, c.faults
	}
	return p, nil
}

// decode fills f. A key that is not known is a fault beside which the rest can
// still be checked; false when nothing can.
func decode(text []byte, l layout, f *file, faults *Faults) bool {
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(f)
	var strict *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case err == nil:
		return true
	case errors.As(err, &strict):
		for _, e := range strict.Errors {
			row, column := e.Position()
			faults.add(l.at(row, column), "unknown key %q; the keys are %s", strings.Join(e.Key(), "."), Keys)
		}
		return len(strict.Errors) > 0
	case errors.As(err, &wrong):
		row, column := wrong.Position()
		faults.add(l.at(row, column), "%s", strings.TrimPrefix(wrong.Error(), "toml: "))
	default:
		faults.add(place{}, "%s", strings.TrimPrefix(err.Error(), "toml: "))
	}
	return false
}

// duration reads a length of time.
func duration(text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > time.Hour {
		return 0, fmt.Errorf("%q is no length of time between 0 and 1h, such as 30s", text)
	}
	return d, nil
}
