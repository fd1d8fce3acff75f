# make run    the whole platform on this machine, with example people in it
# make test   every test, in real browsers too; those that go through the program stand
#             at one instant, another each day, which it prints
# make test-anytime   those that go through the program, at every instant: NOW="…" runs
#             them at instants of your own, PKG=./cmd/socialdirect one package alone
# make build  the programs, in bin/
# make bench  the benchmarks
# make videos the films of the service, recorded anew
#
# What is missing on the machine is installed by .ci/need.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
BUILD   := CGO_ENABLED=0 go build -trimpath
STORE   := internal/embedded/objectstore
LINT    := go tool -modfile=$(CURDIR)/tools/go.mod staticcheck
SHARED  := bin/withpostgres

# Where the tests that go through the program stand in time (internal/clocktest).
INSTANTS := go run ./internal/clocktest/instants
PKG      := ./cmd/socialdirect ./e2e

.PHONY: run build test test-anytime lint check bench videos clean

run:
	@.ci/need postgresql
	@$(MAKE) --no-print-directory build
	@exec bin/socialdirect demo $(ARGS)

build:
	$(BUILD) -ldflags '-s -w -X main.version=$(VERSION)' -o bin/socialdirect ./cmd/socialdirect
	cd $(STORE) && $(BUILD) -ldflags '-s -w' -o $(CURDIR)/bin/socialdirect-objectstore .

test:
	@.ci/need postgresql race chromium firefox webkit clamav caddy pgbouncer node
	@$(MAKE) --no-print-directory build lint check
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	@now="$${SOCIALDIRECT_NOW:-$$($(INSTANTS) -today)}" && echo "The tests stand at SOCIALDIRECT_NOW=$$now" && \
	SOCIALDIRECT_NOW="$${now%% *}" $(SHARED) go test -race ./...
	cd $(STORE) && go test -race ./...

test-anytime:
	@.ci/need postgresql chromium firefox webkit clamav caddy pgbouncer node
	@$(MAKE) --no-print-directory build e2e/node_modules/.installed
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	@instants="$$($(if $(NOW),printf '%s\n' $(NOW),$(INSTANTS)))" && echo "$$instants" | { red=0; while read -r at what; do \
		echo "== $$at $$what"; \
		SOCIALDIRECT_NOW="$$at" $(SHARED) go test -timeout 30m $(PKG) </dev/null || red=1; \
	done; exit $$red; }

# What can be told without running anything.
lint:
	go vet ./...
	$(LINT) ./...
	cd $(STORE) && go vet ./... && $(LINT) ./...

# The types of the scripts in web/static.
check: e2e/node_modules/.installed
	cd e2e && npm run --silent check

e2e/node_modules/.installed: e2e/package-lock.json
	cd e2e && npm ci --no-audit --no-fund
	@touch $@

bench:
	@.ci/need postgresql
	@$(MAKE) --no-print-directory build
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	$(SHARED) go test -run '^$$' -bench . ./bench/...

# The films that web/templates/public/how.html shows, of the service as it is now.
videos:
	@.ci/need postgresql chromium french ffmpeg
	@$(MAKE) --no-print-directory build
	go run ./e2e/record

clean:
	rm -rf bin e2e/node_modules
