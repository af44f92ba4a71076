# Needs Python 3.11 or newer, git and make; everything else is installed into .venv from the committed locks.
# Caches stay inside the clone. `make` alone lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-unit test-integration test-coverage lint format build bench simulate lock clean
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

# Passed to the command of demo, test, test-unit, test-integration, bench: make demo ARGS=--once
ARGS ?=
# Workers of pytest-xdist: a number, or auto for one a processor
WORKERS ?= auto

# What test-coverage measures by: every folder that holds tests
SUITES ?= $(sort $(dir $(wildcard tests/*/test_*.py)) $(wildcard tests/test_*.py))

CACHE := $(CURDIR)/.cache
export XDG_CACHE_HOME := $(CACHE)
export UV_CACHE_DIR := $(CACHE)/uv
export PYRIGHT_PYTHON_CACHE_DIR := $(CACHE)
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PIP_NO_CACHE_DIR := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never
# Behind a proxy with a certificate of its own, the machine's store knows it and uv's built-in one does not
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
endif
export SOURCE_DATE_EPOCH ?= 1767225600

BIN := .venv/bin
UV := $(BIN)/uv
INSTALLED := .venv/.installed
# The first of these that runs and is new enough; set PYTHON to choose another
PYTHON ?= $(firstword $(foreach p,python3.11 python3 python3.12 python3.13 python3.14,$(shell \
	$(p) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(p))))

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: $(INSTALLED) ## Install covgate and its tools into .venv

demo: $(INSTALLED) ## Play a pull request's life against a GitHub on loopback (ARGS=--once to play it and end)
	@$(BIN)/covgate demo $(ARGS)

test: test-unit test-integration ## Run every test, the fast ones first

test-unit: $(INSTALLED) ## Run the tests that need no other process
	$(BIN)/pytest -q -n $(WORKERS) -m "not integration" $(ARGS)

test-integration: $(INSTALLED) ## Run the tests with services, databases, processes and built wheels
	$(BIN)/pytest -q -n $(WORKERS) -m integration $(ARGS)

test-coverage: $(INSTALLED) ## Measure the tests' own coverage and let covgate judge it
	rm -f coverage.json coverage.xml
	$(BIN)/coverage erase
	@# A folder at a time: over the whole suite at once, workers were seen to stop measuring half way.
	for suite in $(SUITES); do $(BIN)/coverage run -m pytest -q -n $(WORKERS) $(ARGS) $$suite; done
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage json --quiet
	$(BIN)/coverage xml --quiet
	$(BIN)/coverage html --quiet
	$(BIN)/covgate check --report coverage.json

lint: $(INSTALLED) ## Check style, types, architecture, dependencies, workflows and the action
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/zizmor --offline --no-progress --quiet action.yml actions .github
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml actions/*/action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --check-metaschema docs/*.schema.json

format: $(INSTALLED) ## Put the code into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: $(INSTALLED) ## Make the wheel and the source distribution in dist/
	rm -rf dist
	$(UV) build --quiet --offline --no-build-isolation --sdist --wheel
	@ls -l dist

bench: $(INSTALLED) ## Measure what the README claims: each script of tests/load in turn
	@for script in tests/load/[a-z]*.py; do echo "== $$script"; $(BIN)/python "$$script" $(ARGS); done

simulate: $(INSTALLED) ## Show how often benchmark rules cry wolf, and how often they sleep (ARGS=N repetitions)
	@$(BIN)/python -m tests.simulation.tables $(ARGS)

lock: $(INSTALLED) ## Renew the lock files from pyproject.toml (ARGS=--upgrade for the newest releases)
	$(LOCK) --group build -o requirements-build.lock
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -c requirements.lock -c requirements-build.lock -o requirements-dev.lock

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(ARGS)

clean: ## Remove everything that these targets made
	rm -rf .venv .cache .demo .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist htmlcov
	rm -f .coverage .coverage.* coverage.json coverage.xml
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment -----------------------------------------------------------------------------------------------

$(INSTALLED): $(UV) requirements-dev.lock pyproject.toml
	$(UV) pip sync --quiet --require-hashes requirements-dev.lock
	$(UV) pip install --quiet --offline --no-deps --no-build-isolation --editable .
	@touch $@

$(UV): requirements-build.lock
	@[ -n "$(PYTHON)" ] || { echo "covgate needs Python 3.11 or newer with venv; none was found. Set PYTHON=/path/to/python." >&2; exit 1; }
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-build.lock
	@touch $@
