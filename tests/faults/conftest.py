from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from fault_counts import Counts
from fault_databases import databases
from fault_record import write
from fault_world import FAKETIME, World, world

BOTH = ("sqlite", "postgresql")
_COUNTS = pytest.StashKey[Counts]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--sequences", type=int, default=10, help="How many of the long form, on each database.")
    group.addoption("--write", action="store_true", help="Put the counts into tests/faults/README.md.")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_COUNTS] = Counts()


@pytest.fixture(scope="session")
def counts(request: pytest.FixtureRequest) -> Counts:
    """Of the whole run."""
    return request.config.stash[_COUNTS]


@pytest.fixture(scope="module", params=BOTH)
def hurt(request: pytest.FixtureRequest, counts: Counts) -> Iterator[World]:
    """A service that can be hurt, the same for all tests of a module: its worker looks for jobs ten times a second."""
    if request.param not in databases():
        _missing("PostgreSQL")
    with world(request.param, counts) as made:
        yield made
    assert [one for one in counts.violations if one.startswith(f"{request.param}, at the end")] == []


@pytest.fixture(params=BOTH)
def clocked(request: pytest.FixtureRequest, counts: Counts) -> Iterator[World]:
    """A service whose clock can be put off."""
    if not FAKETIME.is_file():
        _missing("faketime")
    if request.param not in databases():
        _missing("PostgreSQL")
    with world(request.param, counts, clock=True) as made:
        yield made
    assert [one for one in counts.violations if one.startswith(f"{request.param}, at the end")] == []


def _missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} isn't installed, and here it must be")
    pytest.skip(f"{what} isn't installed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(_COUNTS, None)
    if found is None or not found.of:
        return
    terminalreporter.section("faults")
    for name, number in found.rows():
        terminalreporter.line(f"{number:7}  {name}")
    for one in found.violations:
        terminalreporter.line(one)
    if config.getoption("--write", default=False):
        write(found, config.invocation_params.args)
