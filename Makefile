.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup lab check test test-browser test-grade old-cpu bounds mutants curious grade hall deploy bench lint site \
        slides refresh zh lock clean

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
OLDEST := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)
COMMA  := ,
# The tests of a file, or the cells of a notebook, run in order, as many files at once as there
# are processors.
SPREAD := -n logical --dist loadfile --no-loadscope-reorder --no-header
PYTEST := $(BIN)/python -m pytest $(SPREAD)
# NB=05 is notebook 05 and its solutions; without it, all of them.
NB     ?=
BOOKS  := $(filter-out notebooks/zh/%,$(wildcard notebooks/$(NB)*.ipynb notebooks/*/$(NB)*.ipynb))
# A test file for each room of helpers: the mathematics, and the rooms with rooms of their own.
ROOMS  := $(wildcard $(patsubst helpers/%.py,tests/test_%.py,$(wildcard helpers/*.py)))
LARGE  := $(wildcard $(patsubst helpers/%/__init__.py,tests/test_%.py,$(wildcard helpers/*/__init__.py)))
# JupyterLab starts for root, as in a container, only when told to.
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s%s\n", $$1, $$2}'

setup: $(READY)  ## create .venv from requirements.txt (the other targets do it when needed)

# The set-up runs again when the pins change.
$(READY): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Install Python $(OLDEST) or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < ($(subst .,$(COMMA),$(OLDEST))))' || { echo "The notebooks need Python $(OLDEST) or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) comes without venv. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv ..."
	@rm -f $(READY)
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt uv
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --compile-bytecode requirements.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(READY)

lab: $(READY)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter trust notebooks/*.ipynb notebooks/*/*.ipynb $(wildcard notebooks/zh/*/*.ipynb) >/dev/null
	@cd notebooks && ../$(BIN)/jupyter lab --ip=127.0.0.1 --transport=ipc $(ROOT) $(LAB_FLAGS)

check: $(READY)  ## lint, run and compare one notebook and its solutions: make check NB=05
	@test -n "$(NB)" -a -n "$(BOOKS)" || { echo "Which notebook? make check NB=05"; exit 1; }
	@$(BIN)/ruff check --quiet $(BOOKS) && $(BIN)/ruff format --quiet --check $(BOOKS)
	@$(PYTEST) --quiet --tb=short $(BOOKS) tests/test_notebooks.py tests/test_chinese.py -k "ipynb or $(NB)_"

test: lint  ## validate every stored output and test every helper
	@$(PYTEST) $(PYTEST_FLAGS)

test-browser: $(READY)  ## run every notebook in a headless Chromium, look at it, move its sliders
	@$(PYTEST) --quiet tests/slow/browser $(PYTEST_FLAGS)

test-grade: $(READY)  ## grade thirty made-up submissions whose truth is known
	@$(PYTEST) --quiet tests/slow/test_grade.py $(PYTEST_FLAGS)

# What depends on the processor: numbers and pictures.
old-cpu: $(READY)  ## validate as if on an old processor: other BLAS kernels, narrow vectors
	@OPENBLAS_CORETYPE=Nehalem OPENBLAS_VERBOSE=0 \
	NPY_DISABLE_CPU_FEATURES="$$($(BIN)/python -c 'from numpy._core._multiarray_umath import __cpu_dispatch__ as names, __cpu_features__ as here; print(*[name for name in names if here.get(name)])')" \
	$(PYTEST) notebooks $(ROOMS) $(PYTEST_FLAGS)

# Old versions beside new ones may warn; ignore those warnings.
bounds: $(READY)  ## test the helpers with the oldest and with the newest versions allowed
	@for resolution in lowest-direct highest; do \
	  echo "Resolution: $$resolution"; \
	  $(BIN)/uv venv --quiet --clear --python $(BIN)/python build/$$resolution && \
	  VIRTUAL_ENV=build/$$resolution $(BIN)/uv pip install --quiet --resolution $$resolution --editable '.[dev]' && \
	  build/$$resolution/bin/python -c 'import matplotlib, numpy, sympy; print("numpy", numpy.__version__, "sympy", sympy.__version__, "matplotlib", matplotlib.__version__)' && \
	  build/$$resolution/bin/python -W ignore -m pytest $(SPREAD) --quiet -W ignore $(ROOMS) $(LARGE) || exit 1; \
	done

mutants: $(READY)  ## plant faults in the mathematics (or in NB=05) one at a time, report what goes unnoticed
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tools.mutants $(NB)

curious: $(READY)  ## run every notebook (or NB=05) as a curious reader would: other sizes, seeds, activations
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tools.curious $(NB)

grade: $(READY)  ## grade handed-in notebooks (runs students' code: do it in a container)
	@test -n "$(SUBMISSIONS)" || { echo "Which folder? make grade SUBMISSIONS=folder"; exit 1; }
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tools.grade "$(SUBMISSIONS)"

# JupyterHub stays out of .venv: nothing else needs it. Its proxy comes from npm.
build/hall/.ready: requirements.txt pyproject.toml
	@command -v npm >/dev/null || { echo "JupyterHub's proxy needs Node.js and npm, and there is no npm here"; exit 1; }
	@echo "Setting up build/hall ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/hall
	@VIRTUAL_ENV=build/hall $(BIN)/uv pip install --quiet --constraint requirements.txt --editable '.[dev,hall]'
	@npm install --silent --no-fund --no-audit --prefix build/hall configurable-http-proxy@5
	@touch $@

hall: $(READY) build/hall/.ready  ## try a JupyterHub with fifty students on this machine (HALL_FLAGS="--students 10")
	@build/hall/bin/python -m tools.hall $(HALL_FLAGS)

# Each file must pass, and a misspelt key must not. The schemas are the engines' own, from the
# network; $(SPEC) can name a copy.
CHART  := helm template hall jupyterhub --repo https://hub.jupyter.org/helm-chart/ --values
SPEC   ?= https://raw.githubusercontent.com/devcontainers/spec/main/schemas/devContainer.base.schema.json
TOOL   := $(BIN)/uv tool run --quiet
deploy: $(READY)  ## check the files for Kubernetes, devcontainers and Binder (needs helm and the network)
	@command -v helm >/dev/null || { echo "Kubernetes' values are checked by helm, and there is no helm here"; exit 1; }
	@mkdir -p build/deploy
	@sed 's/guarantee:/guaranteed:/' deploy/kubernetes.yaml >build/deploy/kubernetes.yaml
	@sed 's/onCreateCommand/onCreatedCommand/' .devcontainer/devcontainer.json >build/deploy/devcontainer.json
	$(CHART) deploy/kubernetes.yaml >/dev/null
	! $(CHART) build/deploy/kubernetes.yaml >/dev/null 2>&1
	$(TOOL) check-jsonschema --schemafile $(SPEC) .devcontainer/devcontainer.json
	! $(TOOL) check-jsonschema --schemafile $(SPEC) build/deploy/devcontainer.json >/dev/null
	$(TOOL) --from jupyter-repo2docker jupyter-repo2docker --no-build --debug . 2>&1 | grep 'env update .*environment.yml'

bench: $(READY)  ## measure gradients, Jacobian and notebooks, as ratios (BENCH_FLAGS=--core: a part)
	@$(BIN)/python -m tools.bench $(BENCH_FLAGS)

lint: $(READY)  ## check style and spelling, notebooks included
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/codespell

site: $(READY)  ## write the site to build/site/, from what is stored
	@$(BIN)/python -m tools.site

slides: $(READY)  ## write a deck of slides for each notebook (or NB=05) to build/slides/
	@$(BIN)/python -m tools.publish slides $(NB)

refresh: $(READY)  ## execute the notebooks (or NB=05) and store their outputs (the only way to store them)
	@$(BIN)/python -m tools.publish refresh $(NB)

zh: $(READY)  ## bring the Chinese edition up to date, say what is to be translated (NB=05 begins one)
	@$(BIN)/python -m tools.chinese $(NB)
	@$(BIN)/python -m tools.catalogue

lock: $(READY)  ## compile requirements.txt anew from pyproject.toml
	@VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --upgrade --universal --python-version $(OLDEST) --extra dev --no-header --no-emit-index-url pyproject.toml --output-file requirements.txt

clean:  ## remove .venv and everything generated
	@rm -rf .venv build mutants .hypothesis .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
