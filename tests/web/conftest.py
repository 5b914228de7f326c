"""Fixtures of the pages' tests: a service with its pages, and a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import CHROMIUM, Browsing, browsing
from web_world import World, world


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    """A service of a test's own, with two teams that have no calendar yet."""
    with world(tmp_path) as made:
        made.team("yew", "Yew team")
        made.team("oak", "Oak team")
        yield made


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
