# make reproduce: the paper's exclusion plot in out/;  make test: everything that CI checks;  make bench: speed
PYTHON ?= python3
VENV ?= .venv
OUT ?= out
JOBS ?= 2
BIN = $(VENV)/bin

.PHONY: reproduce test lint bench wheel-test clean lock

reproduce: $(VENV)/.installed
	$(BIN)/semivis reproduce --output $(OUT)

test: $(VENV)/.installed-dev lint
	$(BIN)/python -m pytest -n $(JOBS) -q

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# MG5_DIR and PETITE_DIR add MadGraph and PETITE; BENCH='--quick' or '--only lhe'
bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks $(BENCH)

wheel-test: $(VENV)/.installed-dev
	PYTHON=$(PYTHON) BIN=$(abspath $(BIN)) bash .ci/wheel-test

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "semivis needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV) || { echo "no venv module: install python3-venv (Debian, Ubuntu)"; exit 1; }

# requirements.txt pins what a user runs, requirements-dev.txt what the tests need on top
$(VENV)/.installed: $(VENV)/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# resolve the newest versions anew and pin them
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet .
	.venv-lock/bin/python -m pip freeze --exclude semivis > requirements.txt
	.venv-lock/bin/python -m pip install --quiet -c requirements.txt '.[dev,pythia,dask]'
	.venv-lock/bin/python -m pip freeze --exclude semivis | grep -vxF -f requirements.txt > requirements-dev.txt
	rm -rf .venv-lock

clean:
	rm -rf $(VENV) .venv-lock .nox $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
