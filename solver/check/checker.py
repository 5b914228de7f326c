"""The check of a calendar against its caseload and policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from solver.check.case import Case
from solver.check.exceptions import is_reported, unfounded_exceptions
from solver.check.held import Held
from solver.check.report import CheckReport, Finding, Violation
from solver.check.table import EXCEPTIONS, OF_A_MEETING, OF_MEETINGS_TOGETHER, OF_THE_CALENDAR
from solver.check.view import View
from solver.policy.model import Policy
from solver.schema.calendar import Calendar, CalendarException
from solver.schema.caseload import Caseload


def check_calendar(caseload: Caseload, policy: Policy, calendar: Calendar) -> CheckReport:
    """Check everything that ``solver/RULES.md`` asks of a calendar, and score it anew.

    Shares the outward schema, the policy as data and the published weights with the solver, and no arithmetic.

    Parameters
    ----------
    caseload : Caseload
        A valid one: its ids are known and its intervals can be read.
    policy : Policy
        The one that the caseload's authority means.
    calendar : Calendar
        Any that can be read, however wrong. What it gets wrong becomes violations, never an error.

    Returns
    -------
    CheckReport
        ``ok`` only if nothing stands against the calendar and its score is the one worked out here.
    """
    view = View(Case(caseload, policy), calendar)
    found = [
        *meeting_violations(view.meetings),
        *together_violations(view.meetings),
        *(violation for rule, function in OF_THE_CALENDAR for violation in _violations(rule, function(view))),
    ]
    listed: dict[str, list[CalendarException]] = {}
    for exception in calendar.exceptions:
        listed.setdefault(exception.kind, []).append(exception)
    reported = [one for one in found if is_reported(one, listed.get(one.rule, ()))]
    excused = {id(one) for one in reported}
    standing = [one for one in found if id(one) not in excused]
    forced = [one for one in found if one.forced]
    standing += _violations(EXCEPTIONS, unfounded_exceptions(view, forced))
    return CheckReport(standing, reported, view.score, view.cost, view.breaches)


def meeting_violations(meetings: Iterable[Held]) -> Iterator[Violation]:
    """Apply the rules that look at one meeting at a time."""
    for held in meetings:
        for rule, function in OF_A_MEETING:
            for one in function(held):
                yield _violation(rule, one)


def together_violations(meetings: Iterable[Held]) -> Iterator[Violation]:
    """Apply the rules that look at what several meetings ask of one person or one room."""
    together = list(meetings)
    for rule, function in OF_MEETINGS_TOGETHER:
        yield from _violations(rule, function(together))


def _violations(rule: str, findings: Iterable[Finding]) -> list[Violation]:
    return [_violation(rule, one) for one in findings]


def _violation(rule: str, one: Finding) -> Violation:
    return Violation(rule, one.meetings, one.people, one.amount, one.text, one.forced)
