// Command qclean cleans an abused mail server's queue: it says what is in it, takes the unwanted out, and can take everything back.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"qclean/cmd/ui"
)

func main() {
	boundMemory()
	// The first signal ends the work at a consistent point; a second one kills.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, ui.Std(), os.Args[1:]))
}
