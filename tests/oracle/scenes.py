"""A small caseload with a calendar that passes the check, made to be broken in one place at a time.

Two child protection plans over two months, each a series of two meetings:

- ``plan-1``: child 1 (on roll at school 1, attends), sw-1 essential, hv-1, mother-1 and teacher-1 expected; Tuesdays
  at 16:00 in room-1 at the hall;
- ``plan-2``: child 2 doesn't attend, sw-2 essential, hv-1 and mother-2 expected; Tuesdays at 10:00 in room-2 on the hill.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import policies
from builder import Choice, build_calendar

from solver.check import CheckReport, check_calendar
from solver.check.case import Case
from solver.check.owed import owed_tasks
from solver.check.places import places_at
from solver.check.view import View
from solver.policy.model import Policy
from solver.schema.calendar import Attendee, Calendar
from solver.schema.caseload import Caseload

Json = dict[str, Any]
WEEK = ("mon", "tue", "wed", "thu", "fri")
ONE, TWO = "plan-1.core_group", "plan-2.core_group"


def hours(start: str, end: str) -> Json:
    """The same hours from Monday to Friday."""
    return {day: [[start, end]] for day in WEEK}


def _person(name: str, role: str, **more: Any) -> Json:
    return {"id": name, "name": f"Person {name}", "role": role, **more}


def base_data() -> Json:
    """The caseload as JSON data, new at every call."""
    working = hours("09:00", "18:00")
    return {
        "format": "convene/1",
        "id": "scene",
        "nation": "ENG",
        "authority": "made-up",
        "team": {"id": "t", "name": "Team", "organiser": {"name": "Team", "email": "team@convene.example"}},
        "horizon": {"start": "2027-01-04", "end": "2027-02-26"},
        "grid_minutes": 15,
        "people": [
            _person("sw-1", "social_worker", site="hall", hours=working),
            _person("sw-2", "social_worker", site="hill", hours=working),
            _person("hv-1", "health_visitor", hours=working, deputies=["hv-2"]),
            _person("hv-2", "health_visitor", hours=working),
            _person("hv-3", "health_visitor", hours=working),
            _person("tm-1", "team_manager", hours=working),
            _person("teacher-1", "school", site="hill", hours=working, deputies=["hv-2"]),
            _person("mother-1", "parent"),
            _person("father-1", "parent"),
            _person("mother-2", "parent"),
        ],
        "schools": [
            {
                "id": "school-1",
                "name": "School 1",
                "site": "east",
                "day": {"start": "09:00", "end": "15:15"},
                "terms": [{"start": "2027-01-04", "end": "2027-03-26"}],
                "closed": ["2027-02-16"],
            }
        ],
        "sites": [
            {"id": "hall", "name": "Hall", "travel_minutes": 15},
            {"id": "hill", "name": "Hill", "travel_minutes": 30},
            {"id": "east", "name": "East", "travel_minutes": 20},
        ],
        "venues": [
            _venue("room-1", "office", "hall", 9, "hybrid"),
            _venue("room-2", "office", "hill", 8),
            _venue("room-3", "community", None, 30, "hybrid"),
            {"id": "video", "name": "Video", "kind": "virtual"},
        ],
        "plans": [
            {
                "id": "plan-1",
                "type": "child_protection",
                "children": [
                    {
                        "id": "child-1",
                        "initials": "A.B.",
                        "date_of_birth": "2015-05-04",
                        "school": "school-1",
                        "attends": "yes",
                    }
                ],
                "events": {"initial_conference": "2026-12-30"},
                "participants": [
                    {"person": "sw-1"},
                    {"person": "hv-1"},
                    {"person": "mother-1", "remote": "no"},
                    {"person": "teacher-1"},
                ],
            },
            {
                "id": "plan-2",
                "type": "child_protection",
                "children": [{"id": "child-2", "initials": "C.D.", "date_of_birth": "2025-02-10"}],
                "events": {"initial_conference": "2026-12-30"},
                "participants": [{"person": "sw-2"}, {"person": "hv-1"}, {"person": "mother-2"}],
            },
        ],
    }


def _venue(name: str, kind: str, site: str | None, capacity: int, *features: str) -> Json:
    return {
        "id": name,
        "name": name,
        "kind": kind,
        "site": site,
        "capacity": capacity,
        "features": ["private", *features],
    }


@dataclass
class Meet:
    """A meeting to be held: everyone attends, but for those with another status in ``but``.

    A status is that of an attendee, with ``deputy <id>`` for a deputy in the room and ``remote deputy <id>`` for one who
    isn't.
    """

    series: str
    start: str
    venue: str
    but: dict[str, str] = field(default_factory=dict)
    chair: str | None = None


@dataclass
class Scene:
    """A caseload, a policy and the meetings held."""

    data: Json = field(default_factory=base_data)
    policy: Policy = field(default_factory=policies.make_policy)
    meets: list[Meet] = field(
        default_factory=lambda: [
            Meet(ONE, "2027-01-12T16:00", "room-1"),
            Meet(ONE, "2027-02-09T16:00", "room-1"),
            Meet(TWO, "2027-01-12T10:00", "room-2"),
            Meet(TWO, "2027-02-09T10:00", "room-2"),
        ]
    )

    @property
    def caseload(self) -> Caseload:
        return Caseload.model_validate(self.data)

    def part(self, plan: int, person: str) -> Json:
        """Somebody's entry among a plan's participants, to change."""
        found: Json = next(p for p in self.plan(plan)["participants"] if p["person"] == person)
        return found

    def plan(self, number: int) -> Json:
        found: Json = self.data["plans"][number - 1]
        return found

    def one(self, kind: str, name: str) -> Json:
        """A person, a venue or a school by its id, to change."""
        found: Json = next(item for item in self.data[kind] if item["id"] == name)
        return found

    def calendar(self, **changes: Any) -> Calendar:
        """The calendar of the meetings, right in all that follows from them."""
        caseload = self.caseload
        case = Case(caseload, self.policy)
        firsts = {
            series: min((m.start for m in self.meets if m.series == series), default="")
            for series in case.series
        }
        choices = [
            Choice(
                m.series, datetime.fromisoformat(m.start), m.venue, self._attendees(case, m, firsts), m.chair
            )
            for m in self.meets
        ]
        return build_calendar(caseload, self.policy, choices, **changes)

    def owing(self, calendar: Calendar) -> Calendar:
        """The calendar with the tasks that follow from its meetings as they are now."""
        view = View(Case(self.caseload, self.policy), calendar)
        return calendar.model_copy(update={"tasks": tuple(owed_tasks(view))})

    def check(self, calendar: Calendar | None = None) -> CheckReport:
        """The report on a calendar, or on the scene's own."""
        return check_calendar(self.caseload, self.policy, self.calendar() if calendar is None else calendar)

    def _attendees(self, case: Case, meet: Meet, firsts: dict[str, str]) -> tuple[Attendee, ...]:
        day = datetime.fromisoformat(meet.start).date()
        places = places_at(case, case.series[meet.series], day, is_first=firsts[meet.series] == meet.start)
        return tuple(
            attendee(place.person, place.level, meet.but.get(place.person, "attending"), place.sitting)
            for place in places
        )


def attendee(person: str, level: str, told: str, sitting: str | None = None) -> Attendee:
    """Somebody's place, filled as told in the words of `Meet`."""
    *words, last = told.split()
    is_deputy = "deputy" in words
    return Attendee.model_validate(
        {
            "person": last if is_deputy else person,
            "level": level,
            "status": "deputy" if is_deputy else last,
            "for": person if is_deputy else None,
            "sitting": sitting,
            "remote": "remote" in (*words, last),
        }
    )


def rules_of(report: CheckReport) -> set[str]:
    """The ids of the rules that a report finds broken."""
    return {violation.rule for violation in report.violations}


def edit(calendar: Calendar, index: int, **changes: Any) -> Calendar:
    """The calendar with changes to one of its meetings and to nothing else."""
    meetings = list(calendar.meetings)
    meetings[index] = meetings[index].model_copy(update=changes)
    return calendar.model_copy(update={"meetings": tuple(meetings)})


def edit_attendee(calendar: Calendar, index: int, who: str, /, **changes: Any) -> Calendar:
    """The calendar with changes to one attendee of one meeting and to nothing else."""
    attendees: Iterable[Attendee] = calendar.meetings[index].attendees
    return edit(
        calendar,
        index,
        attendees=tuple(a.model_copy(update=changes) if a.person == who else a for a in attendees),
    )
