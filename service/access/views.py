"""What is left of a document for those who don't see the whole of it: workers their own plans, support no free text.

The store gives whole calendars of the principal's teams. Everything about a calendar that is answered is made from what these
functions return, so that what isn't in it can't be told by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, get_args

from service.access.rights import Reach, reach_of
from service.store.scope import Principal
from solver.schema.base import ConcernKind, MeetingKind
from solver.schema.calendar import Breach, Calendar, CalendarException, Meeting, Reason, Task
from solver.schema.caseload import Caseload, Plan
from solver.schema.diff import MeetingChange
from solver.schema.options import Asked, Option, Rebooking
from solver.slots import takes_part

_CONCERNS: Final = frozenset(kind.replace("_", "-") for kind in get_args(ConcernKind))


def calendar_seen(principal: Principal, caseload: Caseload, calendar: Calendar) -> Calendar:
    """What a principal sees of a calendar of their teams: by their role alone, since scopes were looked at by the route."""
    match reach_of(principal.role, "calendar.read"):
        case Reach.OWN:
            return visible_meetings(principal, caseload, calendar)
        case Reach.BARE:
            return without_free_text(calendar)
        case Reach.TEAM | Reach.TENANT:
            return calendar
        case Reach.NO:
            raise PermissionError("who may not read a calendar sees nothing of it")


def rebooking_seen(
    principal: Principal, caseload: Caseload, calendar: Calendar, rebooking: Rebooking
) -> Rebooking:
    """What a principal sees of the options for a meeting that they see.

    A worker is told when, where and at what cost; of other meetings that would move, and of who is asked to those, only what
    is about their own.
    """
    match reach_of(principal.role, "rebooking.read"):
        case Reach.OWN:
            mine = frozenset(one.id for one in visible_meetings(principal, caseload, calendar).meetings)
            return _own_rebooking(rebooking, mine, own_plans(caseload, principal.person))
        case Reach.BARE:
            return _bare_rebooking(rebooking)
        case Reach.TEAM | Reach.TENANT:
            return rebooking
        case Reach.NO:
            raise PermissionError("who may not read options sees nothing of them")


def own_plans(caseload: Caseload, person: str | None) -> frozenset[str]:
    """The plans that somebody has, had or will have a part in."""
    if person is None:
        return frozenset()
    return frozenset(
        plan.id
        for plan in caseload.plans
        if any(part.person == person for part in plan.participants)
        or (plan.handover is not None and plan.handover.person == person)
    )


def visible_meetings(principal: Principal, caseload: Caseload, calendar: Calendar) -> Calendar:
    """The calendar as a worker sees it: what is about the plans that they take part in.

    A meeting is theirs if they are asked to it (as a deputy, say), or if it is of one of their plans on a day on which they
    have a part in it; what is due without a meeting likewise. Of a sibling group's meeting that they aren't asked to, only
    their own plans are named. Reasons and remedies that are about somebody else's meetings are left out; figures of the whole
    team stay, they name nobody.
    """
    person = principal.person
    plans = {plan.id: plan for plan in caseload.plans}
    meetings = tuple(
        seen for meeting in calendar.meetings if (seen := _own_meeting(meeting, plans, person)) is not None
    )
    mine = frozenset(meeting.id for meeting in meetings)

    def own_task(task: Task) -> bool:
        if person is not None and (task.owner == person or person in task.people):
            return True
        if task.meeting is not None:
            return task.meeting in mine
        return any(_has_part(plans[plan], person, task.due) for plan in task.plans if plan in plans)

    def own_breach(breach: Breach) -> bool:
        if breach.meeting is not None:
            return breach.meeting in mine
        # A series is called after its plan, or after the group of its plans (`solver.series.form_series`).
        name = breach.series.rpartition(".")[0]
        return any(
            _has_part(plan, person, breach.due)
            for plan in caseload.plans
            if name in (plan.id, plan.sibling_group)
        )

    return calendar.model_copy(
        update={
            "meetings": meetings,
            "tasks": tuple(task for task in calendar.tasks if own_task(task)),
            "breaches": tuple(_own_breach(one, mine) for one in calendar.breaches if own_breach(one)),
            "exceptions": tuple(
                _own_exception(one, mine) for one in calendar.exceptions if one.meeting in mine
            ),
            "notices": tuple(
                one for one in calendar.notices if one.subject in own_plans(caseload, person) | mine
            ),
            "rebookings": tuple(one for one in calendar.rebookings if one.meeting in mine),
            "workload": tuple(one for one in calendar.workload if one.person == person),
        }
    )


def without_free_text(calendar: Calendar) -> Calendar:
    """The calendar as business support sees it: who meets when and where, and what is due, and no sentence about a family.

    Sentences are put together from what people wrote into the caseload (what a concern is about, why a meeting is held in two
    sittings), so none is let through: neither reasons nor remedies, notices, or titles of what a concern asks for.
    """
    return calendar.model_copy(
        update={
            "tasks": tuple(_bare_task(task) for task in calendar.tasks),
            "breaches": tuple(
                breach.model_copy(update={"reasons": (), "remedies": ()}) for breach in calendar.breaches
            ),
            "exceptions": tuple(
                one.model_copy(update={"reason": "", "reasons": (), "remedies": ()})
                for one in calendar.exceptions
            ),
            "notices": tuple(one.model_copy(update={"text": ""}) for one in calendar.notices),
        }
    )


def _own_meeting(meeting: Meeting, plans: Mapping[str, Plan], person: str | None) -> Meeting | None:
    if person is None:
        return None
    if any(person in (place.person, place.for_) for place in meeting.attendees):
        return meeting
    day = meeting.start.date()
    own = tuple(
        plan for plan in meeting.plans if plan in plans and _has_part(plans[plan], person, day, meeting.kind)
    )
    return meeting.model_copy(update={"plans": own}) if own else None


def _has_part(plan: Plan, person: str | None, day: date, kind: MeetingKind | None = None) -> bool:
    """Whether somebody has a part in a plan on a day: in its meetings of a kind, or in any of it."""
    handover = plan.handover
    if person is not None and handover is not None and handover.person == person and handover.date <= day:
        return True
    return any(
        part.person == person
        and takes_part(part, day)
        and (not part.meetings or kind is None or kind in part.meetings)
        for part in plan.participants
    )


def _own_reasons(reasons: Iterable[Reason], mine: frozenset[str]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if mine.issuperset(reason.meetings))


def _own_breach(breach: Breach, mine: frozenset[str]) -> Breach:
    remedies = tuple(one for one in breach.remedies if mine.issuperset(one.meetings))
    return breach.model_copy(update={"reasons": _own_reasons(breach.reasons, mine), "remedies": remedies})


def _own_exception(one: CalendarException, mine: frozenset[str]) -> CalendarException:
    remedies = tuple(remedy for remedy in one.remedies if mine.issuperset(remedy.meetings))
    # Its own sentence says in which other meeting somebody is: whose that is, nobody can tell from it.
    return one.model_copy(
        update={"reason": "", "reasons": _own_reasons(one.reasons, mine), "remedies": remedies}
    )


def _bare_task(task: Task) -> Task:
    if task.kind not in _CONCERNS:
        return task
    return task.model_copy(update={"title": task.kind.replace("-", " ").capitalize()})


def _own_rebooking(rebooking: Rebooking, mine: frozenset[str], plans: frozenset[str]) -> Rebooking:
    return rebooking.model_copy(
        update={
            "options": tuple(_own_option(option, mine, plans) for option in rebooking.options),
            "reasons": _own_reasons(rebooking.reasons, mine),
        }
    )


def _own_option(option: Option, mine: frozenset[str], plans: frozenset[str]) -> Option:
    def own(changes: Iterable[MeetingChange]) -> tuple[MeetingChange, ...]:
        # A meeting that is new is in no calendar yet.
        return tuple(one for one in changes if one.meeting in mine or not plans.isdisjoint(one.plans))

    asked = [
        Asked(person=one.person, meetings=meetings, notice_days=one.notice_days)
        for one in option.asked
        if (meetings := tuple(meeting for meeting in one.meetings if meeting in mine))
    ]
    others = own(option.moves_others)
    cut = len(others) < len(option.moves_others)
    return option.model_copy(
        update={
            "asked": tuple(asked),
            "also": own(option.also),
            "moves_others": others,
            "why": "" if cut else option.why,
        }
    )


def _bare_rebooking(rebooking: Rebooking) -> Rebooking:
    options = tuple(option.model_copy(update={"why": ""}) for option in rebooking.options)
    return rebooking.model_copy(update={"options": options, "reasons": ()})


__all__ = ["calendar_seen", "own_plans", "rebooking_seen", "visible_meetings", "without_free_text"]
