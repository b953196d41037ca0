package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"qclean/cmd/ui"
)

// clockVariable sets the clock of qcleanat, the program with a clock that
// scripts can set: RFC 3339, or a length of time from now on.
const clockVariable = "CLOCK"

// mainAt is main with that clock.
func mainAt() {
	now := time.Now
	if text := os.Getenv(clockVariable); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			d, err := time.ParseDuration(text)
			if err != nil {
				fmt.Fprintln(os.Stderr, clockVariable, err)
				os.Exit(1)
			}
			at = time.Now().Add(d)
		}
		now = func() time.Time { return at }
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(runAt(ctx, ui.Std(), os.Args[1:], now))
}
