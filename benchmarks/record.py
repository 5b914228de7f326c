"""What one run was asked and what came of it: what the child process tells its parent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from benchmarks.cases import Congestion

Method = Literal["convene", "first-fit", "one-shot", "timefold"]
Part = Literal["prices", "neighbourhoods", "joint", "pruning", "hints"]
PARTS: Final[tuple[Part, ...]] = ("prices", "neighbourhoods", "joint", "pruning", "hints")
"""Of ``solver.engine.settings.Parts``."""
PEERS: Final[tuple[Method, ...]] = ("first-fit", "one-shot", "timefold")


class Record(BaseModel):
    """A frozen record that can be written as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(Record):
    """One run: an instance, a method and its limits."""

    case: str
    size: int
    """Plans; meetings, of the case of one-off meetings, which has a policy of its own."""
    seed: int
    congestion: Congestion
    authority: str
    method: Method
    seconds: float
    """Limit on the search; 0 for first fit, which has none."""
    workers: int
    without: tuple[Part, ...] = ()
    """Parts of the search that are switched off."""

    @property
    def instance(self) -> tuple[str, int, str, int]:
        """What tells its instance from the others of one command."""
        return self.case, self.size, self.congestion, self.seed

    @property
    def words(self) -> str:
        """The run in a few words, for people."""
        limit = f", {self.seconds:g} s" if self.seconds else ""
        without = f" without {', '.join(self.without)}" if self.without else ""
        return f"{self.case} {self.congestion} seed {self.seed}, {self.method}{without}{limit}"


class Sample(Record):
    """The state of a search at one moment, in seconds since it was asked to plan."""

    seconds: float
    cost: int | None
    bound: float | None
    breaches: int | None
    levels: dict[str, int] | None = None
    """Points by level; ``None`` where the method doesn't say."""


class Outcome(Record):
    """What a run gave. Cost, levels and breaches are the checker's, never the method's own."""

    order: Order
    meetings: int
    samples: tuple[Sample, ...]
    seconds: float
    """Wall time of planning, without start-up and without the check that follows."""
    cost: int
    levels: dict[str, int]
    bound: float | None
    """``None`` where the method proves nothing."""
    breaches: int
    breaches_proved: int
    violations: dict[str, int]
    """How many rules of each id the checker found broken; empty is what it has to be."""
    peak_mb: float | None
    """Peak resident memory of the process and all that descend from it, in MiB; ``None`` where it can't be known."""


class Missing(Record):
    """A run that gave no calendar."""

    order: Order
    why: Literal["no calendar in time", "not available", "failed"]
    note: str = ""
    peak_mb: float | None = None

    @property
    def words(self) -> str:
        """Why, in one line."""
        last = self.note.strip().splitlines()[-1:]
        return ": ".join([self.why, *last])


Result = Outcome | Missing


def outcomes_of(results: Iterable[Result]) -> list[Outcome]:
    """Those of the results that have a calendar."""
    return [one for one in results if isinstance(one, Outcome)]
