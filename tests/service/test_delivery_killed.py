"""A process that sends is killed at every stage of a mail; afterwards nobody has got anything twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sending_process
from aiosmtpd.smtp import SMTP
from mail_cases import letter, reserve
from mail_server import MailServer, serving

from service.delivery.issued import Issued
from service.delivery.ledger import Ledger
from service.delivery.mail import compose

MAILS = 6
AT = 3
Hook = Callable[[MailServer, SMTP, str], None]


def start(path: Path, server: MailServer, *death: str) -> subprocess.Popen[bytes]:
    program = [sys.executable, sending_process.__file__, str(path), str(server.port), *death]
    return subprocess.Popen(program, env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})


def killing(at: int) -> tuple[Hook, list[subprocess.Popen[bytes]]]:
    """A hook that kills the last process of the list when it is called for the so-manieth time, and goes on."""
    processes: list[subprocess.Popen[bytes]] = []
    calls = 0

    def hook(server: MailServer, smtp: SMTP, about: str) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            processes[-1].kill()
            processes[-1].wait(30)

    return hook, processes


def ids(messages: list[Issued]) -> list[str]:
    return sorted(letter(one.address, one.sequence).message_id for one in messages)


def check_end(path: Path, server: MailServer, *, unknown: int) -> None:
    """Nothing twice; nothing missing but what is named, which may have arrived or not."""
    with Ledger.read(path) as ledger:
        sent, unsure = ledger.messages("sent"), ledger.messages("unknown")
        assert len(ledger.messages()) == len(sent) + len(unsure) == MAILS
    assert len(unsure) == unknown
    assert max(Counter(server.seen).values()) == 1
    assert set(ids(sent)) <= set(server.seen) <= set(ids(sent)) | set(ids(unsure))


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_killed_while_the_server_answers(tmp_path: Path, stage: str) -> None:
    path = tmp_path / "sent.sqlite"
    with Ledger.open(path) as ledger:
        reserve(ledger, MAILS)
    hook, processes = killing(AT)
    with serving(MailServer(**{f"on_{stage}": hook})) as server:
        processes.append(start(path, server))
        assert processes[0].wait(60) == -signal.SIGKILL
        assert start(path, server).wait(60) == 0
        check_end(path, server, unknown=stage == "data")


@pytest.mark.parametrize("step", ["before-begin", "after-begin", "before-end", "after-end"])
def test_killed_between_the_ledger_and_the_server(tmp_path: Path, step: str) -> None:
    path = tmp_path / "sent.sqlite"
    with Ledger.open(path) as ledger:
        reserve(ledger, MAILS)
    with serving(MailServer()) as server:
        assert start(path, server, step, str(AT)).wait(60) == -signal.SIGKILL
        with Ledger.read(path) as ledger:
            begun = ledger.messages("sending")
        assert start(path, server).wait(60) == 0
        unsure = step in {"after-begin", "before-end"}
        check_end(path, server, unknown=unsure)
        assert len(begun) == unsure
        assert len(server.seen) == MAILS - (step == "after-begin")


def test_what_is_unknown_is_sent_again_with_the_next_sequence_alone(tmp_path: Path) -> None:
    path = tmp_path / "sent.sqlite"
    with Ledger.open(path) as ledger:
        reserve(ledger, MAILS)
    with serving(MailServer()) as server:
        for step in ("before-end", "after-begin"):
            assert start(path, server, step, "2").wait(60) == -signal.SIGKILL
        with Ledger.open(path) as ledger:
            unsure = ledger.messages("unknown")
            assert len(unsure) == 2
            again = [reserved_again(one) for one in unsure]
            ledger.reserve([(one, compose(letter(one.address, one.sequence))) for one in again])
        assert start(path, server).wait(60) == 0
        assert max(Counter(server.seen).values()) == 1
        with Ledger.read(path) as ledger:
            assert {one.state for one in ledger.issued()} == {"sent"}
            assert len(ledger.issued()) == MAILS
            last = ids(ledger.issued())
        assert set(last) <= set(server.seen)


def reserved_again(one: Issued) -> Issued:
    return replace(one, id=0, sequence=one.sequence + 1, state="due", detail="")
