# Everything a person does with a clone. Needs Python >= 3.11 and a package index; sets up .venv by itself.
#   make demo   the main job from end to end, then serves (ARGS=--no-serve ends after the verification)
#   make test   every test, on SQLite and on a real PostgreSQL       make check  format, lint, types, imports, house
#   make bench  the speed table      make docs  generated tables     make lock   new locks      make clean

VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
ARGS ?=
RUNTIME := $(VENV)/.runtime-ready
READY := $(VENV)/.dev-ready
CODE := ledger projections api tests $(if $(wildcard bench/*.py),bench)

# The first interpreter that is new enough and can make virtual environments; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$python" && break; done)

# No shell sees the environment of an outer virtual environment, and no build runs unhashed.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
EDITABLE = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

.PHONY: demo test check format bench docs history lock clean
.PHONY: check-format check-lint check-types check-imports check-house
.DELETE_ON_ERROR:

demo: $(RUNTIME)
	$(BIN)/jifen demo $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# Every gate runs, so that one look shows all that is wrong.
check: $(READY)
	@$(MAKE) --no-print-directory --keep-going check-format check-lint check-types check-imports check-house

check-format: $(READY)
	$(BIN)/ruff format --check --diff $(CODE)
check-lint: $(READY)
	$(BIN)/ruff check --output-format concise $(CODE)
check-types: $(READY)
	$(BIN)/mypy $(addprefix -p ,$(CODE))
check-imports: $(READY)
	$(BIN)/lint-imports
check-house: $(READY)
	$(BIN)/python -m pytest -q tests/house $(ARGS)

format: $(READY)
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: $(READY)
	$(BIN)/python -m bench $(ARGS)

docs: $(READY)
	$(BIN)/python -m tests.house.generated
	$(BIN)/python -m tests.examples.tape
	$(BIN)/python -m tests.examples.shell

history: $(READY)
	$(BIN)/python -m tests.house.examples $(ARGS)

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --group build --extra postgres
lock: $(READY)
	$(LOCK) --upgrade --extra test --extra dev pyproject.toml --output-file requirements-dev.txt
	$(LOCK) --constraint requirements-dev.txt --upgrade pyproject.toml --output-file requirements.txt

clean:
	rm -rf $(VENV) var dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks .coverage

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Jifen needs Python 3.11 or newer with the venv module: install it, or say make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	$(INSTALL) requirements.txt
	$(EDITABLE)
	@touch $@

# The dev lock holds the runtime lock's versions too, so one set-up serves both.
$(READY): requirements-dev.txt requirements.txt pyproject.toml | $(BIN)/python
	$(INSTALL) requirements-dev.txt
	$(EDITABLE)
	@touch $@ $(RUNTIME)
