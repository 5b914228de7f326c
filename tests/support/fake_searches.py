"""A search as its worker would tell of it, told by a test: events, figures and the end, without searching anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from web_world import TENANT, World

from service.jobs.queue import enqueue
from service.store import calendars
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry, CaseloadVersion
from solver.schema.calendar import Calendar


@dataclass
class FakeSearch:
    """A calendar in the making."""

    world: World
    calendar: str
    progress: dict[str, Any] = field(default_factory=dict)

    def state(self, state: str, *, problem: dict[str, Any] | None = None, **more: Any) -> None:
        """Change the state."""
        with self.world.store.writing() as session:
            entry = self._entry(scoped := Scoped(session, system(TENANT)))
            entry.state, entry.problem = state, problem
            if state not in calendars.OPEN:
                entry.finished = self.world.clock.now()
            calendars.add_event(scoped, entry, "state", {"state": state, **more}, at=self.world.clock.now())

    def found(
        self, seconds: float, cost: int | None, bound: float | None = None, breaches: int | None = None
    ) -> None:
        """Tell how far it is."""
        gap = None if cost is None or bound is None else (cost - bound) / cost
        best = None if cost is None else {"breach": cost - cost // 3, "family": cost // 3}
        self.progress = {
            "seconds": seconds, "phase": "improving" if cost else "placing the meetings", "best": best, "cost": cost,
            "bound": bound, "gap": gap, "breaches": breaches,
        }  # fmt: skip
        with self.world.store.writing() as session:
            entry = self._entry(scoped := Scoped(session, system(TENANT)))
            entry.progress = self.progress
            calendars.add_event(scoped, entry, "progress", self.progress, at=self.world.clock.now())

    def end(self, calendar: Calendar, state: str = "completed") -> None:
        """End with a calendar."""
        with self.world.store.writing() as session:
            entry = self._entry(scoped := Scoped(session, system(TENANT)))
            now = self.world.clock.now()
            calendars.add_revision(scoped, entry, calendar, entry.caseload_version, reason="planned", at=now)
            entry.state, entry.finished = state, now
            calendars.add_event(
                scoped, entry, "state", {"state": state, "revision": entry.revision, **entry.progress}, at=now
            )

    def stop_is_asked(self) -> bool:
        """Whether somebody has stopped it."""
        with self.world.store.reading() as session:
            return self._entry(Scoped(session, system(TENANT))).stop_asked

    def _entry(self, scoped: Scoped) -> CalendarEntry:
        entry = calendars.find(scoped, self.calendar, lock=True)
        assert entry is not None
        return entry


def fake_search(world: World, version: str, **options: Any) -> FakeSearch:
    """Ask for a calendar of a caseload's version, with nobody there to plan it."""
    with world.store.writing() as session:
        scoped = Scoped(session, system(TENANT))
        row = scoped.one(CaseloadVersion, CaseloadVersion.id == version)
        assert row is not None
        entry = calendars.create(scoped, row, {"seconds": 60.0} | options, at=world.clock.now())
        calendars.add_event(scoped, entry, "state", {"state": "queued"}, at=world.clock.now())
        enqueue(scoped, "plan", entry.id, entry.team, at=world.clock.now())
        return FakeSearch(world, entry.id)


__all__ = ["FakeSearch", "fake_search"]
