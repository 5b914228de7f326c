from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from mail_cases import issued, letter, reserve
from mail_server import MailServer, hang_up, serving, silence
from sending import details, go, states

from service.delivery.ledger import Ledger, LedgerError
from service.delivery.mail import compose
from service.delivery.session import told
from service.delivery.smtp import MOST_UNSURE


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "sent.sqlite") as opened:
        yield opened


def test_everything_due_is_sent_once(ledger: Ledger) -> None:
    mails = reserve(ledger, 5)
    contents = [ledger.content(one.id) for one in mails]
    with serving(MailServer()) as server:
        run = go(ledger, server)
        assert run.report.ended == ""
        assert states(ledger) == ["sent"] * 5
        assert [to for to, _, _ in server.accepted] == [one.address for one in mails]
        assert [content for _, _, content in server.accepted] == contents
        assert server.connections == 1
        assert not go(ledger, server).report.outcomes
        assert len(server.accepted) == 5
        assert server.connections == 1, "nothing due, nobody asked"
    assert [step.settled for step in run.steps] == [1, 2, 3, 4, 5]
    assert {step.total for step in run.steps} == {5}
    assert [one.message.id for one in run.report.of("sent")] == [one.id for one in mails]
    assert not run.slept


def test_a_mail_arrives_as_it_was_written_even_where_lines_begin_with_a_full_stop(ledger: Ledger) -> None:
    one = issued(1)
    mail = compose(letter(one.address, lines=(".", "..", ". begins with a full stop", "z" * 300)))
    assert b"\r\n." in mail
    ledger.reserve([(one, mail)])
    with serving(MailServer()) as server:
        go(ledger, server)
        assert server.accepted[0][2] == mail


def test_who_is_refused_is_refused_alone(ledger: Ledger) -> None:
    reserve(ledger, 3)

    def refuse(server: MailServer, smtp: SMTP, address: str) -> str | None:
        return f"550 5.1.1 <{address}>: no person-2 here" if address.startswith("person-2@") else None

    with serving(MailServer(on_rcpt=refuse)) as server:
        run = go(ledger, server)
        assert states(ledger) == ["sent", "refused", "sent"]
        assert [one.detail for one in run.report.of("refused")] == ["550 5.1.1 … no … here"]
        assert "person-2" not in "".join(details(ledger))
        assert server.connections == 1
        assert not go(ledger, server).report.outcomes, "what was refused is not tried again"


def test_what_is_put_off_is_tried_again_after_a_pause(ledger: Ledger) -> None:
    reserve(ledger, 3)

    def later(server: MailServer, smtp: SMTP, address: str) -> str | None:
        first = server.offered.count(address) == 1
        return "451 4.7.1 come back later" if first and address.startswith("person-2@") else None

    with serving(MailServer(on_rcpt=later)) as server:
        run = go(ledger, server)
    assert states(ledger) == ["sent"] * 3
    assert [to[:8] for to, _, _ in server.accepted] == ["person-1", "person-3", "person-2"]
    assert server.connections == 2, "nobody keeps a line open for minutes"
    assert run.slept == [1, 1]
    assert [step.pause for step in run.steps if step.outcome is None] == [2]
    assert [one.attempts for one in ledger.messages()] == [1, 2, 1]


def test_attempts_are_bounded(ledger: Ledger) -> None:
    reserve(ledger, 2)
    with serving(MailServer(on_rcpt=lambda *_: "450 4.2.1 not now")) as server:
        run = go(ledger, server)
        assert len(server.offered) == 6
    assert states(ledger) == ["due", "due"]
    assert [one.detail for one in run.report.of("due")] == ["450 4.2.1 not now"] * 2
    assert run.slept == [1, 1, 1, 1, 1]


def test_what_is_put_off_after_data_is_still_due_and_what_is_refused_there_is_not(ledger: Ledger) -> None:
    mails = reserve(ledger, 3)
    answers = {mails[0].address: "452 4.3.1 full", mails[1].address: "554 5.6.0 unwanted content"}
    ids = {letter(address).message_id: answer for address, answer in answers.items()}
    with serving(MailServer(on_data=lambda server, smtp, name: ids.get(name))) as server:
        run = go(ledger, server, pauses=())
        assert states(ledger) == ["due", "refused", "sent"]
        assert details(ledger)[:2] == ["452 4.3.1 full", "554 5.6.0 unwanted content"]
        assert len(run.report.of("due")) == 1
        ids.clear()
        go(ledger, server)
    assert states(ledger) == ["sent", "refused", "sent"]
    assert len(server.accepted) == 2


def test_a_line_that_breaks_after_the_mail_leaves_it_unknown_and_it_is_not_sent_again(ledger: Ledger) -> None:
    reserve(ledger, 3)

    def drop(server: MailServer, smtp: SMTP, name: str) -> str | None:
        if len(server.seen) == 2:
            hang_up(smtp)
        return None

    with serving(MailServer(on_data=drop)) as server:
        run = go(ledger, server)
        assert states(ledger) == ["sent", "unknown", "sent"]
        assert [one.message.recipient for one in run.report.of("unknown")] == ["person-2"]
        assert server.connections == 2
        go(ledger, server)
        assert len(server.seen) == len(set(server.seen)) == 3


def test_a_server_that_says_nothing_after_the_mail_leaves_it_unknown(ledger: Ledger) -> None:
    reserve(ledger, 2)

    async def late() -> str:
        await asyncio.sleep(3)
        return "250 OK"

    with serving(MailServer(on_data=lambda server, *_: late() if len(server.seen) == 1 else None)) as server:
        go(ledger, server, taking=1.5)
        assert states(ledger) == ["unknown", "sent"]
        assert len(server.offered) == 2, "a late answer is not taken for one to the next mail"
        assert go(ledger, server).report.outcomes == ()


def test_no_more_is_put_at_stake_when_answers_stay_out(ledger: Ledger) -> None:
    reserve(ledger, 5)
    with serving(MailServer(on_data=lambda server, smtp, name: hang_up(smtp))) as server:
        run = go(ledger, server)
    assert states(ledger) == ["unknown"] * MOST_UNSURE + ["due"] * (5 - MOST_UNSURE)
    assert "without an answer" in run.report.ended
    assert not run.slept


def test_mails_left_without_an_answer_now_and_then_end_nothing(ledger: Ledger) -> None:
    mails = reserve(ledger, 7)
    refused = mails[3].address

    def drop(server: MailServer, smtp: SMTP, name: str) -> None:
        if len(server.seen) in {1, 3, 4, 6}:
            hang_up(smtp)

    def refuse(server: MailServer, smtp: SMTP, address: str) -> str | None:
        return "550 no" if address == refused else None

    with serving(MailServer(on_data=drop, on_rcpt=refuse)) as server:
        run = go(ledger, server)
    assert states(ledger) == ["unknown", "sent", "unknown", "refused", "unknown", "sent", "unknown"]
    assert run.report.ended == ""


def test_connections_that_end_now_and_then_end_nothing(ledger: Ledger) -> None:
    reserve(ledger, 10)

    def drop(server: MailServer, smtp: SMTP, address: str) -> str | None:
        number = int(address.partition("@")[0].removeprefix("person-"))
        if number % 3:
            hang_up(smtp)
        return "550 no" if number == 6 else None

    with serving(MailServer(on_rcpt=drop)) as server:
        run = go(ledger, server, pauses=())
    assert states(ledger) == ["due", "due", "sent", "due", "due", "refused", "due", "due", "sent", "due"]
    assert run.report.ended == ""


@pytest.mark.parametrize("number", ["354 go on", "199 perhaps"])
def test_a_number_that_says_neither_yes_nor_no_leaves_it_unknown(ledger: Ledger, number: str) -> None:
    reserve(ledger, 1)
    with serving(MailServer(on_data=lambda *_: number)) as server:
        go(ledger, server)
    assert states(ledger) == ["unknown"]
    assert number[:3] in details(ledger)[0]


def test_any_number_that_begins_with_a_2_says_that_the_mail_was_taken(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer(on_data=lambda *_: "251 will forward")) as server:
        go(ledger, server)
    assert states(ledger) == ["sent"]


def test_an_odd_number_before_the_mail_puts_it_off(ledger: Ledger) -> None:
    reserve(ledger, 2)
    with serving(MailServer(on_rcpt=lambda *_: "299 well")) as server:
        go(ledger, server, pauses=())
        assert server.connections == 2, "what else it would say on that one isn't to be relied on"
    assert states(ledger) == ["due", "due"]
    assert details(ledger) == ["299 well", "299 well"]
    assert not server.seen


def test_an_answer_that_is_no_answer_puts_it_off(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer(on_rcpt=lambda *_: "hello there")) as server:
        go(ledger, server, pauses=())
    assert states(ledger) == ["due"]
    assert not server.seen


@pytest.mark.parametrize(("code", "kept"), [(552, ["refused", "sent"]), (530, ["due", "due"])])
def test_an_answer_to_the_sender_may_be_about_the_mail(ledger: Ledger, code: int, kept: list[str]) -> None:
    reserve(ledger, 2)
    answers = [f"{code} no"]
    with serving(MailServer(on_mail=lambda *_: answers.pop() if answers else None)) as server:
        run = go(ledger, server)
    assert states(ledger) == kept
    assert bool(run.report.ended) is (kept == ["due", "due"])


def test_a_server_that_wants_us_to_sign_in_refuses_nobody(ledger: Ledger) -> None:
    reserve(ledger, 2)
    with serving(MailServer(on_rcpt=lambda *_: "530 5.7.0 Authentication required")) as server:
        run = go(ledger, server)
        assert len(server.offered) == 1
    assert states(ledger) == ["due", "due"]
    assert run.report.ended == "530 5.7.0 Authentication required"


def test_an_address_that_a_server_chokes_on_holds_up_no_other(ledger: Ledger) -> None:
    one, two = replace(issued(1), address="zoë@people.example"), issued(2)
    ledger.reserve([(new, compose(letter(new.address))) for new in (one, two)])
    answers = ["553 5.6.7 non-ASCII addresses not permitted"]
    options = {"enable_SMTPUTF8": True}
    with serving(
        MailServer(on_mail=lambda *_: answers.pop() if answers else None, options=options)
    ) as server:
        go(ledger, server)
    assert states(ledger) == ["refused", "sent"]


def test_a_mail_kept_for_another_mailbox_goes_nowhere(ledger: Ledger) -> None:
    ledger.reserve([(issued(1), compose(letter("other@people.example")))])
    with serving(MailServer()) as server:
        go(ledger, server)
        assert server.connections == 0
    assert states(ledger) == ["refused"]
    assert "another mailbox" in details(ledger)[0]


def test_what_was_kept_and_is_no_mail_goes_nowhere(ledger: Ledger) -> None:
    one, two = issued(1), issued(2)
    ledger.reserve([(one, b"a letter on paper\n"), (two, compose(letter(two.address)))])
    with serving(MailServer()) as server:
        go(ledger, server)
        assert len(server.seen) == 1
    assert states(ledger) == ["refused", "sent"]
    assert "to whom" in details(ledger)[0]


def test_stopped_between_two_mails_nothing_is_lost(ledger: Ledger) -> None:
    reserve(ledger, 5)
    with serving(MailServer()) as server:
        run = go(ledger, server, stop=lambda: len(server.seen) == 2)
        assert run.report.ended == "it was stopped"
        assert states(ledger) == ["sent", "sent", "due", "due", "due"]
        assert details(ledger)[2:] == ["", "", ""]
        go(ledger, server)
        assert len(server.seen) == len(set(server.seen)) == 5


def test_stopped_while_waiting(ledger: Ledger) -> None:
    reserve(ledger, 1)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(len(server.offered))
        return asked.count(1) > 3

    with serving(MailServer(on_rcpt=lambda *_: "450 later")) as server:
        run = go(ledger, server, pauses=(600, 600), stop=stop)
    assert len(run.slept) == 3
    assert run.report.ended == "it was stopped"
    assert states(ledger) == ["due"]


def test_broken_off_in_the_middle_of_a_mail_it_is_unknown(ledger: Ledger) -> None:
    reserve(ledger, 2)

    def cut(server: MailServer, smtp: SMTP, name: str) -> Awaitable[str]:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return silence()

    # Where tests run in the background, Ctrl-C is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with serving(MailServer(on_data=cut)) as server, pytest.raises(KeyboardInterrupt):
            go(ledger, server, taking=30)
    finally:
        signal.signal(signal.SIGINT, before)
    assert states(ledger) == ["unknown", "due"]
    assert details(ledger) == ["sending was broken off", ""]


def test_a_ledger_that_cannot_be_written_sends_nothing(ledger: Ledger) -> None:
    reserve(ledger, 2)
    ledger._connection.execute("pragma query_only = on")
    with serving(MailServer()) as server, pytest.raises(LedgerError):
        go(ledger, server)
    assert states(ledger) == ["due", "due"]
    assert not server.seen


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("5.1.1 <zoe.smith@people.example> unknown", "550 5.1.1 … unknown"),
        ("no user Zoe.Smith here", "550 no user … here"),
        ("5.1.1\nzoe.smith@people.example:\nsecond line", "550 5.1.1 … second line"),
        ("people.example said no\x1b[31m", "550 … said no [31m"),
        ("", "550"),
        ("w" * 500, "550 " + "w" * 115 + "…"),
    ],
)
def test_a_servers_words_are_short_and_name_nobody(words: str, shown: str) -> None:
    assert told(550, words, "zoe.smith@people.example") == shown
