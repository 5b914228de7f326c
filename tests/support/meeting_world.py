"""A team whose calendar was really planned (`api_cases.documents`): two plans, a social worker and a manager."""

from __future__ import annotations

from dataclasses import dataclass

from api_cases import documents
from web_world import TENANT, World

from service.store import calendars, caseloads
from service.store.scope import Scoped, system
from service.store.tables import Audit, CaseloadVersion, Rebooking, Revision
from solver.check import check_calendar
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.load import load_caseload

MANAGER, WORKER, SUPPORT = "manager@t.example", "worker@t.example", "support@t.example"


@dataclass
class Planned:
    """The team ``t`` with its calendar; the worker is ``sw-2``, who has the plan ``plan-2`` alone."""

    world: World
    entry: str
    """Id of the calendar."""

    def meeting(self, plan: str = "plan-2", number: int = 0) -> Meeting:
        """A meeting of a plan, as the calendar has it now."""
        return [one for one in self.now().meetings if one.plans == (plan,)][number]

    def path(self, plan: str = "plan-2", more: str = "") -> str:
        """Where a plan's first meeting is."""
        return f"/teams/t/meetings/{self.meeting(plan).id}{more}"

    def now(self, number: int | None = None) -> Calendar:
        """The calendar as it is, or as a revision of it was."""
        return self._revision(number)[0]

    def caseload(self, number: int | None = None) -> Caseload:
        """What it answers."""
        return self._revision(number)[1]

    def rows(self) -> list[Rebooking]:
        """Every rebooking that was asked for."""
        with self.world.store.reading() as session:
            rows = list(session.scalars(Scoped(session, system(TENANT)).select(Rebooking)))
            session.expunge_all()
            return rows

    def looks(self) -> int:
        """How often the log has it that somebody looked at the calendar."""
        with self.world.store.reading() as session:
            rows = session.scalars(
                Scoped(session, system(TENANT)).select(Audit).where(Audit.action == "calendar.read")
            )
            return len(list(rows))

    def revisions(self) -> int:
        """How many there are; every one of them agrees with the checker."""
        last = self.now().revision
        for number in range(1, last + 1):
            calendar, caseload = self._revision(number)
            report = check_calendar(caseload, load_policy(caseload.authority), calendar)
            assert report.ok, report.violations
        return last

    def latest(self) -> Caseload:
        """What the team would plan from next."""
        with self.world.store.reading() as session:
            row = caseloads.latest(Scoped(session, system(TENANT)), "t")
            assert row is not None
            return Caseload.model_validate_json(row.document)

    def publish(self) -> None:
        """Say that people have been told of it as it is."""
        with self.world.store.writing() as session:
            entry = calendars.find(Scoped(session, system(TENANT)), self.entry, lock=True)
            assert entry is not None
            entry.published = entry.revision

    def answer(self, calendar: Calendar) -> None:
        """Write answers into the revision that stands."""
        with self.world.store.writing() as session:
            scoped = Scoped(session, system(TENANT))
            row = scoped.one(Revision, Revision.calendar == self.entry, Revision.number == calendar.revision)
            assert row is not None
            calendars.replace_document(row, calendar)

    def _revision(self, number: int | None) -> tuple[Calendar, Caseload]:
        with self.world.store.reading() as session:
            scoped = Scoped(session, system(TENANT))
            entry = calendars.find(scoped, self.entry)
            assert entry is not None
            wanted = entry.revision if number is None else number
            row = scoped.one(Revision, Revision.calendar == self.entry, Revision.number == wanted)
            assert row is not None
            version = scoped.one(CaseloadVersion, CaseloadVersion.id == row.caseload_version)
            assert version is not None
            return Calendar.model_validate_json(row.document), Caseload.model_validate_json(version.document)


def planned_team(world: World) -> Planned:
    """Make the team, and give it the calendar."""
    world.team("t", "Team")
    caseload, calendar = documents("t")
    entry = world.give(load_caseload(caseload), Calendar.model_validate_json(calendar))
    world.is_person(WORKER, "sw-2")
    return Planned(world, entry)


__all__ = ["MANAGER", "SUPPORT", "WORKER", "Planned", "planned_team"]
