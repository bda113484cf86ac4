# What is run: tests, measurements and the demonstration. Tests that need a
# database or a Mattermost get them from the tools in e2e/.

# Further arguments for demo, bench and the long tests: make demo ARGS=--once
ARGS ?=

# The race detector needs cgo and so a C compiler; without one the tests run
# without it.
RACE = $(shell command -v $$(go env CC) >/dev/null && echo -race)

# A relative path counts from where make was called.
ifdef MATTERMOST_DIR
export MATTERMOST_DIR := $(abspath $(MATTERMOST_DIR))
endif

E2E     = cd e2e && MSGBOT_BUNDLE='$(CURDIR)/$(LOCAL_BUNDLE)'
WITH_DB = cd e2e && go run ./cmd/testdb --

## Tests

.PHONY: test
test: test-unit test-webapp test-e2e ## Run every test, with real PostgreSQL and Mattermost
	@echo 'make test: everything passed'

.PHONY: test-unit
test-unit: ## Run the Go unit and store tests on a real PostgreSQL
	@echo; echo '== Go unit and store tests'
	@$(if $(RACE),,echo 'No C compiler: without the race detector')
	$(WITH_DB) go test -C '$(CURDIR)' $(RACE) $(GO_PACKAGES)

.PHONY: test-webapp
test-webapp: node_modules ## Run the web tests
	@echo; echo '== Web tests'
	$(NPM) test

.PHONY: prepare
prepare: ## Build Mattermost and find PostgreSQL ahead of the tests
	cd e2e && go run ./cmd/prepare

.PHONY: test-e2e
test-e2e: dist-local prepare ## Run the end-to-end tests on a real Mattermost
	@echo; echo '== End-to-end tests'
	$(E2E) go test -count=1 -p 1 -timeout 30m ./...

.PHONY: test-crash
test-crash: dist-local prepare ## Kill plugin, server and database at random; count messages
	$(E2E) go test ./crash -run TestCrash -count=1 -timeout 60m -v -args -full $(ARGS)

.PHONY: test-nodes
test-nodes: dist-local prepare ## Two servers on one database, the owner killed
	$(E2E) go test ./nodes -run TestNodes -count=1 -timeout 60m -v -args -full $(ARGS)

.PHONY: race
race: ## Run the Go unit tests three times under the race detector
	$(WITH_DB) go test -C '$(CURDIR)' -race -count=3 $(GO_PACKAGES)

FUZZTIME ?= 60s

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (60s)
	@packages=$$(go list $(GO_PACKAGES)); \
	for package in $$packages; do \
		listed=$$(go test -list '^Fuzz' $$package) || exit 1; \
		for target in $$(grep '^Fuzz' <<<"$$listed"); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$package || exit 1; \
		done; \
	done

## Seeing it work

.PHONY: demo
demo: dist-local prepare ## A whole msgbot with customers and agents (ARGS=--once ends by itself)
	$(E2E) go run ./cmd/demo $(ARGS)

.PHONY: bench
bench: dist-local prepare ## Measure throughput and latency beside the platform's own limit
	$(E2E) go run ./cmd/bench $(ARGS)
