# make run    the whole platform on this machine, with example people in it
# make quick  the checks and the short tests, without browsers: for between two edits
# make test   every test, in real browsers too; those that go through the program stand
#             at one instant, another each day, which it prints. What did not change since
#             it last passed is not run again (go clean -testcache forgets it). The browsers
#             come last and alone: calls need the processor
# make test-anytime   those that go through the program, at every instant: NOW="…" runs
#             them at instants of your own, PKG=./cmd/socialdirect one package alone
# make test-lines   a call over bad lines, in real time, while nothing else runs
# make build  the programs, in bin/
# make sbom   the programs, and bin/sbom.json: the modules in them (CycloneDX), for a release
# make bench  the benchmarks
# make videos the films of the service, recorded anew
#
# What is missing on the machine is installed by .ci/need.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
BUILD   := CGO_ENABLED=0 go build -trimpath
STORE   := internal/embedded/objectstore
TOOL    := go tool -modfile=$(CURDIR)/tools/go.mod
SHARED  := bin/withpostgres

# Where the tests that go through the program stand in time (internal/clocktest).
INSTANTS := go run ./internal/clocktest/instants
PKG      := ./cmd/socialdirect ./e2e

# What the tests of one package may take at most, on a slow machine that does more.
PATIENCE := 40m

.PHONY: run build quick test test-anytime test-lines lint check bench videos clean

run:
	@.ci/need postgresql
	@$(MAKE) --no-print-directory build
	@exec bin/socialdirect demo $(ARGS)

# A program that is as it was is left alone: tests that read it are not run again then.
# bin/sbom.json lists what others wrote in the programs, as the linker recorded it.
build:
	$(BUILD) -ldflags '-s -w -X main.version=$(VERSION)' -o bin/new/socialdirect ./cmd/socialdirect
	cd $(STORE) && $(BUILD) -ldflags '-s -w' -o $(CURDIR)/bin/new/socialdirect-objectstore .
	@cd tools && go run ./sbom ../bin/new/socialdirect ../bin/new/socialdirect-objectstore >../bin/new/sbom.json
	@install -C bin/new/* bin/

quick:
	@.ci/need postgresql
	@$(MAKE) --no-print-directory build lint
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	$(SHARED) go test -short -timeout $(PATIENCE) $$(go list ./... | grep -v '/e2e$$')

test:
	@.ci/need postgresql race chromium firefox webkit clamav caddy pgbouncer node coturn haproxy
	@$(MAKE) --no-print-directory build lint check
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	@now="$${SOCIALDIRECT_NOW:-$$($(INSTANTS) -today)}" && echo "The tests stand at SOCIALDIRECT_NOW=$$now" && \
	export SOCIALDIRECT_NOW="$${now%% *}" && \
	$(SHARED) go test -race -timeout $(PATIENCE) $$(go list ./... | grep -v '/e2e$$') && \
	$(SHARED) go test -timeout $(PATIENCE) ./e2e
	cd $(STORE) && go test -race -timeout $(PATIENCE) ./...

test-anytime:
	@.ci/need postgresql chromium firefox webkit clamav caddy pgbouncer node
	@$(MAKE) --no-print-directory build e2e/node_modules/.installed
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	@instants="$$($(if $(NOW),printf '%s\n' $(NOW),$(INSTANTS)))" && echo "$$instants" | { red=0; while read -r at what; do \
		echo "== $$at $$what"; \
		SOCIALDIRECT_NOW="$$at" $(SHARED) go test -timeout 30m $(PKG) </dev/null || red=1; \
	done; exit $$red; }

test-lines:
	@.ci/need postgresql chromium node
	@$(MAKE) --no-print-directory build e2e/node_modules/.installed
	go build -o $(SHARED) ./internal/dbtest/withpostgres
	SOCIALDIRECT_LINES=1 $(SHARED) go test -v -count=1 -timeout $(PATIENCE) -run TestR26_AWeakLine ./e2e

# What can be told without running anything. tools/lint says what it looks for.
lint:
	@! gofmt -l $$(git ls-files -c -o --exclude-standard '*.go') | grep . || { echo "gofmt -w would write these otherwise"; exit 1; }
	go vet ./...
	$(TOOL) staticcheck ./...
	$(TOOL) unparam ./...
	cd tools && go vet ./... && go test ./... && go build -o $(CURDIR)/bin/lint ./lint
	go vet -vettool=$(CURDIR)/bin/lint ./...
	cd $(STORE) && go vet ./... && $(TOOL) staticcheck ./... && go vet -vettool=$(CURDIR)/bin/lint ./...

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
