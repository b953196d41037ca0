# make demo and make test are all that a fresh checkout needs: Go and make.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build demo test lint install package package-check month live live-relay live-mta live-timing bench bench-million fuzz torture accuracy corpus clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/qclean ./cmd/qclean

# A seeded flood of 10,000 messages, cleaned up from the first look to the replay.
demo: build
	fixtures/demo.sh bin/qclean

# The race detector needs a C compiler; without one the tests run without it.
RACE := $(if $(shell command -v $$($(GO) env CC) 2>/dev/null),-race)

test:
	$(GO) test $(RACE) -shuffle=on ./...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# The program, its units, cron line, manual pages and completions. Without a Go
# of its own, as under sudo, it takes what make build left.
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
install: $(if $(shell command -v $(GO)),build)
	@test -x bin/qclean || { echo "no bin/qclean: run make build first" >&2; exit 1; }
	DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' SYSCONFDIR='$(SYSCONFDIR)' cmd/package/install.sh bin/qclean

# A .deb and a .rpm in bin/, with a program that needs no library.
package:
	CGO_ENABLED=0 $(MAKE) build
	GO='$(GO)' cmd/package/build.sh '$(VERSION)'

# Installs, runs and removes the packages in a throwaway layer over this system: needs root.
package-check: package
	cmd/package/check.sh bin

# Prints ratios within one run: scan against a bare read and ripgrep, quarantine against bare renames.
bench:
	$(GO) test -run '^$$' -bench . -benchtime 1x ./cmd/qclean ./replay
	$(GO) test -run '^$$' -bench . ./scan/letter ./classify/...

# The same of 100,000 and of a million messages: 6 GB of disk and half an hour.
bench-million:
	QCLEAN_BENCH_N=100000 QCLEAN_BENCH_ROUNDS=3 $(GO) test -run '^$$' -bench Scan -benchtime 1x -timeout 2h ./cmd/qclean
	QCLEAN_BENCH_N=1000000 QCLEAN_BENCH_ROUNDS=1 $(GO) test -run '^$$' -bench Scan -benchtime 1x -timeout 4h ./cmd/qclean

# The checks against real servers on loopback, some minutes: needs root and what fixtures/live/install.sh installs.
live: live-relay live-mta

# The relay and block-list checks.
live-relay: build
	QCLEAN=$(CURDIR)/bin/qclean fixtures/live/relay.sh

# A private Postfix and a private Exim under a flood, every recipient counted.
# The long form is make live-mta LIVE_ROUNDS=20 LIVE_RACE=10000.
live-mta: build
	QCLEAN=$(CURDIR)/bin/qclean fixtures/live/live.sh $(ONLY)

# qclean beside the MTAs' own tools on queues of 20,000 messages; prints ratios within one run.
live-timing: build
	QCLEAN=$(CURDIR)/bin/qclean fixtures/live/timing.sh $(ONLY)

# Every fuzz target in turn.
FUZZTIME ?= 30s
fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "== $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; done

# The long forms of the fault tests, with the figures that they print: death,
# errors and power loss at every operation, a million entries, 1,000 kills; and
# 300 nights under policies made by chance, each taken back.
torture:
	@mkdir -p bin; QCLEAN_TORTURE=1 $(GO) test -v -timeout 60m -count 1 ./replay/... ./scan/disk/... >bin/torture.log 2>&1 && \
	QCLEAN_TORTURE=1 $(GO) test -v -timeout 60m -count 1 -run TestANightAndItsUndo ./cmd/qclean >>bin/torture.log 2>&1; status=$$?; \
	grep -E '^(ok|FAIL|panic|--- )|^ +[a-z_]+_test\.go:[0-9]+: ' bin/torture.log; exit $$status

# Thirty nights of a large server under the policy of "qclean policy init", as a table.
MONTH_SEED ?= 8
month:
	QCLEAN_MONTH=$(MONTH_SEED) $(GO) test -run '^TestMonth$$' -v -count 1 -timeout 60m ./cmd/qclean

# Real spam and ham for the accuracy figures; needs npm.
corpus:
	$(GO) run ./fixtures/corpus .corpus

accuracy:
	$(GO) run ./fixtures/accuracy
	$(GO) run ./fixtures/verdicts

clean:
	rm -rf bin .demo
