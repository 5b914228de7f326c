"""What is special about a meeting: the first of its kind for a plan, the last one before a review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from solver.derive.occasions import planned_reviews
from solver.schema.base import REVIEW_KINDS
from solver.schema.calendar import Mark, Meeting
from solver.schema.caseload import Caseload
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
    reviews = planned_reviews(meetings)
    marks: dict[str, tuple[Mark, ...]] = {}
    for chain in chains.values():
        for place, meeting in enumerate(chain):
            # A review is neither a first meeting nor the last before itself.
            own = [plans[plan] for plan in meeting.plans if meeting.kind not in REVIEW_KINDS.values()]
            found: list[Mark] = []
            if place == 0 and any(held_before(plan) == 0 for plan in own):
                found.append("first")
            following = chain[place + 1 :]
            if any(
                _is_last_before_review(
                    (*plan.events.reviews, *reviews.get(plan.id, ())),
                    meeting,
                    [one for one in following if plan.id in one.plans],
                    caseload,
                )
                for plan in own
            ):
                found.append("last_before_review")
            marks[meeting.id] = tuple(found)
    return tuple(
        meeting.model_copy(update={"marks": marks[meeting.id]}) if marks[meeting.id] else meeting
        for meeting in meetings
    )


def _is_last_before_review(
    reviews: Iterable[date], meeting: Meeting, following: Sequence[Meeting], caseload: Caseload
) -> bool:
    """Whether none of the plan's later meetings lies between this one and a review within the horizon."""
    day = meeting.start.date()
    next_day = min((one.start.date() for one in following), default=None)
    return any(
        day < review <= caseload.horizon.end and (next_day is None or review <= next_day)
        for review in reviews
    )
