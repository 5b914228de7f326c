"""The best calendars of tiny caseloads, for tests that measure something else against them: each is looked for once a process."""

from __future__ import annotations

from functools import cache

from brute import best_calendar
from tiny import tiny_caseload, tiny_policy

from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


@cache
def tiny_best(seed: int) -> tuple[Caseload, Policy, Calendar]:
    """A tiny caseload, its policy, and the best of all its calendars."""
    caseload, policy = tiny_caseload(seed), tiny_policy(seed)
    return caseload, policy, best_calendar(caseload, policy)
