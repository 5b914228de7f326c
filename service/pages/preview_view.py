"""What one person will see: the very words of each invite, and what is withheld from them, with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from service.api.publishing import changes_for
from service.delivery.addressees import BY_HAND, Why
from service.delivery.changes import Change, told_of
from service.delivery.letters import letter_of, paper_letter
from service.delivery.mail import FILES
from service.delivery.prepare import Prepared, counted_from
from service.output.places import SECURE, is_protected
from service.output.render import PRESENT, PROFESSIONAL_ROLES, MeetingView, Renderer
from service.pages.publish_sending import WHY_WORDS, Called
from service.pages.team import TeamView
from service.store.calendars import Standing
from service.store.messages import Outbox
from service.store.scope import Scoped
from service.store.tables import Tenant
from service.views.attention import meeting_words
from service.views.names import Names, natural
from service.words import moment, opening
from solver.policy.words import ROLE_WORDS
from solver.schema.base import HOME_KINDS
from solver.schema.calendar import Meeting
from solver.schema.caseload import Caseload, Person

State = Literal["due", "waiting", "sent", "silent"]
STATES: Final[dict[State, str]] = {
    "due": "Goes out when you publish",
    "waiting": "Queued, not sent yet",
    "sent": "They have it",
    "silent": "Not sent",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be looked at."""

    id: str
    name: str
    role: str
    professional: bool
    meetings: int
    way: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as its recipient reads it, and what is left out of it."""

    meeting: str
    what: str
    """For the team alone."""
    subject: str
    lines: tuple[str, ...]
    file: str
    """Name of the attached file; empty for a letter."""
    state: State
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one person sees."""

    id: str
    name: str
    role: str
    way: str
    reached: bool
    professional: bool
    shown: tuple[Shown, ...]
    cancelled: tuple[Shown, ...]
    untold: tuple[str, ...]
    """Meetings that they are named for and don't come to, in words."""


@dataclass(frozen=True, slots=True)
class PreviewView:
    """The page."""

    people: tuple[Choice, ...]
    seen: Seen | None


def preview_view(view: TeamView, scoped: Scoped, found: Standing, person: str) -> PreviewView | None:
    """Gather the page.

    Parameters
    ----------
    view, scoped
    found
        The calendar that counts.
    person
        Whose invites; empty: nobody's yet. ``None`` is answered where nobody of the caseload has that id.
    """
    tenant = scoped.one(Tenant, Tenant.id == view.who.tenant)
    assert tenant is not None, "whoever signs in is of a tenant"
    known = {one.id: one for one in found.caseload.people}
    if person and person not in known:
        return None
    prepared = changes_for(
        view.here, Outbox(scoped, view.id, found.entry, found.revision.number), found, tenant.key
    )
    words = _Words(view, found, prepared, tenant.key)
    return PreviewView(words.people(), words.seen(known[person]) if person else None)


class _Words:
    def __init__(self, view: TeamView, found: Standing, prepared: Prepared, key: bytes) -> None:
        self._caseload, self._calendar, self._key = found.caseload, found.calendar, key
        self._renderer = Renderer(found.caseload, found.calendar, key=key)
        self._difference = prepared.difference
        self._why: dict[str, Why] = {one.recipient: one.why for one in prepared.people.unreachable}
        self._called, self._now = Called(Names(found.caseload)), view.now
        self._since = counted_from(found.caseload, view.today)

    def people(self) -> tuple[Choice, ...]:
        """Everybody with a meeting, professionals first."""
        counted: Counter[str] = Counter()
        for meeting in self._calendar.meetings:
            counted.update({one.person for one in meeting.attendees if one.status in PRESENT})
        plans: defaultdict[str, list[str]] = defaultdict(list)
        for plan in self._caseload.plans:
            for part in plan.participants:
                plans[part.person].append(plan.id)
        choices = [
            self._choice(person, counted[person.id], plans)
            for person in self._caseload.people
            if counted[person.id]
        ]
        return tuple(sorted(choices, key=lambda one: (not one.professional, natural(one.name.casefold()))))

    def _choice(self, person: Person, meetings: int, plans: Mapping[str, list[str]]) -> Choice:
        professional = person.role in PROFESSIONAL_ROLES
        of = "" if professional else ", ".join(plans.get(person.id, ()))
        name = self._called(person.id)
        return Choice(
            person.id, f"{name}, {of}" if of else name, opening(ROLE_WORDS[person.role]), professional, meetings,
            self._way(person), person.id not in self._why,
        )  # fmt: skip

    def _way(self, person: Person) -> str:
        if person.id in self._why:
            return f"Nobody tells them: {WHY_WORDS[self._why[person.id]]}"
        return "Letter" if person.email is None else "Mail"

    def seen(self, person: Person) -> Seen:
        """What a person sees."""
        meetings = [one for one in self._calendar.meetings if one.end.date() >= self._since]
        ours = [one for one in meetings if any(place.person == person.id for place in one.attendees)]
        viewed = [(one, self._renderer.view(one, person.id)) for one in ours]
        return Seen(
            id=person.id,
            name=self._called(person.id),
            role=opening(ROLE_WORDS[person.role]),
            way=self._way(person),
            reached=person.id not in self._why,
            professional=person.role in PROFESSIONAL_ROLES,
            shown=tuple(self._shown(person, one, seen) for one, seen in viewed if seen is not None),
            cancelled=tuple(self._cancelled(person)),
            untold=tuple(
                f"{meeting_words(one)}, {moment(one.start)}: {self._absence(person, one)}"
                for one, seen in viewed
                if seen is None
            ),
        )

    def _shown(self, person: Person, meeting: Meeting, seen: MeetingView) -> Shown:
        change, state = self._change(person, meeting, seen)
        subject, lines = self._written(change)
        return Shown(
            meeting=meeting.id,
            what=meeting_words(meeting),
            subject=subject,
            lines=lines,
            file="" if change.address == BY_HAND else FILES[change.method],
            state=state,
            withheld=tuple(withheld(self._caseload, person, meeting, seen)),
        )

    def _change(self, person: Person, meeting: Meeting, seen: MeetingView) -> tuple[Change, State]:
        """The message as it would go out, or as it went."""
        for change in self._difference.changes:
            if (change.recipient, change.meeting, change.method) == (person.id, meeting.id, "REQUEST"):
                return change, "due"
        for issued, change in self._difference.renewed:
            if (issued.recipient, issued.meeting) == (person.id, meeting.id):
                return change, "waiting"
        address = BY_HAND if person.email is None else person.email
        standing = Change(
            person.id, address, meeting.id, seen.uid, seen.reference, "REQUEST", seen.sequence, "new", told_of(seen),
            seen.organiser, seen, None,
        )  # fmt: skip
        return standing, "silent" if person.id in self._why else "sent"

    def _cancelled(self, person: Person) -> Iterator[Shown]:
        for change in self._difference.changes:
            if change.recipient == person.id and change.method == "CANCEL":
                subject, lines = self._written(change)
                file = "" if change.address == BY_HAND else FILES[change.method]
                yield Shown(change.meeting, "", subject, lines, file, "due", ())

    def _written(self, change: Change) -> tuple[str, tuple[str, ...]]:
        if change.address == BY_HAND:
            subject, _, *lines = paper_letter(change).decode().splitlines()
            return subject, tuple(lines)
        letter = letter_of(change, key=self._key, zone=self._caseload.timezone, stamp=self._now)
        return letter.subject, letter.lines

    def _absence(self, person: Person, meeting: Meeting) -> str:
        statuses = {place.status for place in meeting.attendees if place.person == person.id}
        return "sends a written report" if "report" in statuses else "doesn’t come"


def withheld(caseload: Caseload, person: Person, meeting: Meeting, seen: MeetingView) -> Iterator[str]:
    """What an invite doesn't say although there is something to say, and why."""
    if seen.location == SECURE:
        venue = next((one for one in caseload.venues if one.id == meeting.venue), None)
        if venue is None or not is_protected(venue):
            why = "what it is called would name a family or a protected place"
        elif venue.kind in HOME_KINDS:
            why = "it is a family’s home or a placement"
        else:
            why = "it is confidential"
        yield f"Where it is: {why}. Tell them by a safe way."
    if meeting.sittings and (seen.start, seen.end) != (meeting.start, meeting.end):
        yield "That the meeting has another sitting, when that is, and who is in it: it is split so that people don’t meet."
    professionals = {
        one.id for one in caseload.people if one.role in PROFESSIONAL_ROLES and one.id != person.id
    } & {place.person for place in meeting.attendees if place.status in PRESENT}
    if person.role in PROFESSIONAL_ROLES:
        hidden = len(professionals) - len(seen.colleagues)
        if hidden > 0 and not meeting.sittings:
            yield "Some of those who come."
        if any(not colleague.name for colleague in seen.colleagues):
            yield "The name of somebody whose name in the caseload names a family: they are known by their role."
    elif professionals:
        yield (
            "The names of those who come: families are told roles alone."
            if seen.roles
            else "Who else comes: the plan doesn’t say that the family may see it."
        )


__all__ = ["STATES", "Choice", "PreviewView", "Seen", "Shown", "preview_view", "withheld"]
