# Everything a newcomer or CI needs, each in one command; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Real recordings, for the tests that want them; without the folder those tests are skipped.
MENURA_DATA ?= ../shared/data
ifneq ($(wildcard $(MENURA_DATA)),)
override MENURA_DATA := $(abspath $(MENURA_DATA))
export MENURA_DATA
else
unexport MENURA_DATA
endif

# A process for each core takes a share of the tests. Each keeps to one thread, or they would wait
# for one another's.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses logical --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo venv check test test-all faults base

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY)  ## train briefly, generate, continue, and write one page to look at and listen to
	$(BIN)/menura demo

test: check  ## the checks, then the tests
	$(PYTEST)

test-all: check  ## the checks, then every test: also the slow, browser and notebook ones
	$(PYTEST) -m ""

check: $(READY)  ## style, types and architecture, without running anything
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

faults: $(READY)  ## put mistakes into copies of the code, one by one; the tests must catch each
	$(BIN)/python tests/faults/run.py

# Hours of work, in as many sittings as it takes: stopped, the same command goes on. base/README.md
# says more, and what WORK then holds.
WORK ?= work
HOURS ?= 10
SEED ?= 0
CODEC_MINUTES ?= 180
FLOW_MINUTES ?= 180

base: $(READY)  ## the system that ships, from nothing: composed, prepared, trained, packed
	$(BIN)/python base/material.py --hours $(HOURS) --out $(WORK)/composed --seed $(SEED)
	$(BIN)/python base/allowlist.py --out $(WORK)/real.csv
	$(BIN)/menura prepare $(WORK)/composed --out $(WORK)/corpus --resume
	$(BIN)/menura prepare "$(MENURA_DATA)" --labels $(WORK)/real.csv --out $(WORK)/corpus \
		--append --resume
	$(BIN)/python base/train.py --work $(WORK) --seed $(SEED) \
		--codec-minutes $(CODEC_MINUTES) --flow-minutes $(FLOW_MINUTES)
	$(BIN)/python base/pack.py --work $(WORK)

venv: $(READY)  ## .venv with everything that development needs; made anew when a pin changes

# The stamp is written last, so an installation that was broken off is begun again.
$(READY): pyproject.toml constraints.txt
	@echo "making $(VENV): a minute or two"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@
