"""The same seed gives the same calendar, to the byte, on any machine: another process, another order of hashes."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from any_caseload import any_caseload
from solver_cases import planned, read

from solver.check import check_calendar
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

ROOT = Path(__file__).parents[2]
PROGRAM = """
import hashlib, sys
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
caseload = generate(10, 5, congestion="hard")
calendar = plan(caseload, load_policy(caseload.authority), deterministic=3, seed=int(sys.argv[1]))
print(hashlib.sha256(calendar.model_dump_json(by_alias=True).encode()).hexdigest())
"""


def made() -> Caseload:
    return generate(10, 5, congestion="hard")


@cache
def planned_with(seed: int) -> Calendar:
    return plan_anew(seed)


def plan_anew(seed: int, *, workers: int = 2) -> Calendar:
    caseload = made()
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=3, seed=seed, workers=workers)
    assert check_calendar(caseload, policy, calendar).ok
    return calendar


def bytes_of(calendar: Calendar) -> bytes:
    return calendar.model_dump_json(by_alias=True).encode()


def in_another_process(seed: int, hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(seed)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_same_bytes_in_other_processes() -> None:
    expected = hashlib.sha256(bytes_of(planned_with(3))).hexdigest()
    assert [in_another_process(3, hash_seed) for hash_seed in ("1", "4321")] == [expected, expected]


def test_the_same_bytes_in_one_process_whatever_was_planned_before() -> None:
    first = bytes_of(planned_with(3))
    plan_anew(8)
    # How many workers CP-SAT may have is no matter where rounds are counted.
    assert bytes_of(plan_anew(3, workers=1)) == first


def test_neither_the_clock_nor_who_is_told_matters() -> None:
    caseload = made()
    policy = load_policy(caseload.authority)
    seconds = iter(range(10**9))
    told = []
    calendar = plan(
        caseload,
        policy,
        deterministic=3,
        seed=3,
        clock=lambda: 1000.0 * next(seconds),
        on_event=told.append,
    )
    assert bytes_of(calendar) == bytes_of(planned_with(3))
    assert calendar.seconds == 0.0
    assert told


@pytest.mark.parametrize("seed", [1, 8])
def test_another_seed_gives_a_lawful_one_too(seed: int) -> None:
    calendar = planned_with(seed)
    assert calendar.seed == seed
    assert calendar.bound <= calendar.cost
    assert calendar.id != planned_with(3).id


def test_the_caseload_is_what_it_was() -> None:
    """Planning changes nothing that it was given."""
    for seed in range(6):
        data = any_caseload(random.Random(seed))
        try:
            caseload, _ = read(data)
        except ValueError:
            continue
        before = caseload.model_dump_json()
        planned(data, rounds=2)
        assert caseload.model_dump_json() == before
