"""The figures as tables, and their place in README.md."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.figures import Summary

MORE = "<!-- more results -->"
HEAD = ("case", "congestion", "method", "limit", "meetings", "first calendar")
TAIL = (
    "share left",
    "better than first fit",
    "cost",
    "breaches (proved)",
    "planned in",
    "peak memory",
    "lawful",
)


def seconds(value: float | None) -> str:
    """A time in words short enough for a table; "never" where it was not reached."""
    if value is None:
        return "never"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def percent(value: float | None) -> str:
    """A share as a percentage; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.2f} %"


def number(value: float | None) -> str:
    """A count or points with thousands set apart; halves are kept."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def rows(summaries: Sequence[Summary], marks: Sequence[float]) -> list[tuple[str, ...]]:
    """The table of results, its head first: one row a case, congestion, method and limit."""
    table = [(*HEAD, *(f"gap at {mark:g} s" for mark in marks), *TAIL)]
    for one in summaries:
        proves = one.gap is not None
        table.append(
            (
                one.case,
                one.congestion,
                one.method,
                f"{one.limit:g} s" if proves else "–",
                number(one.meetings),
                seconds(one.first) if proves else seconds(one.seconds),
                *(percent(one.gaps.get(mark)) for mark in marks),
                percent(one.share),
                f"{one.better} of {one.compared}" if proves else "–",
                number(one.cost),
                f"{number(one.breaches)} ({number(one.breaches_proved)})" if proves else number(one.breaches),
                seconds(one.seconds),
                f"{one.peak_mb:.0f} MB",
                f"{one.lawful} of {one.runs}",
            )
        )
    return table


def level_rows(summaries: Sequence[Summary]) -> list[tuple[str, ...]]:
    """The table of cost by level, its head first."""
    levels = list(dict.fromkeys(level for one in summaries for level in one.levels))
    table: list[tuple[str, ...]] = [("case", "congestion", "method", "limit", *levels)]
    for one in summaries:
        limit = f"{one.limit:g} s" if one.gap is not None else "–"
        table.append(
            (
                one.case,
                one.congestion,
                one.method,
                limit,
                *(number(one.levels.get(level, 0)) for level in levels),
            )
        )
    return table


def markdown(table: Sequence[Sequence[str]]) -> str:
    """A Markdown table of rows, the head first."""
    head, *body = table
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(table: Sequence[Sequence[str]]) -> str:
    """The same for a terminal: columns under each other, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = []
    for line in table:
        cells = [
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def put_section(document: str, name: str, body: str) -> str:
    """Put a section of results in the document's place for it.

    The place is between ``<!-- results: NAME -->`` and ``<!-- end of results: NAME -->``; a document
    without one gets it before ``<!-- more results -->``, which stays for the next.

    Raises
    ------
    ValueError
        The document has neither.
    """
    start, end = f"<!-- results: {name} -->", f"<!-- end of results: {name} -->"
    section = f"{start}\n\n{body.strip()}\n\n{end}"
    if start in document and end in document:
        place = f"{re.escape(start)}.*?{re.escape(end)}"
        return re.sub(place, lambda _: section, document, count=1, flags=re.DOTALL)
    if MORE not in document:
        raise ValueError(f"no place for results: add a line {MORE!r} where they belong")
    return document.replace(MORE, f"{section}\n\n{MORE}", 1)
