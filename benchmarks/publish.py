"""Runs a study and shows it: on standard output, or in README.md with its plots beside it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks import tables
from benchmarks.record import Order, Result
from benchmarks.runner import Runs, faults
from benchmarks.studies import Study

HERE: Final = Path(__file__).resolve().parent
README: Final = HERE / "README.md"
FIGURES: Final = HERE / "figures"


def publish(study: Study, command: str, runs: Runs, *, marked_up: bool, write: bool) -> int:
    """Run a study and show what came of it; 1 if there is anything that must not be.

    Parameters
    ----------
    command
        That gives the same again, for whoever reads the figures.
    marked_up
        Tables in Markdown.
    write
        Put them into README.md as well, and the plots into ``figures/``.
    """
    if write and find_spec("matplotlib") is None:
        raise SystemExit("--write draws plots: pip install -e '.[bench]' first")
    results = runs.run(study.orders)
    said = f"`{command}`, {runs.conditions}."
    print(body(study, results, said, marked_up=marked_up or write))
    if write:
        drawn = study.plots(results)
        FIGURES.mkdir(exist_ok=True)
        for name, (_, document) in drawn.items():
            (FIGURES / name).write_text(document, encoding="utf-8")
        images = [f"![{words}](figures/{name})" for name, (words, _) in drawn.items()]
        section = "\n\n".join([*images, body(study, results, said, marked_up=True)])
        README.write_text(
            tables.put_section(README.read_text(encoding="utf-8"), study.name, section), encoding="utf-8"
        )
    wrong = faults(results)
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


def body(study: Study, results: Sequence[Result], said: str, *, marked_up: bool) -> str:
    """The conditions, the tables and the notes of a study."""
    show = tables.markdown if marked_up else tables.plain
    shown = (show(table) for table in study.tables(results))
    return "\n\n".join(part for part in (said, *shown, tables.bullets(study.notes(results))) if part)


def expected(orders: Sequence[Order]) -> float:
    """Roughly how many seconds the runs take, with start-up and the check, if each uses its whole limit."""
    return sum(3.0 + 0.015 * order.size + order.seconds for order in orders)
