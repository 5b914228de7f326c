"""What is special about a meeting: the first of its kind for a plan, the last one before a review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from solver.schema.base import REVIEW_KINDS
from solver.schema.calendar import Mark, Meeting
from solver.schema.caseload import Caseload, Plan
from solver.series import held_before


def mark_meetings(caseload: Caseload, meetings: Sequence[Meeting]) -> tuple[Meeting, ...]:
    """Mark the meetings of a calendar, as section 3 of ``solver/RULES.md`` has it.

    Parameters
    ----------
    caseload : Caseload
    meetings : sequence of Meeting
        All meetings of each series.
    """
    plans = {plan.id: plan for plan in caseload.plans}
    chains: defaultdict[str, list[Meeting]] = defaultdict(list)
    for meeting in sorted(meetings, key=lambda meeting: meeting.start):
        chains[meeting.series].append(meeting)
    marks: dict[str, tuple[Mark, ...]] = {}
    for chain in chains.values():
        for place, meeting in enumerate(chain):
            # A review is neither a first meeting nor the last before itself.
            own = [plans[plan] for plan in meeting.plans if meeting.kind not in REVIEW_KINDS.values()]
            found: list[Mark] = []
            if place == 0 and any(held_before(plan) == 0 for plan in own):
                found.append("first")
            if any(_is_last_before_review(plan, meeting, chain[place + 1 :], caseload) for plan in own):
                found.append("last_before_review")
            marks[meeting.id] = tuple(found)
    return tuple(
        meeting.model_copy(update={"marks": marks[meeting.id]}) if marks[meeting.id] else meeting
        for meeting in meetings
    )


def _is_last_before_review(
    plan: Plan, meeting: Meeting, following: Sequence[Meeting], caseload: Caseload
) -> bool:
    """Whether no meeting of the plan lies between this one and a review within the horizon."""
    day = meeting.start.date()
    next_day = min((one.start.date() for one in following if plan.id in one.plans), default=None)
    return any(
        day < review <= caseload.horizon.end and (next_day is None or review <= next_day)
        for review in plan.events.reviews
    )
