"""What leaves the machine compiles to the same arrays, and names nobody."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from any_caseload import any_caseload
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from solver_cases import read

from solver.generate import generate
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.scale.pseudonyms import pseudonymise
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError


def same_arrays(caseload: Caseload, policy: Policy) -> None:
    hidden, names = pseudonymise(caseload, policy)
    sent = Caseload.model_validate_json(hidden.model_dump_json(by_alias=True))
    real, masked = compile_problem(caseload, policy), compile_problem(sent, policy)
    for field in real.packed._fields:
        one, other = getattr(real.packed, field), getattr(masked.packed, field)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert (real.days, real.fixed_commits, real.constant) == (
        masked.days,
        masked.fixed_commits,
        masked.constant,
    )
    told = [f"{kind}:{names[token]}" for kind, _, token in (name.partition(":") for name in masked.resources)]
    assert told == list(real.resources)
    assert tuple(names[token] for token in masked.venues) == real.venues
    assert [
        f"{names[name]}.{kind}" for name, _, kind in (one.id.rpartition(".") for one in masked.series)
    ] == [one.id for one in real.series]
    assert {key: name and names[name] for key, name in masked.pinned.items()} == real.pinned


@settings(max_examples=150, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(st.randoms(use_true_random=False))
def test_any_caseload_compiles_to_the_same_arrays(chance: random.Random) -> None:
    try:
        caseload, policy = read(any_caseload(chance))
    except CaseloadError:
        assume(condition=False)
        return
    same_arrays(caseload, policy)


@pytest.mark.parametrize(
    ("authority", "plans", "congestion"),
    [
        ("wandsworth", 40, "typical"),
        ("barnsley", 3, "easy"),
        ("sefton", 18, "hard"),
        ("carefirst", 40, "hard"),
    ],
)
def test_generated_ones_compile_to_the_same_arrays(authority: str, plans: int, congestion: Any) -> None:
    same_arrays(generate(plans, 2, authority=authority, congestion=congestion), load_policy(authority))
