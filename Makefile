# `make` alone lists what there is.
#
# PORT    where `make run` serves             PORT=8001 make run
# PYTHON  what the virtual environment is of   PYTHON=python3.12 make test
# UV      what `make lock` runs                UV=~/bin/uv make lock

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(notdir $(PYTHON))
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-strip-extras --quiet

AUDITOR := 2.10.1

.DEFAULT_GOAL := help
.PHONY: bench data-map help run test test-books test-crashes test-deep lint format lock audit sbom clean reset

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(READY) ## Serve a demo bank on PORT (8000); the first time, fill it by playing a story
	@$(BIN)/timebank demo

test: lint ## Check format, lint, types and import contracts, then run the tests
	@$(BIN)/python -m compileall -q app  # once, and not by each process that the tests start
	$(BIN)/pytest -n 3 --dist worksteal -m "not deep and not books" --ignore-glob='*_deep.py'

test-books: $(READY) ## Let hledger read the exported journal (installs it on Debian, as root)
	@command -v hledger >/dev/null || { apt-get update -qq && apt-get install -y -qq hledger; }
	$(BIN)/pytest -m books

test-crashes: $(READY) ## Kill PostgreSQL, the server and its processes thirty times under load
	$(BIN)/pytest -rP -m deep tests/e2e/test_crashes.py

test-deep: $(READY) ## Run the tests that take longer, those with the crashes too
	$(BIN)/pytest -m deep

bench: $(READY) ## Measure the books beside yardsticks, which takes an hour (docs/benchmarks.md)
	$(BIN)/python -m benchmarks.ledger

lint: $(READY) ## Check format, lint, types and import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code, and put right what can be put right without asking
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

data-map: $(READY) ## Write docs/data-map.md anew from the data map in the code
	$(BIN)/python -m app.rights.data_map > docs/data-map.md

lock: ## Lock the dependencies anew, with hashes and without a host (needs uv)
	@command -v $(UV) >/dev/null || { \
		echo "make lock needs uv, which is not in $(VENV): install it, or UV=/path/to/uv make lock" >&2; \
		exit 2; }
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra embedded --extra dev --output-file requirements-dev.lock

audit: $(READY) ## Look up known weaknesses of every locked package (needs the network)
	@test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && \
		$(VENV)/audit/bin/pip --disable-pip-version-check --quiet install pip-audit==$(AUDITOR); }
	$(BIN)/python -m tools.audit $(VENV)/audit/bin/pip-audit

sbom: $(READY) ## Print the bill of materials (CycloneDX)
	@$(BIN)/python -m tools.sbom

clean: ## Remove what can be made again; the data in .timebank stay
	rm -rf $(VENV) build dist .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find app benchmarks migrations tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	@echo "The data in .timebank stay; make reset deletes them."

reset: $(READY) ## Stop the embedded database and delete its data (asks first, at a terminal)
	@$(BIN)/python -m app.cli.reset

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not: name one, as in PYTHON=python3.12 make run" >&2; \
		exit 2; }
	@echo "Setting up $(VENV), which takes about a minute, once."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-deps --no-compile --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib || true  # pip would, on one core
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
