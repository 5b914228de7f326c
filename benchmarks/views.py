"""Which figures a table shows: one function a table, each from figures to rows with the head first."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.comparison import Arm, Comparison
from benchmarks.growth import GAP, Point
from benchmarks.summary import LEVELS, Summary
from benchmarks.tables import Table, limit, megabytes, number, percent, seconds, times


def results(summaries: Sequence[Summary], marks: Sequence[float]) -> Table:
    """What came of each case, congestion, method and limit, and the gap on the way there."""
    table: Table = [
        (
            "case",
            "congestion",
            "method",
            "limit",
            "meetings",
            "first calendar",
            *(f"gap at {mark:g} s" for mark in marks),
            "gap at the end",
            "share left",
            "better than first fit",
            "cost",
            "breaches (proved)",
            "planned in",
            "peak memory",
            "lawful",
        )
    ]
    for one in summaries:
        table.append(
            (
                one.case,
                one.congestion,
                one.method,
                limit(one.limit),
                number(one.meetings),
                seconds(one.first),
                *(percent(one.gap_at(mark)) for mark in marks),
                percent(one.gap),
                percent(one.share),
                f"{one.better} of {one.compared}" if one.proves else "–",
                number(one.cost),
                f"{number(one.breaches)} ({number(one.breaches_proved)})"
                if one.proves
                else number(one.breaches),
                seconds(one.seconds),
                megabytes(one.peak_mb),
                f"{one.lawful} of {one.runs}",
            )
        )
    return table


def levels(summaries: Sequence[Summary]) -> Table:
    """The cost by level."""
    names = list(dict.fromkeys(level for one in summaries for level in one.levels))
    table: Table = [("case", "congestion", "method", "limit", *names)]
    for one in summaries:
        points = (number(one.levels.get(level, 0)) for level in names)
        table.append((one.case, one.congestion, one.method, limit(one.limit), *points))
    return table


def moments(summaries: Sequence[Summary]) -> Table:
    """Each search on its way: calendar, bound and points by level at each mark."""
    every = [points for one in summaries for moment in one.moments for points in moment.levels.items()]
    names = [name for name in LEVELS if any(level == name and points for level, points in every)]
    table: Table = [("case", "congestion", "limit", "at", "cost", "bound", "gap", "breaches", *names)]
    for one in summaries:
        for moment in one.moments:
            table.append(
                (
                    one.case,
                    one.congestion,
                    limit(one.limit),
                    limit(moment.seconds),
                    number(moment.cost),
                    number(moment.bound),
                    percent(moment.gap),
                    number(moment.breaches),
                    *(number(moment.levels.get(level)) for level in names),
                )
            )
    return table


def comparisons(found: Sequence[Comparison]) -> Table:
    """Peers beside Convene."""
    table: Table = [
        (
            "case",
            "congestion",
            "peer",
            "limit",
            "peer's cost by ours, median",
            "least",
            "Convene better",
            "equal",
            "worse",
            "no lawful calendar of the peer",
            "share left, peer",
            "share left, Convene",
            "why none",
        )
    ]
    for one in found:
        table.append(
            (
                one.case,
                one.congestion,
                one.peer,
                limit(one.limit),
                times(one.median_ratio),
                times(one.least_ratio),
                f"{one.better} of {one.instances}",
                str(one.equal),
                str(one.worse),
                str(one.without),
                percent(one.share),
                percent(one.our_share),
                "; ".join(one.notes),
            )
        )
    return table


def arms(found: Sequence[Arm]) -> Table:
    """Convene with parts off."""
    table: Table = [
        (
            "case",
            "congestion",
            "parts",
            "limit",
            "first calendar",
            "cost",
            "by all parts' cost",
            "above the best bound",
            "own gap",
            "dearer than all parts",
        )
    ]
    for one in found:
        table.append(
            (
                one.case,
                one.congestion,
                f"without {', '.join(one.without)}" if one.without else "all",
                limit(one.limit),
                seconds(one.first),
                number(one.cost),
                times(one.ratio),
                percent(one.gap),
                percent(one.own_gap),
                f"{one.worse} of {one.runs}" if one.without else "–",
            )
        )
    return table


def growth(found: Sequence[Point]) -> Table:
    """A row a size."""
    table: Table = [
        (
            "plans",
            "congestion",
            "limit",
            "meetings",
            "first calendar",
            f"to a gap of {100 * GAP:g} %",
            "gap at the limit",
            "peak memory",
            "cost",
            "cost by plan",
            "first fit by plan",
            "first fit took",
        )
    ]
    for one in found:
        table.append(
            (
                f"{one.size:,}",
                one.congestion,
                limit(one.limit),
                number(one.meetings),
                seconds(one.first),
                seconds(one.to_gap),
                percent(one.gap),
                megabytes(one.peak_mb),
                number(one.cost),
                number(by(one.cost, one.size)),
                number(by(one.naive, one.size)),
                seconds(one.naive_seconds),
            )
        )
    return table


def by(value: float | None, size: int) -> float | None:
    """A figure for each plan."""
    return None if value is None else value / size
