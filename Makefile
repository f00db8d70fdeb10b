# One file for people and CI. `make` alone lists the targets.
#   make demo   make test   make check   make bench   make serve

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WITH_TRANSFORMER := $(VENV)/.ready-transformer
NEEDS := from sys import version_info as v; raise SystemExit(v < (3, 11))
# The first of these that is new enough; if none is, python3, and a message says so.
PYTHON ?= $(or $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
  $(p) -c '$(NEEDS)' 2>/dev/null && echo $(p)))),python3)

# One thread: a search is served by one, and two test runs on one machine do not slow each other.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench bench-pairings bench-retrieval bench-overlap bench-speed bench-encoding bench-tagging bench-resolution bench-imports serve sample docs transformer constraints

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

# Nothing to do when nothing changed: the stamp is newer than what says what to install.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(NEEDS)' 2>/dev/null || { \
	  echo "需要 Python 3.11 或更高版本；'$(PYTHON)' 是 `$(PYTHON) --version 2>&1`。安装后重试，或：make PYTHON=/path/to/python3.11 ..."; \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is `$(PYTHON) --version 2>&1`. Install one, or say: make PYTHON=/path/to/python3.11 ..."; \
	  exit 1; } >&2
	@$(BIN)/python -c '$(NEEDS)' 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1 \
	  || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing into $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

$(WITH_TRANSFORMER): $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,transformer,train]"
	@touch $@

setup: $(READY) ## make .venv with everything but the optional extras

# A batch in a process of its own takes all cores.
demo: export OMP_NUM_THREADS = 2
demo: $(READY) ## set up, then run the whole product on the sample
	@$(BIN)/matcher demo

test: $(READY) ## set up, then run the tests; says what was left out and why
	@$(BIN)/python -m pytest

check: $(READY) ## lint, format, types, import layers, dependencies, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/deptry matcher api
	$(BIN)/deptry bench models docs tests data --ignore DEP002,DEP004
	@$(BIN)/python -m pytest tests/test_architecture.py

bench: bench-pairings bench-retrieval bench-overlap bench-speed bench-encoding bench-tagging bench-resolution bench-imports ## every benchmark (they need the shared real data)

bench-pairings: $(READY) ## real pairings from CORDIS: chance, popularity, TF-IDF, the product
	@$(BIN)/python -m bench.pairings

bench-retrieval: $(READY) ## are texts found, in either language? every goal, beside TF-IDF and BM25
	@$(BIN)/python -m bench.retrieval

bench-overlap: $(READY) ## the same question in Chinese and in English: do the first ten agree?
	@$(BIN)/python -m bench.overlap

bench-tagging: $(READY) ## sectors inferred, beside 210 texts labelled by hand
	@$(BIN)/python -m bench.tagging

bench-resolution: $(READY) ## who is who, beside pairs labelled by hand
	@$(BIN)/python -m bench.resolution

bench-imports: $(READY) ## how fast real files come in, and what they become
	@$(BIN)/python -m bench.imports

bench-speed: $(READY) ## how long a user waits, from file to answers, cold, warm and in a batch
	@$(BIN)/python -m bench.speed

bench-encoding: $(READY) ## texts a CPU-second beside model2vec, one text, memory, size
	@$(BIN)/python -m bench.encoding

serve: $(READY) ## the API on http://127.0.0.1:8350
	@$(BIN)/matcher serve

sample: $(READY) ## write the fictional sample registry anew
	@$(BIN)/python -m data.sample.generate

docs: $(READY) ## write the generated pages anew
	@$(BIN)/python -m docs.generate

transformer: $(WITH_TRANSFORMER) ## add the extras `transformer` and `train` (torch; large) to .venv

constraints: ## make constraints.txt and uv.lock anew, from a clean venv
	@$(PYTHON) -m venv --clear build/constraints
	@build/constraints/bin/pip install --quiet "torch==2.13.0" -e ".[dev,transformer,train]" uv
	@{ sed -n '/^#/p' constraints.txt; echo; build/constraints/bin/pip freeze --exclude-editable --exclude uv \
	  | sed 's/+cpu$$//'; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@build/constraints/bin/uv lock
