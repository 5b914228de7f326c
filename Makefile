# Start with `make demo` and `make test`. Both need Python 3.11 or newer and make, and set up the rest in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench
BENCH ?= team
BENCH_FLAGS ?= --write --resume
LOAD_FLAGS ?=
PAGES_FLAGS ?=
# What is compiled is kept, whatever the machine says: otherwise each run compiles every test anew.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 2

ONLY ?=
SLOWLY ?=
FAULTS ?=
RECORD := out/interop/record.json
FUZZ := out/fuzz
FUZZ_PATH := .:tests/support
TARGET ?= reading
SECONDS ?= 60

.PHONY: demo assets test test-web test-slow test-deep faults interop interop-table fuzz lint bench bench-load bench-pages bench-parts bench-growth bench-ablation bench-peers bench-published clean

# Plan a made-up team; its calendar, invites and report are then in out/. A demo with breaches (exit code 1) is a
# result like any other: it has failed only if it wrote nothing.
demo: $(READY)
	@rm -f out/calendar.json
	$(BIN)/convene demo -o out || test -s out/calendar.json
	@echo "Open out/report.html in a browser."

# Pages are opened in Debian's chromium-headless-shell or chromium; where there is neither, tests of theirs are skipped.
test: $(READY) assets
	$(PYTEST) -m "not slow and not interop and not faults"

# The pages' scripts and styles, anew where anything they are made of has changed.
assets: $(READY)
	@$(BIN)/python service/pages/assets/bundle.py

# The pages alone. SLOWLY=1 lets them come in pieces, which shows a test that reads what isn't there yet.
test-web: $(READY) assets
	SLOWLY=$(SLOWLY) $(PYTEST) tests/web -m "not slow"

# Whole teams and long searches.
test-slow: $(READY) assets
	$(PYTEST) -m "slow and not interop and not faults and not deep"

# Hundreds more of the cases that brute force or the checker is asked about, and the longest walks: .ci/run leaves them out.
test-deep: $(READY)
	$(PYTEST) -m "deep"

# The service with its processes killed, its database stopped and its disk full while people use it; prints how often what
# was done and found. FAULTS="--sequences 30 --write" does more of it and keeps the counts in tests/faults/README.md.
faults: $(READY)
	$(BIN)/python -m pytest tests/faults -m "faults" $(FAULTS)

# Other people's programs with what Convene writes: Thunderbird, Evolution's store and the rest, which are installed if this
# is root. ONLY=thunderbird runs one of them. Prints the rows of tests/interop/README.md that were seen.
interop: $(READY)
	tests/interop/install.sh "$(ONLY)"
	INTEROP_RECORD=$(RECORD) $(BIN)/python -m pytest tests/interop --ignore=tests/interop/test_interop_table.py $(if $(ONLY),-k "$(ONLY)"); \
	  status=$$?; $(BIN)/python tests/interop/table.py $(RECORD); exit $$status

# Puts the rows of the last runs into tests/interop/README.md.
interop-table: $(READY)
	$(BIN)/python tests/interop/table.py $(RECORD) --write

# Grows inputs for a reader of untrusted bytes by what they reach in it: TARGET=reading, busy, terms, replies, mail, stored
# or lint, for so many SECONDS. What breaks it is kept in out/fuzz; what it has learnt too, for the next run. atheris is in
# a folder of its own and nothing else needs it.
fuzz: $(READY)
	@test -d $(FUZZ)/atheris || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --target $(FUZZ)/atheris atheris==3.0.0
	@mkdir -p $(FUZZ)/learnt/$(TARGET)
	PYTHONPATH=$(FUZZ_PATH) $(BIN)/python -m fuzz_seeds $(FUZZ)/seeds
	PYTHONPATH=$(FUZZ_PATH):$(FUZZ)/atheris $(BIN)/python tests/fuzz/harness.py $(TARGET) -max_total_time=$(SECONDS) \
	  -timeout=60 -rss_limit_mb=2048 -max_len=65536 -dict=$(FUZZ)/seeds/words.dict -artifact_prefix=$(FUZZ)/$(TARGET)- \
	  $(FUZZ)/learnt/$(TARGET) $(FUZZ)/seeds/$(TARGET)

lint: $(READY)
	$(BIN)/python service/pages/assets/bundle.py check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# One benchmark: BENCH="worker --seeds 1 2 --seconds 10". benchmarks/README.md says what there is.
bench: $(BENCH_READY)
	$(BIN)/python -m benchmarks $(BENCH)

# How long the parts of planning a team take, each a timing of its own.
bench-parts: $(BENCH_READY)
	@mkdir -p out/benchmarks
	$(BIN)/python -m pytest benchmarks/parts -o addopts="--strict-markers --strict-config --import-mode=importlib" \
	  -p no:cacheprovider --benchmark-columns=min,median,max,rounds --benchmark-storage=file://out/benchmarks \
	  --benchmark-json=out/benchmarks/parts.json

# How soon the service answers a team's managers, alone and while a worker plans; some eight minutes. PostgreSQL's server
# is that of the tests.
bench-load: $(READY)
	$(BIN)/python -m benchmarks.load $(LOAD_FLAGS)

# How soon a large team's pages are to be seen in Chromium, what they weigh, and how soon a move has its verdict.
bench-pages: $(READY) assets
	$(BIN)/python -m benchmarks.pages $(PAGES_FLAGS)

bench-growth bench-ablation bench-peers: bench-%: $(BENCH_READY)
	$(BIN)/python -m benchmarks published --only $* $(BENCH_FLAGS)

# Everything that benchmarks/README.md gives: hours. --list in place of the flags says how many; a run that was stopped
# goes on where it was, and ONLY="--only team service" runs a part of it.
bench-published: $(BENCH_READY)
	$(BIN)/python -m benchmarks published $(ONLY) $(BENCH_FLAGS)

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

# What benchmarks need on top: plots, timings, peers.
$(BENCH_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	@touch $@
