"""Results of benchmark runs, made up: no run behind them."""

from __future__ import annotations

from typing import Any

from benchmarks.record import Missing, Order, Outcome, Sample


def order(seed: int = 1, **more: Any) -> Order:
    whole = {
        "case": "team",
        "size": 150,
        "seed": seed,
        "congestion": "typical",
        "authority": "wandsworth",
        "method": "convene",
        "seconds": 10,
        "workers": 2,
    }
    return Order.model_validate(whole | more)


def sample(seconds: float, cost: int | None = None, bound: float | None = None, **levels: int) -> Sample:
    return Sample(seconds=seconds, cost=cost, bound=bound, breaches=None, levels=levels or None)


def outcome(asked: Order, cost: int, **more: Any) -> Outcome:
    whole = {
        "order": asked,
        "meetings": 400,
        "samples": (),
        "seconds": 9.5,
        "cost": cost,
        "levels": {"family": cost},
        "bound": None,
        "breaches": 0,
        "breaches_proved": 0,
        "violations": {},
        "peak_mb": 100.0 + asked.seed,
    }
    return Outcome.model_validate(whole | more)


def ours(seed: int, cost: int, bound: float | None = None, **more: Any) -> Outcome:
    return outcome(order(seed), cost, bound=bound, **more)


def first_fit(seed: int, cost: int, **ordered: Any) -> Outcome:
    return outcome(order(seed, method="first-fit", seconds=0, **ordered), cost)


def none_in_time(seed: int, **more: Any) -> Missing:
    return Missing(order=order(seed, **more), why="no calendar in time")
