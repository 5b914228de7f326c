from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mail_cases import issued, reserve

from service.delivery.issued import Issued, State
from service.delivery.ledger import VERSION, Ledger, LedgerError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sent.sqlite"


def in_another_process(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    lines = "import sys, os, signal\nfrom pathlib import Path\nfrom service.delivery.ledger import *\n" + code
    return subprocess.run(
        [sys.executable, "-c", lines, str(path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_message_on_its_way(path: Path) -> None:
    with Ledger.open(path) as ledger:
        (one,) = reserve(ledger, 1)
        assert ledger.messages() == [one] == ledger.messages("due")
        assert ledger.issued() == []
        ledger.begin(one)
        assert ledger.issued() == [replace(one, state="sending", attempts=1)]
        ledger.end(one, "due", "451 later")
        assert ledger.messages() == [replace(one, state="due", detail="451 later", attempts=1)]
        ledger.begin(one)
        ledger.end(one, "sent", "250 OK")
        assert ledger.issued() == [replace(one, state="sent", detail="250 OK", attempts=2)]
    with Ledger.read(path) as ledger:
        assert ledger.issued() == [replace(one, state="sent", detail="250 OK", attempts=2)]
        assert ledger.highest() == {one.uid: 0}


def test_all_of_a_message_is_kept(path: Path) -> None:
    one = issued(
        1, 4, method="CANCEL", recipient="venue:room", told=replace(issued(1).told, notes="You chair.\nNow")
    )
    with Ledger.open(path) as ledger:
        (kept,) = ledger.reserve([(one, b"mail")])
    with Ledger.open(path) as ledger:
        assert ledger.messages() == [kept] == [replace(one, id=kept.id)]
        assert ledger.content(kept.id) == b"mail"


@pytest.mark.parametrize(
    ("state", "kept"), [("sent", False), ("unknown", False), ("refused", True), ("due", True)]
)
def test_a_mail_is_kept_as_long_as_it_may_be_sent(path: Path, state: State, kept: bool) -> None:
    with Ledger.open(path) as ledger:
        (one,) = reserve(ledger, 1)
        ledger.begin(one)
        ledger.end(one, state)
        if kept:
            assert ledger.content(one.id)
        else:
            with pytest.raises(LedgerError, match="not kept"):
                ledger.content(one.id)


def test_what_the_server_did_not_want_never_was_on_its_way(path: Path) -> None:
    with Ledger.open(path) as ledger:
        one, two = reserve(ledger, 2)
        ledger.not_taken(one, "due", "450 later")
        ledger.not_taken(two, "refused", "550 no")
        assert [(row.state, row.detail, row.attempts) for row in ledger.messages()] == [
            ("due", "450 later", 1),
            ("refused", "550 no", 1),
        ]
        assert ledger.issued() == []


STEPS: dict[str, Callable[[Ledger, Issued], object]] = {
    "begin": lambda ledger, one: ledger.begin(one),
    "end": lambda ledger, one: ledger.end(one, "sent"),
    "give": lambda ledger, one: ledger.give([one]),
    "replace": lambda ledger, one: ledger.reserve([], [one]),
    "not taken": lambda ledger, one: ledger.not_taken(one, "due", ""),
}


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("due", {"begin", "give", "replace", "not taken"}),
        ("sending", {"end"}),
        ("sent", set()),
        ("given", set()),
        ("refused", {"replace"}),
        ("unknown", set()),
        ("replaced", set()),
    ],
)
@pytest.mark.parametrize("step", STEPS)
def test_only_these_steps_lead_on(path: Path, state: State, allowed: set[str], step: str) -> None:
    with Ledger.open(path) as ledger:
        (one,) = ledger.reserve([(issued(1, state=state), b"mail")])
        if step in allowed:
            STEPS[step](ledger, one)
        else:
            with pytest.raises(LedgerError, match="can't become"):
                STEPS[step](ledger, one)
            assert ledger.messages() == [one]


def test_reserving_is_all_or_nothing(path: Path) -> None:
    with Ledger.open(path) as ledger:
        one, two = reserve(ledger, 2)
        ledger.begin(two)
        with pytest.raises(LedgerError):
            ledger.reserve([(issued(3), b"")], [one, two])
        with pytest.raises(LedgerError):
            ledger.reserve([(issued(3), b""), (issued(1), b"")])
        assert [row.state for row in ledger.messages()] == ["due", "sending"]


@pytest.mark.parametrize("sequence", [0, 2])
def test_sequences_only_rise(path: Path, sequence: int) -> None:
    with Ledger.open(path) as ledger:
        ledger.reserve([(issued(1, 2), b"")])
        with pytest.raises(LedgerError, match="only rise"):
            ledger.reserve([(issued(1, sequence), b"")])
        ledger.reserve([(issued(1, 3), b""), (issued(2, sequence), b""), (issued(1, sequence, uid="u"), b"")])
        assert ledger.highest() == {issued(1).uid: 3, "u": sequence}


def test_of_two_processes_one_is_told_to_wait(path: Path) -> None:
    code = (
        "for how in (Ledger.open, Ledger.read):\n"
        "  try: how(Path(sys.argv[1])).close()\n"
        "  except LedgerError as error: print(error)"
    )
    with Ledger.open(path):
        told = in_another_process(code, path)
        assert told.stdout.count("another process is sending") == 2, told.stderr
    with Ledger.open(path) as ledger:
        reserve(ledger, 1)
        assert in_another_process(code, path).stdout.count("another process is sending") == 2
    told = in_another_process(code, path)
    assert (told.returncode, told.stdout) == (0, ""), told.stderr


def test_what_was_being_sent_by_a_process_that_died_is_unknown(path: Path) -> None:
    with Ledger.open(path) as ledger:
        reserve(ledger, 3)
    died = in_another_process(
        "ledger = Ledger.open(Path(sys.argv[1]))\nledger.begin(ledger.messages()[1])\nos.kill(os.getpid(), 9)",
        path,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    with Ledger.read(path) as ledger:
        assert [one.state for one in ledger.messages()] == ["due", "sending", "due"]
    with Ledger.open(path) as ledger:
        assert [one.state for one in ledger.messages()] == ["due", "unknown", "due"]
        assert [one.recipient for one in ledger.issued()] == ["person-2"]
        assert ledger.issued()[0].detail


def test_what_a_process_left_half_written_is_taken_back_by_who_looks_first(path: Path) -> None:
    with Ledger.open(path) as ledger:
        before = reserve(ledger, 2)
    died = in_another_process(
        "connection = Ledger.open(Path(sys.argv[1]))._connection\n"
        "connection.execute('pragma cache_size = 1')\n"
        "connection.execute('begin immediate')\n"
        "connection.execute('update message set notes = ?', ('z' * 500_000,))\n"
        "os.kill(os.getpid(), 9)",
        path,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert path.with_name("sent.sqlite-journal").stat().st_size
    with Ledger.read(path) as ledger:
        assert ledger.messages() == before


def test_nobody_else_may_read_it_or_its_journal(path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Ledger.open(path) as ledger:
            reserve(ledger, 1)
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert len(modes) == 2
    assert set(modes.values()) == {0o600}


def foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table notes (text)")
    connection.execute("insert into notes values ('mine')")
    connection.commit()
    connection.close()


def same_version(path: Path) -> None:
    foreign(path)
    connection = sqlite3.connect(path)
    connection.execute(f"pragma user_version = {VERSION}")
    connection.close()


def newer(path: Path) -> None:
    with Ledger.open(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute(f"pragma user_version = {VERSION + 1}")
    connection.close()


def damaged(path: Path) -> None:
    with Ledger.open(path) as ledger:
        reserve(ledger, 40)
    data = bytearray(path.read_bytes())
    data[8192:16384] = b"\xff" * 8192
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (foreign, "no record of invites|another program"),
        (same_version, "no such table"),
        (newer, "later version"),
        (damaged, "damaged|malformed"),
        (lambda path: path.write_text("a letter"), "not a database"),
        (lambda path: path.mkdir(), "not there|can't be used"),
    ],
)
@pytest.mark.parametrize("how", [Ledger.open, Ledger.read])
def test_a_file_that_is_no_ledger_is_left_as_it_is(
    path: Path, make: Callable[[Path], object], word: str, how: Callable[[Path], Ledger]
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(LedgerError, match=word) as caught:
        how(path)
    assert str(path) in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_there_is_nothing_to_read(path: Path) -> None:
    with pytest.raises(LedgerError, match="not there"):
        Ledger.read(path)
    assert not path.exists()


def test_a_folder_that_is_not_there(path: Path) -> None:
    with pytest.raises(LedgerError, match="can't be made"):
        Ledger.open(path.parent / "missing" / "sent.sqlite")


def test_no_room(path: Path) -> None:
    with Ledger.open(path) as ledger:
        before = reserve(ledger, 1)
        pages = ledger._connection.execute("pragma page_count").fetchone()[0]
        ledger._connection.execute(f"pragma max_page_count = {pages}")
        with pytest.raises(LedgerError, match="no room"):
            ledger.reserve([(issued(2), b"x" * 100_000)])
        assert ledger.messages() == before


def test_who_only_looks_changes_nothing(path: Path) -> None:
    with Ledger.open(path) as ledger:
        before = reserve(ledger, 1)
    with Ledger.read(path) as ledger:
        with pytest.raises(LedgerError, match="readonly"):
            ledger.begin(before[0])
        assert ledger.messages() == before
