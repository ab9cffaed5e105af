# `make brief` and `make test` are all that a newcomer needs; both set up .venv on the first call.
PYTHON ?= python3
BIN = .venv/bin
DRAWS ?= 2048
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help .venv brief test check docs bench web clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

.venv: .venv/installed

# One installation, repeated only when what is to be installed has changed.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test,check]'
	$(BIN)/python -m pip install --quiet -c constraints.txt --pre --only-binary :all: pygambit==17.0.0b2 \
	  || echo 'pygambit has no wheel for this machine: the tests that compare with it will be skipped'
	touch $@

brief: .venv/installed ## write out/consent.html, the brief of the worked example
	mkdir -p out
	$(BIN)/standoff brief examples/consent/scenario.yaml -o out/consent.html --draws $(DRAWS) --seed $(SEED)

test: .venv/installed ## run every test
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/installed ## lint, formatting, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/unit/test_architecture.py tests/unit/test_exports.py

docs: .venv/installed ## check the documentation: links, and the commands of the tour
	$(BIN)/python -m pytest tests/docs

bench: .venv/installed ## measure speed against a named peer
	@for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python "$$script" || exit 1; done

web: .venv/installed ## run the tests that open pages in Chromium
	$(BIN)/python -m pytest tests/web

clean: ## remove the environment and everything built
	rm -rf .venv build dist out .pytest_cache .hypothesis .mypy_cache .ruff_cache src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
