"""What is written is, byte for byte, what ``tests/golden`` holds. ``tests/support/golden.py`` says how to change it."""

from __future__ import annotations

import re

import pytest
from golden import FOLDER, difference, files, team

from calendars.lint import lint
from solver.schema.base import FAMILY_ROLES

FILES = files()


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_what_it_was(name: str) -> None:
    kind, content = FILES[name]
    kept = (FOLDER / f"{name}.ics").read_bytes()
    assert kept.decode() == content.decode()
    assert lint(kept, kind=kind) == []


def test_there_is_no_other_file_and_no_line_end_was_lost() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(FILES)
    assert difference() == []


def test_every_kind_and_every_sort_of_recipient_has_a_file() -> None:
    kinds = {kind for kind, _ in FILES.values()}
    assert kinds == {"request", "cancel", "publish", "feed", "stored", "tasks"}
    for start in ("request", "update", "cancel"):
        roles = {
            person.role
            for person in team().people
            if any(re.match(rf"{start}-{person.id}-", name) for name in FILES)
        }
        assert roles & FAMILY_ROLES
        assert roles - FAMILY_ROLES
    assert {"request-venue-room-1", "update-venue-room-1", "cancel-hv-1-1"} <= FILES.keys()


def test_a_difference_is_shown_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, content = FILES["tasks"]
    changed = {
        "tasks": (
            kind,
            content.replace(b"Minutes", b"Records").replace(
                b"CALSCALE:GREGORIAN\r\n", b"CALSCALE:GREGORIAN\n"
            ),
        )
    }
    monkeypatch.setattr("golden.files", lambda: FILES | changed)
    lines = difference()
    assert "+SUMMARY:Records\\, ref 4W3F" in lines
    assert "+CALSCALE:GREGORIAN<LF>" in lines
    assert not any("publish" in line for line in lines)
