"""Of two processes that replace a calendar, one waits for the other."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from service.output.files import OutputError
from service.output.lock import replacing

PATIENCE = 30.0
"""Seconds after which a process that doesn't answer has failed."""


def hold(path: Path, inside: Event, leave: Event) -> None:
    with replacing(path):
        inside.set()
        leave.wait(PATIENCE)


def write(path: Path, asked: Event) -> None:
    asked.set()
    with replacing(path):
        path.write_text("second")


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text("first")
    context = multiprocessing.get_context("spawn")
    inside, leave, asked = context.Event(), context.Event(), context.Event()
    first = context.Process(target=hold, args=(path, inside, leave))
    second = context.Process(target=write, args=(path, asked))
    try:
        first.start()
        assert inside.wait(PATIENCE)
        second.start()
        assert asked.wait(PATIENCE)
        second.join(0.2)
        assert second.is_alive()
        assert path.read_text() == "first"
        leave.set()
        second.join(PATIENCE)
        assert second.exitcode == 0
        assert path.read_text() == "second"
    finally:
        for process in (first, second):
            if process.pid is not None:
                process.kill()
                process.join()


def test_a_process_that_dies_leaves_no_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    inside, leave = context.Event(), context.Event()
    process = context.Process(target=hold, args=(tmp_path / "calendar.json", inside, leave))
    process.start()
    assert inside.wait(PATIENCE)
    process.kill()
    process.join()
    with replacing(tmp_path / "calendar.json"):
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="can't be opened"),
        replacing(tmp_path / "nowhere" / "calendar.json"),
    ):
        pass
