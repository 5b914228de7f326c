"""Mail as jobs: what is due goes out once, and what can't go now goes later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from job_cases import left_as_it_was, tiny, until, working
from mail_cases import issued, letter
from mail_server import MailServer, serving
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from stores import NOON, Office, add_calendar, add_office

from service.delivery.addressees import BY_HAND
from service.delivery.issued import Issued
from service.delivery.mail import compose
from service.jobs.queue import Queue, enqueue
from service.jobs.sending import Sending, TeamBook
from service.jobs.work import Work
from service.store.engine import Store
from service.store.messages import Outbox
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, Job, Message


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


@pytest.fixture(autouse=True)
def nothing_left(store: Store) -> Iterator[None]:
    with left_as_it_was(store):
        yield


def reserve(store: Store, office: Office, count: int, sequence: int = 0) -> list[Issued]:
    """Reserve a mail each for so many people and queue the job, as a publication does."""
    entry = add_calendar(store, office, tiny())
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        found = scoped.one(CalendarEntry, CalendarEntry.id == entry.id)
        new = [issued(number, sequence) for number in range(1, count + 1)]
        mails = [(one, compose(letter(one.address, sequence))) for one in new]
        by_hand = replace(issued(99, sequence), address=BY_HAND)
        kept = Outbox(scoped, "t", found, 1).reserve([*mails, (by_hand, b"a letter")])
        enqueue(scoped, "send", "t", "t", at=NOON)
    return kept


def jobs(store: Store, *states: str) -> list[Job]:
    with store.reading() as session:
        return list(session.scalars(select(Job).where(Job.state.in_(states)).order_by(Job.created, Job.id)))


def states(store: Store) -> list[str]:
    """Of the mails, in the order they were reserved."""
    with store.reading() as session:
        rows = session.scalars(select(Message).where(Message.address != BY_HAND).order_by(Message.id))
        return [row.state for row in rows]


def environment(server: MailServer) -> dict[str, str]:
    return {
        "CONVENE_SMTP_HOST": "127.0.0.1",
        "CONVENE_SMTP_PORT": str(server.port),
        "CONVENE_SMTP_SECURITY": "none",
    }


def test_what_is_due_is_sent_once(store: Store, office: Office) -> None:
    reserve(store, office, 5)
    with serving(MailServer()) as server, working(store, {"send": Sending(environment(server))}):
        until(lambda: len(jobs(store, "done")) == 1)
        with store.writing() as session:
            enqueue(Scoped(session, office.system()), "send", "t", "t", at=NOON)
        until(lambda: len(jobs(store, "done")) == 2)
    assert states(store) == ["sent"] * 5
    assert sorted(to for to, _, _ in server.accepted) == [f"person-{n}@people.example" for n in range(1, 6)]
    assert sorted(job.detail for job in jobs(store, "done")) == ["", "5 sent"]


def test_a_letter_is_no_mail(store: Store, office: Office) -> None:
    reserve(store, office, 1)
    with serving(MailServer()) as server, working(store, {"send": Sending(environment(server))}):
        until(lambda: bool(jobs(store, "done")))
    with store.reading() as session:
        assert session.scalars(select(Message).where(Message.address == BY_HAND)).one().state == "due"


def test_what_a_server_puts_off_is_looked_at_again_later(store: Store, office: Office) -> None:
    reserve(store, office, 2)
    busy = MailServer(on_rcpt=lambda _s, _c, to: "451 later" if to.startswith("person-1@") else None)
    with serving(busy) as server, working(store, {"send": Sending(environment(server))}, now=lambda: NOON):
        until(lambda: bool(jobs(store, "done")))
    assert states(store) == ["due", "sent"]
    (again,) = jobs(store, "queued")
    assert again.not_before == NOON + timedelta(seconds=60)
    busy.on_rcpt = None
    later = NOON + timedelta(seconds=61)
    with serving(busy) as server, working(store, {"send": Sending(environment(server))}, now=lambda: later):
        until(lambda: states(store) == ["sent", "sent"])
    assert jobs(store, "queued") == []


def test_a_server_that_is_not_there_loses_nothing(store: Store, office: Office) -> None:
    reserve(store, office, 2)
    with serving(MailServer()) as server:
        pass
    with working(store, {"send": Sending(environment(server))}, now=lambda: NOON):
        until(lambda: bool(jobs(store, "done")))
    assert states(store) == ["due", "due"]
    assert len(jobs(store, "queued")) == 1


def test_what_was_being_sent_when_a_worker_died_is_unknown(store: Store, office: Office) -> None:
    kept = reserve(store, office, 2)
    with store.writing() as session:
        Outbox(Scoped(session, office.system()), "t").step(kept[0], ("due",), "sending")
    with serving(MailServer()) as server, working(store, {"send": Sending(environment(server))}):
        until(lambda: bool(jobs(store, "done")))
    assert states(store) == ["unknown", "sent"]
    assert len(server.accepted) == 1


def test_one_that_is_replaced_while_it_waits_holds_up_no_other(store: Store, office: Office) -> None:
    kept = reserve(store, office, 3)

    def replaced(server: MailServer, smtp: object, to: str) -> None:
        if to.startswith("person-1@"):
            with store.writing() as session:
                Outbox(Scoped(session, office.system()), "t").step(kept[1], ("due",), "replaced", forget=True)

    slow = MailServer(on_rcpt=replaced)
    with serving(slow) as server, working(store, {"send": Sending(environment(server))}):
        until(lambda: bool(jobs(store, "done")))
    assert states(store) == ["sent", "replaced", "sent"]


def test_without_a_mail_server_mail_waits(store: Store, office: Office) -> None:
    reserve(store, office, 1)
    with working(store, {"send": Sending({})}):
        until(lambda: bool(jobs(store, "done")))
    assert states(store) == ["due"]
    assert jobs(store, "done")[0].detail == "there is no mail server"


def test_mail_that_waited_for_a_server_goes_once_there_is_one(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve(store, office, 2)
    with working(store, {"send": Sending({})}):
        until(lambda: bool(jobs(store, "done")))
    with serving(MailServer()) as server, working(store, {"send": Sending(environment(server))}):
        until(lambda: states(store) == ["sent", "sent"])
    # Nor does it need a start: another worker may have had the job, and no server.
    monkeypatch.setattr("service.jobs.worker.LOOK_SECONDS", 0.2)
    settings: dict[str, str] = {}
    with serving(MailServer()) as server, working(store, {"send": Sending(settings)}):
        reserve(store, office, 1, sequence=1)
        until(lambda: len(jobs(store, "done")) == 3)
        settings.update(environment(server))
        until(lambda: states(store)[2:] == ["sent"])


def test_a_worker_that_looks_queues_only_what_had_no_server(store: Store, office: Office) -> None:
    sending = Sending({"CONVENE_SMTP_HOST": "mail.example"})
    reserve(store, office, 1)
    sending.look(store, NOON)
    assert len(jobs(store, "queued")) == 1, "its own"
    with working(store, {"send": Sending({})}):
        until(lambda: bool(jobs(store, "done")))
    Sending({}).look(store, NOON)
    assert jobs(store, "queued") == []
    sending.look(store, NOON)
    sending.look(store, NOON)
    assert len(jobs(store, "queued")) == 1


def test_settings_that_cannot_be_used_are_tried_again_and_name_no_secret(
    store: Store, office: Office
) -> None:
    reserve(store, office, 1)
    wrong = {
        "CONVENE_SMTP_HOST": "mail.example",
        "CONVENE_SMTP_PORT": "x",
        "CONVENE_SMTP_PASSWORD": "hunter2",
    }
    with working(store, {"send": Sending(wrong)}, now=lambda: NOON):
        until(lambda: any(job.attempts == 1 for job in jobs(store, "queued")))
    (job,) = jobs(store, "queued")
    assert job.not_before == NOON + timedelta(seconds=60)
    assert "CONVENE_SMTP_PORT" in job.detail
    assert "hunter2" not in job.detail
    assert states(store) == ["due"]


def test_what_the_server_took_waits_for_the_database(store: Store, office: Office) -> None:
    """A mail that is away is not to be called unknown because the database was away for a moment."""
    (kept, *_) = reserve(store, office, 1)
    queue = Queue(store, "one", now=lambda: NOON)
    lease = queue.claim(("send",))
    assert lease is not None
    work = Work(store, lease, lambda: NOON, Event())
    waits: list[float] = []
    book = TeamBook(work, sleep=waits.append)
    book.begin(kept)
    away = iter([OperationalError("x", {}, Exception()), OperationalError("x", {}, Exception())])

    @event.listens_for(store.engine, "begin")
    def fail(connection: object) -> None:
        error = next(away, None)
        if error is not None:
            raise error

    book.end(kept, "sent")
    event.remove(store.engine, "begin", fail)
    assert states(store) == ["sent"]
    assert len(waits) == 2
