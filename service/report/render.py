"""Fill the report's template. The page asks for nothing from anywhere: styles, script and drawings are in it."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.figures import KINDS, figures
from service.report.attention import breach_views, exception_views, is_rule, not_looked_into
from service.report.meetings import meetings_by_worker
from service.report.names import Names
from service.report.proof import build_proof
from service.report.rules import rule_views, source_views
from service.report.tasks import tasks_by_owner
from service.report.timeline import build_timeline, meeting_state
from service.report.workload import build_workload
from service.words import DASH, KIND_NAMES, STATUS_WORDS, costs_words, count, long_day, opening, percent
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.base import MeetingKind
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

HISTOGRAM_NAMES = {
    "late": "Late",
    "0": "0, on the due date",
    "3-5": "3 to 5",
    "6-10": "6 to 10",
    "11+": "11 or more",
}


def render_report(caseload: Caseload, policy: Policy, calendar: Calendar) -> str:
    """Render the report of a calendar.

    It shows plan references and the names of professionals. It shows no addresses, no family member's name, and
    no name of a home, a placement or a confidential venue.

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
    return _environment().get_template("report.html.j2").render(
        css=_text("report.css"),
        js=_text("report.js"),
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
        histogram=_histogram(calendar, wanted),
        proof=build_proof(calendar),
        status_words=opening(STATUS_WORDS[calendar.status]),
        seconds=calendar.seconds,
        meetings=meetings_by_worker(caseload, calendar, names),
        rules=rule_views(policy),
        sources=source_views(policy, calendar),
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


def _histogram(calendar: Calendar, wanted: int) -> list[tuple[str, int, float, str]]:
    """Name, meetings, length of the bar in percent of the longest, and tone of each bin."""
    bins = calendar.kpis.slack_histogram
    most = max(bins.values(), default=0) or 1
    tones = {"late": "bad"} | {str(slack): "tight" for slack in range(wanted)}
    return [
        (HISTOGRAM_NAMES.get(name, name), number, round(100 * number / most, 1), tones.get(name, ""))
        for name, number in bins.items()
    ]


def _month(value: str) -> str:
    """``2026-11`` as November 2026."""
    return f"{date.fromisoformat(f'{value}-01'):%B %Y}"


def _kind_name(kind: MeetingKind | None) -> str:
    return opening(KIND_NAMES[kind]) if kind else "All"


def _whole(text: str) -> str:
    """The text with every percentage kept on one line."""
    return text.replace(" %", "\u00a0%")


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(short=_short, whole=_whole, month=_month)
    environment.globals.update(
        count=count,
        percent=percent,
        opening=opening,
        long_day=long_day,
        costs_words=costs_words,
        kind_name=_kind_name,
        dash=DASH,
    )
    return environment


@cache
def _text(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup(files("service.report").joinpath("templates", name).read_text(encoding="utf-8"))
