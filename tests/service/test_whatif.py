"""`convene whatif`: three named suppositions and a file of them; nothing is decided, and nothing written unless asked."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from solver_cases import hours, lone, person, plan_of, planned, room

import solver.repair.whatif
from service.cli.main import cli
from solver.check import CheckReport, Violation
from solver.plan import CheckFailedError
from solver.schema.calendar import Calendar
from solver.schema.load import load_caseload

Json = dict[str, Any]
SMALL = ("--today", "2027-01-04", "--rounds", "2")


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=stdin, catch_exceptions=False)


@cache
def documents() -> tuple[str, str]:
    """Two plans that want the one room in the one hour of the week in which it is open: one of them is late."""
    data = lone(grid_minutes=60, venues=[room("room-1", hours=hours("10:00", "11:00", ["thu"]))])
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    data["horizon"] = {"start": "2027-01-11", "end": "2027-02-26"}
    calendar = planned(data, rounds=4)
    assert calendar.breaches
    return json.dumps(data), calendar.model_dump_json(by_alias=True)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    caseload, calendar = tmp_path / "caseload.json", tmp_path / "calendar.json"
    for path, text in zip((caseload, calendar), documents(), strict=True):
        path.write_text(text)
    return caseload, calendar


def as_they_were(files: tuple[Path, Path]) -> bool:
    return (
        tuple(path.read_text() for path in files) == documents() and len(list(files[0].parent.iterdir())) == 2
    )


def test_a_second_room_on_thursdays_mends_what_is_late(files: tuple[Path, Path]) -> None:
    result = run("whatif", *files, "--another", "room-1", "thu", *SMALL, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["now"]["kpis"]["breaches"] > 0
    assert found["otherwise"]["kpis"]["breaches"] == found["now"]["kpis"]["breaches"]
    assert found["supposed"]["kpis"]["breaches"] == 0
    assert found["supposed"]["cost"] < found["otherwise"]["cost"]
    moved = [*found["diff"]["moved"], *found["diff"]["added"]]
    assert any(change["after"]["venue"] == "room-1-2" for change in moved)
    assert found["diff"]["breaches_gone"]
    assert as_they_were(files)


def test_the_words_show_what_is_otherwise(files: tuple[Path, Path]) -> None:
    text = run("whatif", *files, "--another", "room-1", "thu", *SMALL).stdout
    rows = {line.split("  ")[0].strip(): line for line in text.splitlines()}
    assert rows["Breaches"].endswith("*")
    assert "The supposition by itself: -" in text
    assert "Breach gone" in text
    assert as_they_were(files)


def test_a_shorter_interval_means_more_meetings(files: tuple[Path, Path]) -> None:
    result = run("whatif", *files, "--interval", "core_group", "2 weeks", *SMALL, "--json")
    found = json.loads(result.stdout)
    assert found["supposed"]["kpis"]["meetings"] > found["now"]["kpis"]["meetings"]
    assert found["diff"]["added"]
    assert result.exit_code == int(found["supposed"]["kpis"]["breaches"] > 0)


def test_leave_moves_only_what_must(files: tuple[Path, Path]) -> None:
    calendar = Calendar.model_validate_json(documents()[1])
    last = max((one for one in calendar.meetings if one.plans == ("plan-1",)), key=lambda one: one.start)
    day = str(last.start.date())
    found = json.loads(run("whatif", *files, "--busy", "sw-1", day, day, "--least", *SMALL, "--json").stdout)
    assert found["must_move"] == [last.id]
    assert found["proved"]
    assert [one["meeting"] for one in found["diff"]["moved"]] == [last.id]
    words = run("whatif", *files, "--busy", "sw-1", day, day, "--least", *SMALL).stdout
    assert "1 meeting would have to move (proven: no less would do)." in words


def test_the_supposed_calendar_is_written_where_that_is_asked_for(files: tuple[Path, Path]) -> None:
    output = files[0].with_name("supposed.json")
    changes = json.dumps([{"kind": "team_interval", "meetings": "core_group", "at_most": "14 days"}])
    result = run("whatif", *files, "--changes", "-", *SMALL, "-o", output, stdin=changes)
    beside = files[0].with_name("supposed.caseload.json")
    assert f"Written  {output}, {beside}" in result.stdout
    assert tuple(path.read_text() for path in files) == documents()
    assert load_caseload(beside).team.every_at_most == {"core_group": "14 days"}
    assert run("check", beside, output, "--json").exit_code == result.exit_code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Say what is supposed"),
        (("--another", "room-9", "thu"), 'Did you mean "room-1"?'),
        (("--another", "room-1", "someday"), '"som" is no weekday'),
        (("--interval", "core_group", "four weeks"), "changes[0].at_most"),
        (("--interval", "care_team_meeting", "4 weeks"), "sets no interval"),
        (("--busy", "nobody", "2027-01-12", "2027-01-12"), "no person with this id"),
    ],
)
def test_what_is_refused(files: tuple[Path, Path], arguments: tuple[str, ...], words: str) -> None:
    result = run("whatif", *files, *arguments, *SMALL)
    assert result.exit_code == 2
    assert words in result.stderr
    assert as_they_were(files)


def test_a_fault_of_our_own_is_told_as_one(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        wrong = Violation("person.overlap", (), (), 1, "Two at once.", forced=False)
        raise CheckFailedError(CheckReport([wrong], [], {}, 0, []))

    monkeypatch.setattr(solver.repair.whatif, "repair", fails)
    result = run("whatif", *files, "--another", "room-1", "thu", *SMALL)
    assert result.exit_code == 1
    assert "fault of Convene" in result.stderr
    assert "Two at once." in result.stderr
    assert as_they_were(files)


def test_a_meeting_that_cannot_stand_is_for_rebook(files: tuple[Path, Path]) -> None:
    calendar = Calendar.model_validate_json(documents()[1])
    changes = json.dumps([{"kind": "meeting_cannot_stand", "meeting": calendar.meetings[0].id}])
    result = run("whatif", *files, "--changes", "-", *SMALL, stdin=changes)
    assert result.exit_code == 2
    assert "convene rebook" in result.stderr
