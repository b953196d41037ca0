// Command gen makes the folding table of package fingerprint from two files of the Unicode Character Database.
//
//	go run ./classify/fingerprint/gen UnicodeData.txt confusables.txt > classify/fingerprint/table.go
//
// The table is frozen with the version of the fingerprint: run this only to
// make a "qf2". Both files have to be of one version of Unicode; for qf1 that
// is 15.0.0.
package main

import (
	"bufio"
	"fmt"
	"go/format"
	"os"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gen UnicodeData.txt confusables.txt")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(unicodeData, confusables string) error {
	u := newDatabase()
	if err := eachLine(unicodeData, u.addChar); err != nil {
		return err
	}
	if err := eachLine(confusables, u.addConfusable); err != nil {
		return err
	}
	source, err := format.Source([]byte(u.table()))
	if err != nil {
		return fmt.Errorf("format table: %w", err)
	}
	_, err = os.Stdout.Write(source)
	return err
}

func eachLine(file string, fn func([]string) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		text, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if err := fn(strings.Split(text, ";")); err != nil {
			return fmt.Errorf("%s: %q: %w", file, lines.Text(), err)
		}
	}
	return lines.Err()
}

func hexRunes(s string) ([]rune, error) {
	var out []rune
	for _, f := range strings.Fields(s) {
		n, err := strconv.ParseUint(f, 16, 21)
		if err != nil {
			return nil, err
		}
		out = append(out, rune(n))
	}
	return out, nil
}
