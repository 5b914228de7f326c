"""On which line of a TOML file a value stands: ``tomllib`` gives the data alone, a fault names its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from solver.schema.faults import Path

_KEY = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_QUOTES = ('"""', "'''", '"', "'")


def line_numbers(text: str) -> dict[Path, int]:
    """Find the line of every table and key of a document.

    Parameters
    ----------
    text : str
        TOML that ``tomllib`` accepts.

    Returns
    -------
    dict
        Line, counted from 1, by path. What stands within a value (a list, an inline table) isn't listed:
        `line_of` takes the line of the value.
    """
    found: dict[Path, int] = {}
    lists: dict[Path, int] = {}
    table: Path = ()
    for number, line in _statements(text):
        if line.startswith("[["):
            path = _resolved(_keys(line[2:]), lists)
            lists[path] = lists.get(path, -1) + 1
            table = (*path, lists[path])
        elif line.startswith("["):
            table = _resolved(_keys(line[1:]), lists, last=True)
        else:
            found[(*table, *_keys(line))] = number
            continue
        found[table] = number
    return found


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """Return the line of a path, or of the nearest thing that holds it; ``None`` for the whole document."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines on which a header or a key begins, not those inside a value of several lines."""
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if depth == 0 and not quote and line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()
        depth, quote = _after(line, depth, quote)


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Return how many brackets, and which quotes of several lines, are open after a line."""
    place = 0
    while place < len(line):
        if quote:
            if line[place] == "\\" and quote[0] == '"':
                place += 2
                continue
            if line.startswith(quote, place):
                place += len(quote)
                quote = ""
                continue
        elif line[place] == "#":
            break
        elif opened := next((mark for mark in _QUOTES if line.startswith(mark, place)), ""):
            quote = opened
            place += len(opened)
            continue
        elif line[place] in "[{":
            depth += 1
        elif line[place] in "]}":
            depth -= 1
        place += 1
    return depth, quote


def _keys(text: str) -> Path:
    """Read the dotted key that a text begins with."""
    keys: list[str] = []
    place = 0
    while match := _KEY.match(text, place):
        keys.append(next(part for part in match.groups() if part is not None))
        place = match.end()
        if text[place : place + 1] != ".":
            break
        place += 1
    return tuple(keys)


def _resolved(keys: Path, lists: dict[Path, int], *, last: bool = False) -> Path:
    """Put the place of its latest item after each key that is a list of tables (the last one if asked)."""
    path: Path = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        if path in lists and (last or place < len(keys) - 1):
            path = (*path, lists[path])
    return path
