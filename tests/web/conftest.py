"""Fixtures of the pages' tests: a service with its pages, and a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsers import CHROMIUM, Browsing, browsing
from page_visitor import Visitor
from web_world import World, world


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/web/test_states.py --shots DIR``: pictures of every page that it opens, in every size."""
    parser.addoption(
        "--shots", type=Path, default=None, metavar="DIR", help="write pictures of pages into DIR"
    )


@pytest.fixture(scope="session")
def shots(request: pytest.FixtureRequest) -> Path | None:
    """Where pictures of pages go, if anywhere."""
    found: Path | None = request.config.getoption("--shots", default=None)
    if found is not None:
        found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    """A service of a test's own, with two teams that have no calendar yet."""
    with world(tmp_path) as made:
        made.team("yew", "Yew team")
        made.team("oak", "Oak team")
        yield made


@pytest.fixture
def visit(served: World) -> Iterator[Callable[[str], Visitor]]:
    """Sign somebody in who has no browser."""
    with ExitStack() as stack:
        yield lambda subject: stack.enter_context(Visitor(served, subject))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browsing]:
    """One browser for the tests of a module; each page that it opens is looked after (see `browsers`).

    Not for more than a module: its driver keeps an event loop running, in which other modules' tests couldn't start theirs.
    """
    if not Path(CHROMIUM).is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium isn't installed, and here it must be")
        pytest.skip("Chromium isn't installed")
    with browsing() as made:
        yield made
