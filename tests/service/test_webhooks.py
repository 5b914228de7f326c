"""Webhooks: signed, told at least once, again with longer pauses, and only to where it is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import httpx
import pytest
from access_cases import House
from sqlalchemy import select

from service.jobs.queue import Queue
from service.jobs.work import Work
from service.store import webhooks
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import Job, Webhook, WebhookDelivery
from service.webhooks.signing import HEADER, TOLERANCE_SECONDS, sign, verify
from service.webhooks.telling import Telling

BODY = b'{"event":"calendar.published"}'


def test_a_signature_is_of_this_body_this_secret_and_this_time() -> None:
    header = sign("secret", BODY, 1000)
    assert verify("secret", BODY, header, 1000)
    assert verify("secret", BODY, header, 1000 + TOLERANCE_SECONDS)
    assert not verify("secret", BODY, header, 1001 + TOLERANCE_SECONDS)
    assert not verify("other", BODY, header, 1000)
    assert not verify("secret", BODY + b" ", header, 1000)
    assert not verify("secret", BODY, header.replace("t=1000", "t=1001"), 1001)
    for nonsense in ("", "t=,v1=", "v1=abc", "t=1000", "t=-5,v1=x", "t=99999999999999,v1=x", "t=é,v1=é"):
        assert not verify("secret", BODY, nonsense, 1000)


class Receiver:
    """What is told, and how it answers."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def transport(self) -> httpx.MockTransport:
        def handle(request: httpx.Request) -> httpx.Response:
            request.read()
            self.requests.append(request)
            return self.answer(request)

        return httpx.MockTransport(handle)


class Office:
    """A house with a webhook, and a worker for it."""

    def __init__(self, store: Store, url: str = "https://8.8.8.8/in") -> None:
        self.house = House(store)
        self.store = store
        with store.writing() as session:
            scoped = self.scoped(session)
            hook = webhooks.add(scoped, url, ["calendar.published", "meeting.moved"], at=self.now())
            self.secret = hook.secret

    def scoped(self, session: object) -> Scoped:
        return Scoped(session, self.house.office.system())  # type: ignore[arg-type]

    def now(self) -> object:
        return self.house.clock.now()

    def announce(self, number: int = 1) -> int:
        with self.store.writing() as session:
            return webhooks.announce(
                self.scoped(session),
                "calendar.published",
                "t",
                {"revision": number},
                at=self.house.clock.now(),
            )

    def work(self, receiver: Receiver) -> bool:
        """Do one job, if one is due."""
        queue = Queue(
            self.store, "w", now=self.house.clock.now, lease_seconds=60, monotonic=self.house.clock.monotonic
        )
        lease = queue.claim(("webhooks",))
        if lease is None:
            return False
        telling = Telling(transport=receiver.transport(), clock=lambda: self.house.clock.now().timestamp())
        telling.run(Work(self.store, lease, self.house.clock.now, Event()))
        return True

    def deliveries(self) -> list[WebhookDelivery]:
        with self.store.reading() as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.created)))


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_what_is_told_is_signed_and_told_once(office: Office) -> None:
    receiver = Receiver(lambda _: httpx.Response(204))
    assert office.announce() == 1
    assert office.work(receiver)
    (request,) = receiver.requests
    assert request.headers["Convene-Event"] == "calendar.published"
    assert verify(
        office.secret, request.content, request.headers[HEADER], int(office.house.clock.now().timestamp())
    )
    body = json.loads(request.content)
    assert (body["event"], body["team"], body["data"]) == ("calendar.published", "t", {"revision": 1})
    assert body["id"] == request.headers["Convene-Delivery"]
    assert [one.state for one in office.deliveries()] == ["told"]
    assert not office.work(receiver)


def test_nobody_is_told_of_what_they_did_not_ask_for(office: Office) -> None:
    with office.store.writing() as session:
        told = webhooks.announce(
            office.scoped(session), "replies.taken", "t", {}, at=office.house.clock.now()
        )
    assert told == 0
    assert office.deliveries() == []


def test_it_is_told_again_with_longer_pauses_until_it_is_answered(office: Office) -> None:
    answers = iter(
        [
            httpx.Response(500),
            httpx.Response(302, headers={"Location": "https://8.8.4.4/"}),
            httpx.Response(200),
        ]
    )
    receiver = Receiver(lambda _: next(answers))
    office.announce()
    assert office.work(receiver)
    assert not office.work(receiver), "not before the pause is over"
    office.house.clock.pass_(timedelta(seconds=10))
    assert office.work(receiver)
    office.house.clock.pass_(timedelta(seconds=10))
    assert not office.work(receiver), "twice as long the second time"
    office.house.clock.pass_(timedelta(seconds=10))
    assert office.work(receiver)
    (one,) = office.deliveries()
    assert (one.state, one.attempts, one.detail) == ("told", 3, "200")
    assert len({request.headers["Convene-Delivery"] for request in receiver.requests}) == 1, (
        "it knows it again"
    )


def test_what_was_put_off_before_the_clock_was_put_back_is_told_all_the_same(office: Office) -> None:
    answers = iter([httpx.Response(500), httpx.Response(200)])
    receiver = Receiver(lambda _: next(answers))
    office.announce()
    assert office.work(receiver)
    office.house.clock.at -= timedelta(days=1)
    assert office.work(receiver)
    assert [one.state for one in office.deliveries()] == ["told"]


def test_a_receiver_that_never_answers_is_given_up_and_others_are_told(office: Office) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    receiver = Receiver(refuse)
    office.announce()
    for _ in range(webhooks.MOST_ATTEMPTS):
        assert office.work(receiver)
        office.house.clock.pass_(timedelta(hours=1))
    (one,) = office.deliveries()
    assert (one.state, one.attempts) == ("failed", webhooks.MOST_ATTEMPTS)
    assert not office.work(receiver)
    office.announce(2)
    assert office.work(Receiver(lambda _: httpx.Response(200)))
    assert [one.state for one in office.deliveries()] == ["failed", "told"]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/in", "https://[::1]/in", "https://10.1.2.3/in", "http://8.8.8.8/in"]
)
def test_nothing_is_told_to_addresses_of_this_network_or_without_encryption(store: Store, url: str) -> None:
    office = Office(store, url)
    receiver = Receiver(lambda _: httpx.Response(200))
    office.announce()
    assert office.work(receiver)
    assert receiver.requests == []
    (one,) = office.deliveries()
    assert (one.state, one.attempts) == ("due", 1)
    assert "may not be connected to" in one.detail


def test_a_webhook_that_is_disabled_is_told_nothing_new(office: Office) -> None:
    with office.store.writing() as session:
        hook = session.scalars(select(Webhook)).one()
        hook.disabled = office.house.clock.now()
    assert office.announce() == 0


def test_many_announcements_wake_one_worker(office: Office) -> None:
    for number in range(20):
        office.announce(number)
    with office.store.reading() as session:
        assert len(session.scalars(select(Job).where(Job.kind == "webhooks")).all()) == 1
    receiver = Receiver(lambda _: httpx.Response(200))
    assert office.work(receiver)
    assert sorted(json.loads(one.content)["data"]["revision"] for one in receiver.requests) == list(range(20))
