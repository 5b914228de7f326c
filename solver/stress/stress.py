"""The whole stress test: a calendar's runs, those of another one with the same fate, and what they say together."""

from __future__ import annotations

from collections.abc import Callable

from solver.policy.model import Policy
from solver.scale.executor import InProcess, LocalProcesses
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.load import digest
from solver.schema.stress import Rates, Stress, Stressed
from solver.score import WEIGHTS
from solver.stress.outcome import compared, stressed
from solver.stress.plain import PlainLimits, plan_without_resilience
from solver.stress.share import batches, live_through
from solver.stress.simulate import Lived


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
    workers: int = 1,
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
    workers : int
        Processes that do the runs; what is found is the same with any number.
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
    workers = min(workers, batches(runs))
    hands: LocalProcesses | InProcess = LocalProcesses(workers) if workers > 1 else InProcess()

    def lived(word: str, which: Calendar) -> Stressed:
        found: list[Lived] = []
        for batch in live_through(caseload, policy, which, rates, seed=seed, runs=runs, executor=hands):
            found += batch
            if on_run is not None:
                on_run(word, len(found))
        return stressed(which, sorted(found, key=lambda one: one.run.run))

    with hands:
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
