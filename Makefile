# Verbs of the collection explorer. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DATA ?= data
EXTRAS := --extra tables --extra texts --extra edm

.PHONY: help setup setup-dev run ingest ask eval bench test lint check check-long setup-server pictures train-embedder train-lexicon train-language train-lookalikes lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

run: setup ## set up, ingest the sample collection when there is none, serve http://127.0.0.1:7860
	@test -e $(DATA)/current || $(BIN)/collection-ingest run --sources ingest/sample/sources.toml --data-dir $(DATA)
	@$(BIN)/collection-ingest refresh --data-dir $(DATA) >/dev/null || true # serve refuses what it cannot use
	$(BIN)/collection-explorer serve --data-dir $(DATA)

setup: .venv/run.done ## create the environment in .venv from the lock file

setup-dev: .venv/dev.done

# uv copies rather than links: NLTK, which llama-index brings, refuses hard-linked files.
.venv/run.done: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-uv.lock
	@UV_LINK_MODE=copy VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@UV_LINK_MODE=copy VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.done: .venv/run.done requirements-dev.lock
	@UV_LINK_MODE=copy VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

ingest: setup ## take in the sources of sources.toml
	$(BIN)/collection-ingest run --data-dir $(DATA)

ask: setup ## ask one question: make ask Q="Who made the great wave?"
	@$(BIN)/collection-explorer ask "$(Q)" --data-dir $(DATA)

eval: setup-dev ## measure finding on the sample collection's question set
	$(BIN)/collection-eval run finding

bench: setup-dev ## print speed as ratios against the plain way: asking, and taking in
	$(BIN)/python -m eval.bench $(DATA)
	$(BIN)/python -m ingest.bench $(DELIVERY)

test: setup-dev ## run the tests (browser tests where a Chromium is installed)
	$(BIN)/pytest

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test ## lint, types and tests: what CI runs

setup-server: setup-dev ## compile the inference server that some long tests use (about ten minutes)
	@UV_LINK_MODE=copy VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --editable '.[server-tests]'

check-long: setup-dev ## kill builds at any moment, fill disks, damage large indexes (minutes)
	$(BIN)/pytest -m long tests/long

pictures: setup-dev ## remake the screenshots in docs/pictures (needs a Chromium)
	$(BIN)/python tests/take_pictures.py

train-embedder: .venv-training/done ## make the embedder that ships anew (Debian; about 80 minutes on two cores)
	.venv-training/bin/python -m training

train-lexicon: .venv-training/done ## make the table of words that mean the same anew, from the same pairs
	.venv-training/bin/python -m training.lexicon

train-language: .venv-training/done ## make the profiles that tell languages anew
	.venv-training/bin/python -m training.language

train-lookalikes: .venv-training/done ## add words that only share a stem with a label, from the same pairs
	.venv-training/bin/python -m training.lookalikes

.venv-training/done: training/requirements.txt
	@test -x .venv-training/bin/python || $(PYTHON) -m venv .venv-training
	@.venv-training/bin/python -m pip install --quiet -r training/requirements.txt
	@touch $@

lock: ## pin the newest allowed versions in the lock files
	@for part in "requirements.lock" "requirements-dev.lock --extra dev -c requirements.lock"; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url pyproject.toml $(EXTRAS) -o $$part; done

clean: ## remove the environment and caches; data/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
