"""What the service has said yes to: kept beside it, to be found there again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class Accepted:
    """Of one sequence, which has a team of its own. Bytes are as they were first answered."""

    team: str
    caseloads: dict[str, bytes] = field(default_factory=dict)
    """Versions, by id."""
    calendars: list[str] = field(default_factory=list)
    """Ids, in the order they were asked for."""
    revisions: dict[tuple[str, int], bytes] = field(default_factory=dict)
    """Documents, by calendar and number."""
    latest: dict[str, int] = field(default_factory=dict)
    rebookings: dict[str, bytes] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    """How often something was accepted, by the name that the audit log has for it."""
    lock: Lock = field(default_factory=Lock)

    def did(self, action: str) -> None:
        with self.lock:
            self.done[action] += 1

    @property
    def calendar(self) -> str:
        """The one that is at work: the last that was asked for."""
        return self.calendars[-1]
