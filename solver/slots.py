"""Parts that one of several roles plays: who of a plan holds each slot, and who may stand in for them.

Section 2 of ``solver/RULES.md`` for the solver; the checker has its own reading of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from solver.policy.meeting_clauses import SlotClause
from solver.policy.model import MeetingRule
from solver.schema.caseload import Participant, Person, Plan

Slots = Mapping[tuple[str, str], tuple[str, ...] | None]
"""Plan and person to who may stand in for somebody who holds a slot; ``None``: a slot leaves them out."""


def takes_part(part: Participant, day: date) -> bool:
    """Whether somebody's part in a plan has begun by a day and not ended before it."""
    return (part.from_ is None or part.from_ <= day) and (part.until is None or day <= part.until)


def fill_slots(members: Sequence[tuple[Plan, MeetingRule]], people: Mapping[str, Person], day: date) -> Slots:
    """Say who of a meeting's plans holds a slot, and whom one leaves out.

    Parameters
    ----------
    members : sequence of (Plan, MeetingRule)
        The plans of the meeting, each with its own rule, in caseload order.
    people : mapping
        By id.
    day : date
        Of the meeting.
    """
    found: dict[tuple[str, str], tuple[str, ...] | None] = {}
    holding: set[str] = set()
    for plan, rule in members:
        here = [part for part in plan.participants if takes_part(part, day)]
        newly: set[str] = set()
        for slot in rule.slots:
            holders, left = _fill(slot, here, people, holding)
            found.update({(plan.id, person): left for person in holders})
            found.update(dict.fromkeys((plan.id, person) for person in left))
            newly.update(holders)
        holding |= newly
    return found


def _fill(
    slot: SlotClause, here: Sequence[Participant], people: Mapping[str, Person], holding: set[str]
) -> tuple[list[str], tuple[str, ...]]:
    """Divide those of a slot into who holds it and who is left; ``holding`` hold a slot of a plan before it."""
    of = [part for part in here if people[part.person].role in slot.roles]
    free = [part.person for part in of if part.level is None]
    filled = sum(part.level in ("expected", "essential") for part in of)
    holders = [person for person in free if person in holding]
    for person in free:
        if person not in holding and filled + len(holders) < slot.count:
            holders.append(person)
    return holders, tuple(person for person in free if person not in holders)
