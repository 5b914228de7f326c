"""``python -m benchmarks team --seeds 1 2 3 --seconds 10 60``: run, compare and publish."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from benchmarks import tables
from benchmarks.cases import CASES, MARKS
from benchmarks.figures import Summary, summarise
from benchmarks.record import Order, Outcome
from benchmarks.runner import conditions, cores, run

README = Path(__file__).with_name("README.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked; 1 if the checker found anything in any calendar."""
    asked = _parser().parse_args(arguments)
    names = list(CASES) if asked.case == "all" else [asked.case]
    # Compilation is cached by the first run on a machine; it is paid here and not in the figures.
    run(_order(asked, "family", "easy", 1, "convene", 2.0))
    outcomes = []
    for name, congestion, seed in product(names, asked.congestion, asked.seeds):
        limits = asked.seconds or CASES[name].seconds
        outcomes.append(_report(run(_order(asked, name, congestion, seed, "first-fit", max(limits)))))
        outcomes += [
            _report(run(_order(asked, name, congestion, seed, "convene", limit))) for limit in limits
        ]
    summaries = _summaries(outcomes)
    show = tables.markdown if asked.markdown or asked.write else tables.plain
    marks = [mark for mark in MARKS if mark <= max(one.limit for one in summaries)]
    command = "python -m benchmarks " + " ".join(arguments if arguments is not None else sys.argv[1:])
    body = "\n\n".join(
        (
            f"`{command}`, {conditions()}.",
            show(tables.rows(summaries, marks)),
            show(tables.level_rows(summaries)),
        )
    )
    print(body)
    if asked.write:
        README.write_text(
            tables.put_section(README.read_text(encoding="utf-8"), _section(asked), body), encoding="utf-8"
        )
    return 0 if all(not outcome.violations for outcome in outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("case", choices=[*CASES, "all"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="N")
    parser.add_argument("--seconds", type=float, nargs="+", metavar="S", help="limits, each a run of its own")
    parser.add_argument(
        "--congestion", nargs="+", choices=["easy", "typical", "hard"], default=["typical"], metavar="LEVEL"
    )
    parser.add_argument("--authority", default="wandsworth", help="whose policy")
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md as well")
    return parser


def _order(
    asked: argparse.Namespace, name: str, congestion: str, seed: int, method: str, limit: float
) -> Order:
    return Order.model_validate(
        {
            "case": name,
            "plans": CASES[name].plans,
            "seed": seed,
            "congestion": congestion,
            "authority": asked.authority,
            "method": method,
            "seconds": limit,
            "workers": asked.workers,
        }
    )


def _report(outcome: Outcome) -> Outcome:
    """Say on standard error that a run has ended, and how."""
    order = outcome.order
    verdict = "lawful" if not outcome.violations else f"NOT LAWFUL: {outcome.violations}"
    print(
        f"{order.case} {order.congestion} seed {order.seed}, {order.method}: cost {outcome.cost}, "
        f"{tables.seconds(outcome.seconds)}, {outcome.peak_mb:.0f} MB, {verdict}",
        file=sys.stderr,
        flush=True,
    )
    return outcome


def _summaries(outcomes: Sequence[Outcome]) -> list[Summary]:
    """One summary a case, congestion, method and limit, in the order in which they ran."""
    groups: dict[tuple[str, str, str, float], list[Outcome]] = {}
    for outcome in outcomes:
        order = outcome.order
        groups.setdefault((order.case, order.congestion, order.method, order.seconds), []).append(outcome)
    naive = [outcome for outcome in outcomes if outcome.order.method == "first-fit"]
    return [summarise(group, naive, MARKS) for group in groups.values()]


def _section(asked: argparse.Namespace) -> str:
    return f"{asked.case} {' '.join(asked.congestion)} {asked.authority}"


if __name__ == "__main__":
    sys.exit(main())
