"""At each stage of a mail the server says nothing, hangs up, or answers something else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from mail_cases import reserve
from scripted_server import DROP, SILENCE, following

from service.delivery import session
from service.delivery.ledger import Ledger
from service.delivery.settings import Server
from service.delivery.smtp import Report, send

BEFORE = ("hello", "EHLO", "MAIL", "RCPT", "DATA")


def run(tmp_path: Path, port: int, *, silent: str = "") -> tuple[list[str], Report]:
    patience = {"connecting": 10.0, "answering": 10.0, "taking": 10.0}
    if silent:
        patience[{"hello": "connecting", ".": "taking"}.get(silent, "answering")] = 0.3
    with Ledger.open(tmp_path / "sent.sqlite") as ledger:
        reserve(ledger, 1)
        report = send(
            ledger,
            Server("127.0.0.1", port, "none", **patience),
            on_step=lambda step: None,
            stop=lambda: False,
            pauses=(0.001,),
            sleep=lambda seconds: asyncio.sleep(0),
        )
        return [one.state for one in ledger.messages()], report


@pytest.mark.parametrize(
    "answer", [SILENCE, DROP, "299 well", "399 well", "199 well", "250", "what?", "421 bye", "450 no"]
)
@pytest.mark.parametrize("verb", BEFORE)
def test_until_the_server_waits_for_the_mail_it_stays_due(tmp_path: Path, verb: str, answer: str) -> None:
    expected = verb in {"EHLO", "MAIL", "RCPT"} and answer == "250"
    script = {verb: answer} | ({"HELO": answer} if verb == "EHLO" else {})
    with following(script) as server:
        states, report = run(tmp_path, server.port, silent=verb if answer == SILENCE else "")
        assert server.mails == expected
    assert states == ["sent" if expected else "due"]
    assert expected or report.ended or report.of("due")[0].detail


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (SILENCE, "unknown"),
        (DROP, "unknown"),
        ("250", "sent"),
        ("299 well", "sent"),
        ("399 well", "unknown"),
        ("199 well", "unknown"),
        ("what?", "unknown"),
        ("421 bye", "due"),
        ("450 no", "due"),
        ("550 no", "refused"),
    ],
)
def test_after_the_mail_only_the_servers_word_counts(tmp_path: Path, answer: str, state: str) -> None:
    with following({".": answer}) as server:
        states, _ = run(tmp_path, server.port, silent="." if answer == SILENCE else "")
        assert server.mails == (2 if state == "due" else 1)
    assert states == [state]


def test_a_server_of_old_is_greeted_as_of_old(tmp_path: Path) -> None:
    with following({"EHLO": "502 what?"}) as server:
        states, _ = run(tmp_path, server.port)
        assert server.mails == 1
    assert states == ["sent"]


@pytest.mark.parametrize("verb", BEFORE[2:])
def test_refused_for_good_by_its_number_alone(tmp_path: Path, verb: str) -> None:
    with following({verb: "550"}) as server:
        states, report = run(tmp_path, server.port)
    assert states == ["due" if verb == "MAIL" else "refused"]
    assert ("550" in report.ended) is (verb == "MAIL")


@pytest.mark.parametrize("answer", [SILENCE, DROP, "500 no", "what?"])
def test_a_server_that_says_no_goodbye_has_the_mail_all_the_same(
    tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_GOODBYE", 0.2)
    with following({"QUIT": answer}) as server:
        states, report = run(tmp_path, server.port)
    assert states == ["sent"]
    assert report.ended == ""
