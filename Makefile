# make demo   build everything, fill a simulated shop, serve it
# make test   install what the tests need and run all of them
# make help   the rest

GO      ?= go
BIN     := bin/clickspan
LINT    := bin/golangci-lint
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS := -s -w -X github.com/clickspan/clickspan/internal/cli.version=$(VERSION)
# The C compiler links DuckDB; every other package is plain Go.
export CGO_ENABLED := 1

.PHONY: help demo build ui sdk test test-go test-ui test-sdk test-browser screenshots lint fmt generate bench bench-link bench-effects bench-stats fuzz release test-release clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

demo: build ## build, fill a simulated shop and serve it
	$(BIN) demo

build: ui sdk ## build UI, browser SDK and binary; the binary is bin/clickspan
	$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/clickspan

ui: web/dist/index.html ## build the web UI into the folder that the binary embeds

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/index.html web/scripts web/*.json web/*.ts -type f 2>/dev/null)
	cd web && npm run build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

sdk: sdk/js/dist/clickspan.js ## build the browser SDK that the binary embeds

sdk/js/dist/clickspan.js: sdk/js/node_modules/.package-lock.json $(shell find sdk/js/src sdk/js/scripts sdk/js/*.json -type f 2>/dev/null)
	cd sdk/js && npm run build

sdk/js/node_modules/.package-lock.json: sdk/js/package.json sdk/js/package-lock.json
	cd sdk/js && npm ci --no-audit --no-fund
	@touch $@

test: lint test-go test-ui test-sdk test-browser ## everything: lint, Go with -race, UI, browser SDK, a real browser

# The tests in test/ run processes, which the detector of the test does not see: test-browser runs them.
test-go: ## Go tests of the packages with the race detector
	$(GO) vet ./...
	$(GO) vet -tags bench ./...
	$(GO) vet -tags browser,screenshots ./test
	$(GO) vet -tags release ./test
	$(GO) test -race -timeout 20m ./internal/...

test-ui: web/node_modules/.package-lock.json ui ## types, lint, unit tests and weight of the UI
	cd web && npm run typecheck && npm run lint && npm test && npm run size
	cd web && npm run generate && git diff --exit-code -- src/api/schema.d.ts

test-sdk: sdk/js/node_modules/.package-lock.json sdk ## types, lint, unit tests and weight of the browser SDK
	cd sdk/js && npm run typecheck && npm run lint && npm test && npm run size

test-browser: build bin/caddy ## the built binary: processes, sockets, Chromium
	./scripts/need-chromium
	./scripts/need-debian nginx nginx
	./scripts/need-debian apache2-bin apache2
	./scripts/need-debian faketime faketime
	$(GO) test -count=1 -timeout 30m -tags browser ./test/...

bin/caddy: test/caddy/go.mod
	cd test/caddy && $(GO) build -o ../../bin/caddy github.com/caddyserver/caddy/v2/cmd/caddy

screenshots: build ## the pictures of the documentation, in docs/images
	./scripts/need-chromium
	$(GO) test -count=1 -tags browser,screenshots -run TestScreenshots -timeout 30m -v ./test

lint: $(LINT) ## gofumpt, go vet, golangci-lint with the package directions
	$(LINT) run ./...
	$(LINT) fmt --diff ./...

$(LINT): tools/go.mod
	cd tools && $(GO) build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fmt: $(LINT) ## format
	$(LINT) fmt ./...

generate: web/node_modules/.package-lock.json ## what is made from code: OpenAPI document, its types, pages of docs/reference
	$(GO) test ./internal/api ./internal/cli -run 'OpenAPI|ReferencePages' -update
	UPDATE=1 $(GO) test ./internal/privacy -run Inventory
	cd web && npm run generate

bench: build ## the tables of docs/BENCHMARKS.md
	./scripts/bench

bench-link: ## precision, recall and calibration of links
	$(GO) test ./internal/link -run 'Recording|Simulated' -count=1 -v

bench-effects: ## bias and coverage of the effects' estimators where the truth is known
	$(GO) test -tags bench ./internal/stats -run '^TestBenchEffects$$' -count=1 -timeout 3h -v | grep -vE '^ *(=== |--- |PASS|ok)'

bench-stats: bench-effects ## the same, and what the answers of a whole simulated shop are worth
	$(GO) test -tags bench ./internal/api -run '^TestBenchImpact$$' -count=1 -timeout 3h -v | grep -vE '^ *(=== |--- |PASS|ok)'

fuzz: ## every fuzz target for a minute
	./scripts/fuzz 60s

release: ui sdk ## static archives with checksums in dist/
	./scripts/need-debian mold mold
	VERSION=$(VERSION) ./scripts/release

test-release: ui sdk ## release for both machines, install it into a clean Debian and use it there (root, on amd64)
	./scripts/need-chromium
	./scripts/need-debian debootstrap debootstrap
	./scripts/need-debian g++-aarch64-linux-gnu aarch64-linux-gnu-g++
	./scripts/need-debian qemu-user-static qemu-aarch64-static
	$(MAKE) release
	./scripts/alone $(GO) test -count=1 -tags release -timeout 30m ./test -run TestRelease -v

clean: ## remove what was built
	rm -rf bin dist web/dist web/node_modules sdk/js/dist sdk/js/lib sdk/js/node_modules
	mkdir web/dist sdk/js/dist && touch web/dist/.gitkeep sdk/js/dist/.gitkeep
