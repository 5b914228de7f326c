"""Compiling ahead of a machine's first plan."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from service.cli import serve
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


def test_whoever_comes_meanwhile_waits_and_compiles_nothing_again(
    planned: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path))
    done = threading.Event()
    monkeypatch.setattr(cache, "is_compiled", done.is_set)
    second = threading.Thread(target=warming.ready)
    with cache.compiling_alone():
        second.start()
        second.join(0.5)
        assert second.is_alive()
        done.set()
    second.join(30)
    assert not second.is_alive()
    assert planned == []


def test_who_waits_can_be_stopped(
    planned: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "is_compiled", lambda: False)
    asked = threading.Event()
    second = threading.Thread(target=warming.ready, args=(asked.is_set,))
    with cache.compiling_alone():
        second.start()
        asked.set()
        second.join(30)
        assert not second.is_alive()
    assert planned == []


def test_where_nothing_can_be_written_it_compiles_all_the_same(
    planned: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path / "gone"))
    monkeypatch.setattr(cache, "is_compiled", lambda: False)
    warming.ready()
    assert planned == [{"deterministic": 1}]


@pytest.mark.parametrize(
    ("seconds", "code", "told"),
    [("0", 0, ["Open that"]), ("60", 0, ["The search", "Open that"]), ("0", -9, [])],
)
def test_the_address_is_worth_opening_once_all_is_compiled(
    seconds: str, code: int, told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    class Compiling:
        returncode = code

        def wait(self, timeout: float | None = None) -> int:
            if timeout is not None and timeout < float(seconds):
                raise subprocess.TimeoutExpired("compiling", timeout)
            return code

    serve._invite(Compiling())  # type: ignore[arg-type]
    said = capsys.readouterr().err.splitlines()
    assert [line.startswith(words) for line, words in zip(said, told, strict=True)] == [True] * len(told)


def test_it_ends_by_itself_or_with_the_server() -> None:
    process = warming.start()
    try:
        # As soon as it sees that all is compiled; whoever started it may end it before.
        assert process.poll() in (None, 0)
    finally:
        process.kill()
        process.wait()
