"""`convene push`: somebody's meetings in a calendar on a real server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from caldav_servers import ACCOUNTS, NAMES, Server, mailbox, running
from click.testing import CliRunner, Result
from solver_cases import lone, planned

from calendars.lint import lint
from service.cli.main import cli
from solver.schema.calendar import Calendar

SECRET = ACCOUNTS["alex"]


@cache
def documents() -> tuple[str, str]:
    data = lone()
    for one in data["people"]:
        one["email"] = mailbox("alex") if one["id"] == "sw-1" else f"{one['id']}@convene.example"
    calendar = planned(data, rounds=6)
    return json.dumps(data), calendar.model_dump_json(by_alias=True)


class Scene:
    def __init__(self, server: Server, path: Path) -> None:
        self.server = server
        self.caseload, self.calendar = path / "caseload.json", path / "calendar.json"
        for file, text in zip((self.caseload, self.calendar), documents(), strict=True):
            file.write_text(text)
        self.url = server.calendar("alex")

    def run(self, *more: str, person: str = "sw-1", url: str | None = None, **settings: str) -> Result:
        given = {"USER": "alex", "PASSWORD": SECRET} | settings
        files, what = (
            (str(self.caseload), str(self.calendar)),
            ("--person", person, "--caldav", url or self.url),
        )
        result = CliRunner().invoke(
            cli,
            ["push", *files, *what, "--allow-private", *more],
            catch_exceptions=False,
            env={f"CONVENE_CALDAV_{name}": value or None for name, value in given.items()},
        )
        assert SECRET not in result.output
        return result

    def told(self, *more: str, **settings: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("--json", *more, **settings).stdout)
        return found

    def actions(self, *more: str) -> Counter[str]:
        return Counter(one["action"] for one in self.told(*more)["meetings"])

    def meetings(self) -> Calendar:
        return Calendar.model_validate_json(self.calendar.read_text())

    def keep(self, *numbers: int) -> None:
        calendar = self.meetings()
        kept = tuple(one for number, one in enumerate(calendar.meetings) if number in numbers)
        self.calendar.write_text(
            calendar.model_copy(update={"meetings": kept}).model_dump_json(by_alias=True)
        )


@pytest.fixture(params=NAMES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    data = tmp_path / "server"
    data.mkdir()
    with running(request.param, data) as server:
        yield Scene(server, tmp_path)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Scene]:
    data = tmp_path / "server"
    data.mkdir()
    with running("xandikos", data) as server:
        yield Scene(server, tmp_path)


def test_meetings_are_put_there_and_kept_right(scene: Scene) -> None:
    count = len(scene.meetings().meetings)
    assert count > 1
    result = scene.run()
    assert (result.exit_code, result.stdout) == (0, f"sw-1: {count} new.\n")
    held = scene.server.objects("alex", scene.url)
    assert len(held) == count
    assert all(lint(data, kind="stored", forbidden=["mother"]) == [] for _, data in held.values())
    assert scene.run().stdout == f"sw-1: {count} as before.\n"
    assert scene.server.objects("alex", scene.url) == held
    scene.keep(0)
    assert scene.actions() == {"kept": 1, "deleted": count - 1}
    assert len(scene.server.objects("alex", scene.url)) == 1
    assert scene.server.mail == []
    assert not any(scene.server.inbox(account) for account in ACCOUNTS)


def test_a_dry_run_changes_nothing(scene: Scene) -> None:
    result = scene.run("--dry-run")
    assert result.exit_code == 0
    assert result.stdout.endswith("Nothing was changed: this was a dry run.\n")
    assert scene.told("--dry-run")["dry_run"] is True
    assert scene.server.objects("alex", scene.url) == {}


@pytest.mark.parametrize("scene", ["radicale"], indirect=True)  # xandikos lets its owner change nothing
def test_what_its_owner_changed_is_set_back_and_named(scene: Scene) -> None:
    scene.keep(0)
    scene.run()
    [(name, (_, data))] = scene.server.objects("alex", scene.url).items()
    theirs = data.replace(b"TRANSP:OPAQUE", b"TRANSP:TRANSPARENT")
    scene.server.put("alex", scene.url + name, theirs).raise_for_status()
    start = scene.meetings().meetings[0].start
    lines = scene.run().stdout.splitlines()
    assert lines[0] == "sw-1: 1 set back to what the team planned."
    assert lines[1].startswith("  set back: ref ")
    assert lines[1].endswith(f"{start:%Y-%m-%d %H:%M}")


def test_what_stands_in_the_way_is_named_and_left(quick: Scene) -> None:
    quick.keep(0)
    [uid] = [one["uid"] for one in quick.told("--dry-run")["meetings"]]
    task = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\n"
        b"SUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    )
    quick.server.put("alex", f"{quick.url}{uid}.ics", task).raise_for_status()
    result = quick.run()
    assert result.exit_code == 1
    assert "1 with something else in its place" in result.stdout
    assert "  blocked: ref " in result.stdout


def test_the_calendar_is_found_from_the_server(quick: Scene) -> None:
    host = quick.server.url.removeprefix("http://")
    result = quick.run("--collection", "work", url=f"http://alex@{host}", USER="")
    assert (result.exit_code, "new" in result.stdout) == (0, True)
    result = quick.run(url=f"http://alex@{host}", USER="")
    assert result.exit_code == 2
    assert "choose one of" in result.stderr


def refused(result: Result, text: str) -> None:
    assert result.exit_code == 2, result.output
    assert text in result.stderr
    assert "Nothing was written." in result.stderr
    assert result.stdout == ""


def test_what_cannot_be_used_is_refused_before_anything_is_done(quick: Scene) -> None:
    refused(quick.run(person="sw-9"), "no person sw-9")
    refused(quick.run(PASSWORD="wrong"), "doesn't accept the user's name and password")
    refused(quick.run(PASSWORD=""), "there is no password")
    refused(quick.run(url="https://alex:topsecret@calendar.example/"), "seen by others")
    refused(quick.run("--collection", "work"), "leave out which")
    refused(quick.run(url=quick.server.home("alex") + "nothing/"), "can't be used")
    # Not sw-1's meetings into quinn's calendar, nor the mother's into sw-1's.
    theirs = quick.server.calendar("quinn")
    wrong = quick.run(url=theirs, USER="quinn", PASSWORD=ACCOUNTS["quinn"])
    refused(wrong, "other mailboxes than sw-1's")
    refused(quick.run(person="mother-1"), "other mailboxes than mother-1's")
    assert quick.server.objects("alex", quick.url) == quick.server.objects("quinn", theirs) == {}


def test_another_caseloads_calendar_is_refused(quick: Scene) -> None:
    document = json.loads(quick.calendar.read_text())
    document["caseload"]["id"] = "other"
    quick.calendar.write_text(json.dumps(document))
    refused(quick.run(), "is of the caseload other")


def test_a_private_address_has_to_be_allowed(quick: Scene) -> None:
    result = CliRunner().invoke(
        cli,
        ["push", str(quick.caseload), str(quick.calendar), "--person", "sw-1", "--caldav", quick.url],
        env={"CONVENE_CALDAV_USER": "alex", "CONVENE_CALDAV_PASSWORD": SECRET},
    )
    refused(result, "--allow-private")


def test_a_server_that_fails_half_way_is_told_and_gone_on_with(
    quick: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.caldav_push import server
    from service.caldav_push.collection import CollectionError

    write = server.ServerCollection.write
    left = [1]

    def fail(self: server.ServerCollection, name: str, data: bytes, etag: str | None) -> None:
        if not left[0]:
            raise CollectionError("the server can't be reached")
        left[0] -= 1
        write(self, name, data, etag)

    monkeypatch.setattr(server.ServerCollection, "write", fail)
    result = quick.run()
    assert (result.exit_code, result.stdout) == (1, "sw-1: 1 new.\n")
    assert "Stopped: the server can't be reached. What was done stays; push again to go on." in result.stderr
    left[0] = 99
    assert quick.actions() == {"kept": 1, "created": len(quick.meetings().meetings) - 1}
