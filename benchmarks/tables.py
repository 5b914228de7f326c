"""Tables: cells, Markdown, columns for a terminal, and their place in README.md."""

from __future__ import annotations

import re
from collections.abc import Sequence

MORE = "<!-- more results -->"
Table = list[tuple[str, ...]]
"""Rows of cells, the head first."""


def seconds(value: float | None) -> str:
    """A time in words short enough for a table; "never" where it was not reached."""
    if value is None:
        return "never"
    return f"{value:.2f} s" if value < 10 else f"{value:,.0f} s"


def percent(value: float | None) -> str:
    """A share as a percentage; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.2f} %"


def number(value: float | None) -> str:
    """A count or points with thousands set apart; halves are kept."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def times(value: float | None) -> str:
    """A ratio: 3 % more is 1.03 times."""
    if value is None:
        return "–"
    return f"{value:.3f} ×" if value < 2 else f"{value:,.1f} ×"


def megabytes(value: float | None) -> str:
    """Memory in MiB."""
    return "–" if value is None else f"{value:,.0f} MB"


def limit(value: float) -> str:
    """The limit of a run; a dash for none."""
    return f"{value:g} s" if value else "–"


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


def bullets(lines: Sequence[str]) -> str:
    """The lines as a list; nothing of none."""
    return "\n".join(f"- {line}" for line in lines)


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
