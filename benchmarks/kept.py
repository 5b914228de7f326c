"""Results kept on disk, so that a long series of runs can go on where it stopped, and tables be made again without runs.

A result counts for the code it was run with: a digest of every source that could have changed it is kept with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.record import Method, Order, Outcome, Record, Result

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = ROOT / "out" / "benchmarks" / "results.jsonl"
SOURCES: Final = (
    "calendars/**/*.py",
    "solver/**/*.py",
    "solver/**/*.toml",
    "benchmarks/peers/*.py",
)
OF_METHOD: Final[dict[Method, str]] = {"one-shot": "one_shot", "timefold": "timefold"}
"""Folders of peers that nothing else depends on."""
RUNNING: Final = ("child", "instances", "memory", "methods", "record")
"""Modules of the benchmarks that have to do with a run; the others only show results."""


def digest(method: Method, root: Path = ROOT) -> str:
    """Digest of the sources that a method's results depend on."""
    own = f"benchmarks/peers/{OF_METHOD[method]}/**/*" if method in OF_METHOD else ""
    patterns = (*SOURCES, *(own + end for end in (".py", ".java") if own))
    paths = {path for pattern in patterns for path in root.glob(pattern) if "__pycache__" not in path.parts}
    paths |= {root / "benchmarks" / f"{name}.py" for name in RUNNING}
    total = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


class Entry(Record):
    """A result, with the sources and the conditions of its run."""

    sources: str
    conditions: str
    result: Result


class Kept:
    """The results kept in a file of one JSON line each; later lines count before earlier ones."""

    def __init__(self, path: Path = KEPT) -> None:
        self._path = path
        self._found: dict[str, dict[str, Entry]] = {}

    def find(self, order: Order, sources: str) -> Entry | None:
        """The last calendar that this order gave with these sources; what gave none is tried again."""
        if sources not in self._found:
            self._found[sources] = {_key(entry): entry for entry in self._read(sources)}
        entry = self._found[sources].get(order.model_dump_json())
        return entry if entry is not None and isinstance(entry.result, Outcome) else None

    def add(self, entry: Entry) -> None:
        """Keep a result."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(entry.model_dump_json() + "\n")
        self._found.get(entry.sources, {})[_key(entry)] = entry

    def _read(self, sources: str) -> Iterator[Entry]:
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                # Results of other sources may have other fields. A line cut short ends a run that was killed.
                if f'"sources":"{sources}"' in line and line.endswith("}\n"):
                    yield Entry.model_validate_json(line)


def _key(entry: Entry) -> str:
    return entry.result.order.model_dump_json()
