"""The golden files of ``tests/golden``: one calendar file of every kind, for everybody who may get one.

``PYTHONPATH=.:tests/support python -m golden`` shows how what is written now differs from them; with ``--write`` it
becomes what they are. Read the difference before it is committed: these bytes are what mail programs get.
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ics_cases import calendar, family, meeting, place, split_meeting, task

from calendars import ics
from calendars.lint import Kind
from calendars.stored import stored
from service.delivery.folder import calendar_part
from service.delivery.ledger import NAME, Ledger
from service.delivery.prepare import find_changes, reserve
from service.output.events import event_of
from service.output.ics_files import ics_files
from service.output.identity import default_key
from service.output.render import Renderer
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

FOLDER = Path(__file__).parents[1] / "golden"
ZONE = "Europe/London"
FIRST_SENT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def team() -> Caseload:
    """The usual family, everybody with a mailbox, the room too, and a family that may know which professionals come."""
    usual = family()
    people = [{**one.model_dump(by_alias=True), "email": f"{one.id}@convene.example"} for one in usual.people]
    venues = [
        {**one.model_dump(), "email": f"{one.id}@rooms.example" if one.id in {"room", "refuge"} else None}
        for one in usual.venues
    ]
    plans = [{**one.model_dump(by_alias=True), "family_sees_roles": True} for one in usual.plans]
    return family(people=people, venues=venues, plans=plans)


def before() -> Calendar:
    """A meeting in the room, a split one after the clocks have changed, and one in a refuge."""
    return calendar(
        meeting(
            1, "2026-11-10T10:00", place("sw-1"), place("hv-1", level="invited"), place("tm-1", "remote"),
            place("mother-1"), place("friend-1"), place("child-1", "absent"), chair="sw-1", minutes="hv-1",
        ),
        split_meeting(2, "2027-03-29T10:00", provisional=True, chair="sw-1"),
        _in_refuge("2026-12-01T09:15"),
        tasks=(
            task("t-1", "sw-1", date(2026, 11, 24), kind="minutes", meeting="plan-21.core_group.1", warn=date(2026, 11, 20)),
            task("t-2", "mother-1", date(2027, 3, 28), date_from="convene"),
        ),
    )  # fmt: skip


def after() -> Calendar:
    """The first moves and the visitor is not asked any more, the split one's second sitting is later, the last is gone."""
    first, second, _ = before().meetings
    moved = meeting(
        1,
        "2026-11-11T14:00",
        *(one for one in first.attendees if one.person != "hv-1"),
        chair="sw-1",
        minutes="sw-1",
    )
    halves = (second.sittings[0], second.sittings[1].model_copy(update={
        "start": datetime(2027, 3, 29, 13), "end": datetime(2027, 3, 29, 14),
    }))  # fmt: skip
    later = second.model_copy(update={"sittings": halves, "end": halves[1].end})
    return calendar(moved, later, revision=2, created="2026-11-08T16:00:00Z")


def _in_refuge(start: str) -> Meeting:
    return meeting(3, start, place("sw-1"), place("mother-1"), place("int-1"), venue="refuge", chair="sw-1")


def files() -> dict[str, tuple[Kind, bytes]]:
    """Every golden file as it is written now, by its name, with what kind it is."""
    caseload, told = team(), before()
    renderer = Renderer(caseload, told)
    found: dict[str, tuple[Kind, bytes]] = {}
    for name, content in ics_files(caseload, told).items():
        if name in _PUBLISHED:
            found[_PUBLISHED[name]] = ("tasks" if name == "tasks.ics" else "publish", content)
    for person in ("sw-1", "father-1"):
        events = map(event_of, renderer.views(person))
        found[f"feed-{person}"] = ("feed", ics.feed(events, zone=ZONE, refresh=timedelta(hours=4)))
        view = renderer.views(person)[0]
        attendee = None if view.restricted else f"{person}@convene.example"
        found[f"stored-{person}"] = ("stored", stored(event_of(view), zone=ZONE, attendee=attendee))
    return found | _messages(caseload, [told, after()])


_PUBLISHED = {
    "team.ics": "publish-team", "tasks.ics": "tasks", "rooms/room.ics": "publish-room",
    "people/sw-1.ics": "publish-sw-1", "people/mother-1.ics": "publish-mother-1",
    "people/int-1.ics": "publish-int-1", "people/friend-1.ics": "publish-friend-1",
}  # fmt: skip


def _messages(caseload: Caseload, calendars: Sequence[Calendar]) -> dict[str, tuple[Kind, bytes]]:
    found: dict[str, tuple[Kind, bytes]] = {}
    key = default_key(caseload)
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / NAME) as ledger:
        for number, told in enumerate(calendars):
            prepared = find_changes(caseload, told, ledger, since=date(2026, 10, 1))
            now = FIRST_SENT + timedelta(days=7 * number)
            reserve(ledger, prepared.difference, key=key, zone=ZONE, now=now)
            for one in ledger.messages("due"):
                kind: Kind = "request" if one.method == "REQUEST" else "cancel"
                what = "update" if kind == "request" and number else kind
                which = one.meeting.rpartition(".")[2]
                recipient = one.recipient.replace(":", "-")
                found[f"{what}-{recipient}-{which}"] = (kind, calendar_part(ledger.content(one.id)))
            ledger.give(ledger.messages("due"))
    return found


def difference() -> list[str]:
    """How what is written now differs from the golden files, as a unified diff."""
    now = {f"{name}.ics": content for name, (_, content) in files().items()}
    kept = {path.name: path.read_bytes() for path in FOLDER.glob("*.ics")}
    lines: list[str] = []
    for name in sorted(now.keys() | kept.keys()):
        old, new = (_lines(content.get(name, b"")) for content in (kept, now))
        lines += difflib.unified_diff(old, new, f"golden/{name}", f"now/{name}", lineterm="")
    return lines


def _lines(content: bytes) -> list[str]:
    # The ends of lines are shown as well, where they are not CRLF.
    return [
        line.removesuffix("\r") + ("" if line.endswith("\r") else "<LF>")
        for line in content.decode().split("\n")[:-1]
    ]


def main(arguments: Sequence[str]) -> int:
    """Show the difference; with ``--write``, make it what the files are."""
    lines = difference()
    print("\n".join(lines) if lines else "The golden files are what is written now.")
    if "--write" in arguments:
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.glob("*.ics"):
            path.unlink()
        for name, (_, content) in files().items():
            (FOLDER / f"{name}.ics").write_bytes(content)
        print(f"{len(files())} files written.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
