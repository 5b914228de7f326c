"""A case system's side of the API, as its developer would write it. Run by the tests against a real service.

The client is generated from the service's document, by openapi-python-client::

    openapi-python-client generate --path service/api/openapi.json --meta none --output-path convene_client
    python -m service.examples.case_system http://127.0.0.1:8080 KEY

It gives a caseload, has it planned and published, then takes a worker's absence and rebooks the meeting that it hits. Every
change goes with a key (so that it may be sent again after a lost answer) and with the revision that was seen (so that nobody
else's change is run over). What else happens the service tells by webhook.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any, Final

import httpx
from convene_client import AuthenticatedClient
from convene_client.api.calendars import plan_calendar, publish_calendar, read_calendar, read_calendar_status
from convene_client.api.caseloads import store_caseload
from convene_client.api.meetings import read_meeting
from convene_client.api.rebookings import accept_rebooking, ask_rebooking
from convene_client.api.webhooks import add_webhook
from convene_client.models import AcceptAsked, Caseload, PlanAsked, RebookingAsked, WebhookAsked

from service.webhooks.signing import HEADER, verify

TRIES: Final = 6
LONGEST: Final = 300.0
"""Seconds until a plan or a webhook is given up: the first search on a machine compiles for most of a minute."""


@dataclass
class Inbox:
    """Where the service tells what has happened: verifies, remembers, answers, and works afterwards."""

    secret: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204 if inbox.take(body, self.headers.get(HEADER, "")) else 400)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
                """Nothing: whoever runs this has a log of their own."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}/convene"

    def take(self, body: bytes, signature: str) -> bool:
        """Believe what is signed; what came before comes again now and then, and counts once."""
        if not verify(self.secret, body, signature, int(time.time())):
            self.refused += 1
            return False
        message = json.loads(body)
        if message["id"] not in {one["id"] for one in self.told}:
            self.told.append(message)
        return True

    def wait_for(self, event: str) -> dict[str, Any]:
        """Return the first message of an event."""
        message: dict[str, Any] = until(
            lambda: next((one for one in self.told if one["event"] == event), None)
        )
        return message

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def until(found: Callable[[], Any]) -> Any:
    """Wait for something that comes about."""
    end = time.monotonic() + LONGEST
    while (value := found()) is None:
        if time.monotonic() > end:
            raise TimeoutError("it has not come about")
        time.sleep(0.1)
    return value


def insist(ask: Callable[[], Any]) -> Any:
    """Ask until there is an answer. What was asked has a key, so that asking again does nothing twice."""
    for attempt in range(TRIES):
        try:
            answer = ask()
        except httpx.TransportError:
            if attempt == TRIES - 1:
                raise
            time.sleep(0.1 * 2**attempt)
            continue
        if answer.status_code not in (429, 503):
            return answer
        time.sleep(min(float(answer.headers.get("Retry-After", 1)), 10.0))
    raise TimeoutError("the service has no room for this now")


def new_key() -> str:
    """Return an idempotency key: one for each thing that is to be done, kept as long as it isn't."""
    return str(uuid.uuid4())


def checked(answer: Any, *statuses: int) -> Any:
    """What an answer says.

    Raises
    ------
    RuntimeError
        With the problem's title, where it isn't what was hoped for.
    """
    if answer.status_code not in statuses:
        problem = json.loads(answer.content)
        raise RuntimeError(
            f"{int(answer.status_code)} {problem['type']}: {problem.get('detail', problem['title'])}"
        )
    return answer.parsed


def events(client: AuthenticatedClient, calendar: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What happens to a calendar until it is made; goes on after the last event seen when the line is lost."""
    last = ""
    while True:
        headers = {"Last-Event-ID": last} if last else {}
        path = f"/v1/calendars/{calendar}/events"
        try:
            with client.get_httpx_client().stream("GET", path, headers=headers, timeout=LONGEST) as answer:
                answer.raise_for_status()
                kind = ""
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        yield kind, json.loads(value)
                    elif name == "id":
                        last = value
            return
        except httpx.TransportError:
            time.sleep(1)


def run(client: AuthenticatedClient, inbox: Inbox, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Do it all; returns what was seen."""
    names = ["calendar.published", "meeting.rebooked"]
    key = new_key()
    hook = insist(
        lambda: add_webhook.sync_detailed(
            client=client,
            body=WebhookAsked.from_dict({"url": inbox.url, "events": names}),
            idempotency_key=key,
        )
    )
    inbox.secret = checked(hook, 201).secret

    caseload = Caseload.from_dict(
        json.loads(files("service.examples").joinpath("caseload.json").read_bytes())
    )
    key = new_key()
    version = checked(
        insist(lambda: store_caseload.sync_detailed(client=client, body=caseload, idempotency_key=key)),
        200,
        201,
    )
    say(f"caseload version {version.version} with {version.plans} plans")

    key = new_key()
    asked = PlanAsked(caseload=version.id, seconds=5.0)
    calendar = checked(
        insist(lambda: plan_calendar.sync_detailed(client=client, body=asked, idempotency_key=key)), 202
    ).id
    states = [data["state"] for kind, data in events(client, calendar) if kind == "state"]
    say(f"planned: {' '.join(states)}")

    found = read_calendar.sync_detailed(calendar, client=client)
    meetings = checked(found, 200).meetings
    seen = found.headers["ETag"]
    key = new_key()
    published = checked(
        insist(
            lambda: publish_calendar.sync_detailed(
                calendar, client=client, if_match=seen, idempotency_key=key
            )
        ),
        200,
    )
    say(f"published: {published.requests} invites, {published.letters} letters")
    inbox.wait_for("calendar.published")

    meeting = next(one for one in meetings if "plan-b" in one.plans)
    day = meeting.start[:10]
    away = {"kind": "person_away", "person": "worker-b", "start": day, "end": day}
    made = rebook(client, meeting.id, [away])
    say(f"rebooked: {meeting.start} is now {made['start']}")

    told = inbox.wait_for("meeting.rebooked")
    now = checked(read_meeting.sync_detailed(told["data"]["meeting"], client=client), 200)
    status = checked(read_calendar_status.sync_detailed(calendar, client=client), 200)
    return {
        "calendar": calendar,
        "states": states,
        "before": meeting.start,
        "accepted": made["start"],
        "read": now.meeting.start,
        "revision": status.revision,
        "told": [one["event"] for one in inbox.told],
    }


def rebook(client: AuthenticatedClient, meeting: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the best option for a meeting with changed facts; asks for options again where somebody was faster."""
    asked = RebookingAsked.from_dict({"changes": changes})
    for _ in range(TRIES):
        asking = partial(
            ask_rebooking.sync_detailed, meeting, client=client, body=asked, idempotency_key=new_key()
        )
        options = insist(asking)
        accepting = partial(
            accept_rebooking.sync_detailed,
            checked(options, 201).id,
            client=client,
            body=AcceptAsked(option=1),
            if_match=options.headers["ETag"],
            idempotency_key=new_key(),
        )
        answer = insist(accepting)
        if answer.status_code != 412:
            made: dict[str, Any] = checked(answer, 200).meeting.to_dict()
            return made
    raise RuntimeError("others are changing this calendar all the time")


def main() -> None:
    """Run against a service."""
    address, key = sys.argv[1:]
    inbox = Inbox()
    try:
        with AuthenticatedClient(base_url=address, token=key, timeout=httpx.Timeout(60.0)) as client:
            sys.stdout.write(json.dumps(run(client, inbox)) + "\n")
    finally:
        inbox.close()


if __name__ == "__main__":
    main()
