"""What each real program was seen to do is written down by the tests that see it, for the table of README.md.

A module says which program it is about with the marker ``client``; a test says which cells of the table it decides with
``shows``, and what was seen there through the fixture `seen`. A cell is only ever what the last run found: the words of
tests that passed, ``FAILED``, or why one wasn't run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from recording import PROPERTY, Recorder, Seen

RECORD = "INTEROP_RECORD"
"""Environment variable naming the file that a run's record is added to."""
CLIENTS = "INTEROP_CLIENTS"
"""Environment variable naming the file that gets which tests there are of which program."""


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Seen:
    """Call it with a cell and words, or with ``version=``; the words count only if the test passes."""
    marker = request.node.get_closest_marker("shows")
    allowed = marker.args if marker else ()

    def say(cell: str | None = None, words: str = "", *, version: str | None = None) -> None:
        if version is not None:
            request.node.user_properties.append((PROPERTY, {"version": version}))
        if cell is not None:
            assert cell in allowed, f"the test isn't marked as showing {cell}"
            request.node.user_properties.append((PROPERTY, {"cell": cell, "words": words}))

    return say


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    client, shows = item.get_closest_marker("client"), item.get_closest_marker("shows")
    if client is not None:
        about = {
            "client": client.args[0],
            "only": client.kwargs["only"],
            "shows": shows.args if shows else (),
        }
        report.user_properties.append((PROPERTY, about))
    return report


def pytest_configure(config: pytest.Config) -> None:
    if (path := os.environ.get(RECORD)) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(path)), "interop-recorder")


def pytest_collection_finish(session: pytest.Session) -> None:
    if path := os.environ.get(CLIENTS):
        tests: dict[str, list[str]] = {}
        for item in session.items:
            if (client := item.get_closest_marker("client")) is not None:
                tests.setdefault(client.args[0], []).append(item.nodeid)
        Path(path).write_text(json.dumps(tests))
