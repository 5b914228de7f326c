from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from mail_cases import SENDER, issued, letter, reserve
from mail_server import MailServer, hang_up, serving, silence

from service.delivery.ledger import Ledger, LedgerError
from service.delivery.mail import compose
from service.delivery.session import told
from service.delivery.settings import Server
from service.delivery.smtp import MOST_LOST, MOST_UNSURE, Report, Step, send


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "sent.sqlite") as opened:
        yield opened


class Run:
    """What a run said, and how long it meant to wait."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.slept: list[float] = []
        self.report = Report(())

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def go(
    ledger: Ledger,
    server: MailServer | int,
    *,
    pauses: tuple[float, ...] = (2, 3),
    stop: Callable[[], bool] = lambda: False,
    **settings: Any,
) -> Run:
    run = Run()
    port = server if isinstance(server, int) else server.port
    patient = {"connecting": 5, "answering": 5, "taking": 5, "security": "none"}
    settings = patient | settings
    run.report = send(
        ledger,
        Server("127.0.0.1", port, **settings),
        on_step=run.steps.append,
        stop=stop,
        pauses=pauses,
        sleep=run.sleep,
    )
    return run


def states(ledger: Ledger) -> list[str]:
    return [one.state for one in ledger.messages()]


def details(ledger: Ledger) -> list[str]:
    return [one.detail for one in ledger.messages()]


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine with its key, made for the test."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl, which makes the test's certificate, is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(
        [
            program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=mail.convene.example", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(path), "-out", str(path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )  # fmt: skip
    return path


def encrypting(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.with_suffix(".crt"), certificate)
    return context


def test_starttls_with_a_certificate_that_is_trusted(ledger: Ledger, certificate: Path) -> None:
    reserve(ledger, 2)
    options = {"tls_context": encrypting(certificate), "require_starttls": True}
    with serving(MailServer(options=options)) as server:
        go(ledger, server, security="starttls", certificates=certificate.with_suffix(".crt"))
    assert states(ledger) == ["sent", "sent"]


def test_tls_with_a_certificate_that_is_trusted(ledger: Ledger, certificate: Path) -> None:
    reserve(ledger, 2)
    with serving(MailServer(), encrypting(certificate)) as server:
        go(ledger, server, security="tls", certificates=certificate.with_suffix(".crt"))
    assert states(ledger) == ["sent", "sent"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_not_trusted_ends_the_run(
    ledger: Ledger, certificate: Path, security: str
) -> None:
    reserve(ledger, 2)
    context = encrypting(certificate)
    server = MailServer(options={"tls_context": context} if security == "starttls" else {})
    with serving(server, None if security == "starttls" else context):
        run = go(ledger, server, security=security)
    assert states(ledger) == ["due", "due"]
    assert "certificate" in run.report.ended
    assert not run.slept
    assert not server.offered


def test_a_server_without_starttls_gets_nothing(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer()) as server:
        run = go(ledger, server, security="starttls")
        assert not server.offered
    assert "STARTTLS" in run.report.ended
    assert states(ledger) == ["due"]


def test_tls_to_a_server_that_speaks_none(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer()) as server:
        run = go(ledger, server, security="tls", connecting=2, pauses=())
        assert not server.offered
    assert run.report.ended
    assert states(ledger) == ["due"]


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_signing_in(ledger: Ledger, certificate: Path, password: str) -> None:
    reserve(ledger, 2)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"team", b"right"), handled=False)

    options = {"tls_context": encrypting(certificate), "auth_required": True, "authenticator": check}
    with serving(MailServer(options=options)) as server:
        trusted = certificate.with_suffix(".crt")
        run = go(ledger, server, security="starttls", certificates=trusted, user="team", password=password)
    assert states(ledger) == (["sent", "sent"] if password == "right" else ["due", "due"])
    assert ("535" in run.report.ended) is (password == "wrong")
    assert password not in run.report.ended
    assert not run.slept


def test_signing_in_at_a_server_that_offers_no_way_to(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer()) as server:
        run = go(ledger, server, user="team", password="secret-7")
        assert not server.offered
    assert "AUTH" in run.report.ended
    assert "secret-7" not in run.report.ended


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
