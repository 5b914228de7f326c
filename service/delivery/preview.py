"""What each person will see: the very words and times that their invites have, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.delivery.addressees import Unreachable, Why
from service.output.render import MeetingView, Renderer
from service.output.wording import description, span_words
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload, Person

Way = Why | Literal["mail", "letter"]
"""How somebody is told, or why not."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One meeting as a person's invite shows it."""

    meeting: str
    """For the manager alone; the invite has the reference."""
    title: str
    when: str
    place: str
    lines: tuple[str, ...]
    sees: int
    """How many others they see by name."""
    restricted: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """All that one person will see."""

    person: str
    name: str
    role: str
    way: Way
    """How they are told."""
    meetings: tuple[Shown, ...]


def previews(
    caseload: Caseload, calendar: Calendar, renderer: Renderer, unreachable: tuple[Unreachable, ...]
) -> list[Preview]:
    """What everybody with a meeting will see, in the caseload's order."""
    why = {one.recipient: one.why for one in unreachable}
    found = []
    for person in caseload.people:
        views = [(meeting.id, renderer.view(meeting, person.id)) for meeting in calendar.meetings]
        seen = sorted(
            ((meeting, view) for meeting, view in views if view is not None),
            key=lambda one: (one[1].start, one[0]),
        )
        if seen:
            usual: Way = "letter" if person.email is None else "mail"
            found.append(_preview(person, why.get(person.id, usual), seen))
    return found


def _preview(person: Person, way: Way, seen: list[tuple[str, MeetingView]]) -> Preview:
    return Preview(
        person=person.id,
        name=person.name,
        role=person.role,
        way=way,
        meetings=tuple(
            Shown(
                meeting=meeting,
                title=view.summary,
                when=span_words(view.start, view.end),
                place=view.location,
                lines=description(view),
                sees=len(view.colleagues),
                restricted=view.restricted,
            )
            for meeting, view in seen
        ),
    )


__all__ = ["Preview", "Shown", "Way", "previews"]
