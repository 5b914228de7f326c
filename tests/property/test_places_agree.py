"""The solver and the checker, written apart, give the same people places at every meeting."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from any_caseload import any_caseload
from solver_cases import read

from solver.check.case import Case
from solver.check.places import places_at
from solver.generate import generate
from solver.policy import builtin_policies, load_policy
from solver.policy.model import Policy
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.series import Membership, form_series


def agree(caseload: Caseload, policy: Policy) -> int:
    """Compare the places on every day; returns how many have somebody who may stand in by a slot."""
    case, membership = Case(caseload, policy), Membership(caseload)
    horizon = caseload.horizon
    days = [horizon.start + timedelta(days=n) for n in range((horizon.end - horizon.start).days + 1)]
    in_slots = 0
    for series in form_series(caseload, policy):
        for day in days:
            for first in (True, False):
                ours = {
                    (
                        place.person,
                        place.role,
                        place.level,
                        place.remote,
                        place.sitting if series.split else None,
                        frozenset(place.others),
                    )
                    for place in membership.places(series, day, first=first and series.first)
                }
                theirs = {
                    (place.person, place.role, place.level, place.remote, place.sitting, place.may_stand_in)
                    for place in places_at(case, case.series[series.id], day, is_first=first)
                }
                assert ours == theirs, (series.id, day, first)
                in_slots += sum(bool(place[-1]) for place in ours)
    return in_slots


def test_whatever_is_in_the_caseload() -> None:
    in_slots = compared = 0
    for seed in range(120):
        try:
            caseload, policy = read(any_caseload(random.Random(seed)))
        except CaseloadError:
            continue
        in_slots += agree(caseload, policy)
        compared += 1
    assert compared > 80
    assert in_slots > 100


@pytest.mark.parametrize("authority", [name for name in builtin_policies() if name != "england"])
def test_of_a_generated_team(authority: str) -> None:
    agree(generate(12, 5, authority=authority), load_policy(authority))
