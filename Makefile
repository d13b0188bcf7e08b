# Every target sets up what it needs, once: .venv for bookgen, .venv-asvwatch for asv and asvwatch,
# whose pinned numpy must not constrain bookgen's.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
COMMITS ?= 4
LIFE ?= ada-lovelace
WORDS ?= 6000
CHAPTERS ?= 6
USERS ?= 10 50
SECONDS ?= 30
BASE ?= main
HEAD ?= HEAD

# The subject and language of each life in examples/.
ada-lovelace := "Ada Lovelace" --language en
marie-curie := "Marie Curie" --language en
santiago-ramon-y-cajal := "Santiago Ramón y Cajal" --language es

PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
BOOKGEN := .venv/bin/bookgen
ASVWATCH := tools/asvwatch
PROFILED = bookgen write $($(LIFE)) --quote --sources examples/$(LIFE) --out build/profile/book \
	--words $(WORDS) --chapters $(CHAPTERS)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: book history ## a book and the performance history: make book, then make history

.PHONY: book
book: .venv/ready ## write a biography from examples/ into build/book/ (LIFE=, WORDS=, CHAPTERS=)
	@: $(or $($(LIFE)),$(error LIFE=$(LIFE) is not one of the examples: $(notdir $(wildcard examples/*-*))))
	@$(BOOKGEN) write $($(LIFE)) --quote --sources examples/$(LIFE) --out build/book \
		--words $(WORDS) --chapters $(CHAPTERS)

.PHONY: history
history: .venv-asvwatch/ready ## measure the latest COMMITS=4 commits, publish build/site/, flag what got worse
	@.venv-asvwatch/bin/python scripts/history.py --commits $(COMMITS)

.PHONY: site
site: .venv-asvwatch/ready ## serve the site that make history published
	@.venv-asvwatch/bin/asv preview

.PHONY: test
test: lint types imports .venv/ready .venv-asvwatch/ready ## everything that must hold before a commit
	.venv/bin/python -m pytest --numprocesses auto --dist loadfile
	cd $(ASVWATCH) && ../../.venv-asvwatch/bin/python -m pytest --numprocesses auto --dist loadfile

.PHONY: calibrate
calibrate: .venv-asvwatch/ready ## what asvwatch finds on this machine, and how often it is wrong (50 minutes)
	.venv-asvwatch/bin/python $(ASVWATCH)/scripts/calibrate.py

.PHONY: proofs
proofs: .venv/ready ## whole services and workers that are killed, and lose their database
	.venv/bin/python -m pytest tests/proofs --numprocesses auto

.PHONY: simulate
simulate: .venv-asvwatch/ready ## what asv, Otava and asvwatch find in simulated histories
	.venv-asvwatch/bin/python $(ASVWATCH)/scripts/simulate.py

.PHONY: performance
performance: .venv/ready ## each endpoint's time, by pytest-benchmark, against its limit
	.venv/bin/python -m pytest tests/performance --benchmark-only

.PHONY: stress
stress: .venv/ready ## the service under stress: right answers, nothing lost, no leak
	.venv/bin/python -m pytest tests/stress -rP

.PHONY: load
load: .venv/ready ## 10 and 50 users of Locust against a service of its own (USERS=, SECONDS=)
	.venv/bin/python scripts/load.py --users $(USERS) --seconds $(SECONDS)

.PHONY: profile
profile: .venv/ready ## flame graphs of a book into build/profile/: CPU and memory (LIFE=, WORDS=, CHAPTERS=)
	@mkdir -p build/profile
	.venv/bin/python -m pyinstrument -r html -o build/profile/cpu.html -m $(PROFILED)
	.venv/bin/python -m memray run --quiet --force -o build/profile/memory.bin -m $(PROFILED)
	.venv/bin/python -m memray flamegraph --force -o build/profile/memory.html build/profile/memory.bin

.PHONY: compare
compare: .venv-asvwatch/ready ## measure two commits in turn (BASE=main HEAD=HEAD)
	.venv-asvwatch/bin/python scripts/compare.py $(BASE) $(HEAD) $(COMPARE)

.PHONY: nightly
nightly: .venv-asvwatch/ready ## bring back results, measure what is new, check, publish, keep results
	.venv-asvwatch/bin/python scripts/nightly.py $(NIGHTLY)

.PHONY: tickets
tickets: .venv/ready .venv-asvwatch/ready ## an issue on GitHub for each regression in build/verdict.json
	.venv/bin/python scripts/tickets.py build/verdict.json --site "$$SITE"

.PHONY: comment
comment: .venv/ready .venv-asvwatch/ready ## the comment on the pull request that HEAD_SHA ends
	.venv/bin/python scripts/comment.py build/verdict.json

.PHONY: package
package: .venv/ready ## sdist and wheel into dist/, tried in an environment of their own
	.venv/bin/python scripts/package.py

.PHONY: release
release: package book ## a release of TAG= on GitHub, with the packages and a book
	.venv/bin/python scripts/release.py "$$TAG" dist/*.tar.gz dist/*.whl build/book/book.html

.PHONY: lint
lint: .venv/ready ## ruff: rules and format; the workflows' form and security
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/bin/zizmor --offline --quiet --pedantic .github/workflows

.PHONY: types
types: .venv/ready .venv-asvwatch/ready ## mypy, strict
	.venv/bin/mypy
	cd $(ASVWATCH) && ../../.venv/bin/mypy --python-executable ../../.venv-asvwatch/bin/python

.PHONY: imports
imports: .venv/ready ## imports point one way
	.venv/bin/lint-imports --no-cache

.PHONY: format
format: .venv/ready ## let ruff mend format and what it can
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

.PHONY: lock
lock: .venv/ready ## renew the three lock files from what the projects ask for
	.venv/bin/python scripts/lock.py

.PHONY: clean
clean: ## remove what was built and measured; environments stay
	rm -rf build dist .asv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.PHONY: distclean
distclean: clean ## remove the environments, too
	rm -rf .venv .venv-asvwatch

# $(call environment,FOLDER,LOCK,PROJECT): a virtual environment with exactly the locked versions.
define environment
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11 or newer with venv was found. Install one (on Debian: apt-get install python3-venv) or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@echo "Setting up $(1) (once) ..."
	@$(PYTHON) -m venv --clear $(1)
	@$(1)/bin/python $(PIP_INSTALL) --no-deps -r $(2)
	@$(1)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable $(3)
	@touch $(1)/ready
endef

.venv/ready: requirements.lock pyproject.toml
	$(call environment,.venv,requirements.lock,.)

.venv-asvwatch/ready: $(ASVWATCH)/requirements.lock $(ASVWATCH)/pyproject.toml
	$(call environment,.venv-asvwatch,$(ASVWATCH)/requirements.lock,$(ASVWATCH))
