"""Fill the report's template. The page asks for nothing from anywhere: styles, script and drawings are in it."""

from __future__ import annotations

from service.figures import KINDS, figures
from service.report.page import environment, text
from service.report.proof import build_proof
from service.report.stress import stress_view
from service.views.attention import breach_views, exception_views, is_rule, not_looked_into
from service.views.meetings import meetings_by_worker
from service.views.names import Names
from service.views.rules import rule_views, source_views
from service.views.slack import histogram
from service.views.tasks import tasks_by_owner
from service.views.timeline import build_timeline, meeting_state
from service.views.workload import build_workload
from service.words import KIND_NAMES, STATUS_WORDS, count, long_day, opening
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.stress import Stress


def render_report(
    caseload: Caseload, policy: Policy, calendar: Calendar, *, stress: Stress | None = None
) -> str:
    """Render the report of a calendar.

    It shows plan references and the names of professionals. It shows no addresses, no family member's name, and
    no name of a home, a placement or a confidential venue. With a stress test of the calendar it holds that as well.

    Returns
    -------
    str
        An HTML document that loads nothing from outside itself.
    """
    working = working_calendar(caseload, policy)
    names = Names(caseload)
    timeline = build_timeline(caseload, policy, calendar, names, working)
    by_kind, total = figures(calendar)
    wanted = calendar.weights.get("slack_days_wanted", 0)
    return environment().get_template("report.html.j2").render(
        css=text("report.css"),
        js=text("report.js"),
        calendar=calendar,
        policy=policy,
        team=caseload.team.name,
        start=long_day(calendar.horizon.start),
        end=long_day(calendar.horizon.end),
        plans=len({plan for meeting in calendar.meetings for plan in meeting.plans}),
        by_kind=by_kind,
        total=total,
        kpis=calendar.kpis,
        held=calendar.held_kpis,
        tasks=tasks_by_owner(calendar, names),
        kinds=[(kind, opening(KIND_NAMES[kind])) for kind in KINDS if any(row.kind == kind for row in by_kind)],
        breaches=breach_views(calendar),
        exceptions=exception_views(calendar, names),
        left=not_looked_into(calendar),
        conflicts=_conflicts(calendar),
        notices=calendar.notices,
        tight=sum(meeting_state(meeting, wanted) == "tight" for meeting in calendar.meetings),
        on_due=sum(meeting.slack_days == 0 and not meeting.breach_days for meeting in calendar.meetings),
        wanted=wanted,
        timeline=timeline,
        workload=build_workload(calendar, names, timeline.weeks),
        histogram=histogram(calendar.kpis, wanted),
        proof=build_proof(calendar),
        status_words=opening(STATUS_WORDS[calendar.status]),
        seconds=calendar.seconds,
        meetings=meetings_by_worker(caseload, calendar, names),
        rules=rule_views(policy),
        sources=source_views(policy, calendar),
        stress=None if stress is None else stress_view(caseload, stress),
        stress_css="" if stress is None else text("stress.css"),
    )  # fmt: skip


def _conflicts(calendar: Calendar) -> str:
    """Whether the calendar is free of conflicts: only pinned meetings may break a rule, and then say so."""
    broken = {exception.meeting for exception in calendar.exceptions if is_rule(exception.kind)}
    if broken:
        pinned = count(len(broken), "pinned meeting")
        return (
            f"{pinned} {'breaks' if len(broken) == 1 else 'break'} a rule; otherwise there are no conflicts."
        )
    return "Nobody and no room is in two places at once."
