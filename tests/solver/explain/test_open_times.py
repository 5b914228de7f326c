"""The times that no cause rules out are exactly those at which the compiled problem can hold the meeting."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import any_caseload
import pytest
from solver_cases import read

from solver.engine.state import fixed_commits
from solver.explain.causes import Causes
from solver.explain.explainer import Explainer
from solver.explain.space import Wanted
from solver.plan import plan
from solver.replan.focus import Focused, place_of
from solver.schema.calendar import Meeting
from solver.schema.faults import CaseloadError


def possible(
    explainer: Explainer, focused: Focused, like: Meeting, k: int, begin: date, end: date
) -> set[tuple[datetime, str]]:
    """Every day, grid start and venue of the problem, asked one by one."""
    problem, commits = focused.problem, fixed_commits(focused.problem)
    s = focused.index(like.series)
    grid = explainer.case.grid
    pinned = {d for one, d in problem.pinned if one == s}
    found = set()
    for d, day in enumerate(problem.days):
        if not begin <= day <= end or d in pinned:
            continue
        for slot in range(grid.slots):
            minute = grid.start + slot * grid.minutes
            start = datetime.combine(day, time()) + timedelta(minutes=minute)
            for venue in problem.venues:
                meeting = like.model_copy(update={"start": start, "end": start, "venue": venue})
                if place_of(problem, commits, s, k, meeting) is not None:
                    found.add((start, venue))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_the_compiled_problem(seed: int) -> None:
    try:
        caseload, policy = read(any_caseload.any_caseload(random.Random(seed)))
    except CaseloadError:
        pytest.skip("no valid caseload")
    calendar = plan(caseload, policy, deterministic=2)
    explainer = Explainer(caseload, policy, calendar)
    for name, chain in explainer.focus.meetings.items():
        if not chain:
            continue
        focused = explainer.focus.on([name])
        for i in (0, len(chain) - 1):
            series = explainer.focus.series[name]
            begin, end = caseload.horizon.start, caseload.horizon.end
            causes = Causes(explainer.case, Wanted(series, i == 0, begin, end))
            pinned = {one.start.date() for one in chain if one.pinned}
            # A meeting that is booked needs no notice any more where it is.
            booked = {one.start for one in chain}
            ours = {(one.start, one.venue) for one in causes.open_times() if one.start.date() not in pinned}
            theirs = possible(explainer, focused, chain[i], min(i, 1), begin, end)
            assert {one for one in ours ^ theirs if one[0] not in booked} == set()
