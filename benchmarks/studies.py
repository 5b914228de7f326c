"""What can be measured: each study is a list of runs, and what its results are shown as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from benchmarks import tables, views
from benchmarks.cases import MARKS, Case, Congestion, case_of_size
from benchmarks.comparison import ablate, compare
from benchmarks.curves import curves
from benchmarks.growth import points
from benchmarks.record import PARTS, PEERS, Method, Order, Part, Result
from benchmarks.summary import missing, summaries

SIZES: Final = (3, 18, 37, 75, 150, 300, 600)
"""Plans of the caseloads whose growth is measured."""


@dataclass(frozen=True)
class Scope:
    """What a study is asked to cover.

    Attributes
    ----------
    seconds
        Limits; empty for a study's own.
    """

    seeds: tuple[int, ...]
    congestion: tuple[Congestion, ...]
    seconds: tuple[float, ...]
    authority: str
    workers: int

    def order(self, case: str, size: int, congestion: Congestion, seed: int, **more: object) -> Order:
        """The order for one run; ``more`` are the method, the limit and what is switched off."""
        whole = {
            "case": case,
            "size": size,
            "congestion": congestion,
            "seed": seed,
            "authority": self.authority,
            "workers": self.workers,
            "method": "convene",
        }
        return Order.model_validate(whole | more)


@dataclass(frozen=True)
class Study:
    """Runs, and what they are shown as.

    Attributes
    ----------
    name
        Of its section in README.md.
    tables
        Tables of the results, the head first in each.
    notes
        Lines that follow them.
    plots
        SVG documents by file name, with what each shows in a few words.
    """

    name: str
    orders: tuple[Order, ...]
    tables: Callable[[Sequence[Result]], list[tables.Table]]
    notes: Callable[[Sequence[Result]], Sequence[str]]
    plots: Callable[[Sequence[Result]], dict[str, tuple[str, str]]]


def case_study(case: Case, scope: Scope) -> Study:
    """One case, beside first fit."""
    limits = scope.seconds or case.seconds
    levels = tuple(level for level in scope.congestion if level in case.levels) or case.levels
    orders = []
    for congestion, seed in product(levels, scope.seeds):
        orders.append(_first_fit(scope, case.name, case.size, congestion, seed))
        orders += [scope.order(case.name, case.size, congestion, seed, seconds=limit) for limit in limits]
    marks = [mark for mark in MARKS if mark <= max(limits)]

    def show(results: Sequence[Result]) -> list[tables.Table]:
        found = summaries(results, marks)
        longest = [one for one in found if one.method == "convene" and one.limit == max(limits)]
        return [views.results(found, marks), views.levels(found), views.moments(longest)]

    def draw(results: Sequence[Result]) -> dict[str, tuple[str, str]]:
        from benchmarks import plots  # noqa: PLC0415 (matplotlib is an extra, needed by what is written alone)

        words = f"Best calendar and proven bound against time: {case.words}"
        return {f"{case.name}.svg": (words, plots.search(case.words, curves(results)))}

    return Study(case.name, tuple(orders), show, missing, draw)


def growth_study(sizes: Iterable[int], scope: Scope) -> Study:
    """Caseloads of a row of sizes, one limit for all."""
    limit = max(scope.seconds or (60.0,))
    orders = []
    for congestion, size, seed in product(scope.congestion, sorted(sizes), scope.seeds):
        case = case_of_size(size)
        orders.append(_first_fit(scope, case, size, congestion, seed))
        orders.append(scope.order(case, size, congestion, seed, seconds=limit))

    def draw(results: Sequence[Result]) -> dict[str, tuple[str, str]]:
        from benchmarks import plots  # noqa: PLC0415 (as above)

        words = "Time, memory, cost and gap against the size of the caseload"
        return {"growth.svg": (words, plots.growth(points(results)))}

    return Study("growth", tuple(orders), lambda results: [views.growth(points(results))], missing, draw)


def ablation_study(cases: Iterable[Case], scope: Scope) -> Study:
    """Convene with all parts, and with one part off at a time."""
    arms: list[tuple[Part, ...]] = [(), *((part,) for part in PARTS)]
    limits = scope.seconds or (10.0,)
    orders = [
        scope.order(case.name, case.size, congestion, seed, seconds=limit, without=without)
        for case, congestion, limit, seed, without in product(
            cases, scope.congestion, limits, scope.seeds, arms
        )
        if congestion in case.levels
    ]

    def show(results: Sequence[Result]) -> list[tables.Table]:
        groups = _groups(results, lambda order: (order.case, order.congestion, order.seconds))
        return [views.arms([arm for group in groups for arm in ablate(group)])]

    return Study("ablation", tuple(orders), show, missing, _no_plots)


def peers_study(cases: Iterable[Case], methods: Sequence[Method], scope: Scope) -> Study:
    """Convene beside its peers, on the same instances, limits and cores."""
    limits = scope.seconds or (10.0, 60.0)
    timed = [method for method in methods if method != "first-fit"]
    orders = []
    for case, congestion, seed in product(cases, scope.congestion, scope.seeds):
        if congestion in case.levels:
            # First fit always: what it costs is what the share left is a share of.
            orders.append(_first_fit(scope, case.name, case.size, congestion, seed))
            orders += [
                scope.order(case.name, case.size, congestion, seed, seconds=limit, method=method)
                for limit, method in product(limits, ["convene", *timed])
            ]

    def show(results: Sequence[Result]) -> list[tables.Table]:
        found = [
            compare(group, peer, limit)
            for group in _groups(results, lambda order: (order.case, order.congestion))
            for peer, limit in product([peer for peer in PEERS if peer in methods], limits)
        ]
        marks = [mark for mark in MARKS if mark <= max(limits)]
        return [views.comparisons(found), views.results(summaries(results, marks), [])]

    return Study("peers", tuple(orders), show, missing, _no_plots)


def _first_fit(scope: Scope, case: str, size: int, congestion: Congestion, seed: int) -> Order:
    return scope.order(case, size, congestion, seed, method="first-fit", seconds=0.0)


def _groups(results: Iterable[Result], key: Callable[[Order], tuple[object, ...]]) -> list[list[Result]]:
    groups: dict[tuple[object, ...], list[Result]] = {}
    for one in results:
        groups.setdefault(key(one.order), []).append(one)
    return list(groups.values())


def _no_plots(results: Sequence[Result]) -> dict[str, tuple[str, str]]:
    del results
    return {}
