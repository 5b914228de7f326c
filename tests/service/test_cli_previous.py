"""`convene plan --previous`: the next calendar of a team to which something has happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli.again import disruption_line
from service.cli.main import cli
from solver.repair.repair import Repaired
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

QUICK = ("--rounds", "2", "--quiet", "--workers", "1")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def calendar_in(directory: Path) -> Calendar:
    return Calendar.model_validate_json((directory / "calendar.json").read_bytes())


@pytest.fixture
def caseload(tmp_path: Path) -> Path:
    path = tmp_path / "caseload.json"
    assert run("generate", "--plans", "6", "--seed", "5", "--congestion", "easy", "-o", path).exit_code == 0
    return path


def away(caseload: Path, calendar: Calendar) -> str:
    """Take somebody essential away from the last meeting that isn't held at a weekend; returns its id."""
    data = json.loads(caseload.read_text())
    people = {person["id"]: person for person in data["people"]}
    meeting = calendar.meetings[-1]
    who = next(one.person for one in meeting.attendees if one.level == "essential" and one.person in people)
    span = {"start": meeting.start.isoformat()[:16], "end": meeting.end.isoformat()[:16]}
    people[who]["busy"] = [*people[who].get("busy", []), span]
    caseload.write_text(json.dumps(data))
    return meeting.id


def test_only_what_must_moves_and_that_is_told(caseload: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run("plan", caseload, "-o", first, *QUICK)
    before = calendar_in(first)
    gone = away(caseload, before)
    told = run("plan", caseload, "-o", second, "--previous", first / "calendar.json", *QUICK)
    assert "1 meeting moves, 1 because it can't stand. It is proven that less would not do (" in told.stdout
    after = calendar_in(second)
    slots = {meeting.id: (meeting.start, meeting.venue) for meeting in before.meetings}
    moved = [one.id for one in after.meetings if slots[one.id] != (one.start, one.venue)]
    assert moved == [gone]
    assert "keeps every rule" in run("check", second / "caseload.json", second / "calendar.json").stdout


def test_as_data(caseload: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run("plan", caseload, "-o", first, *QUICK)
    gone = away(caseload, calendar_in(first))
    again = run("plan", caseload, "-o", second, "--previous", first / "calendar.json", "--json", *QUICK)
    told = json.loads(again.stdout)["disruption"]
    assert told["moved"] == told["unable"] == [gone]
    assert told["points"] == told["least"] > 0
    assert told["new_breach_days"] == told["least_new_breach_days"] == 0
    assert told["proved"] is True


def test_what_stands_until_a_day_stands(caseload: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run("plan", caseload, "-o", first, *QUICK)
    before = calendar_in(first)
    away(caseload, before)
    last = before.meetings[-1].start.date()
    fixed = ("--previous", first / "calendar.json", "--fixed-until", last)
    told = run("plan", caseload, "-o", second, *fixed, *QUICK)
    assert "No meeting moves." in told.stdout
    after = calendar_in(second)
    assert [(one.id, one.start, one.venue) for one in after.meetings] == [
        (one.id, one.start, one.venue) for one in before.meetings
    ]
    assert all(one.pinned for one in after.meetings)


def test_improving_is_of_a_calendar(caseload: Path, tmp_path: Path) -> None:
    result = run("plan", caseload, "-o", tmp_path / "out", "--improve")
    assert result.exit_code == 2
    assert "--previous" in result.stderr


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"moved": (), "unable": ()}, "No meeting moves."),
        (
            {},
            "3 meetings move, 2 because they can't stand and 1 so that all can be held in time. "
            "It is proven that less would not do (9 points of disruption).",
        ),
        (
            {"unable": ("a", "b", "c"), "proved": False, "disruption": 1},
            "3 meetings move, 3 because they can't stand. It is not proven that less would not do (1 point of disruption).",
        ),
        (
            {"unable": (), "improved": True},
            "3 meetings move, 3 so that all can be held in time or because it gains more than it costs.",
        ),
    ],
)
def test_the_line(changes: dict[str, Any], told: str) -> None:
    facts: dict[str, Any] = {
        "calendar": Calendar.model_construct(),
        "caseload": Caseload.model_construct(),
        "dropped": (),
        "moved": ("a", "b", "c"),
        "unable": ("a", "b"),
        "new_breach_days": 0,
        "disruption": 9,
        "least_breach_days": 0,
        "least_disruption": 9,
        "proved": True,
        "improved": False,
    }
    assert disruption_line(Repaired(**(facts | changes))) == told
