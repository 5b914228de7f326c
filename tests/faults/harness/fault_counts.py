"""What a run did and found, to be told at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class Counts:
    """Counted from several threads."""

    of: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    """Why requests had to be sent again."""
    violations: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, what: str, number: int = 1) -> None:
        with self._lock:
            self.of[what] += number

    def fault(self, what: str) -> None:
        with self._lock:
            self.faults[what] += 1

    def again(self, why: str) -> None:
        with self._lock:
            self.unanswered[why] += 1

    def violated(self, where: str, found: list[str]) -> None:
        with self._lock:
            self.violations += [f"{where}: {one}" for one in found]

    def rows(self) -> list[tuple[str, int]]:
        """What was counted, in an order that stays."""
        return [
            *((name, self.of[name]) for name in sorted(self.of)),
            *((f"fault: {name}", number) for name, number in sorted(self.faults.items())),
            *((f"sent again because: {name}", number) for name, number in sorted(self.unanswered.items())),
            ("violations", len(self.violations)),
        ]
