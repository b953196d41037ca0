package query

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"qclean/classify"
)

// Each *Term turns one value of a flag into an expression.

func likeTerm(name, value string) (string, error) {
	return fmt.Sprintf("like(%s, %s)", name, strconv.Quote(value)), nil
}

func underTerm(name, value string) (string, error) {
	if strings.Contains(value, "@") {
		return "", fmt.Errorf("%q is an address, a domain is wanted", value)
	}
	return fmt.Sprintf("under(%s, %s)", name, strconv.Quote(value)), nil
}

func hasTerm(name, value string) (string, error) {
	if strings.ContainsAny(value, "*") {
		return likeTerm(name, value)
	}
	return fmt.Sprintf("has(%s, %s)", name, strconv.Quote(value)), nil
}

// idTerm takes the ID as scan prints it, or just the file name.
func idTerm(name, value string) (string, error) {
	if strings.Contains(value, "/") {
		return likeTerm(name, value)
	}
	return fmt.Sprintf("like(%s, %s, %s)", name, strconv.Quote(value), strconv.Quote("*/"+value)), nil
}

func campaignTerm(name, value string) (string, error) {
	if strings.HasPrefix(value, "qf") && strings.Contains(value, "-") {
		return fmt.Sprintf("matches_print(%s)", strconv.Quote(value)), nil
	}
	return fmt.Sprintf("%s == %s", name, strconv.Quote(value)), nil
}

// verdictTerm takes several words with commas between them.
func verdictTerm(name, value string) (string, error) {
	var any []string
	for _, word := range strings.Split(value, ",") {
		if _, ok := classify.ParseCall(strings.TrimSpace(word)); !ok {
			return "", fmt.Errorf("no verdict %q (there are %s)", word, strings.Join(verdicts(), ", "))
		}
		any = append(any, strconv.Quote(strings.TrimSpace(word)))
	}
	return fmt.Sprintf("%s in [%s]", name, strings.Join(any, ", ")), nil
}

func verdicts() []string {
	var out []string
	for _, c := range classify.Calls() {
		out = append(out, c.String())
	}
	return out
}

func trueTerm(name, _ string) (string, error) { return name, nil }

func netTerm(name, value string) (string, error) {
	if _, err := netip.ParsePrefix(value); err == nil {
		return fmt.Sprintf("in_net(%s, %s)", name, strconv.Quote(value)), nil
	}
	if _, err := netip.ParseAddr(value); err != nil {
		return "", fmt.Errorf("%q is neither an address nor a network", value)
	}
	return likeTerm(name, value)
}

func sizeTerm(name, value string) (string, error) {
	lo, hi, err := parseRange(value, ParseSize)
	if err != nil {
		return "", fmt.Errorf("size %q: %w (try 10k..50k)", value, err)
	}
	return rangeExpr(name, lo, hi, func(v int64) string { return strconv.FormatInt(v, 10) }), nil
}

func ageTerm(name, value string) (string, error) {
	lo, hi, err := parseRange(value, func(s string) (int64, error) { d, err := ParseAge(s); return int64(d), err })
	if err != nil {
		return "", fmt.Errorf("age %q: %w (try 2d.. or ..6h)", value, err)
	}
	return rangeExpr(name, lo, hi, func(v int64) string { return fmt.Sprintf("duration(%q)", time.Duration(v)) }), nil
}

// noBound marks the open end of a range.
const noBound = math.MinInt64

func rangeExpr(name string, lo, hi int64, lit func(int64) string) string {
	switch {
	case hi == noBound:
		return name + " >= " + lit(lo)
	case lo == noBound:
		return name + " <= " + lit(hi)
	}
	return fmt.Sprintf("%s >= %s && %s <= %s", name, lit(lo), name, lit(hi))
}

var (
	errRange = errors.New("not a range LOW..HIGH with one end at least")
	errOrder = errors.New("the low end is above the high end")
)

// parseRange reads "a..b", "a.." and "..b".
func parseRange(s string, parse func(string) (int64, error)) (lo, hi int64, err error) {
	low, high, ok := strings.Cut(s, "..")
	if !ok || low == "" && high == "" {
		return 0, 0, errRange
	}
	lo, hi = noBound, noBound
	if low != "" {
		if lo, err = parse(low); err != nil {
			return 0, 0, err
		}
	}
	if high != "" {
		if hi, err = parse(high); err != nil {
			return 0, 0, err
		}
	}
	if low != "" && high != "" && lo > hi {
		return 0, 0, errOrder
	}
	return lo, hi, nil
}

// ParseSize reads bytes with an optional k, M or G (powers of 1024).
func ParseSize(s string) (int64, error) {
	num, factor := strings.TrimRight(strings.ToLower(s), "b"), int64(1)
	for i, suffix := range []string{"k", "m", "g"} {
		if n, ok := strings.CutSuffix(strings.TrimSuffix(num, "i"), suffix); ok {
			num, factor = n, 1<<(10*(i+1))
			break
		}
	}
	v, err := strconv.ParseFloat(num, 64)
	if err != nil || v < 0 || v*float64(factor) >= 1<<62 {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return int64(v * float64(factor)), nil
}

// ParseAge reads a duration that may also use d (24 hours) and w (7 days).
func ParseAge(s string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		n, ok := strings.CutSuffix(s, suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(n, 64)
		if err != nil || v < 0 || v*unit.Hours() > 24*365*200 {
			return 0, fmt.Errorf("%q is not an age", s)
		}
		return time.Duration(v * float64(unit)), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not an age", s)
	}
	return d, nil
}
