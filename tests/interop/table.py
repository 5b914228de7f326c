"""Writes the table of README.md from the record of `make interop`: ``python tests/interop/table.py [RECORD] [--write]``.

Without ``--write`` the rows are printed. With it, the rows of the programs that the record tells of replace theirs in
README.md; rows of others stay as they were.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

README: Final = Path(__file__).with_name("README.md")
CELLS: Final = ("REQUEST", "update", "stale update", "CANCEL", "PUBLISH", "feed", "CalDAV", "spoilt file")
HEAD: Final = ("client", *CELLS, "reproduce")
NOT_RUN: Final = "not run"
BEGIN: Final = "<!-- table: begin -->"
END: Final = "<!-- table: end -->"


def row(client: str, found: Mapping[str, Any]) -> str:
    """One line of the table: what was seen, when and with which version, and the command."""
    named = f"**{client}** {found['version']}, {found['date']}"
    cells = ["; ".join(found["cells"].get(cell, ())) or "–" for cell in CELLS]
    return _line([named, *cells, f"`make interop ONLY={found['only']}`"])


def was_run(found: Mapping[str, Any]) -> bool:
    """Whether anything was seen at all: a program that isn't installed says nothing of what it does."""
    words = [one for cell in found["cells"].values() for one in cell]
    return any(not one.startswith(NOT_RUN) for one in words)


def rows(text: str) -> dict[str, str]:
    """The rows of a README by client."""
    table = text.partition(BEGIN)[2].partition(END)[0]
    lines = [line for line in table.splitlines() if line.startswith("| **")]
    return {line.removeprefix("| **").partition("**")[0]: line for line in lines}


def replaced(text: str, record: Mapping[str, Mapping[str, Any]]) -> str:
    """The README with the rows of the record in place of its own."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there is no place for the table, between {BEGIN} and {END}")
    known = rows(text) | {client: row(client, found) for client, found in record.items() if was_run(found)}
    lines = [
        _line(HEAD),
        _line(["---"] * len(HEAD)),
        *(known[client] for client in sorted(known, key=str.lower)),
    ]
    return "\n".join([before + BEGIN, "", *lines, "", END + after])


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("record", nargs="?", type=Path, default=Path("out/interop/record.json"))
    options.add_argument("--write", action="store_true", help="put the rows into README.md")
    given = options.parse_args()
    record = json.loads(given.record.read_text())
    if given.write:
        README.write_text(replaced(README.read_text(), record))
    else:
        print("\n".join(row(client, found) for client, found in record.items()))


if __name__ == "__main__":
    main()
