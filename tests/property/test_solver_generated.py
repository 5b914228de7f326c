"""Generated teams under every built-in policy and at every congestion: lawful, bounded and complete after a few rounds."""

from __future__ import annotations

from itertools import product

import pytest
from deep import first
from solver_duties import accounted_for

from solver.check import check_calendar
from solver.generate import generate
from solver.plan import plan
from solver.policy import builtin_policies, load_policy
from solver.schema.validate import validate

POLICIES = [name for name in builtin_policies() if name != "england"]
CONGESTION = ("easy", "typical", "hard")
CASES = list(enumerate(product(POLICIES, CONGESTION)))


def is_complete(authority: str, congestion: str, plans: int, seed: int, rounds: int) -> None:
    caseload = generate(plans, seed, authority=authority, congestion=congestion)
    policy = load_policy(authority)
    assert validate(caseload, policy) == []
    calendar = plan(caseload, policy, deterministic=rounds, seed=seed)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    assert calendar.bound <= calendar.cost
    assert calendar.meetings
    accounted_for(caseload, policy, calendar)


def test_the_five_policies() -> None:
    assert len(POLICIES) == 5


@pytest.mark.parametrize(("number", "case"), CASES)
def test_complete(number: int, case: tuple[str, str]) -> None:
    is_complete(*case, plans=12 + number, seed=number, rounds=1)


@pytest.mark.slow
@pytest.mark.parametrize("again", first(1, range(1, 7)))
@pytest.mark.parametrize(("number", "case"), CASES)
def test_complete_of_many_more(number: int, case: tuple[str, str], again: int) -> None:
    seed = 100 * again + number
    is_complete(*case, plans=12 + seed % 19, seed=seed, rounds=3)
