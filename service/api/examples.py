"""Examples of the API's document. None is written by hand: each is a request that was just asked, with the answer it got.

What is random (ids, secrets, tokens) is replaced by values that show what it looks like; the clock is set.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import structlog
from fastapi import FastAPI

from service.access import keys
from service.api.app import create_app
from service.api.document import Json, describe
from service.api.operations import OPERATIONS
from service.desks import desk
from service.desks.asked import Ask, Made, Papers, Take
from service.desks.pool import Desks
from service.settings import Settings
from service.store import calendars
from service.store.accounts import Accounts, add_tenant
from service.store.engine import Store
from service.store.migrate import migrate
from service.store.scope import Scoped, system
from service.store.tables import Message
from solver.plan import plan
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

TENANT: Final = "example"
TODAY: Final = "2027-01-04"
NOON: Final = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
ROUNDS: Final = 6
_JSON: Final = "application/json"
_PATHS: Final = {about.id: where for where, about in OPERATIONS.items()}
_ID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])")
_SECRETS: Final = (
    (re.compile(r'"secret":"[^"]+"'), '"secret":"shown-once-keep-it"'),
    (re.compile(r"token=[^\"&]+"), "token=shown-once"),
)


class HereDesks(Desks):
    """A desk in this process: the same work without starting another one."""

    def options(self, papers: Papers, ask: Ask) -> bytes:
        """See `Desks.options`."""
        return desk.options(papers.name, papers, ask)

    def take(self, papers: Papers, taken: Take) -> Made:
        """See `Desks.take`."""
        return desk.take(papers.name, papers, taken)


def caseload_bytes() -> bytes:
    """The made-up caseload of all examples."""
    return files("service.examples").joinpath("caseload.json").read_bytes()


@dataclass
class Recorder:
    """Asks an application, and keeps what was asked and answered in the document."""

    app: FastAPI
    tokens: Mapping[str, str]
    document: Json
    tick: Any
    _known: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        operation: str,
        name: str,
        expected: int,
        *,
        role: str | None = "integrator",
        body: Any = None,
        **parameters: str,
    ) -> httpx.Response:
        """Ask an operation, see that its answer has the expected status, and keep both as an example.

        Parameters
        ----------
        operation
            Its id.
        name
            Of the example.
        expected
            The status.
        role
            Who asks; ``None``: nobody who is signed in.
        body
            Text of a calendar file, or what JSON is made of.
        **parameters
            By their names, with underscores for hyphens.
        """
        self.tick()
        method, path = _PATHS[operation]
        about = self.document["paths"][path][method]
        query: dict[str, str] = {}
        headers = {} if role is None else {"Authorization": f"Bearer {self.tokens[role]}"}
        for one in about.get("parameters", []):
            value = parameters.pop(one["name"].replace("-", "_"), None)
            if value is None:
                continue
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", value)
            else:
                (query if one["in"] == "query" else headers)[one["name"]] = value
            # Tokens are longer than anything else that stands in an address.
            shown = "shown-once" if one["name"] == "token" and len(value) > 20 else self._public(value)
            one.setdefault("examples", {})[name] = {"value": _typed(shown, one["schema"])}
        assert not parameters, f"{operation} has no {', '.join(parameters)}"
        content: bytes | None = None
        if body is not None:
            medias = list(about["requestBody"]["content"])
            media = medias[0] if not isinstance(body, str) else next(one for one in medias if one != _JSON)
            headers["Content-Type"] = media
            content = body.encode() if media != _JSON else json.dumps(body).encode()
            self._keep(about["requestBody"]["content"][media], name, content, media)
        answer = asyncio.run(self._send(method.upper(), path, query, headers, content))
        assert answer.status_code == expected, (operation, name, answer.status_code, answer.text)
        told = about["responses"][str(expected)]
        if "$ref" in told:
            told = self.document["components"]["responses"][told["$ref"].rpartition("/")[2]]
        if answer.content:
            media = answer.headers["Content-Type"].partition(";")[0]
            self._keep(told["content"][media], name, answer.content, media)
        return answer

    async def _send(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], content: bytes | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://convene.example") as client:
            return await client.request(method, path, params=query, headers=headers, content=content)

    def _keep(self, where: Json, name: str, content: bytes, media: str) -> None:
        text = self._public(content.decode())
        value = json.loads(text) if media.endswith("json") else text
        where.setdefault("examples", {})[name] = {"value": value}

    def _public(self, text: str) -> str:
        """Without what is random."""
        for pattern, shown in _SECRETS:
            text = pattern.sub(shown, text)
        return _ID.sub(lambda one: self._known.setdefault(one[0], f"{len(self._known) + 1:032x}"), text)


def _typed(value: str, schema: Json) -> Any:
    kinds = {schema.get("type"), *(one.get("type") for one in schema.get("anyOf", []))}
    return int(value) if "integer" in kinds and value.isdecimal() else value


def complete() -> Json:
    """Make the whole document: what there is to ask, and examples of asking it."""
    with _service() as recorder:
        _tell(recorder)
        return recorder.document


@contextmanager
def _service() -> Iterator[Recorder]:
    """A service of a made-up authority, in a folder that goes again."""
    clock = [NOON]

    def tick() -> None:
        clock[0] += timedelta(seconds=1)

    with TemporaryDirectory() as folder, _silence():
        store = Store(f"sqlite:///{Path(folder) / 'example.sqlite'}")
        try:
            migrate(store)
            tokens = _accounts(store)
            app = create_app(store, Settings(tenant=TENANT), desks=HereDesks(), now=lambda: clock[0])
            yield Recorder(app, tokens, describe(app), tick)
        finally:
            store.close()


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing of this is for the log."""
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**kept)


def _accounts(store: Store) -> dict[str, str]:
    """Tokens by role."""
    tokens: dict[str, str] = {}
    with store.writing() as session:
        # Names in invites are made with it: they are to be the same every time.
        add_tenant(session, TENANT, "Example authority", NOON).key = b"example " * 4
        accounts = Accounts(Scoped(session, system(TENANT)), NOON)
        accounts.add_team("example-team", "Example team")
        for role, teams in (("integrator", ["*"]), ("manager", ["example-team"]), ("admin", [])):
            key = keys.new_key()
            account = accounts.add(f"{role}@convene.example", role, teams)
            session.flush()
            accounts.add_key(account, key.prefix, key.hash)
            tokens[role] = key.text
    return tokens


def _plan(app: FastAPI, calendar: str) -> Calendar:
    """Plan as a worker does, by rounds, so that it is the same calendar every time."""
    here = app.state.convene
    with here.store.writing() as session:
        scoped = Scoped(session, system(TENANT))
        entry = calendars.find(scoped, calendar, lock=True)
        assert entry is not None, "it was asked for a moment ago"
        caseload = Caseload.model_validate_json(caseload_bytes())
        made = plan(caseload, load_policy(caseload.authority), deterministic=ROUNDS, workers=1)
        calendars.add_revision(scoped, entry, made, entry.caseload_version, reason="planned", at=here.now())
        entry.state, entry.finished = "completed", here.now()
        calendars.add_event(scoped, entry, "state", {"state": "completed", "revision": 1}, at=here.now())
    return made


def _send(app: FastAPI) -> None:
    """Send what is queued, to nobody."""
    with app.state.convene.store.writing() as session:
        for row in session.scalars(Scoped(session, system(TENANT)).select(Message)):
            row.state, row.content = "sent", None


def _tell(recorder: Recorder) -> None:
    """The story: from a caseload to a meeting that was rebooked."""
    ask = recorder.ask
    caseload = json.loads(caseload_bytes())
    ask("store_caseload", "not_signed_in", 401, role=None, body=caseload)
    ask(
        "add_webhook",
        "plain",
        422,
        body={"url": "http://case.example/convene", "events": ["meeting.rebooked"]},
    )
    hook = {"url": "https://case.example/convene", "events": ["calendar.published", "meeting.rebooked"]}
    webhook = ask("add_webhook", "new", 201, body=hook, Idempotency_Key="webhook-1").json()["id"]
    ask("list_webhooks", "all", 200)
    nobody = caseload | {"plans": [caseload["plans"][0] | {"participants": [{"person": "nobody"}]}]}
    ask("store_caseload", "with_a_fault", 422, body=nobody)
    version = ask("store_caseload", "new", 201, body=caseload, Idempotency_Key="caseload-1").json()["id"]
    ask("store_caseload", "known", 200, body=caseload)
    ask("list_caseloads", "newest", 200, limit="10")
    ask("list_caseloads", "bad_cursor", 400, after="made-up")
    ask("read_caseload", "whole", 200, caseload=version)
    ask("read_caseload", "none", 404, caseload="0" * 31 + "x")
    asked = {"caseload": version, "rounds": ROUNDS}
    calendar = ask("plan_calendar", "new", 202, body=asked, Idempotency_Key="plan-1").json()["id"]
    ask("plan_calendar", "key_reused", 422, body=asked | {"seed": 2}, Idempotency_Key="plan-1")
    ask("plan_calendar", "unknown_field", 422, body=asked | {"hurry": True})
    ask("read_calendar", "too_early", 409, calendar=calendar)
    ask("stop_calendar", "searching", 202, calendar=calendar)
    made = _plan(recorder.app, calendar)
    ask("list_calendars", "newest", 200, limit="10")
    ask("read_calendar_status", "completed", 200, calendar=calendar)
    ask("watch_calendar", "whole", 200, calendar=calendar)
    ask("watch_calendar", "resumed", 200, calendar=calendar, Last_Event_ID="1")
    ask("read_calendar", "whole", 200, calendar=calendar)
    ask("analyse_calendar", "whole", 200, calendar=calendar)
    ask("publish_calendar", "unseen", 428, calendar=calendar)
    ask("publish_calendar", "malformed", 400, calendar=calendar, If_Match="1")
    ask("publish_calendar", "first", 200, calendar=calendar, If_Match='"1"', Idempotency_Key="publish-1")
    due = ask("list_messages", "due", 200, state="due", limit="2").json()["items"]
    ask("read_message", "gone", 404, message="999999")
    given = {"messages": [due[0]["id"]]}
    ask("hand_over_messages", "one", 200, body=given, Idempotency_Key="given-1")
    ask("hand_over_messages", "unknown", 404, body={"messages": [999999]})
    _rebook(recorder, made, calendar)
    _others(recorder, webhook)


def _rebook(recorder: Recorder, made: Calendar, calendar: str) -> None:
    ask = recorder.ask
    meeting = next(one for one in made.meetings if one.plans == ("plan-b",))
    ask("read_meeting", "one", 200, meeting=meeting.id)
    ask("read_meeting", "none", 404, meeting="plan-z.core_group.1")
    ask("read_meeting_file", "one", 200, meeting=meeting.id)
    night = {"start": f"{meeting.start:%Y-%m-%d}T03:00", "today": TODAY}
    ask("check_move", "at_night", 200, meeting=meeting.id, body=night)
    day = f"{meeting.start:%Y-%m-%d}"
    away = {"kind": "person_away", "person": "worker-b", "start": day, "end": day}
    why = {"changes": [away], "today": TODAY, "options": 2}
    bad = {"changes": [{"kind": "person_away"}], "today": TODAY}
    ask("ask_rebooking", "bad_change", 422, meeting=meeting.id, body=bad)
    found = ask(
        "ask_rebooking", "worker_away", 201, meeting=meeting.id, body=why, Idempotency_Key="rebooking-1"
    ).json()
    ask("read_rebooking", "kept", 200, rebooking=found["id"])
    first = {"option": 1}
    ask("accept_rebooking", "unseen", 428, rebooking=found["id"], body=first)
    ask("accept_rebooking", "unknown", 422, rebooking=found["id"], body={"option": 9}, If_Match='"1"')
    ask(
        "accept_rebooking",
        "first",
        200,
        rebooking=found["id"],
        body=first,
        If_Match='"1"',
        Idempotency_Key="accept-1",
    )
    ask("publish_calendar", "stale", 412, calendar=calendar, If_Match='"1"')
    ask("publish_calendar", "changed", 200, calendar=calendar, If_Match='"2"', Idempotency_Key="publish-2")
    ask("list_revisions", "two", 200, calendar=calendar)
    ask("compare_calendars", "with_the_first", 200, calendar=calendar, **{"with": "1"})
    option = found["rebooking"]["options"][1]
    there = {"start": option["start"], "venue": option["venue"], "today": TODAY}
    ask("check_move", "possible", 200, meeting=meeting.id, body=there)
    ask("move_meeting", "seen", 200, meeting=meeting.id, body=there, If_Match='"2"', Idempotency_Key="move-1")
    ask("undo_change", "last", 200, calendar=calendar, If_Match='"3"', Idempotency_Key="undo-1")
    ask(
        "move_meeting", "again", 200, meeting=meeting.id, body=there, If_Match='"4"', Idempotency_Key="move-2"
    )
    ask("ask_rebooking", "pinned", 409, meeting=meeting.id, body={"today": TODAY})


def _others(recorder: Recorder, webhook: str) -> None:
    ask = recorder.ask
    busy = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:1@case.example\r\n"
        "DTSTAMP:20270104T090000Z\r\nDTSTART:20270120T090000\r\nDTEND:20270120T120000\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    ask(
        "give_availability",
        "diary",
        200,
        person="visitor",
        source="diary",
        body=busy,
        Idempotency_Key="diary-1",
    )
    ask("give_availability", "broken", 422, person="visitor", body="BEGIN:VCALENDAR")
    feed = {"kind": "person", "subject": "visitor"}
    path = ask("grant_feed", "person", 201, body=feed).json()["path"]
    token = path.rpartition("=")[2]
    feed_text = ask("read_person_feed", "own", 200, role=None, person="visitor", token=token).text
    ask("read_person_feed", "bad_token", 404, role=None, person="visitor", token="x")
    _send(recorder.app)
    uid = feed_text[feed_text.rindex("UID:") + 4 :].partition("\r\n")[0]
    declined = {"uid": uid, "sequence": 0, "attendee": "visitor@convene.example", "answer": "declined"}
    said = declined | {"at": "2027-01-04T12:02:00Z"}
    ask("take_replies", "declined", 200, body=[said])
    ask("take_replies", "incomplete", 422, body=[{"uid": uid}])
    for kind, subject, operation in (
        ("team", "example-team", "read_team_feed"),
        ("venue", "room-1", "read_venue_feed"),
    ):
        given = ask("grant_feed", kind, 201, body={"kind": kind, "subject": subject}).json()["path"]
        ask(operation, kind, 200, role=None, **{kind: subject}, token=given.rpartition("=")[2])
    ask("revoke_feeds", "person", 200, body=feed)
    owed = ask("list_tasks", "of_a_worker", 200, owner="worker-a", due_until="2027-01-31").json()["items"][0]
    done = {"calendar": owed["calendar"], "tasks": [owed["id"]]}
    seen = {"If_Match": f'"{owed["revision"]}"'}
    ask("mark_tasks", "one", 200, body=done, Idempotency_Key="done-1", **seen)
    ask("mark_tasks", "unknown", 404, body=done | {"tasks": ["made-up"]}, **seen)
    ask("mark_tasks", "not_the_latest", 412, body=done, If_Match='"1"')
    ask("unmark_tasks", "one", 200, body=done)
    ask("read_figures", "all", 200)
    ask("read_audit", "newest", 200, role="manager", limit="3")
    ask("read_audit", "not_for_programs", 403)
    ask("remove_webhook", "known", 204, webhook=webhook)
    ask("remove_webhook", "gone", 404, webhook=webhook)
    ask("check_alive", "alive", 200, role=None)
    ask("check_ready", "ready", 200, role=None)


__all__ = ["NOON", "ROUNDS", "TENANT", "HereDesks", "Recorder", "caseload_bytes", "complete"]
