"""Whose week: everybody's, somebody's or a room's; and what the people and rooms to choose from are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.views.names import Names, natural
from solver.schema.base import FAMILY_ROLES, HOME_KINDS
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

BY: Final = ("team", "person", "room")
NOT_THERE: Final = ("report", "absent")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose week is shown."""

    by: str
    """One of `BY`."""
    of: str
    """Id of the person or the venue."""

    @property
    def choice(self) -> str:
        """As the form says it; empty for the whole team."""
        return "" if self.by == "team" else f"{self.by}:{self.of}"

    @property
    def query(self) -> dict[str, str]:
        """As addresses say it."""
        return {} if self.by == "team" else {"by": self.by, "of": self.of}

    def has(self, meeting: Meeting) -> bool:
        """Whether a meeting is shown."""
        if self.by == "person":
            return self.of in comers(meeting)
        return self.by == "team" or meeting.venue == self.of


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody or a room whose week can be looked at."""

    whose: Whose
    name: str


def comers(meeting: Meeting) -> tuple[str, ...]:
    """Whose time a meeting takes."""
    return tuple(dict.fromkeys(one.person for one in meeting.attendees if one.status not in NOT_THERE))


def people_of(calendar: Calendar, caseload: Caseload, names: Names) -> tuple[Choice, ...]:
    """The professionals who come to a calendar's meetings, by name."""
    family = {one.id for one in caseload.people if one.role in FAMILY_ROLES}
    family |= {child.id for plan in caseload.plans for child in plan.children}
    there = {person for meeting in calendar.meetings for person in comers(meeting)} - family
    return _told((Whose("person", one), names.person(one)) for one in there)


def rooms_of(venues: Iterable[str], caseload: Caseload, names: Names) -> tuple[Choice, ...]:
    """Venues that are nobody's home, by name."""
    homes = {one.id for one in caseload.venues if one.kind in HOME_KINDS}
    return _told((Whose("room", one), names.venue(one)) for one in set(venues) - homes)


def _told(found: Iterable[tuple[Whose, str]]) -> tuple[Choice, ...]:
    """In the order of their names, those of one name being told apart by a number: an id may say where a place is."""
    pairs = sorted(found, key=lambda one: (natural(one[1].casefold()), natural(one[0].of)))
    times = Counter(name for _, name in pairs)
    seen: Counter[str] = Counter()
    choices = []
    for whose, name in pairs:
        seen[name] += 1
        choices.append(Choice(whose, f"{name} {seen[name]}" if times[name] > 1 else name))
    return tuple(choices)


__all__ = ["BY", "Choice", "Whose", "comers", "people_of", "rooms_of"]
