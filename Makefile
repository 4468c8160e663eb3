STACK ?= prod
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help preview test bench lint types lock schema rules clean

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.txt pyproject.toml
	@echo "setting up $(VENV) (a minute or two, once)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 15) else "Python 3.11 to 3.14 is needed, this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

preview: $(READY) ## Preview a stack with policies, no account needed (STACK=prod)
	@$(BIN)/strata preview $(STACK)

test: $(READY) ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: $(READY) ## Measure a cold preview of prod and the policy pack
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_policy

lint: $(READY) ## Style, rooms and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/ty check

schema: $(READY) ## Write the JSON Schema that editors use for stack files
	@$(BIN)/strata schema

rules: $(READY) ## Write policy/RULES.md
	@$(BIN)/python -m policy.catalogue

lock: $(READY) ## Compile requirements.txt from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml --output-file requirements.txt

clean: ## Remove what make made
	@rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis .strata
