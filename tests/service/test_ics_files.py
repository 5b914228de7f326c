from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from ics_cases import HOME_ADDRESS, calendar, family, meeting, place, split_meeting, task

from calendars.lint import lint
from service.output.ics_files import file_names, ics_files, write_ics_files
from service.output.places import SECURE
from service.output.wording import NOT_HERE

TASKS = (
    task("plan-21.core_group.1/agree-plan", "sw-1", date(2026, 11, 24), meeting="plan-21.core_group.1"),
    task(
        "plan-21.core_group.1/agency-report",
        "hv-1",
        date(2026, 11, 20),
        meeting="plan-21.core_group.1",
        kind="agency-report",
    ),
)


def test_a_file_for_the_team_the_tasks_and_each_who_takes_part(tmp_path: Path) -> None:
    one = meeting(
        1,
        "2026-11-10T10:00",
        place("sw-2", "deputy", **{"for": "sw-1"}),
        place("hv-1", "report"),
        place("int-1", "remote"),
        place("mother-1"),
        place("father-1", "absent"),
        place("child-1"),
        place("child-2"),
    )
    written = write_ics_files(tmp_path, family(), calendar(one, tasks=TASKS))
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {
        "team.ics",
        "tasks.ics",
        "people/sw-2.ics",
        "people/int-1.ics",
        "people/mother-1.ics",
        "people/child-1.ics",
        "rooms/room.ics",
    }
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_what_is_written_is_what_was_made_byte_for_byte(tmp_path: Path) -> None:
    contents = ics_files(family(), calendar(split_meeting(), tasks=TASKS))
    write_ics_files(tmp_path, family(), calendar(split_meeting(), tasks=TASKS))
    assert {name: (tmp_path / name).read_bytes() for name in contents} == contents
    for content in contents.values():
        assert lint(content) == []
        assert content.count(b"\n") == content.count(b"\r\n")


def test_an_older_plans_files_cannot_stay(tmp_path: Path) -> None:
    write_ics_files(tmp_path, family(), calendar(meeting()))
    with pytest.raises(FileExistsError):
        write_ics_files(tmp_path, family(), calendar(meeting()))


def test_a_calendar_without_meetings_gives_no_personal_files(tmp_path: Path) -> None:
    write_ics_files(tmp_path, family(), calendar())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people", "rooms", "tasks.ics", "team.ics"]
    assert list((tmp_path / "people").iterdir()) == list((tmp_path / "rooms").iterdir()) == []
    assert lint((tmp_path / "team.ics").read_bytes()) == lint((tmp_path / "tasks.ics").read_bytes()) == []


def test_nothing_is_written_when_something_is_wrong(tmp_path: Path) -> None:
    bad = {"id": "yew", "name": "Yew", "organiser": {"name": "Yew", "email": "yew\r\nX:1"}}
    with pytest.raises(ValueError, match="plain address"):
        write_ics_files(tmp_path, family(team=bad), calendar(meeting()))
    with pytest.raises(ValueError, match="Europe/London"):
        write_ics_files(tmp_path, family(timezone="Europe/Paris"), calendar(meeting()))
    assert list(tmp_path.iterdir()) == []


def events(content: bytes) -> list[tuple[datetime, datetime, str, str]]:
    return [
        (
            event.start.replace(tzinfo=None),
            event.end.replace(tzinfo=None),
            str(event["LOCATION"]),
            str(event["STATUS"]),
        )
        for event in Calendar.from_ical(content).events
    ]


def test_meetings_come_in_order_with_their_own_status_and_place() -> None:
    later = meeting(2, "2026-12-08T10:00", venue="home", provisional=True)
    contents = ics_files(family(), calendar(later, meeting(1)))
    for name in ("team.ics", "people/sw-1.ics", "people/mother-1.ics"):
        assert events(contents[name]) == [
            (datetime(2026, 11, 10, 10), datetime(2026, 11, 10, 11), "Room 4, 1 Made-up Square", "CONFIRMED"),
            (datetime(2026, 12, 8, 10), datetime(2026, 12, 8, 11), SECURE, "TENTATIVE"),
        ]
        assert b"This meeting may not be needed." in contents[name]


def test_parents_who_must_not_meet_see_a_sitting_each() -> None:
    contents = ics_files(family(), calendar(split_meeting()))
    assert [event[:2] for event in events(contents["people/mother-1.ics"])] == [
        (datetime(2026, 11, 10, 10), datetime(2026, 11, 10, 11))
    ]
    assert [event[:2] for event in events(contents["people/father-1.ics"])] == [
        (datetime(2026, 11, 10, 11, 30), datetime(2026, 11, 10, 12, 30))
    ]
    assert b"T1130" not in contents["people/mother-1.ics"]
    assert b"T1230" not in contents["people/mother-1.ics"]
    assert b"T1000" not in contents["people/father-1.ics"]


def test_files_carry_no_names_and_no_words_of_the_case() -> None:
    one = split_meeting(venue="home")
    contents = ics_files(family(), calendar(one, meeting(2, "2026-12-08T10:00"), tasks=TASKS))
    people = family().people
    names = {person.id: person.name for person in people}
    forbidden = [person.email for person in people if person.email]
    forbidden += [
        HOME_ADDRESS,
        "House of",
        "plan-21",
        "grove",
        "core",
        "protection",
        "child",
        "review",
        "council",
        "Health Trust",
    ]
    company = {"sw-1", "hv-1", "tm-1", "int-1"}
    for file, content in contents.items():
        person = file.removeprefix("people/").removesuffix(".ics")
        # A professional is told who else comes; nobody else is told any name.
        known = company - {person} if person in company else set()
        secret = [name for one, name in names.items() if one not in known]
        assert lint(content, forbidden=[*forbidden, *secret], forbidden_words=["QZ", "VZ"]) == []
        if person in company:
            assert len(lint(content, forbidden=[names[one] for one in known])) > 0


def test_a_description_says_who_comes_to_those_who_may_know() -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), place("hv-1"), place("mother-1"))
    told = {
        name: [str(event.get("DESCRIPTION", "")) for event in Calendar.from_ical(content).events]
        for name, content in ics_files(family(), calendar(one)).items()
    }
    assert told["people/sw-1.ics"] == ["With: Testvisitor Ash (health visitor)."]
    assert told["people/mother-1.ics"] == told["team.ics"] == told["rooms/room.ics"] == [""]


def test_who_is_not_told_the_place_is_told_so() -> None:
    contents = ics_files(family(), calendar(meeting(1, "2026-11-10T10:00", place("sw-1"), venue="refuge")))
    (event,) = Calendar.from_ical(contents["people/sw-1.ics"]).events
    assert (str(event["LOCATION"]), str(event["DESCRIPTION"])) == (SECURE, NOT_HERE)


def test_tasks_are_to_dos_by_due_date_and_never_in_an_invite() -> None:
    contents = ics_files(family(), calendar(meeting(), tasks=TASKS))
    found = Calendar.from_ical(contents["tasks.ics"]).todos
    assert [(todo["DUE"].dt, str(todo["DESCRIPTION"])) for todo in found] == [
        (date(2026, 11, 20), "Owner: partner"),
        (date(2026, 11, 24), "Owner: worker"),
    ]
    assert [str(todo["SUMMARY"]).split(",")[0] for todo in found] == ["Report", "Task"]
    assert b"METHOD" not in contents["tasks.ics"]
    assert not any(b"VTODO" in content for name, content in contents.items() if name != "tasks.ics")


def test_a_familys_task_names_no_owner() -> None:
    one = task("t-1", "mother-1", date(2026, 11, 24))
    assert b"DESCRIPTION" not in ics_files(family(), calendar(tasks=(one,)))["tasks.ics"]


def test_same_plan_same_bytes_and_revision_moves_only_the_sequence() -> None:
    once, twice = (ics_files(family(), calendar(meeting())) for _ in range(2))
    assert once == twice
    revised = ics_files(family(), calendar(meeting(), revision=2))
    assert revised["team.ics"] == once["team.ics"].replace(b"SEQUENCE:0", b"SEQUENCE:1")


def test_plain_ids_are_their_own_file_names() -> None:
    assert file_names(["sw-1", "person_2.b"]) == {"sw-1": "sw-1", "person_2.b": "person_2.b"}


def test_odd_ids_give_safe_names() -> None:
    ids = [
        "..",
        "../team",
        "a/b",
        "a\\b",
        "con",
        "NUL.txt",
        "Lpt1",
        "sw-1",
        "SW-1",
        "ends.",
        "",
        "x" * 300,
        "é",
        "é\u0301",
        "-rf",
        "a\r\nb",
        ".part",
    ]
    names = file_names(ids)
    assert list(names) == ids
    folded = [name.casefold() for name in names.values()]
    assert len(set(folded)) == len(ids)
    for name in folded:
        assert len(name) <= 80
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.")
        assert name[0].isalnum()
        assert name.split(".")[0] not in {"con", "nul", "lpt1"}


@given(st.sets(st.text(max_size=12), max_size=12))
def test_file_names_never_meet(ids: set[str]) -> None:
    names = file_names(ids)
    assert len({name.casefold() for name in names.values()}) == len(ids)


def test_a_mark_of_one_id_cannot_be_the_name_of_another() -> None:
    marked = file_names(["SW-1", "sw-1"])["SW-1"]
    names = file_names(["SW-1", "sw-1", marked])
    assert len(set(names.values())) == 3


@pytest.mark.parametrize(
    ("day", "moment"),
    [(date(2026, 11, 20), datetime(2026, 11, 20, 9)), (date(2027, 4, 20), datetime(2027, 4, 20, 8))],
)
def test_a_reminder_is_an_alarm_at_nine_in_the_morning_told_in_utc(day: date, moment: datetime) -> None:
    one = task("t-1", "sw-1", date(2027, 4, 24), warn=day, date_from="convene")
    content = ics_files(family(), calendar(tasks=(one,)))["tasks.ics"]
    (todo,) = Calendar.from_ical(content).todos
    (alarm,) = todo.walk("VALARM")
    assert (str(alarm["ACTION"]), str(alarm["DESCRIPTION"])) == ("DISPLAY", str(todo["SUMMARY"]))
    assert f"TRIGGER;VALUE=DATE-TIME:{moment:%Y%m%dT%H%M%S}Z".encode() in content
    assert str(todo["DESCRIPTION"]) == "Owner: worker\nThe date is Convene's own."
    assert lint(content) == []


def test_a_task_without_a_reminder_has_no_alarm() -> None:
    one = task("t-1", "sw-1", date(2027, 4, 24))
    assert b"VALARM" not in ics_files(family(), calendar(tasks=(one,)))["tasks.ics"]


def test_a_task_between_meetings_has_the_reference_of_its_series() -> None:
    between = task("plan-21.core_group/contact-details/2026-11-20", "sw-1", date(2026, 11, 20))
    concern = task("plan-21/c-1/disagreement", "sw-1", date(2026, 11, 20))
    contents = ics_files(family(), calendar(meeting(), tasks=(between, concern)))
    (event,) = Calendar.from_ical(contents["team.ics"]).events
    known, own = (
        str(todo["SUMMARY"]).rpartition(" ")[2]
        for todo in sorted(Calendar.from_ical(contents["tasks.ics"]).todos, key=lambda todo: str(todo["UID"]))
    )
    reference = str(event["SUMMARY"]).rpartition(" ")[2]
    assert sorted([known == reference, own == reference]) == [False, True]
