"""`convene invites`: what it writes, sends, remembers, shows beforehand and refuses."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP, default
from functools import cache
from pathlib import Path
from typing import Any

import icalendar
import pytest
from click.testing import CliRunner, Result
from mail_server import MailServer, serving
from solver_cases import lone, person, plan_of, planned, room

from calendars.lint import lint
from calendars.mail_lint import lint_mail
from service.cli.main import cli
from service.delivery.ledger import Ledger
from solver.schema.calendar import Calendar, Meeting

TODAY = ("--today", "2027-01-04")


def run(*arguments: str | Path, stdin: str | None = None, **environment: str) -> Result:
    """Run a command without any settings of a mail server but those given."""
    return CliRunner().invoke(
        cli,
        [str(one) for one in arguments],
        input=stdin,
        catch_exceptions=False,
        env={f"CONVENE_SMTP_{name}": None for name in ("HOST", "PORT", "SECURITY", "USER")} | environment,
    )


@cache
def documents() -> tuple[str, str]:
    data = lone()
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["people"] += [person("hv-1", "health_visitor")]
    data["venues"] += [room("room-2")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, {"person": "hv-1"}))
    for one in data["people"]:
        if one["id"] != "mother-2":
            one["email"] = f"{one['id']}@convene.example"
    calendar = planned(data, rounds=6)
    return json.dumps(data), calendar.model_dump_json(by_alias=True)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    caseload, calendar = tmp_path / "caseload.json", tmp_path / "calendar.json"
    for path, text in zip((caseload, calendar), documents(), strict=True):
        path.write_text(text)
    return caseload, calendar


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "invites"


def first() -> Meeting:
    calendar = Calendar.model_validate_json(documents()[1])
    return next(one for one in calendar.meetings if one.plans == ("plan-2",))


def present(calendar: Calendar) -> Counter[str]:
    return Counter(
        place.person
        for one in calendar.meetings
        for place in one.attendees
        if place.status in {"attending", "remote", "deputy"}
    )


def rebooked(files: tuple[Path, Path], to: Path) -> None:
    """Move the first meeting of the second plan."""
    offered = json.loads(run("rebook", *files, "--meeting", first().id, *TODAY, "--json").stdout)["options"]
    other = next(one["number"] for one in offered if one["start"] != first().start.isoformat())
    result = run("rebook", *files, "--meeting", first().id, *TODAY, "--accept", str(other), "-o", to)
    assert result.exit_code == 0, result.output


def test_each_who_takes_part_gets_one_request_a_meeting_and_who_has_no_mailbox_a_letter(
    files: tuple[Path, Path], folder: Path
) -> None:
    result = run("invites", *files, "-o", folder, *TODAY)
    assert result.exit_code == 0
    expected = present(Calendar.model_validate_json(documents()[1]))
    mails = list(folder.rglob("*.eml"))
    assert Counter(path.parent.name for path in mails) == Counter(
        {who: number for who, number in expected.items() if who != "mother-2"}
    )
    letters = list(folder.rglob("*.txt"))
    assert {path.parent.name for path in letters} == {"mother-2"}
    assert len(letters) == expected["mother-2"]
    uids = set()
    for path in mails:
        mail = message_from_bytes(path.read_bytes(), policy=SMTP)
        assert mail["To"] == f"{path.parent.name}@convene.example"
        assert lint_mail(path.read_bytes()) == []
        content = path.with_suffix(".ics").read_bytes()
        assert lint(content) == []
        parsed = icalendar.Calendar.from_ical(content)
        assert parsed["METHOD"] == "REQUEST"
        uids.add((path.parent.name, str(parsed.events[0]["UID"])))
    assert len(uids) == len(mails)
    assert f"{len(mails) + len(letters)} messages to {len(expected)} recipients" in result.stdout
    assert "1 person without a mailbox: mother-2" in result.stdout


def test_what_stays_is_not_sent_again_and_what_changes_is_sent_to_whom_it_concerns(
    files: tuple[Path, Path], folder: Path, tmp_path: Path
) -> None:
    run("invites", *files, "-o", folder, *TODAY)
    again = run("invites", *files, "-o", folder, *TODAY)
    assert "Nothing has changed for anybody." in again.stdout
    after = tmp_path / "after.json"
    rebooked(files, after)
    result = run("invites", files[0], after, "-o", folder, *TODAY, "--json")
    document = json.loads(result.stdout)
    assert {one["recipient"] for one in document["messages"]} == {"sw-2", "mother-2", "hv-1"}
    assert {(one["method"], one["sequence"], one["meeting"]) for one in document["messages"]} == {
        ("REQUEST", 1, first().id)
    }
    assert document["unchanged"] == sum(present(Calendar.model_validate_json(documents()[1])).values()) - 3
    assert json.loads((folder / "invites.json").read_text())["messages"] == document["messages"]
    for one in document["messages"]:
        assert (folder / one["file"]).is_file()


def test_with_the_calendar_before_only_the_difference_is_written(
    files: tuple[Path, Path], folder: Path, tmp_path: Path
) -> None:
    after = tmp_path / "after.json"
    rebooked(files, after)
    result = run("invites", files[0], after, "-o", folder, "--previous", files[1], *TODAY)
    assert "taken as sent" in result.stdout
    (content,) = {path.read_bytes() for path in (folder / "revision-2" / "people" / "sw-2").glob("*.ics")}
    event = icalendar.Calendar.from_ical(content).events[0]
    assert int(event["SEQUENCE"]) == 1
    assert {path.parent.name for path in folder.rglob("*-1.*")} == {"sw-2", "mother-2", "hv-1"}
    back = run("invites", *files, "-o", folder, "--previous", after, *TODAY, "--json")
    assert {one["sequence"] for one in json.loads(back.stdout)["messages"]} == {2}, (
        "the ledger is what counts"
    )


def test_a_meeting_that_is_gone_is_cancelled(files: tuple[Path, Path], folder: Path, tmp_path: Path) -> None:
    run("invites", *files, "-o", folder, *TODAY)
    data = json.loads(documents()[0])
    data["plans"] = [one for one in data["plans"] if one["id"] != "plan-2"]
    fewer = tmp_path / "fewer.json"
    fewer.write_text(json.dumps(data))
    calendar = planned(data, rounds=6).model_copy(update={"revision": 2})
    then = tmp_path / "then.json"
    then.write_text(calendar.model_dump_json(by_alias=True))
    found = json.loads(run("invites", fewer, then, "-o", folder, *TODAY, "--json").stdout)["messages"]
    cancelled = Counter(one["recipient"] for one in found if one["method"] == "CANCEL")
    assert set(cancelled) >= {"sw-2", "hv-1", "mother-2"}
    one = next(one for one in found if one["method"] == "CANCEL" and one["recipient"] == "hv-1")
    event = icalendar.Calendar.from_ical((folder / one["file"]).with_suffix(".ics").read_bytes()).events[0]
    assert (str(event["STATUS"]), "LOCATION" in event, "DESCRIPTION" in event) == ("CANCELLED", False, False)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as started:
        yield started


def test_mails_are_sent_once_and_those_refused_are_named(
    files: tuple[Path, Path], folder: Path, server: MailServer
) -> None:
    given = {"HOST": "127.0.0.1", "PORT": str(server.port), "SECURITY": "none"}
    settings = {f"CONVENE_SMTP_{name}": value for name, value in given.items()}
    server.on_rcpt = lambda _, __, to: "550 5.1.1 no such mailbox" if to.startswith("hv-1@") else None
    result = run("invites", *files, "-o", folder, "--smtp", *TODAY, **settings)
    assert result.exit_code == 1
    expected = present(Calendar.model_validate_json(documents()[1]))
    sent = Counter(address.partition("@")[0] for address, *_ in server.accepted)
    assert sent == Counter(
        {who: number for who, number in expected.items() if who not in {"mother-2", "hv-1"}}
    )
    assert f"{expected['hv-1']} mails refused for good" in result.stdout
    assert "5.1.1" in result.stdout
    assert "convene.example" not in result.stdout, "addresses are nothing for a screen"
    again = run("invites", *files, "-o", folder, "--smtp", *TODAY, **settings)
    assert again.exit_code == 1, "somebody has no invite still"
    assert sum(sent.values()) == len(server.accepted)
    server.on_rcpt = None
    last = run("invites", *files, "-o", folder, "--smtp", "--resend", *TODAY, **settings)
    assert last.exit_code == 0, last.output
    assert Counter(address.partition("@")[0] for address, *_ in server.accepted)["hv-1"] == expected["hv-1"]
    mail = message_from_bytes(server.accepted[0][2], policy=default)
    assert mail["Auto-Submitted"] == "auto-generated"


def test_without_a_mail_server_nothing_is_written(files: tuple[Path, Path], folder: Path) -> None:
    result = run("invites", *files, "-o", folder, "--smtp")
    assert result.exit_code == 2
    assert "CONVENE_SMTP_HOST" in result.stderr
    assert not folder.exists()


def test_the_preview_shows_each_person_what_their_invites_say_and_writes_nothing(
    files: tuple[Path, Path], folder: Path
) -> None:
    before = sorted(files[0].parent.iterdir())
    result = run("invites", *files, "--preview", "-o", folder, *TODAY)
    assert result.exit_code == 0
    for who in present(Calendar.model_validate_json(documents()[1])):
        assert who in result.stdout
    assert sorted(files[0].parent.iterdir()) == before
    run("invites", *files, "-o", folder, *TODAY)
    shown = json.loads(run("invites", *files, "--preview", "-o", folder, *TODAY, "--json").stdout)
    for one in shown:
        if one["way"] != "mail":
            continue
        sent = [
            icalendar.Calendar.from_ical(path.read_bytes()).events[0]
            for path in folder.rglob(f"{one['person']}/*.ics")
        ]
        assert sorted(
            (str(event["SUMMARY"]), str(event["LOCATION"]), str(event.get("DESCRIPTION", "")))
            for event in sent
        ) == sorted(
            (meeting["title"], meeting["place"], "\n".join(meeting["lines"])) for meeting in one["meetings"]
        )


def test_the_preview_of_one_person_is_word_by_word(files: tuple[Path, Path]) -> None:
    result = run("invites", *files, "--preview", "--person", "mother-2", "--person", "hv-1", *TODAY)
    assert "(mother-2, parent) is told by letter" in result.stdout
    assert "(hv-1, health visitor) is told by mail" in result.stdout
    assert f"[{first().id}, which they do not see]" in result.stdout
    unknown = run("invites", *files, "--preview", "--person", "mother-3")
    assert unknown.exit_code == 2
    assert "mother-2" in unknown.stderr


def test_a_calendar_that_breaks_a_rule_is_sent_to_nobody(files: tuple[Path, Path], folder: Path) -> None:
    calendar = Calendar.model_validate_json(files[1].read_bytes())
    one = calendar.meetings[0]
    moved = one.model_copy(
        update={"start": one.start + timedelta(hours=9), "end": one.end + timedelta(hours=9)}
    )
    files[1].write_text(
        calendar.model_copy(update={"meetings": (moved, *calendar.meetings[1:])}).model_dump_json(
            by_alias=True
        )
    )
    result = run("invites", *files, "-o", folder, *TODAY)
    assert result.exit_code == 1
    assert "Nothing was written" in result.stderr
    assert not folder.exists()


def test_a_corrected_mailbox_is_no_other_calendar(files: tuple[Path, Path], folder: Path) -> None:
    run("invites", *files, "-o", folder, *TODAY)
    data = json.loads(documents()[0])
    next(one for one in data["people"] if one["id"] == "hv-1")["email"] = "right@convene.example"
    files[0].write_text(json.dumps(data))
    found = json.loads(run("invites", *files, "-o", folder, *TODAY, "--json").stdout)["messages"]
    assert {(one["recipient"], one["method"]) for one in found} == {("hv-1", "REQUEST"), ("hv-1", "CANCEL")}


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "with -o"),
        (("--preview", "--smtp"), "sends nothing"),
        (("--person", "hv-1", "-o", "x"), "goes with --preview"),
        (("--previous-caseload", "x", "-o", "x"), "goes with --previous"),
    ],
)
def test_what_does_not_go_together_is_told(
    files: tuple[Path, Path], arguments: tuple[str, ...], hint: str
) -> None:
    result = run("invites", *files, *arguments)
    assert result.exit_code == 2
    assert hint in result.stderr


def test_another_caseloads_calendar_is_refused(files: tuple[Path, Path], folder: Path) -> None:
    data: dict[str, Any] = json.loads(documents()[0])
    data["id"] = "another"
    files[0].write_text(json.dumps(data))
    result = run("invites", *files, "-o", folder)
    assert result.exit_code == 2
    assert "belong together" in result.stderr


def test_a_folder_that_is_in_use_or_another_programs_is_left_alone(
    files: tuple[Path, Path], folder: Path
) -> None:
    folder.mkdir()
    with Ledger.open(folder / "sent.sqlite"):
        busy = run("invites", *files, "-o", folder)
    assert busy.exit_code == 2
    assert "wait" in busy.stderr
    (folder / "sent.sqlite").unlink()
    other = sqlite3.connect(folder / "sent.sqlite")
    other.execute("create table theirs (x)")
    other.commit()
    other.close()
    assert run("invites", *files, "-o", folder).exit_code == 2
    assert sorted(path.name for path in folder.iterdir()) == ["sent.sqlite"]
