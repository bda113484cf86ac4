# Everything one does with this repository; `make help` lists it. The targets
# have the names that Mattermost plugin developers know. Nothing but Go, Node
# and make is needed: all else is fetched or built on first use and kept in
# .cache, which git ignores.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := all

CACHE := .cache
NPM   := npm --prefix webapp

# The root module's packages; ./... would take in Go code below node_modules.
GO_PACKAGES := ./server/... ./build/... ./assets/... ./docs/...

# Only asked for where a recipe needs them, as each takes a second.
PLUGIN_ID    = $(shell go run ./build/manifest id)
BUNDLE       = $(shell go run ./build/bundle path)
LOCAL_BUNDLE = $(shell go run ./build/bundle -local path)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' \
		'/^## /{print "\n" substr($$0, 4)} /^[a-z][a-z0-9 -]*:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Build

.PHONY: all
all: check-style test dist ## Check, test and bundle everything

.PHONY: apply
apply: ## Rewrite the Go and TypeScript constants made from plugin.json
	go run ./build/manifest apply

.PHONY: server
server: ## Compile the server part for every platform
	go run ./build/bundle compile

.PHONY: webapp
webapp: node_modules ## Build the web app
	$(NPM) run build

.PHONY: dist
dist: server webapp ## Make dist/msgbot-VERSION.tar.gz for every platform
	go run ./build/bundle pack

.PHONY: dist-local
dist-local: webapp ## Make the bundle for this machine's platform only (quick)
	go run ./build/bundle -local compile
	go run ./build/bundle -local pack

# npm writes this file at the end of an installation.
NODE_MODULES := webapp/node_modules/.package-lock.json

.PHONY: node_modules
node_modules: $(NODE_MODULES)

$(NODE_MODULES): webapp/package-lock.json webapp/package.json
	$(NPM) ci
	touch $@

.PHONY: clean
clean: ## Remove what was built (the downloads and builds in .cache stay)
	rm -rf dist server/dist webapp/dist webapp/node_modules coverage.out

.PHONY: clean-cache
clean-cache: ## Remove .cache: linter, Mattermost and PostgreSQL are made anew
	rm -rf $(CACHE)

## A running Mattermost
# Reached by the local-mode socket (MM_LOCALSOCKETPATH), or by
# MM_SERVICESETTINGS_SITEURL with MM_ADMIN_TOKEN or with MM_ADMIN_USERNAME and
# MM_ADMIN_PASSWORD.

.PHONY: deploy
deploy: dist ## Build, upload and enable the plugin
	go run ./build/pluginctl deploy $(PLUGIN_ID) $(BUNDLE)

.PHONY: enable disable reset
enable: ## Enable the plugin
disable: ## Disable the plugin
reset: ## Disable and enable the plugin
enable disable reset:
	go run ./build/pluginctl $@ $(PLUGIN_ID)

.PHONY: watch
watch: ## Deploy again whenever a source file changes
	@mkdir -p $(CACHE); rm -f $(CACHE)/watched
	@while true; do \
		if [ ! -e $(CACHE)/watched ] || find plugin.json assets server webapp/src -type f \
			-not -path '*/dist/*' -newer $(CACHE)/watched -print -quit | grep -q .; then \
			touch $(CACHE)/watched; \
			$(MAKE) --no-print-directory deploy || echo 'watch: failed, waiting for the next change'; \
		fi; \
		sleep 1; \
	done

include build/check.mk build/test.mk
