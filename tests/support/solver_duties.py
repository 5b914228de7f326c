"""Whether a calendar accounts for everything that is required: in a meeting, in a breach with its reasons, or in a notice."""

from __future__ import annotations

from solver.check.case import Case
from solver.check.held import hold_chain
from solver.check.windows import next_window
from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def accounted_for(caseload: Caseload, policy: Policy, calendar: Calendar) -> None:
    """Fail if anything that the policy requires is neither in the calendar nor said to be missing.

    Windows are the checker's; the chains are walked anew.
    """
    case = Case(caseload, policy)
    told = {(notice.kind, notice.subject) for notice in calendar.notices}
    of_plan = {member.plan.id: series.id for series in case.series.values() for member in series.members}
    for plan in caseload.plans:
        if plan.id not in of_plan:
            ended = plan.ends is not None and plan.ends < caseload.horizon.start
            assert (("plan_ended" if ended else "policy_silent"), plan.id) in told
    late = {(breach.series, breach.meeting): breach for breach in calendar.breaches}
    assert len(late) == len(calendar.breaches)
    for series in case.series.values():
        chain = hold_chain(case, series, [one for one in calendar.meetings if one.series == series.id])
        for held in chain:
            assert held.limits is not None
            assert ((series.id, held.id) in late) == (held.day > held.limits.due)
        window = next_window(case, series, chain[-1].day if chain else None)
        assert ((series.id, None) in late) == (window is not None and window.imposes)
    assert {meeting.series for meeting in calendar.meetings} <= set(case.series)
    for breach in calendar.breaches:
        assert breach.days > 0
        assert breach.reasons
        for reason in breach.reasons:
            assert reason.rule
            assert reason.text.strip().endswith(".")
    for exception in calendar.exceptions:
        assert exception.reason.strip().endswith(".")
    absent = {
        (meeting.id, one.person)
        for meeting in calendar.meetings
        for one in meeting.attendees
        if one.level == "expected" and one.status in ("absent", "report")
    }
    assert absent == {
        (one.meeting, one.person) for one in calendar.exceptions if one.kind in ("absent", "report")
    }
