# On a machine with nothing but Python 3.11 or newer: `make run`, `make test`.
# Another Python: make run PYTHON=python3.12. Another place for the environment: VENV=/tmp/venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EPISODES ?= 24

.PHONY: run eval test test-all lint types docs wheel-check clean

run: $(VENV)/.ready ## from random weights to MD-GRPO on real LAMMPS: one table, one learning curve
	rm -rf runs/quickstart
	$(BIN)/mdgym quickstart --out runs/quickstart --workers 2

eval: $(VENV)/.ready ## evaluate the scripted agents and print one table
	$(BIN)/mdgym eval --agent gold --agent template --agent silent --suite core --split test \
		--episodes $(EPISODES) --out runs/$$(date +%Y%m%d-%H%M%S)

test: $(VENV)/.ready
	$(BIN)/python -m pytest

test-all: $(VENV)/.ready
	$(BIN)/python -m pytest -m "slow or not slow"

lint: $(VENV)/.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.ready
	$(BIN)/mypy

docs: $(VENV)/.ready ## build the site of docs/ into site/; a broken link or a docstring that cannot be read is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

wheel-check: $(VENV)/.ready ## build sdist and wheel, try the wheel from an empty directory
	PYTHON=$(BIN)/python .ci/wheel-check

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.ready: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("mdgym needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
