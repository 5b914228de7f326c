"""What one run was asked and what came of it: what the child process tells its parent."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Method = Literal["convene", "first-fit"]


class Record(BaseModel):
    """A frozen record that can be written as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(Record):
    """One run: an instance, a method and its limits."""

    case: str
    plans: int
    seed: int
    congestion: Literal["easy", "typical", "hard"]
    authority: str
    method: Method
    seconds: float
    """Limit on the search; the peers that need none ignore it."""
    workers: int


class Sample(Record):
    """The state of a search at one moment, in seconds since it was asked to plan."""

    seconds: float
    cost: int | None
    bound: float | None
    breaches: int | None


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
    peak_mb: float
    """Peak resident memory of the process and of the largest of its children, in MiB."""
