"""Puts causes and remedies into a whole calendar, within a limit on the work that is the same on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from solver.explain.explainer import ABSENCES, Explainer
from solver.policy.model import Policy
from solver.schema.calendar import Breach, Calendar, CalendarException, Reason
from solver.schema.caseload import Caseload


@dataclass(frozen=True)
class Effort:
    """How much may be looked into.

    Attributes
    ----------
    breaches, exceptions : int
        How many are looked into at most, the worst breaches and the first exceptions first.
    each_breach, each_exception : int
        Remedies that are tried for one of them at most.
    """

    breaches: int
    exceptions: int
    each_breach: int
    each_exception: int


TEAM: Final = Effort(breaches=24, exceptions=48, each_breach=6, each_exception=2)
"""With every calendar that is planned of up to ``TEAM_PLANS`` plans: a few seconds at most."""
AUTHORITY: Final = Effort(breaches=12, exceptions=12, each_breach=5, each_exception=2)
"""With every calendar of more: there everything takes several times as long."""
TEAM_PLANS: Final = 300
CAUSES: Final = 60
"""Breaches whose causes are looked for at most, whatever is tried; what is beyond is told to be."""
NOT_LOOKED_INTO: Final = (
    "Its causes have not been looked into, as there are too many breaches: `convene explain` does."
)


def with_explanations(
    caseload: Caseload, policy: Policy, calendar: Calendar, effort: Effort | None = None
) -> Calendar:
    """Return a calendar whose breaches and exceptions say why they are and what would help.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    calendar : Calendar
        With breaches and exceptions as they are; whatever reasons these have is replaced.
    effort : Effort, optional
        If not given, by the size of the caseload.
    """
    if effort is None:
        effort = TEAM if len(caseload.plans) <= TEAM_PLANS else AUTHORITY
    if not calendar.breaches and not any(one.kind in ABSENCES for one in calendar.exceptions):
        return calendar
    explainer = Explainer(caseload, policy, calendar)
    breaches = [
        explainer.breach(one, effort.each_breach if i < effort.breaches else 0)
        if i < CAUSES
        else _not_looked_into(one)
        for i, one in enumerate(calendar.breaches)
    ]
    exceptions: list[CalendarException] = []
    left = effort.exceptions
    for exception in calendar.exceptions:
        if exception.kind in ABSENCES and left > 0:
            left -= 1
            exceptions.append(explainer.exception(exception, effort.each_exception))
        else:
            exceptions.append(exception)
    return calendar.model_copy(update={"breaches": tuple(breaches), "exceptions": tuple(exceptions)})


def _not_looked_into(breach: Breach) -> Breach:
    return breach.model_copy(update={"reasons": (Reason(rule="series.window", text=NOT_LOOKED_INTO),)})
