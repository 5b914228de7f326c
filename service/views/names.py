"""How people, places and plans are called in the manager's report.

The report stays with the team, but may lie open on a desk: professionals go by name, family members by their role,
and a home, a placement or a confidential venue never by a name that says where it is.
"""

from __future__ import annotations

import re

from service.words import count
from solver.policy.words import ROLE_WORDS
from solver.schema.base import FAMILY_ROLES, HOME_KINDS
from solver.schema.caseload import Caseload, Plan

CONFIDENTIAL = "confidential venue"
NO_WORKER = "No social worker named"


class Names:
    """Look up what the report calls things.

    Parameters
    ----------
    caseload : Caseload
    """

    def __init__(self, caseload: Caseload) -> None:
        self.people = {person.id: person for person in caseload.people}
        self._venues = {venue.id: venue for venue in caseload.venues}
        self._children = {child.id for plan in caseload.plans for child in plan.children}

    def person(self, person_id: str) -> str:
        """A professional's name; for family the role, such as "parent"."""
        person = self.people.get(person_id)
        if person is None:
            return "child" if person_id in self._children else person_id
        return ROLE_WORDS[person.role] if person.role in FAMILY_ROLES else person.name

    def venue(self, venue_id: str) -> str:
        """The venue's name, unless that could say where a protected person is."""
        venue = self._venues.get(venue_id)
        if venue is None:
            return venue_id
        if venue.confidential:
            return CONFIDENTIAL
        return venue.kind.replace("_", " ") if venue.kind in HOME_KINDS else venue.name

    def worker(self, plan: Plan) -> str | None:
        """The id of the plan's social worker: its first participant of that role."""
        for part in plan.participants:
            person = self.people.get(part.person)
            if person is not None and person.role == "social_worker":
                return person.id
        return None

    def worker_name(self, worker: str | None) -> str:
        """The name that heads a worker's plans."""
        return NO_WORKER if worker is None else self.person(worker)


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key that puts plan-9 before plan-10."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", text) if part
    )


def plans_words(plans: tuple[Plan, ...]) -> str:
    """``plan-1``, or for siblings ``3 plans: plan-1, plan-2, plan-3``."""
    ids = ", ".join(plan.id for plan in plans)
    return ids if len(plans) == 1 else f"{count(len(plans), 'plan')}: {ids}"
