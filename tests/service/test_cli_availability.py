"""`convene availability`: what it writes, what it tells, what it refuses; and that our own meetings don't block."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from caldav_servers import ACCOUNTS, running
from calendar_files import SECRETS, event, ics
from caseloads import small_caseload
from click.testing import CliRunner, Result
from solver_cases import lone, person, plan_of, planned, room

from service.cli.main import cli
from service.output.files import OutputError
from service.output.ics_files import ics_files
from solver.schema.calendar import Calendar
from solver.schema.load import load_caseload

Json = dict[str, Any]
TODAY = ("--today", "2027-01-04")


def run(*arguments: str | Path, stdin: bytes | None = None, **more: Any) -> Result:
    return CliRunner().invoke(
        cli, ["availability", *map(str, arguments)], input=stdin, catch_exceptions=False, **more
    )


@cache
def documents() -> tuple[str, str]:
    data = lone()
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["venues"] += [room("room-2")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    calendar = planned(data, rounds=6)
    return json.dumps(data), calendar.model_dump_json(by_alias=True)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    caseload, calendar = tmp_path / "caseload.json", tmp_path / "calendar.json"
    for path, text in zip((caseload, calendar), documents(), strict=True):
        path.write_text(text)
    return caseload, calendar


@pytest.fixture(autouse=True)
def _untouched(tmp_path: Path) -> Iterator[None]:
    """Nothing is left of a file that was being written."""
    yield
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def meeting_of(who: str) -> tuple[str, str, str]:
    """The first meeting of somebody in the calendar: its id, and its times as a calendar file has them."""
    calendar = Calendar.model_validate_json(documents()[1])
    first = next(one for one in calendar.meetings if any(place.person == who for place in one.attendees))
    return first.id, f"{first.start:%Y%m%dT%H%M%S}", f"{first.end:%Y%m%dT%H%M%S}"


def spans(path: Path, who: str = "sw-1") -> list[Json]:
    people = json.loads(path.read_text())["people"]
    return list(next(one for one in people if one["id"] == who).get("busy", []))


def given(folder: Path, *events: str, name: str = "work.ics") -> Path:
    path = folder / name
    path.write_bytes(ics(*events))
    return path


LUNCH = event(
    "SUMMARY:Quillfeather",
    "DTSTART;TZID=GMT Standard Time:20270105T123000",
    "DTEND;TZID=GMT Standard Time:20270105T133000",
    "RRULE:FREQ=WEEKLY;COUNT=3",
)


def test_busy_times_go_into_the_caseload_and_the_one_before_is_kept(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    before = files[0].read_bytes()
    result = run(files[0], given(tmp_path, LUNCH), "--person", "sw-1")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "person sw-1: 3 busy stretches from “work.ics”, Tue 5 Jan 2027 to Tue 19 Jan 2027, 3 new, 0 gone.",
        f"Written to {files[0]}; the one before is {tmp_path / 'caseload.before-1.json'}.",
    ]
    assert spans(files[0])[0] == {
        "start": "2027-01-05T12:30",
        "end": "2027-01-05T13:30",
        "source": "work.ics",
    }
    assert (tmp_path / "caseload.before-1.json").read_bytes() == before
    assert load_caseload(files[0]).people[0].busy[0].source == "work.ics"
    assert not any(secret in files[0].read_text() + result.output for secret in SECRETS)


def test_reading_it_again_changes_nothing_and_another_version_replaces_it(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    source = given(tmp_path, LUNCH)
    run(files[0], source, "--person", "sw-1")
    again = run(files[0], source, "--person", "sw-1")
    assert again.output.splitlines()[-1] == "Nothing has changed, so nothing was written."
    assert not (tmp_path / "caseload.before-2.json").exists()
    # Outlook gives every event a new name at every fetch; the source is replaced all the same.
    given(tmp_path, LUNCH.replace("event-1", "event-2").replace("COUNT=3", "COUNT=2"))
    fewer = run(files[0], source, "--person", "sw-1", "--json")
    (told,) = json.loads(fewer.output)["sources"]
    assert (told["stretches"], told["added"], told["removed"]) == (2, 0, 1)
    assert len(spans(files[0])) == 2
    assert (tmp_path / "caseload.before-2.json").exists()
    run(files[0], "--forget", "work.ics", "--person", "sw-1")
    assert spans(files[0]) == []


def test_our_own_meetings_in_somebodys_calendar_do_not_block(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    """The file that Convene gave them, imported and given back."""
    caseload, calendar = load_caseload(files[0]), Calendar.model_validate_json(files[1].read_bytes())
    own = tmp_path / "own.ics"
    own.write_bytes(ics_files(caseload, calendar)["people/sw-1.ics"])
    result = run(files[0], own, "--person", "sw-1")
    assert result.exit_code == 0
    assert "of ours in it not counted" in result.output
    assert spans(files[0]) == []


def test_our_own_meetings_under_other_names_are_known_by_their_time(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    _, start, end = meeting_of("sw-1")
    times = (f"DTSTART;TZID=Europe/London:{start}", f"DTEND;TZID=Europe/London:{end}")
    source = given(tmp_path, event(*times, uid="another-at-every-fetch"))
    told = json.loads(
        run(files[0], source, "--person", "sw-1", "--calendar", files[1], *TODAY, "--json").output
    )
    assert (told["sources"][0]["ours"], told["sources"][0]["stretches"], told["clashes"]) == (1, 0, [])
    # Without the calendar nobody can know.
    told = json.loads(run(files[0], source, "--person", "sw-1", "--json").output)
    assert (told["sources"][0]["ours"], told["sources"][0]["stretches"], told["clashes"]) == (0, 1, None)


def test_meetings_that_now_clash_are_listed_with_how_to_rebook_them(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    meeting, start, _ = meeting_of("sw-1")
    source = given(tmp_path, event(f"DTSTART;VALUE=DATE:{start[:8]}"))
    arguments = (files[0], source, "--person", "sw-1", "--calendar", files[1], *TODAY)
    result = run(*arguments)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "1 meeting of the calendar does not go with it:" in lines
    assert lines[-1] == f"To rebook: convene rebook {files[0]} {files[1]} --meeting {meeting}"
    # It clashes as long as it does, also when nothing is new.
    again = run(*arguments, "--json")
    assert [one["meeting"] for one in json.loads(again.output)["clashes"]] == [meeting]
    rebooked = CliRunner().invoke(cli, ["rebook", *map(str, files), "--meeting", meeting, *TODAY])
    assert rebooked.exit_code == 0, rebooked.output


def test_notices_ask_for_attention(files: tuple[Path, Path], tmp_path: Path) -> None:
    source = given(tmp_path, event("DTSTART:Quillfeather"), LUNCH.replace("event-1", "event-2"))
    result = run(files[0], source, "--person", "sw-1")
    assert result.exit_code == 1
    assert (
        "  Look at line 4: this event is not counted, as DTSTART is no date or time."
        in result.output.splitlines()
    )
    assert len(spans(files[0])) == 3


def test_several_sources_standard_input_and_names(files: tuple[Path, Path], tmp_path: Path) -> None:
    run(
        files[0],
        given(tmp_path, LUNCH, name="a.ics"),
        given(tmp_path, LUNCH, name="b.ics"),
        "--person",
        "sw-1",
    )
    run(files[0], "-", "--as", "rota", "--person", "sw-1", stdin=ics(LUNCH))
    assert [span["source"] for span in spans(files[0])] == ["a.ics"] * 3 + ["b.ics"] * 3 + ["rota"] * 3


def test_elsewhere_and_a_room(files: tuple[Path, Path], tmp_path: Path) -> None:
    before, out = files[0].read_bytes(), tmp_path / "after.json"
    result = run(files[0], given(tmp_path, LUNCH), "--venue", "room-2", "-o", out)
    assert result.output.splitlines()[-1] == f"Written to {out}."
    assert files[0].read_bytes() == before
    assert len(load_caseload(out).venues[1].busy) == 3


def test_tentative_time(files: tuple[Path, Path], tmp_path: Path) -> None:
    source = given(tmp_path, LUNCH.replace("SUMMARY", "STATUS:TENTATIVE\nSUMMARY"))
    free = run(files[0], source, "--person", "sw-1", "--tentative", "free")
    assert "3 stretches only tentative: they do not count (--tentative busy would count them)." in free.output
    assert spans(files[0]) == []
    assert "they count." in run(files[0], source, "--person", "sw-1").output
    assert len(spans(files[0])) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("FILE",), "Say whose time it is"),
        (("FILE", "--person", "sw-1", "--venue", "room-1"), "Say whose time it is"),
        (("--person", "sw-1"), "Give the calendar"),
        (("FILE", "--person", "sw-3"), "There is no person sw-3 in the caseload: perhaps sw-"),
        (("FILE", "--person", "zzzzzz"), "in the caseload: give the id of a person in it."),
        (("-", "--person", "sw-1"), "has no name: give it one with --as"),
        (("FILE", "FILE", "--as", "x", "--person", "sw-1"), "--as names one source"),
        (("FILE", "FILE", "--person", "sw-1"), "Two of the sources have this name"),
        (("FILE", "--as", "x" * 121, "--person", "sw-1"), "The name is longer than 120 characters."),
        (("--forget", "x", "--person", "sw-1"), "Nothing comes from a source of this name."),
        (("FILE", "--collection", "x", "--person", "sw-1"), "--collection is about a CalDAV account"),
        (("FILE", "FILE", "--school", "x"), "A school's terms come from one file or address"),
        (("nowhere.ics", "--person", "sw-1"), "It can't be read: No such file"),
        (("ftp://calendar.example/secret-token", "--person", "sw-1"), "The address must begin with https://"),
        (("http://127.0.0.1/secret-token", "--person", "sw-1"), "at a private address"),
        (("--caldav", "http://127.0.0.1/secret-token", "--person", "sw-1"), "at a private address"),
        (("CASELOAD", "--person", "sw-1"), "There is text outside the calendar."),
    ],
)
def test_what_is_refused_writes_nothing(
    arguments: tuple[str, ...], said: str, files: tuple[Path, Path], tmp_path: Path
) -> None:
    known = {"FILE": str(given(tmp_path, LUNCH)), "CASELOAD": str(files[0])}
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = run(files[0], *(known.get(one, one) for one in arguments))
    assert result.exit_code == 2
    assert said in result.output
    assert "Nothing was written." in result.output
    assert "secret-token" not in result.output
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_all_faults_are_told_at_once(files: tuple[Path, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.ics"
    broken.write_bytes(ics(LUNCH)[:-15])
    result = run(files[0], "nowhere.ics", broken, given(tmp_path, LUNCH), "--person", "sw-1")
    assert result.output.startswith("2 faults in what was given. Nothing was written.")
    assert "broken.ics, line 1\n  A BEGIN has no END.\n" in result.output


def test_a_file_that_can_not_be_written_changes_nothing(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, content: bytes) -> None:
        raise OutputError(f"{path} can't be written")

    before = files[0].read_bytes()
    source = given(tmp_path, LUNCH)
    monkeypatch.setattr("service.cli.availability_work.write_file", fails)
    assert run(files[0], source, "--person", "sw-1").exit_code == 2
    assert files[0].read_bytes() == before


def test_a_calendar_of_another_caseload(files: tuple[Path, Path], tmp_path: Path) -> None:
    data = json.loads(files[0].read_text()) | {"id": "other"}
    files[0].write_text(json.dumps(data))
    result = run(files[0], given(tmp_path, LUNCH), "--person", "sw-1", "--calendar", files[1])
    assert (result.exit_code, "and this is other" in result.output) == (2, True)


def test_a_published_address_and_a_caldav_server(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVENE_CALDAV_PASSWORD", ACCOUNTS["alex"])
    with running("xandikos", tmp_path / "server") as server:
        url = server.calendar("alex")
        server.put("alex", f"{url}a.ics", ics(LUNCH)).raise_for_status()
        signed_in = url.replace("http://", "http://alex@")
        asked = run(files[0], "--caldav", signed_in, "--allow-private", "--person", "sw-1", "--json")
        # Any server's address serves to fetch from, with its user and password in it.
        secret = url.replace("http://", f"http://alex:{ACCOUNTS['alex']}@") + "a.ics"
        fetched = run(files[0], secret, "--allow-private", "--person", "sw-1", "--json")
    for result in (asked, fetched):
        assert result.exit_code == 0, result.output
        (told,) = json.loads(result.output)["sources"]
        assert told["stretches"] == 3
        assert told["source"].startswith("127.0.0.1 ")
    text = files[0].read_text() + asked.output + fetched.output
    assert ACCOUNTS["alex"] not in text
    assert "a.ics" not in text
    assert len({span["source"] for span in spans(files[0])}) == 2


TERMS = """Term,Start,End
Autumn term,02/09/2026,18/12/2026
Half term,26/10/2026,30/10/2026
INSET day,27/11/2026,27/11/2026
Spring term,05/01/2027,26/03/2027
Summer term,12/04/2027,21/07/2027
"""


def test_a_schools_terms(tmp_path: Path) -> None:
    caseload = tmp_path / "caseload.json"
    caseload.write_text(json.dumps(small_caseload()))
    table = tmp_path / "terms.csv"
    table.write_text(TERMS)
    result = run(caseload, table, "--school", "hill-school")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("school hill-school: 3 terms, ")
    assert "  Tue 5 Jan 2027 to Fri 26 Mar 2027 (new)" in lines
    assert "  no longer Mon 4 Jan 2027 to Fri 26 Mar 2027" in lines
    school = load_caseload(caseload).schools[0]
    assert str(school.terms[1].start) == "2027-01-05"
    assert "2026-11-27" in map(str, school.closed)
    told = json.loads(run(caseload, table, "--school", "hill-school", "--json").output)
    assert (told["written"], told["closed"]) == (None, 6)


def test_terms_that_can_not_be_used(tmp_path: Path) -> None:
    caseload = tmp_path / "caseload.json"
    caseload.write_text(json.dumps(small_caseload()))
    before = caseload.read_bytes()
    table = tmp_path / "terms.csv"
    for text, said in (
        (TERMS.replace("02/09/2026", "2 Sept"), "terms.csv, line 2\n  “Autumn term”: the date has no year"),
        ("Term,Start,End\nAutumn term,02/09/2024,18/12/2024\n", "schools"),
    ):
        table.write_text(text)
        result = run(caseload, table, "--school", "hill-school")
        assert (result.exit_code, said in result.output) == (2, True), result.output
        assert caseload.read_bytes() == before
