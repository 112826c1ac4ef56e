# youshi (有事). `make` lists what can be made.

GO       ?= go
RUN      ?= demo
ARGS     ?=
FUZZTIME ?= 20s
KILLS    ?= 200
DAYS     := testdata/days/*.jsonl
LINES    := testdata/lines.jsonl
TAUGHT   := testdata/taught/*.jsonl
LINT     := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help build run test race kill fuzz bench lint train eval pictures go chromium

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: go ## compile bin/youshi
	$(GO) build -o bin/youshi ./cmd/youshi

run: build ## start the demo and print its address (RUN=serve: the real thing; ARGS="--addr …")
	bin/youshi $(RUN) $(ARGS)

test: go chromium ## vet, then every test
	$(GO) vet ./...
	$(GO) test -shuffle=on -timeout 20m ./...

race: go chromium ## every test under the race detector
	$(GO) test -race -shuffle=on -timeout 60m ./...

kill: go ## kill the program KILLS times while it works; nothing may be lost
	$(GO) test -count=1 -timeout 60m -run Kill -v ./app ./storage/bolt -kills $(KILLS)

fuzz: go ## each fuzz test for FUZZTIME
	@set -e; grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u | while read -r dir; do \
		for target in $$(grep -h '^func Fuzz' $$dir/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/'); do \
			echo "$$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$dir < /dev/null; \
		done; \
	done

bench: go ## every benchmark
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./...

lint: go ## golangci-lint, at the version named above
	$(GO) run $(LINT) run ./...

train: build ## train the local model from the recorded days (PUBLIC=dir: and a folder of public messages)
	bin/youshi train --data $(DAYS) $(LINES) --extra $(TAUGHT) $(if $(PUBLIC),$(PUBLIC)/not_for_the_bot_train.jsonl) --out intents/local/model.bin

eval: build ## the score card: each recorded day left out of training once, some 12 minutes (PUBLIC=dir: and with strangers' talk mixed in)
	bin/youshi eval --leave-one-out --data $(DAYS) $(LINES) --extra $(TAUGHT) $(if $(PUBLIC),$(PUBLIC)/not_for_the_bot_train.jsonl)

pictures: go chromium ## renew docs/pictures from the tests that play what they show
	@dir=$$(mktemp -d) && trap "rm -rf $$dir" EXIT && YOUSHI_SHOTS=$$dir $(GO) test -count=1 -run 'Pictures|InARealBrowser' ./app \
		&& for p in docs/pictures/*.png; do cp $$dir/$$(basename $$p) $$p || exit 1; done

go:
	@command -v $(GO) > /dev/null || { echo "Go is missing: install Go 1.26 or newer (https://go.dev/dl) and see that '$(GO)' is on the PATH." >&2; exit 1; }

# The web pages are tested in a real browser. As root on Debian or Ubuntu it is
# installed; elsewhere one sentence says what to install.
chromium:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name > /dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "installing Chromium for the tests of the web pages" >&2; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } > /dev/null; \
	else \
		echo "Chromium is missing: install the package chromium (or Google Chrome); the tests of the web pages need a browser." >&2; \
		exit 1; \
	fi
