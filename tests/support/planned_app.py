"""The application with a worker that is always done at once, and schemathesis asking it whatever comes to its mind."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import Any

import schemathesis
from access_cases import bearer
from api_cases import Service
from asgi_client import AsgiClient
from hypothesis import reject
from schemathesis import Response
from stores import add_office

from service.api.document import committed
from service.api.examples import ROUNDS, TODAY, caseload_bytes
from service.settings import Settings
from service.store import calendars
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, CaseloadVersion
from solver.plan import plan
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.load import load_caseload

UNLIMITED = Settings(
    tenant="north", requests_a_minute=10**9, most_jobs=10**9, most_seconds_a_day=1e14, most_body=1_000_000
)


@cache
def calendar_bytes() -> bytes:
    """The calendar of the caseload of the document's examples."""
    caseload = load_caseload(caseload_bytes())
    made = plan(caseload, load_policy(caseload.authority), deterministic=ROUNDS, workers=1)
    return made.model_dump_json(by_alias=True).encode()


class PlannedApp:
    """ASGI: the application; what was asked to be planned is planned before its answer is given.

    A caseload other than the one of the examples is given up instead, so that nothing stays in the making.
    """

    def __init__(self, store: Store) -> None:
        self.service = Service(store, UNLIMITED)
        self.seen: Counter[tuple[str, int]] = Counter()
        """Answers by operation and status."""
        self.tenants = [self.service.house.office.tenant]
        self.begin()

    def begin(self) -> None:
        """Begin anew, in an authority of its own: nothing that was done before is there."""
        house = self.service.house
        self.tenants.append(f"authority-{len(self.tenants)}")
        house.office = add_office(self.service.store, self.tenants[-1], ("example-team",))
        self.headers = bearer(house.key("integrator"))
        self.known = self._begin()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == 202:
                self._plan()
            await send(message)

        await self.service.app(scope, receive, told)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """The answer's JSON, for one that must go well."""
        headers = self.headers | more.pop("headers", {})
        answer = AsgiClient(self).request(method, path, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def _begin(self) -> dict[str, list[str]]:
        """A calendar that is published, one that isn't, options for a meeting, feeds: what their parameters can be."""
        version = self.ask("POST", "/v1/caseloads", content=caseload_bytes())["id"]
        made = [
            self.ask("POST", "/v1/calendars", json={"caseload": version, "rounds": ROUNDS})["id"]
            for _ in range(2)
        ]
        self.ask("POST", f"/v1/calendars/{made[0]}:publish", headers={"If-Match": "*"})
        meetings = [one.id for one in Calendar.model_validate_json(calendar_bytes()).meetings]
        found = [
            self.ask("POST", f"/v1/meetings/{one}/rebookings", json={"today": TODAY, "options": 2})["id"]
            for one in meetings[:2]
        ]
        hook = {"url": "https://case.example/in", "events": ["calendar.published", "meeting.rebooked"]}
        feed = self.ask("POST", "/v1/feeds", json={"kind": "person", "subject": "visitor"})["path"]
        return {
            "caseload": [version],
            "calendar": made,
            "meeting": meetings,
            "rebooking": found,
            "person": ["visitor", "worker-a"],
            "team": ["example-team"],
            "venue": ["room-1"],
            "webhook": [self.ask("POST", "/v1/webhooks", json=hook)["id"]],
            "token": [feed.rpartition("=")[2]],
        }

    def _plan(self) -> None:
        now = self.service.house.clock.now()
        with self.service.store.writing() as session:
            scoped = Scoped(session, self.service.house.office.system())
            for entry in session.scalars(scoped.select(CalendarEntry).where(CalendarEntry.state == "queued")):
                version = scoped.one(CaseloadVersion, CaseloadVersion.id == entry.caseload_version)
                assert version is not None
                known = Caseload.model_validate_json(version.document).id == "example"
                entry.state, entry.finished = "completed" if known else "failed", now
                if known:
                    made = Calendar.model_validate_json(calendar_bytes())
                    calendars.add_revision(scoped, entry, made, version.id, reason="planned", at=now)
                calendars.add_event(scoped, entry, "state", {"state": entry.state}, at=now)


def schema_of(app: PlannedApp) -> Any:
    """The document, with cases of which many are about what there is, and many with a body that is good."""
    # A copy: the library writes into what it is given.
    schema = schemathesis.openapi.from_dict(deepcopy(committed()))
    good = _bodies()

    @schema.hook
    def map_path_parameters(context: Any, given: Any) -> Any:
        if context.operation.definition.raw["operationId"] == "read_person_feed" and _die(given) % 4:
            return {"person": "visitor"}
        for name in given or {}:
            if name in app.known and _die(given) % 4:
                given[name] = app.known[name][_die(given) % len(app.known[name])]
        return given

    @schema.hook
    def map_query(context: Any, given: Any) -> Any:
        if context.operation.definition.raw["operationId"] == "read_person_feed" and _die(given) % 4:
            return {"token": app.known["token"][0]}
        return given

    @schema.hook
    def map_headers(context: Any, given: Any) -> Any:
        if given and "If-Match" in given and _die(dict(given)) % 3:
            given["If-Match"] = "*"
        return given

    @schema.hook
    def map_body(context: Any, given: Any) -> Any:
        bodies = good.get(context.operation.definition.raw["operationId"])
        if bodies and _die(given) % 3:
            chosen = json.loads(bodies[_die(given) % len(bodies)])
            if "caseload" in chosen:
                chosen["caseload"] = app.known["caseload"][0]
            return chosen
        return given

    return schema


def sent(app: PlannedApp, case: Any) -> Response:
    """Send a case without schemathesis's own transport, which doesn't go with the urllib3 that caldav brings."""
    given = case.as_transport_kwargs(base_url="https://convene.example", headers=app.headers)
    content = json.dumps(given["json"]) if "json" in given else given.get("data")
    try:
        answer = AsgiClient(app).request(
            given["method"],
            given["url"],
            params=given["params"] or None,
            headers=given["headers"],
            content=content,
        )
    except UnicodeError:
        # No program could send this.
        reject()
    app.seen[case.operation.definition.raw["operationId"], answer.status_code] += 1
    answer.elapsed = timedelta(0)
    return Response.from_httpx(answer, verify=True)


def _bodies() -> dict[str, list[str]]:
    """Bodies that went well when the document was made, by operation."""
    found: dict[str, list[str]] = {}
    for item in committed()["paths"].values():
        for one in item.values():
            media = one.get("requestBody", {}).get("content", {}).get("application/json", {})
            well = {
                name for status, told in one["responses"].items() if status < "3" for name in _names(told)
            }
            found[one["operationId"]] = [
                json.dumps(example["value"])
                for name, example in media.get("examples", {}).items()
                if name in well
            ]
    return found


def _names(told: Any) -> set[str]:
    return {name for media in told.get("content", {}).values() for name in media.get("examples", {})}


def _die(given: Any) -> int:
    """A number that looks like chance and is the same for the same case."""
    return zlib.crc32(repr(given).encode(errors="replace"))
