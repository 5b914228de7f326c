"""Children and their parents: who is in a family, who goes to which school, what they can't do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final, Literal

from solver.generate.draft import DAY, WORK_WEEK, Draft, clock, weekly
from solver.generate.names import DOMAIN, initials
from solver.generate.people import Team
from solver.generate.places import NEEDS
from solver.generate.schools import SchoolPlace
from solver.generate.shape import Shape
from solver.schema.base import Hours, Role
from solver.schema.caseload import Child, TimeWindow, TimeWishes

AGE_WEIGHTS: Final = (9, 7, 6, 6, 6, 5, 5, 5, 5, 5, 6, 6, 6, 7, 7, 6, 4, 2)
"""How many children are of each age from 0 to 17, about as on plans in England."""
OLDEST: Final = len(AGE_WEIGHTS) - 1
EVENING: Final = clock(20)
SHIFTS: Final[tuple[Hours, ...]] = (
    {day: ((clock(12, 30) if day in ("mon", "tue", "wed") else clock(8), EVENING),) for day in WORK_WEEK},
    {day: ((clock(8), clock(14) if day in ("tue", "thu", "fri") else EVENING),) for day in WORK_WEEK},
    weekly(clock(8), EVENING, ("mon", "wed", "fri")),
    weekly(clock(8), EVENING, ("tue", "wed", "thu")),
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
    attends: Literal["yes", "no", "if_possible"] = "no"
    educated_elsewhere: bool = False

    def child(self) -> Child:
        """The child as the caseload has them."""
        return Child(
            id=self.id,
            initials=self.initials,
            date_of_birth=self.born,
            school=self.school.school.id if self.school else None,
            attends=self.attends,
            educated_elsewhere=self.educated_elsewhere,
        )

    def eighteenth(self) -> date:
        """The birthday on which every plan ends."""
        year = self.born.year + 18
        return (
            date(year, 3, 1) if (self.born.month, self.born.day) == (2, 29) else self.born.replace(year=year)
        )


@dataclass(eq=False)
class Family:
    """A family with at least one open plan."""

    number: str
    team: Team
    worker: Draft
    children: list[ChildDraft]
    parents: list[Draft]
    interpreter: bool
    """Whether the family needs one."""
    times: TimeWishes
    needs: tuple[str, ...]
    complex: bool
    split: bool
    """Whether the two parents must not meet."""
    partners: dict[Role, Draft] = field(default_factory=dict)
    """Who works with the family, by role: its children have one health visitor."""


class Families:
    """Makes up families, with children and grown-ups counted through the caseload."""

    def __init__(self, rng: Random, shape: Shape, plans: int, start: date) -> None:
        self._rng, self._shape, self._start = rng, shape, start
        self._width = max(3, len(str(2 * plans)))
        self._child = self._grown_up = self._family = 0
        self.members: list[Draft] = []
        """Every grown-up so far, and every child with a person record."""

    def family(self, team: Team, worker: Draft, ages: list[int]) -> Family:
        """One family with a child of each age on a plan."""
        rng = self._rng
        self._family += 1
        children: list[ChildDraft] = []
        for age in ages:
            children.append(self._new_child(team, age, children))
        # Three weeks without the worker and an interpreter's few sessions would miss a meeting.
        interpreter = rng.random() < self._shape.needs_interpreter and worker is not team.long_leave
        parents = [self._new_parent() for _ in range(2 if rng.random() < 0.4 else 1)]
        family = Family(
            number=str(self._family).zfill(self._width),
            team=team,
            worker=worker,
            children=children,
            parents=parents,
            interpreter=interpreter,
            # An interpreter's few sessions and times that are never possible could leave nothing.
            times=TimeWishes(prefer=self._prefer(children), never=() if interpreter else self._never()),
            needs=self._needs(children),
            complex=rng.random() < 0.12,
            split=len(parents) == 2 and rng.random() < 0.08,
        )
        if family.split:
            for child in children:
                # Two sittings after school would end in the evening.
                child.attends = "no"
        for child in children:
            self._record(child)
        return family

    def ages(self, size: int) -> list[int]:
        """Ages of ``size`` brothers and sisters, the oldest first."""
        rng = self._rng
        oldest = max(size, rng.choices(range(len(AGE_WEIGHTS)), weights=AGE_WEIGHTS)[0])
        return [oldest, *(max(0, oldest - 2 * index - rng.randrange(2)) for index in range(1, size))]

    def relative(self, word: str, prefix: str, role: Role) -> Draft:
        """A grown-up of the family besides its parents."""
        person = self._new_grown_up(word, prefix, role)
        person.email = f"{person.id}@family.{DOMAIN}"
        return person

    def _new_grown_up(self, word: str, prefix: str, role: Role) -> Draft:
        self._grown_up += 1
        number = str(self._grown_up).zfill(self._width)
        person = Draft(f"{prefix}-{number}", f"{word} {number}", role)
        self.members.append(person)
        return person

    def _new_child(self, team: Team, age: int, siblings: list[ChildDraft]) -> ChildDraft:
        rng = self._rng
        self._child += 1
        birthday = date(self._start.year - age, self._start.month, min(self._start.day, 28))
        # The oldest have some months to go: a plan that ends at once needs no meetings.
        born = birthday - DAY * rng.randrange(1, 240 if age == OLDEST else 360)
        child = ChildDraft(f"child-{str(self._child).zfill(self._width)}", initials(rng), born, age)
        if age >= 12 and rng.random() < 0.03:
            child.educated_elsewhere = True
        elif age >= 5 or (age == 4 and born < self._reception()):
            child.school = self._school(team, age, siblings)
        chance = rng.random()
        if age >= 12:
            child.attends = "yes" if chance < 0.4 else "if_possible" if chance < 0.65 else "no"
        elif age >= 8:
            child.attends = "yes" if chance < 0.08 else "if_possible" if chance < 0.28 else "no"
        return child

    def _reception(self) -> date:
        """Children of four born before this date have started school."""
        autumn = self._start.year if self._start.month >= 9 else self._start.year - 1
        return date(autumn - 4, 9, 1)

    def _school(self, team: Team, age: int, siblings: list[ChildDraft]) -> SchoolPlace:
        rng = self._rng
        secondary = age >= 11
        schools = [place for place in team.area.schools if place.secondary == secondary] or team.area.schools
        # Brothers and sisters of an age go to one school.
        for sibling in siblings:
            if sibling.school is not None and sibling.school in schools:
                return sibling.school
        if not secondary and rng.random() < self._shape.heavy_school:
            return schools[0]
        school = rng.choice(schools)
        shared = team.area.locality.schools if team.area.locality else []
        # A school of the whole locality draws its pupils from any of its teams' areas.
        return rng.choice(shared) if school in shared else school

    def _record(self, child: ChildDraft) -> None:
        """A person record for a child whose own hours count, or who may join by video."""
        if child.attends == "no":
            return
        number = child.id.removeprefix("child-")
        if child.educated_elsewhere:
            afternoons = weekly(clock(13), clock(19))
            self.members.append(Draft(child.id, f"Child {number}", "child", hours=afternoons))
        elif self._rng.random() < self._shape.parent_remote / 3:
            self.members.append(Draft(child.id, f"Child {number}", "child", remote=True))

    def _new_parent(self) -> Draft:
        rng = self._rng
        parent = self._new_grown_up("Parent", "p", "parent")
        if rng.random() < 0.6:
            parent.email = f"{parent.id}@family.{DOMAIN}"
        if rng.random() < self._shape.parent_remote:
            parent.remote = True
        if rng.random() < 0.25:
            parent.hours = rng.choice(SHIFTS)
        return parent

    def _prefer(self, children: list[ChildDraft]) -> tuple[TimeWindow, ...]:
        rng = self._rng
        if any(child.attends == "yes" for child in children):
            return (TimeWindow(start=clock(15, 30), end=clock(18)),) if rng.random() < 0.5 else ()
        if rng.random() >= 0.4:
            return ()
        # Between the two school runs, if there are any.
        runs = any(child.school is not None and child.age < 11 for child in children)
        return (TimeWindow(start=clock(9, 30), end=clock(14, 45) if runs else clock(16)),)

    def _never(self) -> tuple[TimeWindow, ...]:
        rng = self._rng
        if rng.random() >= self._shape.never_times:
            return ()
        chosen = rng.sample(WORK_WEEK, 2)
        days = tuple(day for day in WORK_WEEK if day in chosen)
        return (
            rng.choice(
                (
                    TimeWindow(days=days[:1], start=0, end=clock(24)),
                    TimeWindow(days=days, start=0, end=clock(12)),
                    TimeWindow(start=0, end=clock(9, 30)),
                )
            ),
        )

    def _needs(self, children: list[ChildDraft]) -> tuple[str, ...]:
        rng = self._rng
        baby = any(child.age == 0 for child in children)
        chances = dict.fromkeys(NEEDS, 0.025) | {
            "step_free": 0.15 if baby else 0.06,
            "breastfeeding": 0.25 if baby else 0.0,
            "quiet": 0.04,
        }
        return tuple(name for name, chance in chances.items() if rng.random() < chance)
