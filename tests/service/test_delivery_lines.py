"""Connections that end, or never begin."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from mail_cases import SENDER, issued, letter, reserve
from mail_server import MailServer, hang_up, serving, silence
from sending import details, go, states

from service.delivery.ledger import Ledger
from service.delivery.mail import compose
from service.delivery.smtp import MOST_LOST


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "sent.sqlite") as opened:
        yield opened


@pytest.mark.parametrize("politely", [True, False])
def test_a_server_that_closes_after_some_mails_is_connected_to_again(ledger: Ledger, politely: bool) -> None:
    reserve(ledger, 7)

    def enough(server: MailServer, smtp: SMTP, address: str) -> str | None:
        if len(server.seen) < 2 * server.connections:
            return None
        if not politely:
            hang_up(smtp)
        return "421 4.7.0 too many mails"

    with serving(MailServer(on_mail=enough)) as server:
        run = go(ledger, server)
    assert states(ledger) == ["sent"] * 7
    assert server.connections == 4
    assert not run.slept
    assert len(server.offered) == 7


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
@pytest.mark.parametrize("how", ["hang", "drop", "421"])
def test_a_server_that_ends_each_connection_before_the_mail_is_left_after_some(
    ledger: Ledger, stage: str, how: str
) -> None:
    reserve(ledger, 5)
    pauses = () if how == "hang" else (1.0,)

    def end(server: MailServer, smtp: SMTP, address: str) -> Any:
        if how == "hang":
            return silence()
        if how == "drop":
            hang_up(smtp)
        return "421 4.3.2 shutting down"

    with serving(MailServer(on_mail=end if stage == "mail" else None, on_rcpt=end)) as server:
        run = go(ledger, server, pauses=pauses, answering=0.5 if how == "hang" else 5)
        assert server.connections == MOST_LOST * (1 + len(pauses))
        assert not server.seen
    assert states(ledger) == ["due"] * 5
    assert run.report.ended
    assert run.slept == list(pauses)


def test_a_mail_that_the_server_chokes_on_holds_up_no_other(ledger: Ledger) -> None:
    reserve(ledger, 4)

    def choke(server: MailServer, smtp: SMTP, address: str) -> None:
        if address.startswith("person-1@"):
            hang_up(smtp)

    with serving(MailServer(on_rcpt=choke)) as server:
        go(ledger, server)
    assert states(ledger) == ["due", "sent", "sent", "sent"]


def test_nobody_listening(ledger: Ledger) -> None:
    reserve(ledger, 2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        run = go(ledger, taken.getsockname()[1])
    assert states(ledger) == ["due", "due"]
    assert "127.0.0.1 port" in run.report.ended
    assert len([step for step in run.steps if step.pause]) == 2
    assert [one.attempts for one in ledger.messages()] == [0, 0]


def test_a_server_that_does_not_greet(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        run = go(ledger, mute.getsockname()[1], connecting=0.2, pauses=())
    assert states(ledger) == ["due"]
    assert "no answer in time" in run.report.ended


@pytest.mark.parametrize(
    ("greeting", "again"), [("554 go away", False), ("421 busy", True), ("299 hm", True)]
)
def test_a_server_that_does_not_want_us(ledger: Ledger, greeting: str, again: bool) -> None:
    reserve(ledger, 1)

    def greet(server: MailServer, smtp: SMTP) -> None:
        smtp.transport.write(f"{greeting}\r\n".encode())
        smtp.transport.close()

    with serving(MailServer(on_connect=greet)) as server:
        run = go(ledger, server)
        assert server.connections == (3 if again else 1)
    assert states(ledger) == ["due"]
    assert greeting in run.report.ended


def test_a_sender_who_is_not_accepted_ends_the_run_and_nobody_is_refused(ledger: Ledger) -> None:
    reserve(ledger, 3)
    with serving(MailServer(on_mail=lambda *_: f"553 5.7.1 {SENDER} is not yours")) as server:
        run = go(ledger, server)
        assert server.connections == 1
    assert states(ledger) == ["due"] * 3
    assert run.report.ended == "553 5.7.1 … is not yours"
    assert not run.slept


def test_a_mail_that_is_too_big_is_refused_unsent(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer(options={"data_size_limit": 500})) as server:
        go(ledger, server)
    assert states(ledger) == ["refused"]
    assert "the server takes 500" in details(ledger)[0]
    assert not server.offered


@pytest.mark.parametrize("offered", [True, False])
def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it(ledger: Ledger, offered: bool) -> None:
    one = replace(issued(1), address="zoë@bücher.example")
    ledger.reserve([(one, compose(letter(one.address)))])
    reserve_second = replace(issued(2))
    ledger.reserve([(reserve_second, compose(letter(reserve_second.address)))])
    with serving(MailServer(options={"enable_SMTPUTF8": offered})) as server:
        go(ledger, server)
    assert states(ledger) == ["sent" if offered else "refused", "sent"]
    assert ["SMTPUTF8" in given for given in server.given] == ([True, False] if offered else [False])
    assert ("takes no address that isn't ASCII" in details(ledger)[0]) is not offered
    assert [to for to, _, _ in server.accepted] == ([one.address] if offered else []) + [
        reserve_second.address
    ]
