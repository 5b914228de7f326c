"""What it takes to break a calendar in just one way, and the table of all the ways.

A mutant takes the scene that passes the check and breaks it: either it changes the scene, from which a calendar is
then built that is right in all but that, or it returns a calendar with the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from builder import settle
from scenes import Meet, Scene, edit

from solver.schema.calendar import Calendar, Meeting

Break = Callable[[Scene], Calendar | None]


@dataclass(frozen=True)
class Mutant:
    """A way to break a rule.

    Attributes
    ----------
    told : tuple of str
        What the violations of the rule must say: amount, meetings (``1.2`` is the second of plan 1's series) and people.
    also : frozenset of str
        Other rules that can't but be broken with it.
    """

    rule: str
    apply: Break
    told: tuple[str, ...]
    also: frozenset[str]

    def __str__(self) -> str:
        return f"{self.rule} {self.apply.__name__}"


MUTANTS: list[Mutant] = []


def breaks(rule: str, *told: str, also: tuple[str, ...] = ()) -> Callable[[Break], Break]:
    """Register a mutant of a rule."""

    def register(function: Break) -> Break:
        MUTANTS.append(Mutant(rule, function, told, frozenset(also)))
        return function

    return register


def siblings(scene: Scene) -> None:
    for number in (1, 2):
        scene.plan(number)["sibling_group"] = "elm"
    scene.meets = [
        Meet("elm.core_group", "2027-01-12T16:00", "room-1"),
        Meet("elm.core_group", "2027-02-09T16:00", "room-1"),
    ]


def split_first(scene: Scene) -> None:
    """Make the first series' meetings two sittings, mother in the one and father in the other."""
    scene.plan(1)["split"] = {"reason": "Separate sittings"}
    scene.plan(1)["children"][0]["attends"] = "no"
    scene.part(1, "mother-1")["sitting"] = "A"
    scene.plan(1)["participants"].append({"person": "father-1", "sitting": "B"})
    for meet in scene.meets[:2]:
        meet.start = meet.start.replace("T16", "T14")


def with_second_sitting(scene: Scene, shift: timedelta) -> Calendar:
    split_first(scene)
    calendar = scene.calendar()
    first, second = calendar.meetings[0].sittings
    later = second.model_copy(update={"start": second.start + shift, "end": second.end + shift})
    return edit(calendar, 0, sittings=(first, later), end=later.end)


def with_attendees(scene: Scene, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Calendar:
    """Change who is listed, and let the score be what that makes of it."""
    calendar = scene.calendar()
    meetings: list[Meeting] = list(calendar.meetings)
    meetings[0] = meetings[0].model_copy(update={"attendees": change(meetings[0].attendees)})
    return settle(scene.caseload, scene.policy, meetings)


def with_bound(scene: Scene, above: float, status: str) -> Calendar:
    cost = scene.calendar().cost
    return scene.calendar(bound=cost + above, gap=-above / cost, status=status)


def book(scene: Scene, **changes: Any) -> None:
    booked = {"plans": ["plan-2"], "start": "2027-02-09T10:00", "venue": "room-2", "pinned": True}
    scene.data["booked"] = [booked | changes]
