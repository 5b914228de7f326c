"""``python -m benchmarks team --seeds 1 2 3 --seconds 10 60``: run, compare and publish."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from typing import Final

from benchmarks.cases import CASES, LEVELS
from benchmarks.kept import Kept
from benchmarks.publish import expected, publish
from benchmarks.record import PEERS
from benchmarks.runner import Runs, cores
from benchmarks.studies import (
    SIZES,
    Scope,
    Study,
    ablation_study,
    case_study,
    growth_study,
    peers_study,
)

PUBLISHED: Final = (
    "family --congestion easy typical hard --seeds 1 2 3 4 5",
    "worker --congestion easy typical hard --seeds 1 2 3 4 5",
    "team --congestion easy typical hard --seeds 1 2 3 4 5",
    "service --congestion easy typical hard --seeds 1 2 3",
    "authority --congestion typical hard --seeds 1",
    "one-off --seeds 1 2 3",
    "growth --congestion typical hard --seeds 1 2 3",
    "ablation --congestion typical hard --seeds 1 2 3",
    "peers --congestion easy typical hard --seeds 1 2 3 4 5 --seconds 10 60",
)
"""The studies whose figures README.md gives."""
SWITCHES: Final = frozenset({"--write", "--markdown", "--resume", "--list"})
"""What changes nothing in the figures."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked; 1 if the checker found anything in any calendar, or we had none."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    asked = parser.parse_args(given)
    if asked.study == "published":
        chosen = [line for line in PUBLISHED if not asked.only or line.split()[0] in asked.only]
        studies = [(line, study_of(parser.parse_args(line.split()))) for line in chosen]
    else:
        studies = [(shlex.join(word for word in given if word not in SWITCHES), study_of(asked))]
    if asked.list:
        _list(studies)
        return 0
    worst = 0
    for line, study in studies:
        runs = Runs(Kept(), resume=asked.resume)
        command = f"python -m benchmarks {line}"
        code = publish(study, command, runs, marked_up=asked.markdown, write=asked.write)
        worst = max(worst, code)
    return worst


def study_of(asked: argparse.Namespace) -> Study:
    """The study that parsed arguments ask for."""
    scope = Scope(
        seeds=tuple(asked.seeds),
        congestion=tuple(asked.congestion),
        seconds=tuple(asked.seconds),
        authority=asked.authority,
        workers=asked.workers,
    )
    if asked.study == "growth":
        return growth_study(asked.sizes, scope)
    if asked.study == "ablation":
        return ablation_study([CASES[name] for name in asked.cases], scope)
    if asked.study == "peers":
        return peers_study([CASES[name] for name in asked.cases], asked.peers, scope)
    return case_study(CASES[asked.study], scope)


def _list(studies: Sequence[tuple[str, Study]]) -> None:
    """Say what would be run, and how long that takes at most."""
    total = 0.0
    for line, study in studies:
        seconds = expected(study.orders)
        total += seconds
        print(f"{seconds / 60:5.0f} min  {len(study.orders):4d} runs  python -m benchmarks {line}")
    print(f"{total / 60:5.0f} min in all")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    studies = parser.add_subparsers(dest="study", required=True, metavar="STUDY")
    shown = argparse.ArgumentParser(add_help=False)
    shown.add_argument("--markdown", action="store_true", help="tables in Markdown")
    shown.add_argument("--write", action="store_true", help="into README.md and figures/ as well")
    shown.add_argument("--resume", action="store_true", help="take what was run before with the same sources")
    shown.add_argument("--list", action="store_true", help="run nothing: say how long it would take")
    scope = argparse.ArgumentParser(add_help=False)
    scope.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="N")
    scope.add_argument(
        "--seconds", type=float, nargs="+", default=[], metavar="S", help="limits, each a run of its own"
    )
    scope.add_argument("--congestion", nargs="+", choices=LEVELS, default=["typical"], metavar="LEVEL")
    scope.add_argument("--authority", default="wandsworth", help="whose policy")
    scope.add_argument("--workers", type=int, default=cores())
    for case in CASES.values():
        studies.add_parser(case.name, parents=[scope, shown], help=case.words)
    growth = studies.add_parser("growth", parents=[scope, shown], help="a row of sizes")
    growth.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="PLANS")
    ablation = studies.add_parser("ablation", parents=[scope, shown], help="one part off at a time")
    ablation.add_argument("--cases", nargs="+", choices=CASES, default=["team"], metavar="CASE")
    peers = studies.add_parser("peers", parents=[scope, shown], help="beside other ways to plan")
    peers.add_argument("--cases", nargs="+", choices=CASES, default=["team"], metavar="CASE")
    peers.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS, metavar="PEER")
    published = studies.add_parser("published", parents=[shown], help="everything that README.md gives")
    published.add_argument(
        "--only", nargs="+", choices=[line.split()[0] for line in PUBLISHED], metavar="STUDY"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
