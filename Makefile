SHELL := bash
.SHELLFLAGS := -euo pipefail -c

SQLX_CLI := 0.9.0
CARGO_DENY := 0.20.2
# Compiling a tool takes longer than all its runs in CI, so nothing of it is optimized.
install := CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_LTO=off \
	CARGO_PROFILE_RELEASE_DEBUG=0 cargo install --root .tools --locked

# ~/.cargo/bin: a shell started before Rust was installed does not have it on its PATH.
export PATH := $(CURDIR)/.tools/bin:$(PATH):$(HOME)/.cargo/bin
# Queries are checked against .sqlx, so a build needs no database.
export SQLX_OFFLINE := true

# More flags of `cargo build`, in `lint` and `scripts/with-service`.
BUILD_FLAGS ?=

curio := $(or $(CARGO_TARGET_DIR),target)/debug/curio

# A variable of .env, for `make run`. The service reads the file itself.
dotenv = $(shell sed -nE 's/^(export )?$(1)=["'\'']?([^"'\''[:space:]]+).*/\2/p' .env 2>/dev/null | tail -n 1)
bind := $(or $(CURIO_BIND),$(call dotenv,CURIO_BIND),127.0.0.1:8080)
address := http://$(subst [::]:,[::1]:,$(subst 0.0.0.0:,127.0.0.1:,$(bind)))
private := $(if $(DATABASE_URL)$(call dotenv,DATABASE_URL),,yes)

# Prefix of a command: runs it on a scratch database with all migrations. sqlx applies them, since the service does not
# build while .sqlx lacks a query.
on_scratch := scripts/postgres with test bash -euc '\
	base=$${DATABASE_URL%%\?*}; \
	export DATABASE_URL="$${base%/*}/curio_scratch_$$$$$${DATABASE_URL:$${\#base}}"; \
	trap "sqlx database drop -y" EXIT; \
	sqlx database create; \
	sqlx migrate run; \
	"$$@"' scratch

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

.PHONY: run
run: cargo ## build and run the service on DATABASE_URL or a private PostgreSQL
	@$(if $(private),scripts/postgres bin >/dev/null) # fail before the build rather than after it
	cargo build
	@printf '\ncurio will listen on $(address) until Ctrl-C. Try:\n\n'
	@printf "  curl -i $(address)/v1/items -H 'Content-Type: application/json' -d '%s'\n\n" '{"name": "Lamp"}'
	@$(if $(private),scripts/postgres with dev) $(curio) serve --migrate-on-start

.PHONY: demo
demo: ## fill the running service with a catalogue of 10,000 items
	@python3 scripts/demo.py $(address)

.PHONY: test
test: cargo sqlx-cli ## run all tests on DATABASE_URL or a private PostgreSQL
	scripts/postgres with test cargo test --workspace
	scripts/postgres with test cargo test -p sqlx-autogenerate --all-features --test types

# What does not depend on the version of PostgreSQL is left out: HTTP, access tokens, the random walk and races, and the
# proofs of the golden cases, each of which is migrated here all the same.
.PHONY: test-postgres-18
test-postgres-18: cargo sqlx-cli ## run the integration tests on the newest PostgreSQL 18 of npm
	CURIO_POSTGRES_VERSION=18 scripts/postgres upgrade
	AUTOGENERATE_PAIRS=40 CURIO_POSTGRES_VERSION=18 scripts/postgres with test \
		cargo test --workspace --test it -- --skip http:: --skip access::jwt --skip resource::model \
		--skip resource::races --skip prove::the_golden_cases

.PHONY: test-shop
test-shop: cargo sqlx-cli ## package the library, and use it in an example project for a series of revisions
	scripts/postgres with test crates/autogenerate/examples/shop/life/run

.PHONY: soak
soak: cargo ## random pairs of schemas (5,000), filters and JSON Schemas (20,000 each); PAIRS=1 CASES=1 SEED=7
	AUTOGENERATE_PAIRS=$(or $(PAIRS),5000) AUTOGENERATE_SEED=$(or $(SEED),$$(date +%s)) \
		scripts/postgres with test cargo test -p sqlx-autogenerate --test it random:: -- --nocapture
	CURIO_FILTER_CASES=$(or $(CASES),20000) CURIO_FILTER_SEED=$(or $(SEED),$$(date +%s)) \
		scripts/postgres with test cargo test -p curio-filter --test it random:: -- --nocapture
	PROPTEST_CASES=$(or $(CASES),20000) PROPTEST_RNG_SEED=$(or $(SEED),$$(date +%s)) \
		cargo test -p curio-schema --test it random::

.PHONY: lint
lint: cargo sqlx-cli cargo-deny ## check format, lints, documentation, dependencies, openapi.json, .sqlx and migrations
	cargo fmt --all --check
	cargo fmt --all --check --manifest-path crates/autogenerate/examples/shop/Cargo.toml
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items
	cargo check --workspace # without the features that tests add to the dependencies
	cargo deny --workspace check bans licenses sources
	@if cargo deny fetch db 2>/dev/null; then cargo deny --workspace --offline check advisories; \
		else echo 'advisories are not checked: cannot fetch the RustSec database from GitHub' >&2; fi
	@$(on_scratch) cargo sqlx prepare --check --workspace -- --all-targets || \
		{ echo 'if .sqlx is outdated: run make prepare' >&2; exit 1; }
	cargo build $(BUILD_FLAGS) # after sqlx, which has the workspace recompiled
	@$(curio) openapi | diff -u openapi.json - || { echo 'openapi.json is outdated: run make openapi' >&2; exit 1; }
	@$(on_scratch) $(curio) db check --allow-pending || { echo 'if models and migrations differ: see "Change a model" in README.md' >&2; exit 1; }

.PHONY: db
db: cargo ## run a db command on DATABASE_URL or the private PostgreSQL: make db ARGS='revision --autogenerate -m "add sku"'
	@cargo build --quiet --no-default-features
	@$(if $(private),scripts/postgres with dev) $(curio) db $(ARGS)

.PHONY: fmt
fmt: cargo ## format the code
	cargo fmt --all
	cargo fmt --all --manifest-path crates/autogenerate/examples/shop/Cargo.toml

.PHONY: openapi
openapi: cargo ## write openapi.json
	cargo build
	$(curio) openapi >openapi.json.new
	mv openapi.json.new openapi.json

.PHONY: prepare
prepare: cargo sqlx-cli ## write .sqlx, the metadata of all queries
	@$(on_scratch) cargo sqlx prepare --workspace -- --all-targets

.PHONY: bench
bench: cargo ## measure the service under load, and a check of 200 models against Alembic's; ARGS=--quick
	python3 scripts/bench $(ARGS)
	python3 scripts/bench-check.py

.PHONY: bench-large
bench-large: cargo ## measure pages of 1, 5 and 20 million small items; this takes 40 GB and an hour
	python3 scripts/bench --large $(ARGS)

.PHONY: lint-api
lint-api: ## lint openapi.json
	scripts/lint-api

.PHONY: lint-deploy
lint-deploy: cargo sqlx-cli ## check deploy/: manifests, alerts and their tests, settings and metrics that exist
	@$(on_scratch) scripts/lint-deploy

.PHONY: fuzz-api
fuzz-api: cargo sqlx-cli ## send the service valid and invalid requests; ARGS='--seed 7'
	@$(on_scratch) scripts/fuzz-api $(ARGS)

.PHONY: test-clients
test-clients: cargo sqlx-cli ## generate clients from openapi.json, and find items with them
	@$(on_scratch) scripts/test-clients

.PHONY: test-oidc
test-oidc: cargo sqlx-cli ## accept access tokens of a real OpenID provider
	@$(on_scratch) scripts/test-oidc

.PHONY: test-docs
test-docs: cargo sqlx-cli ## try /docs, and pages of other origins, in Chromium
	@$(on_scratch) scripts/test-docs

.PHONY: clean-postgres
clean-postgres: ## stop the private PostgreSQL servers and delete their data
	scripts/postgres clean

.PHONY: cargo
cargo:
	@command -v cargo >/dev/null || { echo 'cargo is not on the PATH: install Rust from https://rustup.rs' >&2; exit 1; }

.PHONY: sqlx-cli
sqlx-cli: cargo
	@[ "$$(.tools/bin/sqlx --version 2>/dev/null)" = 'sqlx-cli $(SQLX_CLI)' ] || \
		$(install) sqlx-cli --version $(SQLX_CLI) --no-default-features --features postgres,rustls

.PHONY: cargo-deny
cargo-deny: cargo
	@[ "$$(.tools/bin/cargo-deny --version 2>/dev/null)" = 'cargo-deny $(CARGO_DENY)' ] || \
		$(install) cargo-deny --version $(CARGO_DENY)
