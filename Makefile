.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup lab test test-browser old-cpu bounds mutants curious lint run slides refresh lock clean

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
# A test file for each room of helpers.
ROOMS  := $(wildcard $(patsubst helpers/%.py,tests/test_%.py,$(wildcard helpers/*.py)))
# JupyterLab starts for root, as in a container, only when told to.
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s%s\n", $$1, $$2}'

setup: $(READY)  ## create .venv from requirements.txt (the other targets do it when needed)

# The set-up runs again when the pins change.
$(READY): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The notebooks need Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) comes without venv. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv ..."
	@rm -f $(READY)
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt uv
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --compile-bytecode requirements.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(READY)

lab: $(READY)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter trust notebooks/*.ipynb notebooks/solutions/*.ipynb >/dev/null
	@cd notebooks && ../$(BIN)/jupyter lab --ip=127.0.0.1 $(ROOT) $(LAB_FLAGS)

# With tests/offline on the path, no connection leaves the machine.
test: lint  ## validate every stored output and test every helper
	@PYTHONPATH=$(CURDIR)/tests/offline $(BIN)/python -m pytest $(PYTEST_FLAGS)

test-browser: $(READY)  ## run every notebook in a headless Chromium, look at it, move its sliders
	@PYTHONPATH=$(CURDIR)/tests/offline $(BIN)/python -m pytest tests/slow/browser $(PYTEST_FLAGS)

old-cpu: $(READY)  ## validate as if on an old processor: other BLAS kernels, narrow vectors
	@OPENBLAS_CORETYPE=Nehalem OPENBLAS_VERBOSE=0 \
	NPY_DISABLE_CPU_FEATURES="$$($(BIN)/python -c 'from numpy._core._multiarray_umath import __cpu_dispatch__ as names, __cpu_features__ as here; print(*[name for name in names if here.get(name)])')" \
	$(BIN)/python -m pytest -k "not budget" $(PYTEST_FLAGS)

# Old versions beside new ones may warn; that is their own affair.
bounds: $(READY)  ## test the helpers with the oldest and with the newest versions allowed
	@for resolution in lowest-direct highest; do \
	  echo "Resolution: $$resolution"; \
	  $(BIN)/uv venv --quiet --clear --python $(BIN)/python build/$$resolution && \
	  VIRTUAL_ENV=build/$$resolution $(BIN)/uv pip install --quiet --resolution $$resolution --editable '.[dev]' && \
	  build/$$resolution/bin/python -c 'import matplotlib, numpy, sympy; print("numpy", numpy.__version__, "sympy", sympy.__version__, "matplotlib", matplotlib.__version__)' && \
	  build/$$resolution/bin/python -W ignore -m pytest --quiet -W ignore $(ROOMS) || exit 1; \
	done

mutants: $(READY)  ## plant faults in the mathematics one at a time, report what goes unnoticed
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tools.mutants

curious: $(READY)  ## run every notebook (or NB=05) as a curious reader would: other sizes, seeds, activations
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tools.curious $(NB)

lint: $(READY)  ## check style and spelling, notebooks included
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/codespell

run: $(READY)  ## execute every notebook and write it as a page to build/
	@$(BIN)/python -m tools.publish run

slides: $(READY)  ## write a deck of slides for each notebook to build/slides/
	@$(BIN)/python -m tools.publish slides

refresh: $(READY)  ## execute the notebooks and store their outputs (the only way to store them)
	@$(BIN)/python -m tools.publish refresh

lock: $(READY)  ## compile requirements.txt anew from pyproject.toml
	@VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --no-header --no-emit-index-url pyproject.toml --output-file requirements.txt

clean:  ## remove .venv and everything generated
	@rm -rf .venv build mutants .hypothesis .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
