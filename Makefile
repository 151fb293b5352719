# The way in: `make run` to try Deskyard, `make test` before you hand something in, `make help` for the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.PHONY: help setup setup-bench build release run test check format format-check checks bench install clean

PREFIX ?= /usr/local
DATA ?= .deskyard
PORT ?= 8080
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
PACKAGES := postgresql-15 libpq-dev pkg-config

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing on Debian (PostgreSQL 15, libpq)
	@command -v swift >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux/"; exit 1; }
	@missing=$$(for package in $(PACKAGES); do dpkg -s $$package >/dev/null 2>&1 || echo $$package; done); \
	if [ -n "$$missing" ]; then echo "installing" $$missing; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; fi

setup-bench: setup
	@command -v wrk >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk; }

build: setup ## Build for development
	swift build

release: setup ## Build for production: .build/release/deskyard
	swift build -c release --product deskyard

run: setup ## Build and start everything on a private PostgreSQL with demo data (PORT=8080 DATA=.deskyard)
	swift build --product deskyard
	.build/debug/deskyard dev --data "$(DATA)" --port $(PORT)

# So many at a time: all at once would starve those that a server's clock watches. What failed is said again at the end.
test: setup ## Run every test, on a PostgreSQL of its own
	@mkdir -p .build
	swift test --experimental-maximum-parallelization-width 24 2>&1 | tee .build/test.log || \
		{ echo; echo "What failed:"; grep -a -A 12 -E "✘|error:" .build/test.log | tail -n 60; exit 1; }

format: ## Format the sources
	swift format --in-place --parallel --recursive Package.swift Sources Tests sql

format-check: ## Fail when a source is not formatted
	swift format lint --strict --parallel --recursive Package.swift Sources Tests sql

checks: build ## Run sql/checks on a fresh database
	.build/debug/deskyard doctor --embedded

check: format-check test checks release ## All that CI runs: format, tests, schema checks, release build

bench: setup-bench ## Measure beside pgbench and the empty route (SECONDS_EACH=4 ROUNDS=3 TICKETS=100000 TENANTS=50 CASES=all)
	swift build -c release
	.build/release/Benchmarks --deskyard .build/release/deskyard --seconds $(or $(SECONDS_EACH),4) --rounds $(or $(ROUNDS),3) \
		--tickets $(or $(TICKETS),100000) --tenants $(or $(TENANTS),50) $(if $(filter-out all,$(CASES)),--cases $(CASES))

install: release ## Install under PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/lib/deskyard $(DESTDIR)$(PREFIX)/bin
	install .build/release/deskyard $(DESTDIR)$(PREFIX)/lib/deskyard/
	cp -r .build/release/deskyard_Schema.resources $(DESTDIR)$(PREFIX)/lib/deskyard/
	ln -sf ../lib/deskyard/deskyard $(DESTDIR)$(PREFIX)/bin/deskyard

clean: ## Remove what was built and the demo's data
	rm -rf .build .bench "$$(readlink -f "$(DATA)/postgres" 2>/dev/null)" "$(DATA)"
