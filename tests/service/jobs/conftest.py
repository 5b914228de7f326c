"""Fixtures of the jobs' tests."""

from __future__ import annotations

import pytest

from service.jobs import warming


@pytest.fixture(scope="session")
def compiled() -> None:
    """The search is compiled before a job is to use it: a job's own process gives way to all others, and takes minutes for it."""
    warming.ready()
