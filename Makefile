# Start with `make demo` and `make test`. Both need Python 3.11 or newer and make, and set up the rest in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH ?= team

.PHONY: demo test test-slow lint bench clean

# Plan a made-up team; its calendar, invites and report are then in out/. A demo with breaches (exit code 1) is a
# result like any other: it has failed only if it wrote nothing.
demo: $(READY)
	@rm -f out/calendar.json
	$(BIN)/convene demo -o out || test -s out/calendar.json
	@echo "Open out/report.html in a browser."

test: $(READY)
	$(BIN)/python -m pytest -m "not slow"

# Whole teams and long searches.
test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Measures again what benchmarks/README.md says; BENCH="all --write" puts the figures there.
bench: $(READY)
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made again whenever pyproject.toml changes.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV); the first time takes a minute or two."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
