STACK ?= prod
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
unexport PYTHONDONTWRITEBYTECODE # what a run compiles serves the next, and each process that a test starts

.PHONY: help preview test soak bench mutants lint types packages lock schema rules prices screenshots clean

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.txt pyproject.toml
	@echo "setting up $(VENV) (a minute or two, once)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 15) else "Python 3.11 to 3.14 is needed, this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
	@$(MAKE) --no-print-directory packages || echo "the functions' packages were not built; 'make packages' before 'pulumi up'"

preview: $(READY) ## Preview a stack with policies, no account needed (STACK=prod)
	@$(BIN)/strata preview $(STACK)

test: $(READY) ## Run every test; fails when less than 95 % of functions/ is run
	@$(BIN)/python -m pytest -n 2 --ignore tests/functions
	@$(BIN)/python -m pytest -n 2 tests/functions --cov

soak: $(READY) ## Search longer: thousands of generated histories, ten random orders, mutants; two hours
	@$(BIN)/python -m tests.soak
	@$(BIN)/python -m tests.mutants

bench: $(READY) ## Measure previews (prod cold, all stacks, 1,000 and 5,000 resources) and the policy pack
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_scale
	@$(BIN)/python -m tests.bench_policy

mutants: $(READY) ## Break the verdicts of the most severe rules one by one; half an hour
	@$(BIN)/python -m tests.mutants

lint: $(READY) ## Style, rooms and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/ty check

schema: $(READY) ## Write the JSON Schema that editors use for stack files
	@$(BIN)/strata schema

rules: $(READY) ## Write policy/RULES.md
	@$(BIN)/python -m policy.catalogue

packages: dist/collaboration-layer.zip ## Build what the functions need from locked wheels, into dist/

dist/collaboration-layer.zip: functions/collaboration/requirements.txt functions/package.py | $(READY)
	@rm -rf build/collaboration-layer
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-compile \
		--implementation cp --python-version 3.13 --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 \
		--target build/collaboration-layer/python -r $<
	@$(BIN)/python functions/package.py build/collaboration-layer $@
	@ls -l $@

prices: $(READY) ## Refresh the price snapshot from AWS's price list (needs AWS credentials)
	@$(BIN)/python -m preview.cost.refresh

screenshots: $(READY) ## Take the README's pictures of real reports (Chromium)
	@$(BIN)/python -m tests.preview.page.screenshots

lock: $(READY) ## Compile every requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml --output-file requirements.txt
	@cd functions/collaboration && for name in requirements requirements-server; do \
		../../$(BIN)/uv pip compile --quiet --python-version 3.13 --python-platform aarch64-manylinux_2_28 --generate-hashes \
			--no-emit-index-url --no-header --constraint ../../requirements.txt $$name.in --output-file $$name.txt; done

clean: ## Remove what make made
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .strata
