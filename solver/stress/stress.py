"""The whole stress test: a calendar's runs, those of another one with the same fate, and what they say together."""

from __future__ import annotations

from collections.abc import Callable

from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.load import digest
from solver.schema.stress import Rates, Stress, Stressed
from solver.score import WEIGHTS
from solver.stress.draws import Draws
from solver.stress.outcome import compared, stressed
from solver.stress.plain import PlainLimits, plan_without_resilience
from solver.stress.simulate import Simulation


class OtherCaseloadError(ValueError):
    """A calendar isn't of the caseload as it is; the text says so."""


def stress(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    *,
    runs: int,
    seed: int = 1,
    rates: Rates | None = None,
    against: Calendar | None = None,
    plain: PlainLimits | None = None,
    on_run: Callable[[str, int], None] | None = None,
) -> Stress:
    """Live through a calendar's horizon many times.

    Parameters
    ----------
    caseload : Caseload
        That the calendar was planned from.
    policy : Policy
    calendar : Calendar
    runs : int
        At least 1.
    seed : int
        The same seed, caseload and rates are the same fate, whatever the calendar.
    rates : Rates, optional
        The defaults, if not given.
    against : Calendar, optional
        Another calendar of the caseload to compare with.
    plain : PlainLimits, optional
        Where no other calendar is given: plan one without resilience within these limits, and compare with it.
    on_run : callable, optional
        Told of progress: a word for the calendar, and how many runs it has had.

    Returns
    -------
    Stress

    Raises
    ------
    OtherCaseloadError
        One of the calendars answers another caseload, or this one before it was changed.
    """
    for one in (calendar, against):
        if one is not None and one.caseload.digest != digest(caseload):
            raise OtherCaseloadError(
                f"The calendar {one.id}, revision {one.revision}, is of another caseload than {caseload.id} is now"
            )
    rates = rates or Rates()
    draws = Draws(caseload, working_calendar(caseload, policy), rates, seed)

    def lived(word: str, which: Calendar) -> Stressed:
        simulation = Simulation(caseload, policy, which, rates)
        found = []
        for number in range(1, runs + 1):
            found.append(simulation.run(number, draws.run(number)))
            if on_run is not None:
                on_run(word, number)
        return stressed(which, found)

    own = lived("this calendar", calendar)
    other = against
    if other is None and plain is not None:
        if on_run is not None:
            on_run("planning without resilience", 0)
        other = plan_without_resilience(caseload, policy, calendar, plain)
    comparison = None
    if other is not None:
        facing = lived("the other calendar", other)
        comparison = compared(calendar, own, other, facing, given=against is not None, seed=seed)
    return Stress(
        calendar=calendar.id,
        revision=calendar.revision,
        seed=seed,
        rates=rates,
        stressed=own,
        comparison=comparison,
        breach_day=WEIGHTS["breach_day"],
    )
