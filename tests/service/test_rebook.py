"""`convene rebook` and `convene undo`: what they print, what they write, what they refuse, and that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from solver_cases import hours, lone, person, plan_of, planned, room

from service.cli.main import cli
from service.output.files import OutputError
from service.output.revisions import replace_revision
from solver.check import check_calendar
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar, Meeting
from solver.schema.load import digest, load_caseload

Json = dict[str, Any]
TODAY = ("--today", "2027-01-04")


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=stdin, catch_exceptions=False)


@cache
def documents() -> tuple[str, str]:
    data = lone()
    data["people"] += [
        person("sw-2", "social_worker", site="hall"),
        person("mother-2", "parent"),
        person("hv-1", "health_visitor"),
    ]
    data["venues"] += [room("room-2"), room("room-3")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, {"person": "hv-1"}))
    calendar = planned(data, rounds=6)
    return json.dumps(data), calendar.model_dump_json(by_alias=True)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    caseload, calendar = tmp_path / "caseload.json", tmp_path / "calendar.json"
    for path, text in zip((caseload, calendar), documents(), strict=True):
        path.write_text(text)
    return caseload, calendar


@pytest.fixture(autouse=True)
def _untouched(files: tuple[Path, Path]) -> Iterator[None]:
    """Whatever is left of other files is no half of one."""
    yield
    assert not [path for path in files[0].parent.iterdir() if path.suffix == ".tmp"]


def calendar_of(path: Path) -> Calendar:
    return Calendar.model_validate_json(path.read_bytes())


def first(plan: str = "plan-2") -> Meeting:
    calendar = Calendar.model_validate_json(documents()[1])
    return next(one for one in calendar.meetings if one.plans == (plan,))


def as_they_were(files: tuple[Path, Path]) -> bool:
    return (
        tuple(path.read_text() for path in files) == documents() and len(list(files[0].parent.iterdir())) == 2
    )


def test_options_are_told_and_nothing_is_written(files: tuple[Path, Path]) -> None:
    result = run("rebook", *files, "--meeting", first().id, *TODAY)
    assert result.exit_code == 0
    text = result.stdout
    assert f"Core group {first().id}" in text
    assert "  1  " in text
    assert "4 people to ask" not in text
    assert "people to ask, with" in text
    assert "--accept NUMBER --today 2027-01-04 --revision 1" in text
    assert as_they_were(files)


def test_the_json_holds_the_options(files: tuple[Path, Path]) -> None:
    result = run("rebook", *files, "--meeting", first().id, *TODAY, "--json", "--options", "3")
    found = json.loads(result.stdout)
    assert len(found["options"]) == 3
    best = found["options"][0]
    assert best["number"] == 1
    assert {
        "start",
        "end",
        "venue",
        "window",
        "slack_days",
        "attendees",
        "asked",
        "levels",
        "why",
    } <= best.keys()
    assert found["rebookings"][0]["options"] == found["options"]
    assert found["rebookings"][0]["revision"] == 1


def test_an_accepted_option_is_the_calendar_of_the_same_caseload(files: tuple[Path, Path]) -> None:
    caseload, calendar = files
    before = calendar_of(calendar)
    option = json.loads(run("rebook", *files, "--meeting", first().id, *TODAY, "--json").stdout)["options"][1]
    result = run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", "2", "--revision", "1")
    assert result.exit_code == 0
    assert "1 meeting moved" in result.stdout
    after = calendar_of(calendar)
    assert after.revision == 2
    moved = next(one for one in after.meetings if one.id == first().id)
    assert f"{moved.start:%Y-%m-%dT%H:%M}" == option["start"]
    assert caseload.read_text() == documents()[0]
    assert run("check", *files).exit_code == 0
    others = {one.id: one for one in before.meetings if one.series != first().series}
    assert all(others[one.id] == one for one in after.meetings if one.id in others)
    kept = calendar.with_name("calendar.revision-1.json")
    assert kept.read_text() == documents()[1]
    assert str(kept) in result.stdout


def test_an_option_has_its_number_however_many_are_shown(files: tuple[Path, Path]) -> None:
    ask = ("rebook", *files, "--meeting", first().id, *TODAY)
    many = json.loads(run(*ask, "--json", "--options", "30").stdout)["options"]
    assert json.loads(run(*ask, "--json", "--options", "2").stdout)["options"] == many[:2]
    assert run(*ask, "--options", "2", "--accept", "5").exit_code == 0
    after = next(one for one in calendar_of(files[1]).meetings if one.id == first().id)
    assert f"{after.start:%Y-%m-%dT%H:%M}" == many[4]["start"]


def test_accepted_elsewhere_leaves_both_files_alone(files: tuple[Path, Path]) -> None:
    output = files[0].with_name("next.json")
    done = run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", "1", "-o", output, "--json")
    told = json.loads(done.stdout)
    assert (told["accepted"], told["revision"], told["written"], told["kept"]) == (1, 2, [str(output)], [])
    assert [one["meeting"] for one in told["changes"]["moved"]] == [first().id]
    assert tuple(path.read_text() for path in files) == documents()
    assert calendar_of(output).revision == 2


def test_facts_are_written_into_the_caseload(files: tuple[Path, Path]) -> None:
    caseload, calendar = files
    day = first().start.date()
    facts = ("--busy", "sw-2", str(day), str(day))
    shown = run("rebook", *files, *facts, *TODAY)
    assert shown.exit_code == 0
    assert "1 meeting can't stand as it is" in shown.stdout
    assert f"{first().id}, " in shown.stdout
    assert "sw-2" in shown.stdout
    assert as_they_were(files)
    result = run("rebook", *files, "--meeting", first().id, *facts, *TODAY, "--accept", "1")
    assert result.exit_code == 0
    now = load_caseload(caseload)
    assert next(one for one in now.people if one.id == "sw-2").busy[-1].start.date() == day
    assert calendar_of(calendar).caseload.digest == digest(now)
    assert run("check", *files).exit_code == 0
    assert caseload.with_name("caseload.revision-1.json").read_text() == documents()[0]


def test_all_together(files: tuple[Path, Path]) -> None:
    day = first().start.date()
    away = ("--busy", "sw-2", str(day), str(day), "--busy", "sw-1", *[str(first("plan-1").start.date())] * 2)
    result = run("rebook", *files, *away, *TODAY, "--together", "--rounds", "2")
    assert result.exit_code == 0, result.output
    assert "2 meetings can't stay where they are (proven: no less would do)" in result.stdout
    assert run("check", *files).exit_code == 0
    both = json.loads(run("diff", files[1].with_name("calendar.revision-1.json"), files[1], "--json").stdout)
    assert {one["meeting"] for one in both["moved"]} == {first().id, first("plan-1").id}


def test_a_closed_venue_leaves_the_time(files: tuple[Path, Path]) -> None:
    meeting = first()
    until = meeting.start.date() + timedelta(days=1)
    closed = ("--closed", meeting.venue, str(meeting.start.date()), str(until))
    found = json.loads(run("rebook", *files, "--meeting", meeting.id, *closed, *TODAY, "--json").stdout)
    best = found["options"][0]
    assert best["start"] == f"{meeting.start:%Y-%m-%dT%H:%M}"
    assert best["venue"] != meeting.venue
    assert not found["rebookings"][0]["stands"]


def test_changes_from_a_file_and_from_standard_input(files: tuple[Path, Path]) -> None:
    new = plan_of(3, {"person": "sw-1"}, {"person": "mother-3"})
    changes = json.dumps(
        [
            {"kind": "new_plan", "plan": new, "people": [person("mother-3", "parent")]},
            {"kind": "meeting_cannot_stand", "meeting": first().id},
        ]
    )
    path = files[0].with_name("changes.json")
    path.write_text(changes)
    told = json.loads(run("rebook", *files, "--changes", path, *TODAY, "--json").stdout)
    assert told["lacking"] == ["plan-3.core_group"]
    assert [one["meeting"] for one in told["missed"]] == [first().id]
    same = run("rebook", *files, "--changes", "-", *TODAY, "--json", stdin=changes)
    assert json.loads(same.stdout) == told
    words = run("rebook", *files, "--changes", path, *TODAY).stdout
    assert "1 series with too few meetings, which --together holds: plan-3.core_group" in words


def test_facts_changed_in_the_caseload_itself_count(files: tuple[Path, Path]) -> None:
    data = json.loads(files[0].read_text())
    day = first().start.date()
    worker = next(one for one in data["people"] if one["id"] == "sw-2")
    worker["busy"] = [{"start": f"{day}T00:00", "end": f"{day}T23:30"}]
    files[0].write_text(json.dumps(data))
    result = run("rebook", *files, *TODAY, "--json")
    assert "has been changed since" in result.stderr
    assert [one["meeting"] for one in json.loads(result.stdout)["missed"]] == [first().id]
    assert run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", "1").exit_code == 0
    assert run("check", *files).exit_code == 0
    assert json.loads(files[0].read_text()) == data


def test_a_calendar_of_another_caseload_is_refused(files: tuple[Path, Path]) -> None:
    data = json.loads(files[0].read_text()) | {"id": "another"}
    files[0].write_text(json.dumps(data))
    result = run("rebook", *files, "--meeting", first().id, *TODAY)
    assert result.exit_code == 2
    assert "The calendar is of the caseload lone, and this is another" in result.stderr


def test_without_somebody(files: tuple[Path, Path]) -> None:
    refused = run("rebook", *files, "--meeting", first().id, "--without", "sw-2", *TODAY)
    assert refused.exit_code == 2
    assert "attend.essential" in refused.stderr
    assert "With them it could be on" in refused.stderr
    assert "Nothing was written" in refused.stderr
    found = run("rebook", *files, "--meeting", first().id, "--without", "hv-1", *TODAY, "--json")
    place = next(
        one for one in json.loads(found.stdout)["options"][0]["attendees"] if one["person"] == "hv-1"
    )
    assert place["status"] in ("report", "absent")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--meeting", "plan-2.core_grup.1"), 'Did you mean "plan-2.core_group.1"?'),
        (("--meeting", "plan-2.core_group.1", "--accept", "1", "--revision", "5"), "it is revision 1"),
        (("--meeting", "plan-2.core_group.1", "--accept", "99"), "There is no option 99"),
        (("--meeting", "plan-2.core_group.1", "--without", "sw-1"), "sw-1 has no place"),
        (("--meeting", "plan-2.core_group.1", "-o", "x.json"), "give it with --accept"),
        (("--meeting", "plan-2.core_group.1", "--together"), "leave --meeting out"),
        (("--busy", "sw-2", "2027-01-05", "soon"), "changes[0].end"),
        (("--busy", "nobody", "2027-01-05", "2027-01-05"), "no person with this id"),
        (("--busy", "sw-2", "2027-01-06", "2027-01-05"), "the end is not after the start"),
        (("--changes", "missing.json"), "can't be read"),
        ((), "Say which meeting"),
        (("--accept", "1", "--busy", "sw-2", "2027-01-05", "2027-01-05"), "give it with --meeting"),
    ],
)
def test_what_is_refused_changes_nothing(
    files: tuple[Path, Path], arguments: tuple[str, ...], words: str
) -> None:
    result = run("rebook", *files, *arguments, *TODAY)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Nothing was written" in result.stderr
    assert as_they_were(files)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("{}", "is not a list of changes"),
        ('[{"kind": "sickness"}]', "There is no such kind of change"),
        ('[{"kind": "meeting_cannot_stand", "meeting": "plan-2.core_grop.1"}]', "Did you mean"),
        ('[{"kind": "venue_closed", "venue": "room-1", "start": "2027-01-05"}]', "This field is missing"),
        (
            '[{"kind": "handover", "plan": "plan-1", "date": "2027-01-05", "person": "sw-2", "x": 1}]',
            "no such field",
        ),
    ],
)
def test_a_file_of_changes_with_faults(files: tuple[Path, Path], text: str, words: str) -> None:
    path = files[0].with_name("changes.json")
    path.write_text(text)
    result = run("rebook", *files, "--changes", path, *TODAY)
    assert result.exit_code == 2
    assert words in result.stderr


def test_one_alone_is_not_accepted_where_others_cannot_stand(files: tuple[Path, Path]) -> None:
    day, other = first().start.date(), first("plan-1").start.date()
    facts = ("--busy", "sw-2", str(day), str(day), "--busy", "sw-1", str(other), str(other))
    result = run("rebook", *files, "--meeting", first().id, *facts, *TODAY, "--accept", "1")
    assert result.exit_code == 2
    assert first("plan-1").id in result.stderr
    assert "--together" in result.stderr
    assert as_they_were(files)


def test_undo_brings_the_revision_before_back_and_undone_again_the_other(files: tuple[Path, Path]) -> None:
    caseload, calendar = files
    nothing = run("undo", calendar)
    assert nothing.exit_code == 2
    assert "No revision before 1" in nothing.stderr
    run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", "1")
    moved = calendar_of(calendar)
    assert run("undo", calendar).exit_code == 0
    back = calendar_of(calendar)
    assert back.revision == 3
    assert back.meetings == Calendar.model_validate_json(documents()[1]).meetings
    assert run("check", caseload, calendar).exit_code == 0
    assert run("undo", calendar).exit_code == 0
    assert calendar_of(calendar) == moved.model_copy(update={"revision": 4})


def test_what_is_kept_of_another_calendar_is_not_lost(files: tuple[Path, Path]) -> None:
    kept = files[1].with_name("calendar.revision-1.json")
    kept.write_text("of another")
    result = run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", "1", "--json")
    older = files[1].with_name("calendar.revision-1.older-1.json")
    assert json.loads(result.stdout)["kept"] == [str(kept), str(older)]
    assert (kept.read_text(), older.read_text()) == (documents()[1], "of another")


def test_undo_brings_the_facts_back_too(files: tuple[Path, Path]) -> None:
    caseload, calendar = files
    day = str(first().start.date())
    run("rebook", *files, "--meeting", first().id, "--busy", "sw-2", day, day, *TODAY, "--accept", "1")
    alone = run("undo", calendar)
    assert alone.exit_code == 2
    assert "give the caseload's file as well" in alone.stderr
    assert calendar_of(calendar).revision == 2
    assert run("undo", calendar, caseload).exit_code == 0
    assert load_caseload(caseload) == load_caseload(documents()[0].encode())
    now = load_caseload(caseload)
    assert check_calendar(now, load_policy(now.authority), calendar_of(calendar)).ok


def test_undo_refuses_a_caseload_whose_facts_have_changed_since(files: tuple[Path, Path]) -> None:
    caseload, calendar = files
    run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", "1")
    data = json.loads(caseload.read_text())
    data["people"][0]["busy"] = [{"start": "2027-01-05T09:00", "end": "2027-01-05T10:00"}]
    caseload.write_text(json.dumps(data))
    result = run("undo", calendar, caseload)
    assert result.exit_code == 2
    assert "another caseload" in result.stderr
    assert calendar_of(calendar).revision == 2


def test_if_the_second_file_fails_the_first_is_put_back(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.output import revisions

    caseload, calendar = files
    write = revisions.write_file

    def fails(target: Path, content: bytes) -> None:
        if target == calendar:
            raise OutputError("no space left")
        write(target, content)

    monkeypatch.setattr(revisions, "write_file", fails)
    now = load_caseload(caseload).model_copy(update={"closures": ()})
    with pytest.raises(OutputError, match="no space"):
        replace_revision(
            calendar_of(calendar),
            now,
            calendar_path=calendar,
            caseload_path=caseload,
            output=None,
            revision=1,
        )
    assert tuple(path.read_text() for path in files) == documents()


def test_where_it_would_be_late_others_move_and_nobody_else(tmp_path: Path) -> None:
    """One room, an hour a day, and one worker is left with the hour that the other plan has."""
    data = lone(grid_minutes=60, venues=[room("room-1", hours=hours("10:00", "11:00"))])
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    standing = planned(data, rounds=4)
    mine, other = (
        next(one for one in standing.meetings if one.plans == (plan,)) for plan in ("plan-1", "plan-2")
    )
    caseload, calendar = tmp_path / "caseload.json", tmp_path / "calendar.json"
    caseload.write_text(json.dumps(data))
    calendar.write_text(standing.model_dump_json(by_alias=True))
    day = other.start.date()
    away = [
        "--busy", "sw-1", "2027-01-04", str(day - timedelta(days=1)),
        "--busy", "sw-1", str(day + timedelta(days=1)), "2027-01-14",
    ]  # fmt: skip
    ask = ("rebook", caseload, calendar, "--meeting", mine.id, *away, *TODAY)
    found = json.loads(run(*ask, "--json").stdout)
    assert found["rebookings"][0]["outcome"] == "others_move"
    assert [option["number"] for option in found["options"]] == list(range(1, len(found["options"]) + 1))
    assert [change["meeting"] for change in found["options"][0]["moves_others"]] == [other.id]
    words = run(*ask).stdout
    assert f"also moves {other.id}" in words
    assert "it is proven that no less disruption would do" in words
    assert run(*ask, "--accept", "99").exit_code == 2
    assert run(*ask, "--accept", "1").exit_code == 0
    assert run("check", caseload, calendar).exit_code == 0
    after = {one.id: one.start for one in calendar_of(calendar).meetings}
    assert after[mine.id] == other.start
    assert after[other.id] != other.start


def test_where_a_plan_was_written_its_report_and_invites_follow(tmp_path: Path) -> None:
    """Nobody goes by the time of the revision before."""
    caseload = tmp_path / "caseload.json"
    caseload.write_text(documents()[0])
    out = tmp_path / "out"
    run("plan", caseload, "-o", out, "--rounds", "4", "--quiet")
    calendar = out / "calendar.json"
    meeting = calendar_of(calendar).meetings[0]
    shown = [out / "report.html", out / "team.ics", *sorted((out / "people").iterdir())]
    before = {path: path.read_bytes() for path in shown}
    result = run("rebook", caseload, calendar, "--meeting", meeting.id, "--accept", "1", *TODAY)
    assert result.exit_code == 0, result.output
    after = next(one for one in calendar_of(calendar).meetings if one.id == meeting.id)
    assert after.start != meeting.start
    assert f"{after.start:%Y%m%dT%H%M%S}" in (out / "team.ics").read_text()
    assert f"{after.start:%Y%m%dT%H%M%S}" not in before[out / "team.ics"].decode()
    assert str(out / "team.ics") in result.stdout
    assert "SEQUENCE:1" in (out / "team.ics").read_text()
    # Without the caseload nothing can be said to people, and that is said.
    moved = {path: path.read_bytes() for path in shown}
    alone = run("undo", calendar)
    assert {path: path.read_bytes() for path in shown} == moved
    assert "still those of revision 2: name the caseload's file as well" in alone.stderr
    run("undo", calendar)
    both = run("undo", calendar, caseload)
    assert str(out / "report.html") in both.stdout
    again = next(one for one in calendar_of(calendar).meetings if one.id == meeting.id)
    assert again.start == meeting.start
    assert f"{meeting.start:%Y%m%dT%H%M%S}" in (out / "team.ics").read_text()


def test_files_of_somebody_else_in_the_way_are_left_alone_and_told(tmp_path: Path) -> None:
    caseload = tmp_path / "caseload.json"
    caseload.write_text(documents()[0])
    out = tmp_path / "out"
    run("plan", caseload, "-o", out, "--rounds", "4", "--quiet")
    (out / "people" / "notes.txt").write_text("mine")
    before = (out / "team.ics").read_bytes()
    calendar = out / "calendar.json"
    meeting = calendar_of(calendar).meetings[0]
    result = run("rebook", caseload, calendar, "--meeting", meeting.id, "--accept", "1", *TODAY)
    assert result.exit_code == 0
    assert "are still those of revision 1" in result.stderr
    assert "notes.txt" in result.stderr
    assert calendar_of(calendar).revision == 2
    assert (out / "team.ics").read_bytes() == before
    assert (out / "people" / "notes.txt").read_text() == "mine"


def test_at_one_time_only(files: tuple[Path, Path]) -> None:
    ask = ("rebook", *files, "--meeting", first().id, *TODAY)
    many = json.loads(run(*ask, "--json", "--options", "30").stdout)["options"]
    wanted = many[3]["start"]
    found = json.loads(run(*ask, "--at", wanted, "--json").stdout)["options"]
    assert [one["start"] for one in found] == [wanted]
    assert found[0]["number"] == 1
    assert found[0]["levels"] == many[3]["levels"]
    assert run(*ask, "--at", wanted, "--accept", "1").exit_code == 0
    assert (
        f"{next(one for one in calendar_of(files[1]).meetings if one.id == first().id).start:%Y-%m-%dT%H:%M}"
        == wanted
    )


def test_a_time_that_is_not_possible(files: tuple[Path, Path]) -> None:
    at = f"{first().start:%Y-%m-%d}T06:00"
    result = run("rebook", *files, "--meeting", first().id, *TODAY, "--at", at)
    assert result.exit_code == 1
    assert "Nothing is possible at that time" in result.stdout
    assert f"`convene explain CASELOAD CALENDAR {first().id} --at {at}`" in result.stdout
    assert as_they_were(files)
    alone = run("rebook", *files, "--at", at)
    assert alone.exit_code == 2
    assert "give it with --meeting" in alone.stderr
