# Creel. "make help" lists what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
# -buildvcs=false: a clone owned by somebody else (a container's root) would
# stop the build otherwise.
GO_BUILD := go build -buildvcs=false -trimpath
DESKTOP_TAGS := desktop,production,webkit2_41
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

OS := $(shell uname -s)
ifeq ($(OS),Darwin)
# Wails uses this framework without naming it.
export CGO_LDFLAGS := -framework UniformTypeIdentifiers
endif
ifneq (,$(findstring _NT,$(OS)))
EXE := .exe
# No console window behind the desktop one.
WINDOW_LDFLAGS := -H windowsgui
endif

BIN := build/bin
MODULES := frontend/node_modules/.package-lock.json
PAGE := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/public frontend/wailsjs -type f 2>/dev/null) \
	$(wildcard frontend/*.html frontend/*.json frontend/*.ts frontend/*.cjs frontend/*.mjs)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what building and testing need (Debian, Ubuntu), or say what to install
	@build/scripts/setup.sh test

.PHONY: run
run: ## set up, build and launch; without a display, serve and print the URL
	@build/scripts/setup.sh run
	@if [ "$(OS)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(MAKE) --no-print-directory headless && \
		echo "No display here: serving the page for a browser instead." && \
		exec $(BIN)/creel-headless$(EXE) serve; \
	else \
		$(MAKE) --no-print-directory build && exec $(BIN)/creel$(EXE); \
	fi

.PHONY: build
build: $(PAGE) ## the desktop app, build/bin/creel
	$(GO_BUILD) -tags $(DESKTOP_TAGS) -ldflags "$(LDFLAGS) $(WINDOW_LDFLAGS)" -o $(BIN)/creel$(EXE) .

.PHONY: headless
headless: $(PAGE) ## the same without a window, build/bin/creel-headless
	CGO_ENABLED=0 $(GO_BUILD) -ldflags "$(LDFLAGS)" -o $(BIN)/creel-headless$(EXE) .

.PHONY: page
page: $(PAGE) ## the page alone, frontend/dist

$(MODULES): frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund </dev/null
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	cd frontend && npm run build </dev/null
	@touch $@

.PHONY: test
test: setup lint test-go test-keychain test-page test-e2e test-window ## set up and run every test

.PHONY: test-go
test-go: $(PAGE) ## Go tests with the race detector
	go test -race $$(go list ./... | grep -v /backend/trial)
	go test -count=1 ./backend/trial

.PHONY: test-keychain
test-keychain: headless ## secrets in a real keychain, of its own (Linux)
	@if [ "$(OS)" = Linux ]; then \
		build/scripts/keychain-test.sh $(BIN)/creel-headless; \
	else \
		echo "The real-keychain test runs on Linux only."; \
	fi

.PHONY: test-page
test-page: $(MODULES) ## unit tests of the page
	cd frontend && CI=1 npm test </dev/null

.PHONY: test-e2e
test-e2e: headless ## the page in Chromium against creel-headless serve
	cd frontend && CI=1 npm run e2e </dev/null

.PHONY: test-window
test-window: build ## the real window, driven by role and name (Linux)
	@if [ "$(OS)" = Linux ]; then \
		build/scripts/window-test.sh $(BIN)/creel; \
	else \
		echo "The real-window test runs on Linux only."; \
	fi

.PHONY: lint
lint: $(PAGE) ## format, vet and lint checks, and generated files against their source
	@unformatted=$$(gofmt -l app.go main.go backend build); \
	if [ -n "$$unformatted" ]; then echo "gofmt these: $$unformatted" >&2; exit 1; fi
	go vet ./...
	CGO_ENABLED=0 go run $(GOLANGCI) run ./...
	build/scripts/bindings.sh check
	cd frontend && npm run lint </dev/null

.PHONY: fmt
fmt: $(MODULES) ## format Go and the page
	gofmt -w app.go main.go backend build
	cd frontend && npm run fmt </dev/null

.PHONY: bindings
bindings: ## write frontend/wailsjs anew after a change to app.go's methods
	build/scripts/bindings.sh

.PHONY: bench
bench: headless ## speed as ratios, measured in one run
	go run -buildvcs=false ./build/bench -creel $(BIN)/creel-headless$(EXE)

.PHONY: soak
soak: ## the long runs: 1,000 kills at random under load, 1,000 requests/s for five minutes; a quarter of an hour
	CREEL_SOAK=1000 go test -count=1 -timeout 60m -v -run 'TestKilledAtRandomUnderLoad|TestSteadyStreamIsAllThere' ./backend/trial

.PHONY: seed
seed: headless ## fill a new data folder: make seed N=1000000 DATA=DIR
	@test -n "$(N)" && test -n "$(DATA)" || { echo "usage: make seed N=1000000 DATA=DIR" >&2; exit 2; }
	$(BIN)/creel-headless$(EXE) seed -n $(N) --data "$(DATA)"

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) build/tmp frontend/node_modules frontend/test-results frontend/playwright-report
	find frontend/dist -mindepth 1 ! -name .gitkeep -delete
