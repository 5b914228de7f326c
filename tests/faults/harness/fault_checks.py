"""What must hold when all is up again and quiet. Each check gives what doesn't, in words."""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from fault_cases import domain
from fault_client import Client
from fault_mail import Taken, mailboxes
from fault_model import Accepted
from fault_processes import CONVENE
from fault_world import TENANT, World

from service.output.render import Renderer, Room
from service.store.calendars import READY
from service.store.scope import Scoped, system
from service.store.tables import (
    Audit,
    CalendarEntry,
    CaseloadVersion,
    Event,
    Job,
    Message,
    Rebooking,
    Revision,
    Tenant,
    WebhookDelivery,
)  # fmt: skip
from solver.check import check_calendar
from solver.policy import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def kept(world: World, client: Client, accepted: Accepted) -> Iterator[str]:
    """Nothing accepted is lost, changed or there twice."""
    for name, document in accepted.caseloads.items():
        if client.get(f"/v1/caseloads/{name}").content != document:
            yield f"caseload {name} is not what was answered"
    for (calendar, number), document in accepted.revisions.items():
        if client.get(f"/v1/calendars/{calendar}", params={"revision": number}).content != document:
            yield f"revision {number} of calendar {calendar} is not what was answered"
    for name, document in accepted.rebookings.items():
        if client.get(f"/v1/rebookings/{name}").content != document:
            yield f"rebooking {name} is not what was answered"
    with world.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        entries = {
            one.id: one
            for one in session.scalars(
                scoped.select(CalendarEntry).where(CalendarEntry.team == accepted.team)
            )
        }
        asked = session.scalars(scoped.select(Rebooking).where(Rebooking.team == accepted.team)).all()
        versions = session.scalars(
            scoped.select(CaseloadVersion).where(CaseloadVersion.team == accepted.team)
        ).all()
        actions = Counter(
            one.action for one in session.scalars(scoped.select(Audit).where(Audit.team == accepted.team))
        )
    if sorted(entries) != sorted(accepted.calendars):
        yield f"{len(entries)} calendars are there, {len(accepted.calendars)} were accepted"
    for calendar, entry in entries.items():
        if entry.state not in READY:
            yield f"calendar {calendar} ended as {entry.state}: {entry.problem}"
        elif entry.revision != accepted.latest.get(calendar, entry.revision):
            yield f"calendar {calendar} is at revision {entry.revision}, not {accepted.latest[calendar]}"
    if len(asked) != len(accepted.rebookings):
        yield f"{len(asked)} rebookings are there, {len(accepted.rebookings)} were accepted"
    numbers = sorted(one.version for one in versions)
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"versions of the caseload are numbered {numbers}"
    for action, number in accepted.done.items():
        if actions[action] != number:
            yield f"the log has {actions[action]} × {action}, {number} were accepted"


def lawful(world: World, accepted: Accepted) -> Iterator[str]:
    """Every revision passes the checker, and they and the events are numbered without a gap."""
    with world.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        versions = {one.id: one for one in session.scalars(scoped.select(CaseloadVersion))}
        rows = session.scalars(scoped.select(Revision).order_by(Revision.calendar, Revision.number)).all()
        events = session.scalars(scoped.select(Event).order_by(Event.calendar, Event.number)).all()
    for calendar in accepted.calendars:
        numbers = [one.number for one in rows if one.calendar == calendar]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"revisions of calendar {calendar} are numbered {numbers}"
        told = [one.number for one in events if one.calendar == calendar]
        if told != list(range(1, len(told) + 1)):
            yield f"events of calendar {calendar} are numbered {told}"
    for row in rows:
        if row.calendar in accepted.calendars:
            caseload = Caseload.model_validate_json(versions[row.caseload_version].document)
            report = check_calendar(
                caseload, load_policy(caseload.authority), Calendar.model_validate_json(row.document)
            )
            if not report.ok:
                yield f"revision {row.number} of calendar {row.calendar} breaks {[one.rule for one in report.violations]}"


def sent(world: World, accepted: Accepted, counted: bool = True) -> Iterator[str]:
    """No invite was taken by the mail server twice, none is missing that the outbox calls sent, and sequences rise."""
    mails = world.post.taken(domain(accepted.team))
    seen: Counter[tuple[str, str, int]] = Counter((one.address, one.uid, one.sequence) for one in mails)
    for (address, uid, sequence), number in seen.items():
        if number > 1:
            yield f"{address} got {uid} at sequence {sequence} {number} times"
    yield from _rising(mails)
    states: dict[tuple[str, str, int], str] = {}
    with world.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        rows = session.scalars(
            scoped.select(Message).where(Message.team == accepted.team, Message.address != "")
        ).all()
    for row in rows:
        mark = row.address, row.uid, row.sequence
        states[mark] = row.state
        if row.state == "sent" and mark not in seen:
            yield f"message {row.id} is said to be sent, and never was"
        if row.state in ("due", "sending"):
            yield f"message {row.id} is still {row.state}"
        if row.state in ("refused", "replaced") and mark in seen:
            yield f"message {row.id} is said to be {row.state}, and was taken"
    for mark in seen:
        if states.get(mark) not in ("sent", "unknown"):
            yield f"a mail was taken that the outbox calls {states.get(mark)}"
    if counted:
        world.counts.add("mails taken", len(mails))
        world.counts.add("messages left unknown", sum(state == "unknown" for state in states.values()))


def _rising(mails: list[Taken]) -> Iterator[str]:
    last: dict[tuple[str, str], Taken] = {}
    for one in mails:
        before = last.get((one.address, one.uid))
        if before is not None and one.sequence <= before.sequence:
            yield f"{one.address} got {one.uid} at sequence {before.sequence}, then at {one.sequence}"
        if before is not None and one.stamp <= before.stamp:
            yield f"{one.address} got {one.uid} stamped {before.stamp}, then {one.stamp}"
        last[one.address, one.uid] = one


def shown(world: World, accepted: Accepted) -> Iterator[str]:
    """Every mailbox shows what its owner may see of the published calendar, and nothing else."""
    with world.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        tenant = scoped.one(Tenant)
        query = scoped.select(CalendarEntry).where(CalendarEntry.id == accepted.calendar)
        entry = session.scalars(query).one()
        revision = scoped.one(Revision, Revision.calendar == entry.id, Revision.number == entry.published)
        assert tenant is not None
        if revision is None:
            yield "nothing is published"
            return
        version = scoped.one(CaseloadVersion, CaseloadVersion.id == revision.caseload_version)
        assert version is not None
    caseload = Caseload.model_validate_json(version.document)
    calendar = Calendar.model_validate_json(revision.document)
    renderer = Renderer(caseload, calendar, key=tenant.key)
    wanted: dict[tuple[str, str], tuple[datetime, datetime, str]] = {}
    recipients = [(one.id, one.email) for one in caseload.people]
    recipients += [(Room(one.id), one.email) for one in caseload.venues]
    for recipient, address in recipients:
        if address is not None:
            for view in renderer.views(recipient):
                wanted[address, view.uid] = (view.start, view.end, view.location)
    found = mailboxes(world.post.taken(domain(accepted.team)))
    by_address: defaultdict[str, int] = defaultdict(int)
    for key in wanted.keys() | found.keys():
        if wanted.get(key) != found.get(key):
            by_address[key[0]] += 1
    for address, number in by_address.items():
        yield f"{address} shows {number} meetings otherwise than they are published"
    world.counts.add("meetings in mailboxes compared", len(wanted))


def told(world: World) -> Iterator[str]:
    """The case system was told everything at least once, signed."""
    with world.store.reading() as session:
        rows = session.scalars(Scoped(session, system(TENANT)).select(WebhookDelivery)).all()
    got = {one["id"] for one in world.receiver.told}
    for row in rows:
        if row.state != "told" or row.id not in got:
            yield f"{row.event} is {row.state}, and the case system {'has' if row.id in got else 'has not'} got it"
    if world.receiver.unsigned:
        yield f"{world.receiver.unsigned} webhooks were not signed as they must be"


def failed_jobs(world: World) -> Iterator[str]:
    """Jobs that were given up: nothing that is done to a run goes on for so long."""
    with world.store.reading() as session:
        rows = session.scalars(Scoped(session, system(TENANT)).select(Job).where(Job.state == "failed")).all()
    for row in rows:
        yield f"a job ({row.kind}) was given up: {row.detail}"


def sound(world: World) -> Iterator[str]:
    """The database says of itself that it is whole: the audit chain above all."""
    done = subprocess.run(
        [*CONVENE, "database", "check"], env=world.environment(), cwd=world.folder, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        yield f"convene database check ended with {done.returncode}: {done.stdout}{done.stderr}"
