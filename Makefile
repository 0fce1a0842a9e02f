# Only python3 >= 3.11, make and a Python package registry are assumed; `make help` lists the targets.

python := .venv/bin/python
recmail := .venv/bin/recmail
lint := .venv-lint/bin

# Options of the targets that run dbt; see `make help`.
export INPUT AS_OF VARS
export RECMAIL_DATABASE := $(or $(DATABASE),$(RECMAIL_DATABASE),warehouse.duckdb)

export DBT_PROFILES_DIR := $(CURDIR)
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export UV_PYTHON_DOWNLOADS := never

# dbt and DuckDB use all cores themselves and the database file takes one writer: one target after the other, but where
# make test says so.
ifndef side_by_side
.NOTPARALLEL:
endif
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo inputs load init build train effect explain power render send watch simulate preview email-report quality dashboard forget services fuzz spark test email-tools lint fmt docs site bench evaluate hooks lock clean

help: ## list the targets
	@echo 'usage: make TARGET [OPTION=value ...]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' Makefile
	@echo
	@echo 'Options of train, build and demo (DATABASE also of render and preview):'
	@echo "  INPUT=<dir>        directory of <table>.parquet or <table>.csv files (default: the demo's)"
	@echo "  AS_OF=<timestamp>  compute as of this UTC time, '2025-06-01 00:00:00' (default: the latest event)"
	@echo '  THEME=<name|file>  how emails look, of render, preview and demo: forest, linen, signal or a theme.toml of your own'
	@echo '  DATABASE=<file>    DuckDB file to build (default: $$RECMAIL_DATABASE or warehouse.duckdb)'
	@echo "  VARS='{yaml}'      any var of dbt_project.yml, '{recommendations_per_user: 20}'"
	@echo 'PYTHON=<file> names the interpreter that the environments are made with (default: python3).'

# --- environments -------------------------------------------------------------------------------------------

.venv/.installed: requirements.lock pyproject.toml
	@scripts/environment.sh .venv requirements.lock

.venv-%/.installed: requirements-%.lock | .venv/.installed
	@scripts/environment.sh .venv-$* requirements-$*.lock

# --- the product --------------------------------------------------------------------------------------------

# build and train read the demo's inputs unless they are told otherwise; beside var sources these are never read.
demo_inputs = $(if $(INPUT)$(findstring input_,$(VARS))$(findstring sources,$(VARS)),,inputs)

demo: .unsubscribe_key train build quality dashboard render preview ## demo inputs, warehouse, dashboard, rendered emails and their gallery
	@printf '\nLook at:\n'
	@printf '  %-22s %s\n' 'gallery of the emails' '$(CURDIR)/out/gallery/index.html'
	@printf '  %-22s %s\n' 'how emails did' '$(CURDIR)/out/dashboard.html'
	@printf '  %-22s %s\n' 'quality of the inputs' '$(CURDIR)/out/input_quality.html'
	@printf '  %-22s %s\n' 'all rendered emails' '$(CURDIR)/out/emails/'
	@printf '  %-22s %s\n' 'warehouse (DuckDB)' "$$(realpath "$$RECMAIL_DATABASE")"

inputs: data/demo/.made ## make the demo inputs in data/demo

data/demo/.made: $(shell find demo -type f -not -name '*.pyc') .venv/.installed
	$(python) -m demo.make_inputs --out data/demo
	@touch $@

build: .venv/.installed $(demo_inputs) ## dbt build: models and tests, beside the warehouse until all is built
	@vars=$$($(recmail) vars) && \
	printf "dbt build --vars '%s'\n  into %s\n" "$$vars" "$$RECMAIL_DATABASE" && \
	$(recmail) build --vars "$$vars" && \
	$(recmail) forget --if-erased

# The server and its password stand in the environment, RECMAIL_LOAD_URL, so that no list of processes shows them.
load: .venv/.installed ## tables of PostgreSQL into schema INTO=raw_shop of DATABASE: TABLES='users shop.orders', FROM=public
	@$(recmail) load $(if $(FROM),--from '$(FROM)') $(if $(INTO),--into '$(INTO)') $(TABLES)

init: .venv/.installed ## what is found, missing or doubtful, and the vars to paste: PLACES='/data/shop raw_shopify' (folders, schemas)
	@$(recmail) init $(or $(PLACES),$(INPUT))

effect: .venv/.installed ## what edited rules and seeds would change, tried in a copy of the warehouse; WEEKS=4 of clicks, too
	@vars=$$($(recmail) vars) && \
	$(recmail) effect --vars "$$vars" $(if $(WEEKS),--weeks '$(WEEKS)')

# Learned from the same inputs, up to the same time; ranks from the next build on. The demo looks at two cuts to be brief.
demo: windows := 2
train: .venv/.installed $(demo_inputs) ## learn what is bought after what, on replays of the models at earlier times
	@vars=$$($(recmail) vars) && \
	$(recmail) train --vars "$$vars" $(if $(windows),--windows $(windows))

# USER is also a variable of the shell's: what counts is said to make, which hands it on as it is.
explain: .venv/.installed ## why this, why not that, why held: USER=, ITEM= or MESSAGE=<id>, WHY_NOT=<item>, JSON=1
	@$(recmail) explain $(if $(findstring command,$(origin USER)),--user "$$USER") \
		$(if $(ITEM),--item "$$ITEM") $(if $(MESSAGE),--message "$$MESSAGE") $(if $(WHY_NOT),--why-not "$$WHY_NOT") \
		$(if $(JSON),--json)

power: .venv/.installed ## users and days that an experiment needs: BASELINE=0.05 LIFT=0.1, POWER=0.8, ALPHA=0.05, ARMS=2
	@vars=$$($(recmail) vars) && \
	$(recmail) power --vars "$$vars" --baseline '$(BASELINE)' --lift '$(LIFT)' \
		$(if $(POWER),--power '$(POWER)') $(if $(ALPHA),--alpha '$(ALPHA)') $(if $(ARMS),--arms '$(ARMS)')

# Rendering signs links with RECMAIL_UNSUBSCRIBE_KEY; for the demo alone a random key of its own will do.
demo: key_file := .unsubscribe_key
with_key = $(if $(key_file),chmod go= $(key_file) && RECMAIL_UNSUBSCRIBE_KEY="$${RECMAIL_UNSUBSCRIBE_KEY:-$$(cat $(key_file))}")

.unsubscribe_key: | .venv/.installed
	@umask 077; $(python) -c 'import secrets; print(secrets.token_hex(32))' > $@

quality: .venv/.installed ## a page on the inputs: gate, counts, rejected rows, in out/input_quality.html
	@$(recmail) quality

dashboard: .venv/.installed ## a page on how the emails did: charts and tables of the metric marts, in out/dashboard.html
	@$(recmail) dashboard

# The project's own theme.toml, where it has one, is taken without being named.
with_theme = $(if $(THEME),--theme '$(THEME)')

render: .venv/.installed ## render the queued emails into out/emails
	@$(with_key) $(recmail) render $(with_theme)

# How it is sent stands in the environment, RECMAIL_SMTP_URL, RECMAIL_LEDGER, RECMAIL_DKIM_KEY, so that no list of
# processes shows it. SEND takes any option of recmail send: make send SEND=--dry-run
send: .venv/.installed ## send the rendered emails, TRANSPORT=smtp, maildir or jsonl; SEND=--dry-run shows the plan
	@$(recmail) send --transport $(or $(TRANSPORT),smtp) $(SEND)

watch: .venv/.installed ## build and render every EVERY=15 minutes; with TRANSPORT= also send
	@$(with_key) $(recmail) watch --every $(or $(EVERY),15) $(if $(TRANSPORT),--transport $(TRANSPORT))

simulate: .venv/.installed ## let a made-up shop live for WEEKS=8, and audit what was sent; LOOP=compare SEEDS=10: clicks that lists learn from
	@$(recmail) simulate --weeks $(or $(WEEKS),8) $(if $(DAYS),--days $(DAYS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(LOOP),--loop $(LOOP)) $(if $(SEEDS),--seeds $(SEEDS))

# The demo's pictures have no host: the page gets copies of them.
preview: .venv/.installed ## a gallery of real emails of every segment in out/gallery
	@$(recmail) preview $(with_theme) \
		$$(test -d data/demo/images && echo --images https://images.recmail.example/demo/=data/demo/images)

email-report: .venv/.installed ## count what the queued emails say: titles, subjects, sensitive goods, badges, offers
	@$(recmail) email-report

forget: .venv/.installed ## after a build: remove what files still hold of people who asked to be erased
	@$(recmail) forget

# --- checks -------------------------------------------------------------------------------------------------

# A database of its own, built anew: warehouse.duckdb stays as it is.
# Side by side: what is installed and made, linters, and dbt, each of which leaves a core idle for much of its time. dbt's
# unit tests are run by pytest (tests/python/test_formulas.py). Each worker of pytest takes whole files; which are long
# and start first is said in tests/python/conftest.py.
test built: export RECMAIL_DATABASE := $(CURDIR)/target/test.duckdb
test: .venv/.installed ## everything that must hold: lint, dbt build with data tests on the demo inputs, pytest with dbt's unit tests
	@mkdir -p target && rm -f target/test.duckdb target/test_seconds target/lint.txt
	@$(MAKE) --no-print-directory --jobs 3 side_by_side=1 built linted spark-where-java; made=$$?; \
	test ! -e target/lint.txt || cat target/lint.txt; exit $$made
	$(call step,$(python) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15)
	@printf '\nseconds\n'; cat target/test_seconds

.PHONY: built linted
built: inputs
	$(call step,.venv/bin/dbt build)

# What the linters say follows in one piece. The site goes first: it has one core's work, and SQLFluff both's.
linted: .venv-lint/.installed
	$(call step,$(MAKE) --no-print-directory side_by_side= site lint >target/lint.txt 2>&1)

# A command, and a line on how long it took.
define step
@printf '%s\n' '$(1)'; start=$$(date +%s); $(1) && \
printf '%5d  %s\n' $$(($$(date +%s) - start)) '$(1)' >> target/test_seconds
endef

fuzz: .venv/.installed ## build and render SHOPS made-up shops with every kind of trouble, from seed FIRST on
	SHOPS=$(or $(SHOPS),300) FIRST=$(or $(FIRST),1) $(python) -m pytest -n 2 --tb=line tests/python/test_fuzz.py

# Without INPUT a small made-up shop, with LATER=1 again a day later. Var gate: Great Expectations does not run on Spark.
spark: export RECMAIL_DATABASE := $(CURDIR)/target/spark/duckdb.duckdb
spark: export INPUT := $(or $(INPUT),target/spark/inputs)
spark: export VARS := {gate: sql}
spark: spark-java .venv-spark/.installed ## build INPUT on DuckDB and on Spark (Java 17), and compare every table row by row
	@mkdir -p target/spark && rm -f "$$RECMAIL_DATABASE"
	@$(python) tests/python/shop.py target/spark/inputs
	@vars=$$($(recmail) vars) && $(if $(LATER),$(build_for_spark) && $(build_later) &&) \
	.venv-spark/bin/python -m dbt_tools.spark_parity $(if $(LATER),target/spark/first.duckdb,"$$RECMAIL_DATABASE") \
		"$$INPUT" $(if $(LATER),--then "$$RECMAIL_DATABASE" target/spark/later,--dbt .venv/bin/dbt) --vars "$$vars"

build_for_spark = .venv/bin/dbt --quiet build --resource-type seed --resource-type model \
	--target-path target/spark/dbt-duckdb --vars "$$vars"
build_later = cp "$$RECMAIL_DATABASE" target/spark/first.duckdb && \
	$(python) tests/python/shop.py target/spark/later target/spark/first.duckdb && \
	vars=$$(INPUT=target/spark/later $(recmail) vars) && $(build_for_spark)

# Without Java, or where Spark can't be installed, the tests that need them are skipped, saying so.
.PHONY: spark-where-java
spark-where-java: .venv/.installed
	@if $(python) -m dbt_tools.java 2>/dev/null; then \
		$(MAKE) --no-print-directory .venv-spark/.installed || echo 'recmail: no Spark: its tests are skipped' >&2; fi

.PHONY: spark-java
spark-java: .venv/.installed
	@$(python) -m dbt_tools.java

# Without them the tests that need these servers are skipped, saying so.
services: ## start PostgreSQL, postfix and Redis on loopback for the tests that want them, data under target/services
	@scripts/services.sh start target/services

# Without it the tests that need these tools are skipped, saying so.
email-tools: email_tools/node_modules/.installed ## what the browser checks of emails need: npm packages and Chromium
	@scripts/chromium.sh

email_tools/node_modules/.installed: email_tools/package-lock.json email_tools/package.json
	@command -v npm >/dev/null || { echo 'recmail: install Node.js with npm (Debian: apt-get install npm)' >&2; exit 1; }
	@npm ci --prefix email_tools --ignore-scripts --no-audit --no-fund || \
		{ echo 'recmail: npm could not install email_tools/package-lock.json: it needs a reachable npm registry' >&2; exit 1; }
	@touch $@

# The linters' DuckDB is older than the project's: they parse and compile against a database in memory.
lint: export RECMAIL_DATABASE := :memory:
lint: export DBT_TARGET_PATH := target/lint
lint: .venv-lint/.installed ## ruff, SQLFluff, and dbt-bouncer over the manifest (layers, descriptions, tests)
	$(lint)/ruff check
	$(lint)/ruff format --check
	$(lint)/dbt --quiet parse --vars '{sources: [shopify, woocommerce, ga4, segment, snowplow, klaviyo, mailchimp]}'
	COLUMNS=180 $(lint)/dbt-bouncer run --show-all-failures
	$(lint)/python scripts/lint_sql.py lint models tests

fmt: export RECMAIL_DATABASE := :memory:
fmt: export DBT_TARGET_PATH := target/lint
fmt: .venv-lint/.installed ## format Python and SQL in place
	$(lint)/ruff check --fix
	$(lint)/ruff format
	$(lint)/python scripts/lint_sql.py fix models tests

hooks: .venv-lint/.installed ## run the linters on what every git commit changes
	$(lint)/pre-commit install

docs: .venv/.installed ## write the pages of docs/ that follow from the project
	$(recmail) docs

site: .venv-lint/.installed ## the pages of docs/ as a site, links checked, in out/site
	NO_MKDOCS_2_WARNING=1 $(lint)/mkdocs --quiet build

# The models are run by the dbt of the benchmark's environment, beside the peers that only it holds.
bench: .venv-bench/.installed inputs ## lists, baskets and emails beside peers, in docs/; USERS='10000 100000 1000000'
	.venv-bench/bin/python -m benchmarks.speed $(if $(USERS),--users $(USERS))
	.venv-bench/bin/python -m benchmarks.baskets --out docs/benchmarks_baskets.md
	.venv-bench/bin/python -m benchmarks.render --out docs/benchmarks_render.md

evaluate: .venv-bench/.installed inputs ## accuracy on real data beside popularity, buy-again and implicit, in docs/accuracy.md
	.venv-bench/bin/python -m benchmarks.accuracy --out docs/accuracy.md
	.venv-bench/bin/python -m benchmarks.predictions --out docs/predictions.md

# --- upkeep -------------------------------------------------------------------------------------------------

compile := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-header --no-annotate

lock: .venv/.installed ## resolve pyproject.toml into the lock files; versions they hold stay where they fit
	$(compile) pyproject.toml --group build --group test --group tools --group metrics -o requirements.lock
	$(compile) --group lint -o requirements-lint.lock
	$(compile) --group spark -o requirements-spark.lock
	$(compile) pyproject.toml --group build --group bench -c requirements.lock -o requirements-bench.lock
	@! grep -Hn '://' requirements*.lock || { echo 'recmail: a lock names a registry (above)' >&2; exit 1; }

clean: ## stop services, remove environments, demo inputs and everything built but warehouse.duckdb and .unsubscribe_key
	scripts/services.sh stop target/services
	rm -rf .venv .venv-* email_tools/node_modules data/demo target logs out .pytest_cache .ruff_cache .hypothesis
