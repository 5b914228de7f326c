"""Planning in shards as tests want it: small shards, executors that only seem to be many or that remember payloads."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Sequence
from typing import Any
from unittest import mock

from solver.check import check_calendar
from solver.events import ProgressEvent
from solver.plan import plan
from solver.policy.model import Policy
from solver.scale.authority import plan_whole
from solver.scale.executor import Executor, InProcess
from solver.scale.worker import Task
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


class Side(InProcess):
    """As many workers as one likes, side by side in this process: each of a wave knows nothing of the others."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    @property
    def workers(self) -> int:
        return self._workers


class Recording(InProcess):
    """Remembers every task's name and payload."""

    def __init__(self) -> None:
        self.given: list[tuple[str, bytes]] = []

    def run(
        self, function: Task, payloads: Sequence[bytes], *, patience: float | None = None
    ) -> Iterator[tuple[int, bytes]]:
        self.given += [(function.__qualname__, payload) for payload in payloads]
        return super().run(function, payloads, patience=patience)


def in_shards(
    caseload: Caseload,
    policy: Policy,
    *,
    plans: int = 1,
    executor: Executor | None = None,
    **more: Any,
) -> Calendar:
    """Plan in shards of at most ``plans`` plans; the calendar has passed the check, and no bound told was above its cost."""
    told: list[ProgressEvent] = []
    watch = more.pop("on_event", None)

    def tell(event: ProgressEvent) -> None:
        told.append(event)
        if watch is not None:
            watch(event)

    module = importlib.import_module("solver.plan")
    limits = {"deterministic": 2} | more
    with mock.patch.object(module, "plan_whole", functools.partial(plan_whole, plans=plans)):
        calendar = plan(caseload, policy, executor=executor or InProcess(), on_event=tell, **limits)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    assert calendar.bound <= calendar.cost
    assert all(event.bound is None or event.bound <= calendar.cost + 1e-6 for event in told)
    return calendar


def bytes_of(calendar: Calendar) -> bytes:
    return calendar.model_dump_json(by_alias=True).encode()
