"""The solver against brute force where windows count from events, hold beside others and change on a date."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from brute import best_calendar
from tiny import START, tiny_caseload, tiny_policy

from solver.check import check_calendar
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.schema.caseload import Caseload
from solver.schema.validate import validate
from solver.series import form_series

Json = dict[str, Any]
SEEDS = tuple(range(1, 60, 2))
ROUNDS = 30


def with_windows(seed: int) -> tuple[Caseload, Policy]:
    """A tiny caseload whose policy has some of the newer windows as well, and whose plans have the events for them."""
    chance = random.Random(f"windows {seed}")
    data = tiny_policy(seed).model_dump(mode="json", by_alias=True, exclude_none=True)
    for rule in data["meetings"]:
        rule["windows"] += [
            _event(chance, name) for name in chance.sample(("birth", "inquorate", "next_review"), 2)
        ]
        if chance.random() < 0.4:
            newer = START + timedelta(days=chance.randrange(3, 20))
            rule["windows"].append(
                {
                    "applies": "later",
                    "maximum": ["8 days"],
                    "effective_from": f"{newer}",
                    "sources": ["made-up"],
                }
            )
        if chance.random() < 0.3:
            rule["not_on_review_day"] = {"days_before": 2, "days_after": 1, "sources": ["made-up"]}
    policy = load_policy(data | {"count_day_zero": chance.random() < 0.3})
    caseload: Json = tiny_caseload(seed).model_dump(mode="json", by_alias=True)
    caseload["authority"] = policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    if chance.random() < 0.3:
        caseload["team"]["every_at_most"] = {"core_group": "10 days"}
    for one in caseload["plans"]:
        for name in ("birth", "inquorate"):
            if chance.random() < 0.7:
                one["events"][name] = f"{START + timedelta(days=chance.randrange(-12, 20))}"
    return Caseload.model_validate(caseload), policy


def _event(chance: random.Random, name: str) -> Json:
    if name == "next_review":
        window: Json = {"direction": "before", "minimum": "2 days", "maximum": ["12 days"]}
    else:
        window = {
            "minimum": chance.choice(["1 day", "4 days"]),
            "maximum": [chance.choice(["5 days", "9 days"])],
        }
    return {"applies": "event", "anchor": [name], "sources": ["made-up"], **window}


@pytest.mark.parametrize("seed", SEEDS)
def test_finds_and_proves_the_optimum(seed: int) -> None:
    caseload, policy = with_windows(seed)
    assert validate(caseload, policy) == []
    best = best_calendar(caseload, policy)
    found = plan(caseload, policy, deterministic=ROUNDS, seed=seed)
    assert check_calendar(caseload, policy, found).ok
    assert (found.cost, found.bound, found.status) == (best.cost, best.cost, "optimal")


def test_the_windows_matter() -> None:
    """In most of these series a window around an event asks for a meeting."""
    around = [
        any(one.due <= series.last_day for events in series.events for one in events)
        for seed in SEEDS
        for series in form_series(*with_windows(seed))
    ]
    assert sum(around) > len(around) / 2
