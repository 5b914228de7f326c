"""Compiling ahead of a machine's first plan."""

from __future__ import annotations

from typing import Any

import pytest

from service.jobs import warming
from solver.engine import cache


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was planned to have it compiled."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(warming, "end_with", lambda parent: None)
    monkeypatch.setattr(warming.os, "nice", lambda by: by)
    monkeypatch.setattr("solver.plan.plan", lambda caseload, policy, **how: calls.append(how))
    return calls


@pytest.mark.parametrize(("compiled", "calls"), [(True, []), (False, [{"deterministic": 1}])])
def test_it_compiles_what_is_not(
    planned: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    compiled: bool,
    calls: list[dict[str, Any]],
) -> None:
    monkeypatch.setattr(cache, "is_compiled", lambda: compiled)
    warming.main(["1"])
    assert planned == calls


def test_it_ends_by_itself_or_with_the_server() -> None:
    process = warming.start()
    try:
        # As soon as it sees that all is compiled; whoever started it may end it before.
        assert process.poll() in (None, 0)
    finally:
        process.kill()
        process.wait()
