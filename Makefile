# What a person types. `make serve` and `make test` share one build profile, so nothing is built twice.
#
#   make serve [PORT=8000]   build what is needed and serve the site in this folder
#   make test                everything that is checked before a change lands
#   make build               the optimised program, in target/release/siskin
#   make bench               the figures of docs/performance.md

PORT ?= 8000
CARGO ?= cargo
NPM ?= npm

UI_SOURCES := package.json $(shell find themes/admin -type f -not -path '*/dist/*' -not -path '*/templates/*' 2>/dev/null)
UI := themes/admin/dist/.built
MODULES := node_modules/.installed
EXAMPLE := examples/astro/node_modules/.installed

.PHONY: serve test build ui fmt clippy cargo-test typescript client-test browser-test bench clean-ui

serve: ui
	$(CARGO) build --bin siskin
	target/debug/siskin serve --port $(PORT)

build: ui
	$(CARGO) build --release --bin siskin

# The admin's scripts and styles, which the program takes in when it is built.
ui: $(UI)

$(UI): $(MODULES) $(UI_SOURCES)
	$(NPM) run build
	@touch $@

$(MODULES): package-lock.json
	$(NPM) ci --no-audit --no-fund
	@touch $@

test: ui fmt clippy cargo-test typescript client-test browser-test
	@echo "Tested on SQLite."; for server in POSTGRES MARIADB; do \
	if printenv SISKIN_TEST_$$server >/dev/null; then echo "Tested on $$server."; \
	else echo "SKIPPED: $$server; set SISKIN_TEST_$$server to the URL of a server where databases may be made."; fi; done

fmt:
	$(CARGO) fmt --check

clippy: ui
	$(CARGO) clippy --all-targets -- -D warnings

cargo-test: ui
	$(CARGO) test --no-fail-fast

typescript: $(MODULES)
	$(NPM) run check

# Packages of the example front end; where they cannot be had its test says so.
$(EXAMPLE): examples/astro/package-lock.json
	-$(NPM) ci --prefix examples/astro --no-audit --no-fund && touch $@

# Clients of the delivery API that others wrote, and the example front end, against a running server.
client-test: ui $(EXAMPLE)
	$(CARGO) build --bin siskin
	$(NPM) run test:clients --if-present

# Needs a Chromium; SISKIN_TEST_CHROMIUM names one that is not found by itself.
browser-test: ui
	$(CARGO) build --bin siskin
	$(NPM) run test:browser --if-present

bench: build
	bench/run

clean-ui:
	rm -rf themes/admin/dist node_modules examples/astro/node_modules
