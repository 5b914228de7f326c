"""`convene replies`: what it prints, writes, marks and refuses, and that its commands do what they say."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from imap_server import PASSWORD, USER, imap_server
from reply_cases import (
    ANSWERED,
    TODAY,
    calendar,
    data,
    earlier,
    entry,
    first,
    ics,
    invite,
    keep_files,
    keep_sent,
    mail,
    plain_mail,
    says,
)

from service.cli.main import cli
from service.output.files import OutputError
from solver.schema.calendar import Calendar

DAY = ("--today", TODAY)


def run(*arguments: str | Path, env: dict[str, str] | None = None, stdin: str | None = None) -> Result:
    return CliRunner().invoke(
        cli, [str(one) for one in arguments], catch_exceptions=False, env=env, input=stdin
    )


class Scene:
    """A caseload, a calendar, what was sent, and a folder of answers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.caseload, self.calendar = keep_files(path)
        self.sent = keep_sent(path / "invites")
        self.answers = path / "in"
        self.answers.mkdir()
        self.before = self.calendar.read_bytes()

    def put(self, **messages: bytes) -> None:
        for name, content in messages.items():
            (self.answers / f"{name}.eml").write_bytes(content)

    def run(self, *more: str | Path) -> Result:
        return run("replies", self.caseload, self.calendar, self.answers, "--sent", self.sent, *DAY, *more)

    def told(self, *more: str | Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("--json", *more).stdout)
        return found

    def now(self) -> Calendar:
        return Calendar.model_validate_json(self.calendar.read_bytes())


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_answers_are_told_and_written(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1")), b=mail(says("mother-1", "TENTATIVE"), "google"))
    result = scene.run()
    assert result.exit_code == 0, result.output
    assert "2 messages, 2 new answers." in result.stdout
    assert f"sw-1, {first().id}: comes." in result.stdout
    assert f"mother-1, {first().id}: may come." in result.stdout
    assert "Nothing is open to be rebooked." in result.stdout
    assert scene.now().revision == 1
    assert entry(scene.now(), "sw-1").answer is not None
    assert run("check", scene.caseload, scene.calendar).exit_code == 0
    assert sorted(path.name for path in scene.path.iterdir()) == [
        "calendar.json",
        "caseload.json",
        "in",
        "invites",
    ]


def test_a_second_time_nothing_is_written(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1")))
    scene.run()
    written, stamp = scene.calendar.read_bytes(), scene.calendar.stat().st_mtime_ns
    told = scene.told()
    assert told["counts"] == {"known": 1}
    assert told["written"] == []
    assert (scene.calendar.read_bytes(), scene.calendar.stat().st_mtime_ns) == (written, stamp)


def test_nothing_is_dropped_silently(scene: Scene) -> None:
    scene.put(
        a=mail(says("sw-1", address="stranger@home.example")),
        b=plain_mail("mother@home.example"),
        c=plain_mail("sw-1@council.example", headers="Auto-Submitted: auto-replied\r\n"),
        d=ics(says("sw-1")).replace(invite("sw-1").uid.encode(), b"other"),
    )
    (scene.answers / "e.msg").write_bytes(b"x")
    result = scene.run()
    assert result.exit_code == 1
    for name in "abcd":
        assert f"{name}.eml: " in result.stdout
    assert "Neither mails nor calendars (.eml, .ics): e.msg" in result.stdout
    assert "somebody has written, so read it" in result.stdout
    assert "a machine wrote it" in result.stdout
    assert scene.calendar.read_bytes() == scene.before


def test_a_decline_has_options_and_the_command_that_accepts_one(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1", "DECLINED")))
    told = scene.told("--options", "2")
    (opened,) = told["rebookings"]
    assert told["open"] == [
        {"meeting": first().id, "person": "sw-1", "since": "2027-01-04T10:30:00Z", "because": "declined",
         "start": None, "end": None}
    ]  # fmt: skip
    assert opened["away"] == [{"person": "sw-1", "start": "2027-01-11T09:00", "end": "2027-01-11T10:00"}]
    command = opened["command"]
    assert command[:2] == ["convene", "rebook"]
    same = json.loads(run(*command[1:], "--json", "--options", "2").stdout)
    assert same["options"] == opened["options"]
    done = run(*command[1:], "--accept", "2")
    assert done.exit_code == 0, done.output
    moved = next(one for one in scene.now().meetings if one.id == first().id)
    assert f"{moved.start:%Y-%m-%dT%H:%M}" == opened["options"][1]["start"]
    assert scene.now().rebookings == ()
    assert entry(scene.now(), "sw-1").answer is None, "they are asked again"


def test_the_command_is_printed_as_it_can_be_typed(tmp_path: Path) -> None:
    odd = tmp_path / "made up's"
    odd.mkdir()
    scene = Scene(odd)
    scene.put(a=mail(says("sw-1", "DECLINED", start=datetime(2027, 1, 13, 10))))
    import shlex

    lines = [line.strip() for line in scene.run().stdout.splitlines() if "convene rebook" in line]
    assert len(lines) == 2
    proposal = shlex.split(lines[0])
    assert proposal[-4:] == ["--at", "2027-01-13T10:00", "--accept", "1"]
    done = run(*proposal[1:])
    assert done.exit_code == 0, done.output
    moved = next(one for one in scene.now().meetings if one.id == first().id)
    assert moved.start == datetime(2027, 1, 13, 10)
    assert shlex.split(lines[1])[-2:] == ["--accept", "NUMBER"]


def test_a_proposed_time_says_what_it_costs_or_why_it_is_not_possible(scene: Scene) -> None:
    scene.put(
        a=mail(says("sw-1", "TENTATIVE", start=datetime(2027, 1, 13, 10))),
        b=mail(says("hv-1", "TENTATIVE", start=datetime(2027, 1, 12, 6)), "google"),
    )
    told = scene.told()
    one, other = told["rebookings"][0]["proposals"]
    assert (one["person"], one["possible"], one["levels"]["resilience"]) == ("sw-1", True, 24)
    assert (other["person"], other["possible"], other["option"]) == ("hv-1", False, None)
    assert "team's day" in other["text"]
    words = run("replies", scene.caseload, scene.calendar, *DAY).stdout
    assert "as sw-1 proposes: possible in room-1." in words
    assert "resilience +24" in words
    assert "as hv-1 proposes: not possible." in words


def test_what_is_open_is_told_again_without_any_message(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1", "DECLINED")))
    scene.run()
    result = run("replies", scene.caseload, scene.calendar, *DAY)
    assert result.exit_code == 1
    assert "1 meeting to look at again:" in result.stdout
    assert "sw-1 can't come (answered 2027-01-04)." in result.stdout


def test_a_deputy_comes_where_that_is_allowed_and_asked_for(scene: Scene) -> None:
    scene.put(a=mail(says("hv-1", "DELEGATED", to="hv-2@health.example")), b=mail(says("mother-1")))
    told = scene.told()
    assert told["rebookings"][0]["delegations"] == [
        {"person": "hv-1", "to": "hv-2", "allowed": True, "text": "hv-2 may come for hv-1."}
    ]
    assert entry(scene.now(), "hv-1").status == "attending"
    result = run("replies", scene.caseload, scene.calendar, "--accept-delegations", *DAY)
    assert result.exit_code == 0, result.output
    assert "Accepted  hv-2 may come for hv-1." in result.stdout
    assert scene.now().revision == 2
    assert entry(scene.now(), "hv-2").for_ == "hv-1"
    assert entry(scene.now(), "mother-1").answer is not None
    assert run("check", scene.caseload, scene.calendar).exit_code == 0
    assert run("undo", scene.calendar).exit_code == 0
    assert entry(scene.now(), "hv-1").status == "attending"


def test_a_deputy_who_may_not_come_is_told(scene: Scene) -> None:
    scene.put(a=mail(says("hv-1", "DELEGATED", to="sch-1@school.example")))
    result = scene.run("--accept-delegations")
    assert result.exit_code == 1
    assert "Not accepted  sch-1 isn't named as a deputy of hv-1." in result.stdout
    assert scene.now().revision == 1


def test_undo_keeps_the_answers_of_what_stands(scene: Scene) -> None:
    scene.put(a=mail(says("mother-1")))
    scene.run()
    other = calendar().meetings[1].id
    run("rebook", scene.caseload, scene.calendar, "--meeting", other, *DAY, "--accept", "1")
    assert entry(scene.now(), "mother-1").answer is not None
    scene.put(b=mail(says("sw-1"), "apple"))
    scene.run()
    assert run("undo", scene.calendar).exit_code == 0
    assert scene.now().revision == 3
    assert entry(scene.now(), "mother-1").answer is not None
    assert entry(scene.now(), "sw-1").answer is not None, "though the revision brought back hadn't it"


def test_the_diff_lists_no_answer(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1", "DECLINED")))
    before = scene.path / "before.json"
    before.write_bytes(scene.before)
    scene.run()
    found = json.loads(run("diff", before, scene.calendar, "--json").stdout)
    assert not any(found[name] for name in ("moved", "added", "cancelled", "attendance", "roles", "people"))


def test_written_elsewhere(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1", "DECLINED")))
    output = scene.path / "next.json"
    result = scene.run("-o", output)
    assert result.exit_code == 1
    assert scene.calendar.read_bytes() == scene.before
    assert entry(Calendar.model_validate_json(output.read_bytes()), "sw-1").answer is not None
    assert f"rebook {scene.caseload} {output}" in result.stdout


def maildir(scene: Scene, **messages: bytes) -> Path:
    path = scene.path / "maildir"
    for name in ("new", "cur", "tmp"):
        (path / name).mkdir(parents=True)
    for name, content in messages.items():
        (path / "new" / name).write_bytes(content)
    return path


def lying(path: Path) -> list[str]:
    return sorted(str(one.relative_to(path)) for one in path.rglob("*") if one.is_file())


def test_what_is_settled_in_a_maildir_is_seen_and_the_rest_is_left(scene: Scene) -> None:
    box = maildir(
        scene, a=mail(says("sw-1")), b=plain_mail("mother@home.example"), c=mail(says("hv-1", note="x"))
    )
    result = run("replies", scene.caseload, scene.calendar, "--maildir", box, "--sent", scene.sent, *DAY)
    assert result.exit_code == 1
    assert lying(box) == ["cur/a:2,S", "new/b", "new/c"]
    assert entry(scene.now(), "hv-1").answer is not None


def test_nothing_is_marked_where_nothing_could_be_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OutputError("the disk is full")

    box = maildir(scene, a=mail(says("sw-1")))
    monkeypatch.setattr("service.output.files.write_file", fail)
    result = run("replies", scene.caseload, scene.calendar, "--maildir", box, "--sent", scene.sent, *DAY)
    assert result.exit_code == 2
    assert "the disk is full" in result.stderr
    assert lying(box) == ["new/a"]
    assert scene.calendar.read_bytes() == scene.before


def test_a_calendar_that_somebody_else_has_changed_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.replies.take import Reader

    box = maildir(scene, a=mail(says("sw-1")))
    take = Reader.take

    def slowly(self: Reader, messages: Any) -> Any:
        found = take(self, messages)
        scene.calendar.write_text(
            calendar().model_copy(update={"revision": 9}).model_dump_json(by_alias=True)
        )
        return found

    monkeypatch.setattr(Reader, "take", slowly)
    result = run("replies", scene.caseload, scene.calendar, "--maildir", box, "--sent", scene.sent, *DAY)
    assert result.exit_code == 2
    assert "has been changed meanwhile" in result.stderr
    assert lying(box) == ["new/a"]
    assert scene.now().revision == 9


def test_a_mail_that_could_not_be_marked_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.replies.sources import Maildir

    monkeypatch.setattr(Maildir, "settle", lambda _, sources: tuple(sources))
    box = maildir(scene, a=mail(says("sw-1")))
    result = run("replies", scene.caseload, scene.calendar, "--maildir", box, "--sent", scene.sent, *DAY)
    assert result.exit_code == 1
    assert "Could not be marked as read, and will be read again: new/a" in result.stdout


def test_from_a_mailbox_on_a_server(scene: Scene) -> None:
    with imap_server() as server:
        server.deliver("1.a", mail(says("sw-1", "DECLINED")))
        server.deliver("2.b", plain_mail("mother@home.example"))
        env = {"CONVENE_IMAP_PASSWORD": PASSWORD, "CONVENE_IMAP_CA_FILE": str(server.certificate)}
        ask = ("replies", scene.caseload, scene.calendar, "--sent", scene.sent, *DAY, "--json")
        found = run(*ask, "--imap", f"imaps://{USER}@localhost:{server.port}", "--move-to", "Done", env=env)
        assert found.exit_code == 1, found.output
        told = json.loads(found.stdout)
        assert told["counts"] == {"taken": 1, "written": 1}
        assert told["unmarked"] == []
        assert set(server.flags()) == {"2.b"}
        assert len(server.done()) == 1
        wrong = run(
            *ask,
            "--imap",
            f"imaps://{USER}@localhost:{server.port}",
            env=env | {"CONVENE_IMAP_PASSWORD": "x"},
        )
        assert wrong.exit_code == 2
        assert "doesn't let this user in" in wrong.stderr
    assert [one.person for one in scene.now().rebookings] == ["sw-1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{in}",), "--sent"),
        (("--move-to", "x"), "--imap"),
        (("{in}", "--sent", "{in}"), "sent.sqlite is not there"),
        (("{in}", "--sent", "{caseload}"), "can't be used"),
        (("--imap", "imaps://a:b@mail.example", "--sent", "{sent}"), "can be seen by others"),
        (("--maildir", "{in}", "--sent", "{sent}"), "is no maildir"),
    ],
)
def test_nonsense_is_refused(scene: Scene, arguments: tuple[str, ...], words: str) -> None:
    places = {"in": scene.answers, "caseload": scene.caseload, "sent": scene.sent}
    given = [one.format(**places) for one in arguments]
    result = run("replies", scene.caseload, scene.calendar, *given, *DAY)
    assert result.exit_code == 2
    assert words in result.stderr
    assert scene.calendar.read_bytes() == scene.before


def test_what_comes_from_standard_input_can_not_be_replaced(scene: Scene) -> None:
    text = scene.before.decode()
    ask = ("replies", scene.caseload, "-", scene.answers, "--sent", scene.sent, *DAY)
    assert "say with -o" in run(*ask, stdin=text).stderr
    scene.put(a=mail(says("sw-1")))
    assert run(*ask, "-o", scene.path / "next.json", stdin=text).exit_code == 0
    assert "standard input" in run("replies", "-", "-").stderr


def test_a_calendar_of_another_caseload(scene: Scene) -> None:
    scene.caseload.write_text(json.dumps(data() | {"id": "other"}))
    result = scene.run()
    assert result.exit_code == 2
    assert "is of the caseload lone, and this is other" in result.stderr


def test_the_last_of_two_answers_counts(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1")), b=mail(earlier(says("sw-1", "DECLINED"))))
    told = scene.told()
    assert [one["kind"] for one in told["outcomes"]] == ["taken", "superseded"]
    found = entry(scene.now(), "sw-1").answer
    assert found is not None
    assert (found.status, found.at) == ("accepted", f"{ANSWERED:%Y-%m-%dT%H:%M:%SZ}")


def test_what_was_really_written_is_answered(tmp_path: Path) -> None:
    """From `convene invites` to the answer: UIDs, sequences and mailboxes as they are in the invites themselves."""
    from calendars.reading import read

    caseload, standing = keep_files(tmp_path)
    folder = tmp_path / "invites"
    assert run("invites", caseload, standing, "-o", folder, *DAY).exit_code == 0
    answers = tmp_path / "in"
    answers.mkdir()
    for path in folder.rglob("*.ics"):
        if b"METHOD:REQUEST" not in path.read_bytes():
            continue
        (event,) = read(path.read_bytes()).calendars[0].subcomponents
        address = str(event["ATTENDEE"][0] if isinstance(event["ATTENDEE"], list) else event["ATTENDEE"])
        said = (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{event['UID']}\r\n"
            f"SEQUENCE:{event['SEQUENCE']}\r\nDTSTAMP:20270104T103000Z\r\nATTENDEE;PARTSTAT=ACCEPTED:{address}\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        (answers / f"{path.parent.name}-{path.name}").write_text(said, newline="")
    found = run("replies", caseload, standing, answers, "--sent", folder, *DAY, "--json")
    assert found.exit_code == 0, found.output
    counts = json.loads(found.stdout)["counts"]
    now = Calendar.model_validate_json(standing.read_bytes())
    people = [one for meeting in now.meetings for one in meeting.attendees]
    assert counts["taken"] == len(people) == 8
    assert all(one.answer is not None and one.answer.status == "accepted" for one in people)


def test_what_is_past_is_not_open_any_more(scene: Scene) -> None:
    scene.put(a=mail(says("sw-1", "DECLINED")))
    assert scene.run().exit_code == 1
    later = run("replies", scene.caseload, scene.calendar, "--today", "2027-01-12")
    assert later.exit_code == 0
    assert "Nothing is open to be rebooked." in later.stdout
    assert run("replies", scene.caseload, scene.calendar, "--today", "2027-01-11").exit_code == 1
