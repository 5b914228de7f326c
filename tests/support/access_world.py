"""Two authorities with the same names for everything, and how each route of the API is asked about what is where.

Each place has a word in all its ids, so that an answer tells on itself; and people wrote ``freetext`` wherever they can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from access_cases import bearer
from access_matrix import BY_TEAM, BY_TENANT, EACH, HERE, Ask, Caller, Place, Sample
from caseloads import small_caseload
from ics_cases import calendar, meeting, place
from stores import NOON, Office, add_office

from service.access import keys
from service.delivery.issued import Issued, Told
from service.desks.asked import Ask as DeskAsk
from service.desks.asked import AskError, Made, Papers, Take
from service.desks.pool import Desks
from service.store import webhooks
from service.store.accounts import Accounts
from service.store.engine import Store
from service.store.messages import Outbox
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, CaseloadVersion, Rebooking, Revision
from solver.schema.calendar import Breach, Calendar, CalendarException, Notice, Reason, Task, Window
from solver.schema.caseload import Caseload
from solver.schema.diff import MeetingChange, Slot
from solver.schema.load import digest
from solver.schema.options import Asked, Option
from solver.schema.options import Rebooking as Options

WORDS = {
    Place.OWN: "alfa",
    Place.TEAM: "bravo",
    Place.OTHER_TEAM: "charlie",
    Place.OTHER_TENANT: "delta",
    Place.NOWHERE: "echo",
}
TEAMS = {
    Place.OWN: "t",
    Place.TEAM: "t",
    Place.OTHER_TEAM: "u",
    Place.OTHER_TENANT: "w",
    Place.NOWHERE: "nowhere",
}
FREE = "freetext"
WORKER = "sw-1"
START = datetime(2027, 1, 12, 10, 0)


class NoOptions(Desks):
    """A desk that moves nothing, so that nothing changes."""

    def options(self, papers: Papers, ask: DeskAsk) -> bytes:
        raise AskError("cannot_move", "It stays.")

    def take(self, papers: Papers, taken: Take) -> Made:
        raise AskError("cannot_move", "It stays.")

    def explain(self, papers: Papers, asked: DeskAsk) -> bytes:
        raise AskError("cannot_move", "It stays.")

    def warm(self, papers: Papers) -> None:
        """There is nothing to get ready."""


@dataclass
class World:
    """What there is, and who asks."""

    store: Store
    office: Office
    caseloads: dict[Place, str]
    """By place, like the next two."""
    calendars: dict[Place, str]
    rebookings: dict[Place, str]
    webhooks: Callable[[Place], str]
    """Makes a new one."""
    messages: Callable[[Place], int]
    """Makes a new one, which is due."""
    callers: list[Caller]
    integrator: Callable[[tuple[str, ...]], dict[str, str]]
    """A key with these scopes."""


def make_world(store: Store) -> World:
    """Fill an empty database."""
    north, south = add_office(store, "north", ("t", "u")), add_office(store, "south", ("t", "w"))
    one = _add(store, north, "t", Place.OWN, Place.TEAM)
    other = _add(store, north, "u", Place.OTHER_TEAM)
    foreign = _add(store, south, "t", Place.OTHER_TENANT)
    nowhere = dict.fromkeys((Place.NOWHERE,), "0" * 32)
    callers, integrator = _callers(store, north)

    def webhook(where: Place) -> str:
        if where is Place.NOWHERE:
            return "0" * 32
        office = south if where is Place.OTHER_TENANT else north
        with store.writing() as session:
            return webhooks.add(
                Scoped(session, office.system()),
                f"https://{WORDS[where]}.example/",
                ["calendar.published"],
                at=NOON,
            ).id

    calendars = one[1] | other[1] | foreign[1]
    numbers = count()

    def message(where: Place) -> int:
        if where is Place.NOWHERE:
            return 10**9
        office = south if where is Place.OTHER_TENANT else north
        with store.writing() as session:
            scoped = Scoped(session, office.system())
            entry = scoped.one(CalendarEntry, CalendarEntry.id == calendars[where])
            assert entry is not None
            told = Told(datetime(2027, 1, 12, 10), datetime(2027, 1, 12, 11), WORDS[where], "")
            new = Issued(
                f"person-{WORDS[where]}", f"{next(numbers):040x}", f"meeting-{WORDS[where]}", "7F3K", "", "REQUEST", 0, NOON,
                told,
            )  # fmt: skip
            (kept,) = Outbox(scoped, entry.team, entry, 1).reserve([(new, WORDS[where].encode())])
            return kept.id

    return World(
        store,
        north,
        one[0] | other[0] | foreign[0] | nowhere,
        one[1] | other[1] | foreign[1] | nowhere,
        one[2] | other[2] | foreign[2] | nowhere,
        webhook,
        message,
        callers,
        integrator,
    )


def api_samples(world: World) -> dict[str, Sample]:
    """How each route of the API is asked."""
    calendar_ = "/v1/calendars/{calendar}"
    meeting_ = "/v1/meetings/{meeting}"
    unchanged = frozenset({409})
    move = {"json": {"start": "2027-01-13T10:00"}}
    match = {"headers": {"If-Match": '"1"'}}

    def at(path: str, **more: Any) -> Callable[[Place], Ask]:
        def ask(where: Place) -> Ask:
            word = WORDS[where]
            given = path.format(
                caseload=world.caseloads[where],
                calendar=world.calendars[where],
                meeting=f"meeting-{word}",
                rebooking=world.rebookings[where],
                person=WORKER if where is Place.OWN else f"person-{word}",
                team={Place.OWN: "t", Place.OTHER_TEAM: "u"}.get(where, word),
                webhook=world.webhooks(where) if "{webhook}" in path else "",
                message=world.messages(where) if "{message}" in path else "",
            )
            return Ask(
                given, {name: value(where) if callable(value) else value for name, value in more.items()}
            )

        return ask

    def feed(where: Place) -> dict[str, Any]:
        return {"kind": "person", "subject": WORKER if where is Place.OWN else f"person-{WORDS[where]}"}

    def task(where: Place) -> dict[str, Any]:
        return {"calendar": world.calendars[where], "tasks": [f"task-agree-plan-{WORDS[where]}"]}

    def caseload(where: Place) -> bytes:
        team, places = ("t", (Place.OWN, Place.TEAM)) if where is Place.OWN else ("u", (where,))
        return _caseload(team, *places).model_dump_json(by_alias=True).encode()

    body = {"headers": {"Content-Type": "text/calendar"}, "content": _BUSY}
    reply = {"headers": {"Content-Type": "text/calendar"}, "content": _REPLY}
    return {
        "POST /v1/caseloads": Sample(at("/v1/caseloads", content=caseload), (Place.OWN, Place.OTHER_TEAM)),
        "GET /v1/caseloads": Sample(at("/v1/caseloads"), HERE),
        "GET /v1/caseloads/{caseload}": Sample(at("/v1/caseloads/{caseload}"), BY_TEAM),
        "POST /v1/calendars": Sample(
            at("/v1/calendars", json=lambda where: {"caseload": world.caseloads[where]}), BY_TEAM
        ),
        "GET /v1/calendars": Sample(at("/v1/calendars"), HERE),
        f"GET {calendar_}": Sample(at(calendar_), BY_TEAM),
        f"GET {calendar_}/status": Sample(at(f"{calendar_}/status"), BY_TEAM),
        f"GET {calendar_}/revisions": Sample(at(f"{calendar_}/revisions"), BY_TEAM),
        f"GET {calendar_}/analysis": Sample(at(f"{calendar_}/analysis"), BY_TEAM),
        f"GET {calendar_}/diff": Sample(at(f"{calendar_}/diff?with=1"), BY_TEAM),
        f"GET {calendar_}/events": Sample(at(f"{calendar_}/events"), BY_TEAM),
        f"POST {calendar_}:stop": Sample(at(f"{calendar_}:stop"), BY_TEAM),
        f"POST {calendar_}:publish": Sample(at(f"{calendar_}:publish", **match), BY_TEAM, unchanged),
        f"POST {calendar_}:undo": Sample(at(f"{calendar_}:undo", **match), BY_TEAM, unchanged),
        f"GET {meeting_}.ics": Sample(at(f"{meeting_}.ics"), EACH),
        f"GET {meeting_}": Sample(at(meeting_), EACH),
        f"POST {meeting_}/move:check": Sample(at(f"{meeting_}/move:check", **move), EACH, unchanged),
        f"PATCH {meeting_}": Sample(at(meeting_, **move, **match), EACH, unchanged),
        f"POST {meeting_}/rebookings": Sample(at(f"{meeting_}/rebookings", json={}), EACH, unchanged),
        "GET /v1/rebookings/{rebooking}": Sample(at("/v1/rebookings/{rebooking}"), EACH),
        "POST /v1/rebookings/{rebooking}:accept": Sample(
            at("/v1/rebookings/{rebooking}:accept", json={"option": 1}, **match), EACH, unchanged
        ),
        "POST /v1/people/{person}/availability": Sample(at("/v1/people/{person}/availability", **body), EACH),
        "POST /v1/feeds": Sample(at("/v1/feeds", json=feed), EACH),
        "POST /v1/feeds:revoke": Sample(at("/v1/feeds:revoke", json=feed), EACH),
        "POST /v1/replies": Sample(
            at("/v1/replies?team={team}", **reply), (Place.OWN, Place.OTHER_TEAM, Place.NOWHERE)
        ),
        "GET /v1/messages": Sample(at("/v1/messages"), HERE),
        "GET /v1/messages/{message}/content": Sample(at("/v1/messages/{message}/content"), BY_TEAM),
        "POST /v1/messages:given": Sample(
            at("/v1/messages:given", json=lambda where: {"messages": [world.messages(where)]}), BY_TEAM
        ),
        "GET /v1/tasks": Sample(at("/v1/tasks"), HERE),
        "POST /v1/tasks:mark": Sample(at("/v1/tasks:mark", json=task, **match), EACH),
        "POST /v1/tasks:unmark": Sample(at("/v1/tasks:unmark", json=task), EACH),
        "GET /v1/kpis": Sample(at("/v1/kpis"), HERE),
        "GET /v1/audit": Sample(at("/v1/audit?limit=200"), HERE),
        "POST /v1/webhooks": Sample(
            at("/v1/webhooks", json={"url": "https://x.example/", "events": ["meeting.moved"]}), HERE
        ),
        "GET /v1/webhooks": Sample(at("/v1/webhooks"), HERE),
        "DELETE /v1/webhooks/{webhook}": Sample(at("/v1/webhooks/{webhook}"), BY_TENANT),
        "GET /metrics": Sample(at("/metrics"), HERE),
    }


_BUSY = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//made up//EN\r
BEGIN:VEVENT\r
UID:busy-1\r
DTSTAMP:20261201T090000Z\r
DTSTART:20270105T090000Z\r
DTEND:20270105T100000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""


_REPLY = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//made up//EN\r
METHOD:REPLY\r
BEGIN:VEVENT\r
UID:somebody-elses\r
DTSTAMP:20270104T090000Z\r
ORGANIZER:mailto:oak-team@convene.example\r
ATTENDEE;PARTSTAT=ACCEPTED:mailto:sw-1@convene.example\r
END:VEVENT\r
END:VCALENDAR\r
"""


def _callers(
    store: Store, office: Office
) -> tuple[list[Caller], Callable[[tuple[str, ...]], dict[str, str]]]:
    others = (WORDS[Place.OTHER_TEAM], WORDS[Place.OTHER_TENANT])

    def key(account: str, scopes: tuple[str, ...] = ()) -> dict[str, str]:
        made = keys.new_key()
        with store.writing() as session:
            accounts = Accounts(Scoped(session, office.system()), NOON)
            accounts.add_key(accounts.get(account), made.prefix, made.hash, scopes)
        return bearer(made)

    with store.writing() as session:
        accounts = Accounts(Scoped(session, office.system()), NOON)
        for role in ("auditor", "integrator"):
            accounts.add(f"{role}-of-t", role, ["t"])
    callers = [
        Caller("manager", "manager", key("manager@north.example"), unseen=others),
        Caller("worker", "worker", key("worker@north.example"), unseen=(WORDS[Place.TEAM], *others)),
        Caller("support", "support", key("support@north.example"), unseen=(FREE, *others)),
        Caller("integrator", "integrator", key("integrator-of-t"), unseen=others),
        Caller("auditor", "auditor", key("auditor-of-t"), unseen=others),
        Caller("auditor of all", "auditor", key("auditor@north.example"), True, others[1:]),
        Caller("integrator of all", "integrator", key("integrator@north.example"), True, others[1:]),
        Caller("admin", "admin", key("admin@north.example"), unseen=tuple(WORDS.values())),
    ]
    return callers, lambda scopes: key("integrator-of-t", scopes)


Ids = dict[Place, str]


def _add(store: Store, office: Office, team: str, *places: Place) -> tuple[Ids, Ids, Ids]:
    """A caseload and a calendar of a team, about these places, and options for a meeting of each."""
    document, planned = _caseload(team, *places), _calendar(team, *places)
    rebookings = {}
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        version = CaseloadVersion(
            tenant=office.tenant, team=team, caseload=document.id, version=1, digest=digest(document), plans=len(places),
            document=document.model_dump_json(by_alias=True).encode(), created=NOON, created_by="x",
        )  # fmt: skip
        scoped.add(version)
        entry = CalendarEntry(
            tenant=office.tenant, team=team, state="completed", caseload_version=version.id, options={}, created=NOON,
            revision=1, published=1, created_by="x", problem=None, finished=NOON,
        )  # fmt: skip
        scoped.add(entry)
        scoped.add(
            Revision(
                calendar=entry.id,
                number=1,
                caseload_version=version.id,
                reason="planned",
                created=NOON,
                created_by="x",
                document=planned.model_dump_json(by_alias=True).encode(),
            )
        )
        for where in places:
            word = WORDS[where]
            options = _options(word, WORDS[places[-1]])
            row = Rebooking(
                tenant=office.tenant,
                team=team,
                calendar=entry.id,
                revision=1,
                meeting=f"meeting-{word}",
                request={"today": "2027-01-04", "changes": [], "without": [], "most": 8},
                accepted=None,
                created=NOON,
                document=options.model_dump_json(by_alias=True).encode(),
                created_by="x",
            )
            scoped.add(row)
            rebookings[where] = row.id
    return dict.fromkeys(places, version.id), dict.fromkeys(places, entry.id), rebookings


def _options(word: str, other: str) -> Options:
    """One option for a meeting, for which another one would move."""
    start, end = START, START + timedelta(hours=1)
    day, slot = start.date(), Slot(start=start, end=end, venue="office-1")
    moved = MeetingChange(
        meeting=f"meeting-{other}", series=f"plan-{other}.cin_review", kind="cin_review", plans=(f"plan-{other}",),
        before=slot, after=slot, slack_before=1, slack_after=1, breach_days_before=0, breach_days_after=0,
        people=(f"person-{other}",),
    )  # fmt: skip
    asked = Asked(person=f"person-{other}", meetings=(f"meeting-{other}",), notice_days=3)
    option = Option(
        number=1, start=start, end=end, venue="office-1", window=Window(earliest=day, due=day, target=day), breach_days=0,
        slack_days=0, attendees=(place(f"person-{word}"),), attendance=(), asked=(asked,), disruption=1, levels={},
        moves_others=(moved,), why=f"{FREE} {other}",
    )  # fmt: skip
    reasons = tuple(
        Reason(rule="x", text=f"{FREE} {one}", meetings=(f"meeting-{one}",))
        for one in dict.fromkeys((word, other))
    )
    return Options(
        meeting=f"meeting-{word}", series=f"plan-{word}.cin_review", kind="cin_review", revision=1, now=slot, stands=True,
        options=(option,), reasons=reasons,
    )  # fmt: skip


def _caseload(team: str, *places: Place) -> Caseload:
    """A caseload with a plan for each place. The worker has a part in all of them but the rest of their own team's."""
    data = small_caseload()
    (plan,) = [one for one in data["plans"] if one["id"] == "plan-3"]
    data |= {"id": f"caseload-{team}", "plans": [], "booked": []}
    data["team"]["id"] = team
    for where in places:
        word = WORDS[where]
        data["people"].append({"id": f"person-{word}", "name": f"Person {word}", "role": "social_worker"})
        who = [] if where is Place.TEAM else [{"person": WORKER, "level": "essential"}]
        data["plans"].append(
            plan
            | {
                "id": f"plan-{word}",
                "handover": None,
                "children": [{"id": f"child-{word}", "initials": "XX", "date_of_birth": "2024-01-01"}],
                "participants": [*who, {"person": f"person-{word}", "level": "expected"}],
                "concerns": [
                    {"id": f"concern-{word}", "kind": "disagreement", "raised": "2026-11-02", "about": FREE}
                ],
            }
        )
    return Caseload.model_validate(data)


def _calendar(team: str, *places: Place) -> Calendar:
    meetings, more = [], {"tasks": [], "breaches": [], "exceptions": [], "notices": []}
    for number, where in enumerate(places):
        word = WORDS[where]
        one = f"meeting-{word}"
        who = [] if where is Place.TEAM else [place(WORKER)]
        start = START + timedelta(days=number)
        meetings.append(
            meeting(
                number + 1,
                start.isoformat(),
                *who,
                place(f"person-{word}"),
                id=one,
                series=f"plan-{word}.cin_review",
                kind="cin_review",
                plans=(f"plan-{word}",),
                venue="office-1",
            )
        )
        reason = Reason(rule="x", text=f"{FREE} {word}")
        for kind, of in (("disagreement", None), ("agree-plan", one)):
            title = f"A title: {FREE} {word}" if of is None else f"A title {word}"
            more["tasks"].append(
                Task(
                    id=f"task-{kind}-{word}",
                    kind=kind,
                    meeting=of,
                    owner=WORKER if where is Place.OWN else f"person-{word}",
                    due=date(2027, 1, 20),
                    source="B1",
                    title=title,
                    plans=(f"plan-{word}",),
                )
            )
        more["breaches"] += [
            Breach(
                series=f"plan-{word}.cin_review",
                meeting=of,
                due=date(2027, 1, 1),
                days=5,
                proved=True,
                reasons=(reason,),
            )
            for of in (one, None)
        ]
        more["exceptions"].append(
            CalendarException(
                meeting=one,
                person=f"person-{word}",
                kind="report",
                reason=f"{FREE} {word}",
                reasons=(reason,),
            )
        )
        more["notices"].append(Notice(kind="x", subject=f"plan-{word}", text=f"{FREE} {word}"))
    made: Calendar = calendar(
        *meetings, id=f"calendar-{uuid4().hex}", **{name: tuple(value) for name, value in more.items()}
    )
    return made.model_copy(update={"horizon": _caseload(team, *places).horizon})
