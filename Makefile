STACK ?= prod
PYTHON ?= python3
DAY ?= $(shell date -u +%F)
VENV := .venv
BIN := $(VENV)/bin
READY := setup
PARTS := $(VENV)/.parts
VARIED := prod confluence-prod confluence-lambda mdreader-amplify collaboration-prod
LAYERS := dist/collaboration-layer.zip dist/mdreader-backend-layer.zip dist/migrate-database-layer.zip
AUDIT := build/audit
EMULATOR := build/emulator
CHECKER ?= ../shared/conform/check
ASKED = $(if $(filter file,$(origin PYTHON)),,--python $(PYTHON))
unexport PYTHONDONTWRITEBYTECODE # what a run compiles serves the next, and each process that a test starts

.PHONY: $(EMULATOR) help versions setup preview previews local update test coverage client soak setups walks engine bench bench-records mutants lint conform packages policy-wheel image audit sbom lock schema rules prices screenshots clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## Make .venv from the lock, unless it is there (PYTHON=python3.13 for another Python)
	@$(PYTHON) -m tools.virtualenv $(VENV) requirements.txt --project pyproject.toml $(ASKED)
	@$(MAKE) --silent --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,--jobs=2) $(PARTS) $(LAYERS) || echo "the functions' packages were not built; 'make packages' before 'pulumi up'"

# What a first preview takes apart of the SDKs (docs/decisions/0036), so that no worker of the tests has to: these five use
# every module that any stack uses, and what they leave out is taken apart where it is first needed.
$(PARTS): $(VENV)/.ready analyser/run/sdk/split.py
	@for stack in $(VARIED); do $(BIN)/strata preview $$stack >/dev/null 2>&1 || true; done
	@touch $@

preview: $(READY) ## Preview a stack with policies, no account needed (STACK=prod)
	@$(BIN)/strata preview $(STACK)

previews: $(READY) ## Preview every stack with policies
	@$(BIN)/strata preview --all

# The emulator of AWS, in a virtualenv of its own and of .venv's Python, whose packages its functions have (docs/decisions/0052).
$(EMULATOR): $(READY)
	@$(BIN)/python -m tools.virtualenv $@ tools/emulator.txt --python $(BIN)/python

local: $(EMULATOR) ## Run a stack on this machine, at an emulator of AWS, until Ctrl-C (docs/local.md)
	@$(BIN)/python -m tools.local local

update: $(READY) ## Write anew what is written from the program: schema, rules, inventories, goldens, pages' samples
	@$(BIN)/python -m tests.update

# Three workers for two cores: one of them waits for a server or a browser.
test: $(READY) ## Run every test, those of functions/ beside the others
	@$(MAKE) --silent --no-print-directory READY= $(EMULATOR) || echo "tests at the emulator of AWS will not be run"
	@mkdir -p build
	@$(BIN)/python -m pytest --workers 2 tests/functions > build/functions.txt 2>&1 & functions=$$!; \
	$(BIN)/python -m pytest --workers 3 --ignore tests/functions; rest=$$?; \
	wait $$functions; functions=$$?; cat build/functions.txt; exit $$((rest > functions ? rest : functions))

# Apart from "make test", which it would slow down by a third of what tests of functions/ take.
coverage: $(READY) ## Run the tests of functions/ and say what of it they leave out; fails when they run less than 95 %
	@$(BIN)/python -m pytest --workers 2 tests/functions --cov

client: $(READY) ## Check, test and build the TypeScript client of functions/collaboration, with the lock's Node
	@$(BIN)/python -m tests.node

soak: $(READY) ## Search longer: histories of editors over real stores, and without each mend; generated examples, scenarios, every legal value and pair of switches, random orders, mutants, a million records; hours
	@$(BIN)/python -m tests.functions.collaboration.soak
	@$(BIN)/python -m tests.functions.collaboration.soak.reverted
	@$(BIN)/python -m tests.soak
	@$(BIN)/python -m tests.mutants
	@$(MAKE) bench-records ROWS=1000000

setups: $(READY) ## Set up with every Python here, its oldest and newest pip, from a registry with newer releases
	@$(BIN)/python -m pytest --workers 2 tests/tools/setups.py

walks: $(READY) ## Do what pages say of adding something, in a copy of the project, and run the tests that hold it
	@$(BIN)/python -m pytest --workers 2 tests/walks/*.py

engine: $(READY) packages ## Take stacks through Pulumi's own engine without a cloud: up, change, destroy (all, or STACK=x); needs its CLI
	@$(BIN)/python -m tests.engine $(if $(filter file,$(origin STACK)),,$(STACK))

bench: $(READY) ## Measure previews (prod cold, all stacks, 1,000 and 5,000 resources), the policy pack, and what a page costs by who has it open
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_scale
	@$(BIN)/python -m tests.bench_policy
	@$(BIN)/python -m tests.bench_pages
	@$(BIN)/python -m tests.bench_memory

bench-records: $(READY) ## Measure the records' service over a PostgreSQL of its own against rows (ROWS="1000000 10000000 50000000")
	@PYTHONPATH=services/records $(BIN)/python -m tests.bench_records $(ROWS)

mutants: $(READY) ## Break the verdicts of the most severe rules one by one; half an hour
	@$(BIN)/python -m tests.mutants

lint: $(READY) ## Style, rooms, types, workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/ty check
	@$(BIN)/zizmor --offline --quiet --config .github/zizmor.yml .github
	@command -v actionlint >/dev/null || echo "actionlint is not on the path: workflows were linted by zizmor alone (https://github.com/rhysd/actionlint)"
	@! command -v actionlint >/dev/null || actionlint

conform: $(READY) ## Check every stack against the Terraform AWS provider and the Kubernetes schemas
	@test -x $(CHECKER) || { echo "not checked: there is no $(CHECKER), which is not part of this repository (README, CI); name yours: make conform CHECKER=…"; exit 2; }
	@command -v terraform >/dev/null || { echo "not checked: terraform is not on the path; https://developer.hashicorp.com/terraform/install"; exit 2; }
	@delivery/conform.sh $(CHECKER)

audit: ## Ask which locked packages have known vulnerabilities (STRICT=--strict fails when nobody can tell)
	@$(PYTHON) -m tools.virtualenv $(AUDIT) tools/audit.txt
	@$(AUDIT)/bin/python -m tools.audit $(STRICT)

versions: $(READY) ## Say which support and exemptions end within 180 days of a day (DAY=2026-11-28; STRICT=--strict-dates fails), and what is newer
	@$(BIN)/python -m tools.versions $(DAY) --newer $(STRICT)

sbom: $(READY) ## Write what .venv holds as a CycloneDX bill of materials, into dist/
	@$(PYTHON) -m tools.virtualenv $(AUDIT) tools/audit.txt
	@mkdir -p dist
	@$(AUDIT)/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --output-file dist/strata.cdx.json $(VENV)
	@ls -l dist/strata.cdx.json

schema: $(READY) ## Write the JSON Schema that editors use for stack files
	@$(BIN)/strata schema

rules: $(READY) ## Write policy/RULES.md and FRAMEWORKS.md
	@$(BIN)/python -m policy.catalogue

policy-wheel: $(READY) ## Build the wheel strata-policy of policy/, into dist/ (docs/policy-pack.md)
	@rm -f dist/strata_policy-*.whl
	@cd policy && ../$(BIN)/python -m hatchling build -t wheel -d ../dist

packages: $(READY) $(LAYERS) ## Build what the functions need from locked wheels, into dist/

dist/collaboration-layer.zip: functions/collaboration/requirements.txt
dist/collaboration-layer.zip: WHEELS := --python-version 3.13 --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64
dist/mdreader-backend-layer.zip: functions/mdreader_backend/requirements.txt
# Lambda's Python 3.11 stands on Amazon Linux 2, whose C library is older than manylinux_2_28 asks for.
dist/mdreader-backend-layer.zip: WHEELS := --python-version 3.11 --platform manylinux2014_aarch64
dist/migrate-database-layer.zip: functions/migrate_database/requirements.txt
dist/migrate-database-layer.zip: WHEELS := --python-version 3.13 --platform manylinux2014_aarch64
$(LAYERS): functions/package.py
	@rm -rf build/$(basename $(@F))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes --only-binary :all: --no-compile \
		--implementation cp $(WHEELS) --target build/$(basename $(@F))/python -r $(filter %.txt,$^)
	@$(BIN)/python functions/package.py build/$(basename $(@F)) $@
	@ls -l $@

image: $(READY) ## Resolve the lock of the servers' images for both platforms, and build them where docker's daemon answers
	@delivery/image.sh

prices: $(READY) ## Refresh the price snapshot from AWS's price list (needs AWS credentials)
	@$(BIN)/python -m analyser.analyses.cost.refresh

screenshots: $(READY) ## Take the README's pictures of real reports (Chromium)
	@$(BIN)/python -m tests.analyser.faces.page.screenshots

lock: $(READY) ## Compile every lock; UPGRADE=--upgrade takes newer releases
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) pyproject.toml --output-file requirements.txt
	@cd tools && ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) --constraint ../requirements.txt audit.in --output-file audit.txt
	@cd tools && ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) emulator.in --output-file emulator.txt
	@cd functions/collaboration && for name in requirements requirements-server; do \
		../../$(BIN)/uv pip compile --quiet --python-version 3.13 --python-platform aarch64-manylinux_2_28 --generate-hashes \
			--no-emit-index-url --no-header $(UPGRADE) --constraint ../../requirements.txt $$name.in --output-file $$name.txt; done
	@cd functions/mdreader_backend && ../../$(BIN)/uv pip compile --quiet --python-version 3.11 --python-platform aarch64-manylinux2014 --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) --constraint ../../requirements.txt requirements.in --output-file requirements.txt
	@cd functions/migrate_database && ../../$(BIN)/uv pip compile --quiet --python-version 3.13 --python-platform aarch64-manylinux_2_28 --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) --constraint ../../requirements.txt requirements.in --output-file requirements.txt
	@cd services/records && ../../$(BIN)/uv pip compile --quiet --python-version 3.13 --python-platform x86_64-manylinux_2_28 --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) --constraint ../../requirements.txt requirements.in --output-file requirements.txt

clean: ## Remove what make made
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .strata
