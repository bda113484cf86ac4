# What is checked without running anything.

# The linter is compiled from its sources, in a module of its own, once.
LINTER := $(CURDIR)/$(CACHE)/bin/golangci-lint
TOOLS  := build/tools/go.mod build/tools/go.sum

$(LINTER): $(TOOLS)
	@echo 'Compiling golangci-lint; this takes a few minutes, once'
	cd build/tools && go build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

## Checks

.PHONY: check-style
check-style: check-manifest check-go check-webapp ## Check manifest, formats, vet, linters and types
	@echo 'make check-style: everything passed'

.PHONY: check-manifest
check-manifest: ## Check plugin.json and the constants made from it
	go run ./build/manifest check

.PHONY: check-go
check-go: $(LINTER) ## gofmt, go vet and golangci-lint for both Go modules
	@unformatted=$$(gofmt -l assets build docs e2e server); \
	if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi
	go vet $(GO_PACKAGES)
	$(LINTER) run $(GO_PACKAGES)
	cd e2e && go vet ./... && $(LINTER) run ./...

.PHONY: check-webapp
check-webapp: node_modules ## ESLint and tsc for the web app
	$(NPM) run lint
	$(NPM) run check-types
