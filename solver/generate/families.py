"""Children and their parents: who is in a family, who goes to which school, what they can't do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from solver.generate.draft import WORK_WEEK, Draft
from solver.generate.names import initials
from solver.generate.people import DOMAIN, Team
from solver.generate.places import SchoolPlace
from solver.generate.shape import Shape
from solver.schema.base import Hours, PlanType, Weekday
from solver.schema.caseload import Child, TimeWindow, TimeWishes

SIBLING_SHARE: Final = 0.30
"""Share of children whose plan is one of a sibling group's."""
SHIFTS: Final[tuple[Hours, ...]] = (
    {
        day: ((12 * 60 + 30, 20 * 60),) if day in ("mon", "tue", "wed") else ((8 * 60, 20 * 60),)
        for day in WORK_WEEK
    },
    {
        day: ((8 * 60, 14 * 60),) if day in ("tue", "thu", "fri") else ((8 * 60, 20 * 60),)
        for day in WORK_WEEK
    },
    dict.fromkeys(("mon", "wed", "fri"), ((8 * 60, 20 * 60),)),
    dict.fromkeys(("tue", "wed", "thu"), ((8 * 60, 20 * 60),)),
)
"""When a parent who works is free."""


@dataclass(eq=False)
class ChildDraft:
    """One child."""

    id: str
    initials: str
    born: date
    age: int
    school: SchoolPlace | None = None
    attends: str = "no"
    educated_elsewhere: bool = False

    def child(self) -> Child:
        """The child as the caseload has them."""
        return Child.model_validate(
            {
                "id": self.id,
                "initials": self.initials,
                "date_of_birth": self.born,
                "school": self.school.school.id if self.school else None,
                "attends": self.attends,
                "educated_elsewhere": self.educated_elsewhere,
            }
        )


@dataclass(eq=False)
class Family:
    """A family with at least one open plan."""

    number: str
    kind: PlanType
    team: Team
    worker: Draft
    children: list[ChildDraft]
    parents: list[Draft] = field(default_factory=list)
    joint: bool = False
    """Whether the children's plans are one sibling group."""
    times: TimeWishes = TimeWishes()
    needs: tuple[str, ...] = ()


class Families:
    """Makes up families, with children and parents counted through the caseload."""

    def __init__(self, rng: Random, shape: Shape, plans: int, start: date) -> None:
        self._rng, self._shape, self._start = rng, shape, start
        self._width = max(3, len(str(2 * plans)))
        self._child = self._grown_up = self._family = 0
        self.made: list[Draft] = []
        """The parents so far."""

    def family(self, team: Team, worker: Draft, kind: PlanType, size: int) -> Family:
        """One family with ``size`` children on plans."""
        self._family += 1
        number = str(self._family).zfill(self._width)
        oldest = self._rng.choices(range(17), weights=(10, 7, 6, 6, 6, 5, 5, 5, 5, 5, 6, 6, 6, 7, 7, 6, 3))[0]
        oldest = max(oldest, size)
        children: list[ChildDraft] = []
        for index in range(size):
            children.append(
                self._new_child(team, max(0, oldest - 2 * index - self._rng.randrange(2)), children)
            )
        parents = [self._new_parent() for _ in range(2 if self._rng.random() < 0.4 else 1)]
        family = Family(number, kind, team, worker, children, parents, joint=size > 1)
        family.times = self._times(family)
        family.needs = self._needs(family)
        return family

    def grown_up(self, word: str, prefix: str) -> tuple[str, str]:
        """The next id and name of a grown-up of a family."""
        self._grown_up += 1
        number = str(self._grown_up).zfill(self._width)
        return f"{prefix}-{number}", f"{word} {number}"

    def _new_child(self, team: Team, age: int, siblings: list[ChildDraft]) -> ChildDraft:
        rng = self._rng
        self._child += 1
        born = self._start - timedelta(days=age * 365 + age // 4 + rng.randrange(1, 360))
        child = ChildDraft(f"child-{str(self._child).zfill(self._width)}", initials(rng), born, age)
        if age >= 4:
            child.school = self._school(team, age, siblings)
        chance = rng.random()
        if age >= 12:
            child.attends = "yes" if chance < 0.4 else "if_possible" if chance < 0.65 else "no"
        elif age >= 8:
            child.attends = "yes" if chance < 0.08 else "if_possible" if chance < 0.28 else "no"
        return child

    def _school(self, team: Team, age: int, siblings: list[ChildDraft]) -> SchoolPlace:
        secondary = age >= 11
        schools = [place for place in team.area.schools if place.secondary == secondary] or team.area.schools
        # Brothers and sisters of an age go to one school.
        same = next((s.school for s in siblings if s.school is not None and s.school in schools), None)
        if same is None:
            heavy = self._rng.random() < self._shape.heavy_school * 2
            same = schools[0] if heavy else self._rng.choice(schools)
        same.pupils += 1
        return same

    def _new_parent(self) -> Draft:
        rng = self._rng
        ident, name = self.grown_up("Parent", "p")
        parent = Draft(ident, name, "parent")
        if rng.random() < 0.6:
            parent.email = f"{ident}@family.{DOMAIN}"
        if rng.random() < self._shape.parent_remote:
            parent.remote = True
        if rng.random() < 0.25:
            parent.hours = rng.choice(SHIFTS)
        self.made.append(parent)
        return parent

    def _times(self, family: Family) -> TimeWishes:
        rng = self._rng
        prefer: tuple[TimeWindow, ...] = ()
        never: tuple[TimeWindow, ...] = ()
        at_school = any(child.school for child in family.children)
        attending = any(child.attends == "yes" for child in family.children)
        if attending and rng.random() < 0.5:
            prefer = (TimeWindow(start=15 * 60 + 30, end=18 * 60),)
        elif rng.random() < 0.4:
            # Between the two school runs.
            prefer = (TimeWindow(start=9 * 60 + 30, end=14 * 60 + 45 if at_school else 16 * 60),)
        if rng.random() < self._shape.never_times:
            days: list[Weekday] = rng.sample(WORK_WEEK, 2)
            days.sort(key=WORK_WEEK.index)
            never = rng.choice(
                (
                    (TimeWindow(days=(days[0],), start=0, end=24 * 60),),
                    (TimeWindow(days=tuple(days), start=0, end=12 * 60),),
                    (TimeWindow(start=0, end=9 * 60 + 30),),
                )
            )
        return TimeWishes(prefer=prefer, never=never)

    def _needs(self, family: Family) -> tuple[str, ...]:
        rng = self._rng
        baby = any(child.age == 0 for child in family.children)
        chances = (
            ("step_free", 0.15 if baby else 0.06),
            ("breastfeeding", 0.25 if baby else 0.0),
            ("ground_floor", 0.03),
            ("hearing_loop", 0.02),
            ("quiet", 0.04),
        )
        return tuple(name for name, chance in chances if rng.random() < chance)
