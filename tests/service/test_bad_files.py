"""A file that can't be used changes nothing: the commands say what is wrong with it, and leave every file as it was."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from calendar_files import OUTLOOK, SECRETS, event, ics
from click.testing import CliRunner, Result
from fuzz_seeds import seeds
from reply_cases import TODAY, keep_files, keep_sent, mail, says
from solver_cases import lone

from service.cli.main import cli

CUT_OFF = OUTLOOK[: len(OUTLOOK) // 2]
BAD: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\r\n \r\n",
    "page": b"<!DOCTYPE html><html><body>Sign in, Quillfeather</body></html>",
    "packed": b"PK\x03\x04" + b"\x00" * 60,
    "pdf": b"%PDF-1.7\nQuillfeather",
    "noise": bytes(range(256)) * 20,
    "zeros": b"\x00" * 500,
    "cut": CUT_OFF,
    "unended": OUTLOOK.replace(b"END:VCALENDAR\r\n", b""),
    "crossed": OUTLOOK.replace(b"END:VEVENT", b"END:VTODO", 1),
    "outside": b"Quillfeather: see below\r\n" + OUTLOOK,
    "old": OUTLOOK.replace(b"VERSION:2.0", b"VERSION:1.0"),
    "other": OUTLOOK.replace(b"VERSION:2.0", b"VERSION:2.0\r\nCALSCALE:HEBREW"),
    "card": b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Quillfeather\r\nEND:VCARD\r\n",
    "deep": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 400,
    "large": b"BEGIN:VCALENDAR\r\nX-A:" + b"a" * 10_500_000 + b"\r\nEND:VCALENDAR\r\n",
    "endless": ics(*(
        event(f"DTSTART:2026110{day}T100000Z", "RRULE:FREQ=SECONDLY", f"UID:{day}", uid=None) for day in range(1, 9)
    )),
}  # fmt: skip
NOT_TERMS = BAD.keys() - {"endless"} | {"backwards", "unnamed"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(result: Result) -> None:
    assert result.exit_code == 2, result.output
    assert len(result.output.strip()) > 20
    assert "Traceback" not in result.output
    assert not any(secret in result.output for secret in SECRETS)


@cache
def caseload() -> str:
    return json.dumps(lone())


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_calendar_that_cannot_be_used_leaves_the_caseload_as_it_was(name: str, tmp_path: Path) -> None:
    (tmp_path / "caseload.json").write_text(caseload())
    (tmp_path / "given.ics").write_bytes(BAD[name])
    before = content(tmp_path)
    refused(
        run(
            "availability",
            tmp_path / "caseload.json",
            tmp_path / "given.ics",
            "--person",
            "sw-1",
            "--today",
            TODAY,
        )
    )
    assert content(tmp_path) == before


@pytest.mark.parametrize("name", sorted(NOT_TERMS))
def test_a_table_of_terms_that_cannot_be_used_leaves_the_caseload_as_it_was(
    name: str, tmp_path: Path
) -> None:
    data = json.loads(caseload())
    school = {
        "id": "oak",
        "name": "Oak School (made up)",
        "day": {"start": "08:50", "end": "15:15"},
        "terms": [],
    }
    (tmp_path / "caseload.json").write_text(json.dumps(data | {"schools": [school]}))
    tables = {
        "backwards": b"Autumn term,18/12/2026,01/09/2026\r\n",
        "unnamed": b"Quillfeather,01/09/2026,18/12/2026\r\n",
    }
    (tmp_path / "terms.csv").write_bytes((BAD | tables)[name])
    before = content(tmp_path)
    result = run(
        "availability",
        tmp_path / "caseload.json",
        tmp_path / "terms.csv",
        "--school",
        "oak",
        "--today",
        TODAY,
    )
    assert result.exit_code == 2, result.output
    assert len(result.output.strip()) > 20
    assert content(tmp_path) == before


def test_messages_that_cannot_be_read_are_told_and_change_nothing(tmp_path: Path) -> None:
    files = keep_files(tmp_path)
    sent = keep_sent(tmp_path / "invites")
    answers = tmp_path / "in"
    answers.mkdir()
    for name, data in BAD.items():
        (answers / f"{name}.ics").write_bytes(data)
        (answers / f"{name}.eml").write_bytes(seeds("mail")[0].replace(b"BEGIN:VCALENDAR", data[:3000], 1))
    before = content(tmp_path)
    result = run("replies", *files, answers, "--sent", sent, "--today", TODAY, "--json")
    assert result.exit_code == 1, result.output
    outcomes = json.loads(result.stdout)["outcomes"]
    assert not any(one["kind"] in {"taken", "known"} for one in outcomes)
    told = {Path(one["source"]).name for one in outcomes if one["attention"]}
    assert told >= {f"{name}.ics" for name in BAD.keys() - {"endless"}}
    assert not any(secret in result.output for secret in SECRETS)
    assert content(tmp_path) == before


def test_one_that_cannot_be_read_keeps_no_other_from_being_taken(tmp_path: Path) -> None:
    files = keep_files(tmp_path)
    sent = keep_sent(tmp_path / "invites")
    answers = tmp_path / "in"
    answers.mkdir()
    (answers / "a.ics").write_bytes(CUT_OFF)
    (answers / "b.eml").write_bytes(mail(says("sw-1")))
    result = run("replies", *files, answers, "--sent", sent, "--today", TODAY, "--json")
    assert result.exit_code == 1
    kinds = {Path(one["source"]).name: one["kind"] for one in json.loads(result.stdout)["outcomes"]}
    assert kinds == {"a.ics": "unreadable", "b.eml": "taken"}
