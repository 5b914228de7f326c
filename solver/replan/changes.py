"""Facts that have changed, put into a caseload: all of them or, where one doesn't fit, none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import singledispatchmethod
from typing import Any, Final, TypeVar

from solver.policy.load import PolicyError, load_policy
from solver.schema.base import WEEKDAYS, Span, Weekday
from solver.schema.caseload import Caseload, DaySpan, Handover, Participant, Person, Plan, School
from solver.schema.changes import (
    Change,
    ChildAttends,
    ConferenceDate,
    HandoverOn,
    MeetingCannotStand,
    NewPlan,
    NewVenue,
    PersonAway,
    PersonHours,
    PersonLeaves,
    PolicyInstead,
    PolicyInterval,
    ReviewDate,
    SchoolDay,
    TeamInterval,
    VenueClosed,
)
from solver.schema.faults import Fault, did_you_mean, show
from solver.schema.validate import validate

_STRENGTH: Final = {None: 0, "invited": 1, "expected": 2, "essential": 3}
_Kept = TypeVar("_Kept", bound=Any)


class ChangesError(ValueError):
    """Changes that don't fit a caseload. Nothing has been changed.

    Attributes
    ----------
    faults : tuple of Fault
        Everything wrong with them, those of the changes themselves first; never empty.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        head = "1 fault in the changes:" if count == 1 else f"{count} faults in the changes:"
        return "\n".join([head, *(line for fault in self.faults for line in fault.lines())])


def apply_changes(caseload: Caseload, changes: Sequence[Change]) -> Caseload:
    """Put changes into a caseload, one after the other.

    Parameters
    ----------
    caseload : Caseload
        Validated.
    changes : sequence of Change
        `MeetingCannotStand` is about a calendar, not about the caseload: see `not_standing`.

    Returns
    -------
    Caseload
        Validated. Equal to the one given where nothing changes.

    Raises
    ------
    ChangesError
        With every unknown id, and every fault that the caseload would have.
    """
    draft = _Draft(caseload)
    for at, change in enumerate(changes):
        draft.at = at
        draft.put(change)
    changed = draft.caseload
    faults = list(draft.faults)
    if changed != caseload:
        try:
            policy = load_policy(changed.authority)
        except PolicyError as error:
            faults += error.faults
        else:
            faults += validate(changed, policy)
    if faults:
        raise ChangesError(faults)
    return changed


def not_standing(changes: Iterable[Change]) -> tuple[str, ...]:
    """Ids of the meetings that must not stay at their time, each once."""
    return tuple(dict.fromkeys(one.meeting for one in changes if isinstance(one, MeetingCannotStand)))


class _Draft:
    """A caseload while changes are put into it."""

    def __init__(self, caseload: Caseload) -> None:
        self.caseload = caseload
        self.faults: list[Fault] = []
        self.at = 0

    def _fault(self, field: str, value: object, problem: str, remedy: str) -> None:
        self.faults.append(Fault(f"changes[{self.at}].{field}", show(value), problem, remedy))

    def _set(self, **fields: object) -> None:
        self.caseload = self.caseload.model_copy(update=fields)

    def _edit(self, collection: str, field: str, name: str, edit: Callable[[_Kept], _Kept]) -> None:
        """Replace the item with an id by what becomes of it; it is a fault if there is none."""
        items = getattr(self.caseload, collection)
        if all(one.id != name for one in items):
            self._unknown(field, name, [one.id for one in items], field)
            return
        self._set(**{collection: tuple(edit(one) if one.id == name else one for one in items)})

    def _unknown(self, field: str, name: str, known: Sequence[str], what: str) -> None:
        remedy = did_you_mean(name, known, f"Give the id of a {what} of the caseload.")
        self._fault(field, name, f"The caseload has no {what} with this id.", remedy)

    def _add(self, collection: str, items: Sequence[object]) -> None:
        if items:
            self._set(**{collection: (*getattr(self.caseload, collection), *items)})

    def _knows(self, person: str, field: str) -> bool:
        known = [one.id for one in self.caseload.people]
        if person not in known:
            self._unknown(field, person, known, "person")
        return person in known

    @singledispatchmethod
    def put(self, change: object) -> None:
        """Put one change in."""
        raise TypeError(f"{type(change).__name__} is no change")

    @put.register
    def _(self, change: MeetingCannotStand) -> None:
        """No fact of the caseload."""

    @put.register
    def _(self, change: PersonAway) -> None:
        span = Span(start=change.start, end=change.end)
        self._edit("people", "person", change.person, lambda one: _busy(one, span))

    @put.register
    def _(self, change: VenueClosed) -> None:
        span = Span(start=change.start, end=change.end)
        self._edit("venues", "venue", change.venue, lambda one: _busy(one, span))

    @put.register
    def _(self, change: PersonHours) -> None:
        self._edit(
            "people", "person", change.person, lambda one: one.model_copy(update={"hours": change.hours})
        )

    @put.register
    def _(self, change: NewVenue) -> None:
        self._add("sites", change.sites)
        others = [one for one in self.caseload.venues if one.id != change.venue.id]
        if len(others) == len(self.caseload.venues):
            self._add("venues", [change.venue])
        else:
            self._edit("venues", "venue", change.venue.id, lambda _: change.venue)

    @put.register
    def _(self, change: NewPlan) -> None:
        self._add("people", change.people)
        self._add("schools", change.schools)
        self._add("sites", change.sites)
        self._add("venues", change.venues)
        self._add("plans", [change.plan])

    @put.register
    def _(self, change: ReviewDate) -> None:
        def moved(plan: Plan) -> Plan:
            if change.instead_of is not None and change.instead_of not in plan.events.reviews:
                known = ", ".join(str(day) for day in plan.events.reviews) or "none"
                self._fault(
                    "instead_of",
                    str(change.instead_of),
                    "The plan has no review on this day.",
                    f"Its reviews: {known}. Leave instead_of out for a new one.",
                )
            days = {day for day in plan.events.reviews if day != change.instead_of} | {change.date}
            return _with_events(plan, reviews=tuple(sorted(days)))

        self._edit("plans", "plan", change.plan, moved)

    @put.register
    def _(self, change: ConferenceDate) -> None:
        self._edit(
            "plans", "plan", change.plan, lambda plan: _with_events(plan, initial_conference=change.date)
        )

    @put.register
    def _(self, change: HandoverOn) -> None:
        self._add("people", change.people)
        handover = Handover(date=change.date, person=change.person)
        if self._knows(change.person, "person"):
            self._edit(
                "plans", "plan", change.plan, lambda plan: plan.model_copy(update={"handover": handover})
            )

    @put.register
    def _(self, change: SchoolDay) -> None:
        def kept(school: School) -> School:
            if isinstance(change.day, DaySpan):
                return school.model_copy(update={"day": change.day})
            days: dict[Weekday, DaySpan] = (
                dict.fromkeys(WEEKDAYS[:5], school.day)
                if isinstance(school.day, DaySpan)
                else dict(school.day)
            )
            return school.model_copy(update={"day": days | change.day})

        self._edit("schools", "school", change.school, kept)

    @put.register
    def _(self, change: ChildAttends) -> None:
        def coming(plan: Plan) -> Plan:
            if all(child.id != change.child for child in plan.children):
                known = [child.id for child in plan.children]
                self._unknown("child", change.child, known, "child of this plan")
            children = tuple(
                child.model_copy(update={"attends": change.attends}) if child.id == change.child else child
                for child in plan.children
            )
            return plan.model_copy(update={"children": children})

        self._edit("plans", "plan", change.plan, coming)

    @put.register
    def _(self, change: PolicyInstead) -> None:
        self._set(authority=change.authority)

    @put.register
    def _(self, change: PolicyInterval) -> None:
        policy = load_policy(self.caseload.authority)
        rules = [rule for rule in policy.meetings if rule.kind == change.meetings]
        if not any(window.applies == "later" for rule in rules for window in rule.windows):
            self._fault(
                "meetings",
                change.meetings,
                f"{policy.name} sets no interval for meetings of this kind.",
                "Give a kind that it has; see `convene policies show`.",
            )
            return
        meetings = []
        for rule in policy.meetings:
            windows = tuple(
                window.model_copy(update={"maximum": (change.at_most,), "target": None})
                if rule.kind == change.meetings and window.applies == "later"
                else window
                for window in rule.windows
            )
            meetings.append(rule.model_copy(update={"windows": windows}))
        # The layer is in it already: what it says once more would count beside what is said here.
        instead = policy.model_copy(
            update={"meetings": tuple(meetings), "extends": None, "precedence": "own"}
        )
        self._set(authority=instead.model_dump(mode="json", by_alias=True, exclude_none=True))

    @put.register
    def _(self, change: TeamInterval) -> None:
        every = {
            kind: text for kind, text in self.caseload.team.every_at_most.items() if kind != change.meetings
        }
        if change.at_most is not None:
            every[change.meetings] = change.at_most
        self._set(team=self.caseload.team.model_copy(update={"every_at_most": every}))

    @put.register
    def _(self, change: PersonLeaves) -> None:
        self._add("people", change.people)
        known = self._knows(change.person, "person")
        if change.successor is not None:
            known &= self._knows(change.successor, "successor")
            if change.successor == change.person:
                self._fault("successor", change.successor, "Nobody succeeds themselves.", "Name another.")
                return
        if known:
            last = max(change.date, self.caseload.horizon.end) + timedelta(days=1)
            gone = Span(start=datetime.combine(change.date, time()), end=datetime.combine(last, time()))
            self._set(
                plans=tuple(_passed_on(plan, change) for plan in self.caseload.plans),
                people=tuple(_without(person, change, gone) for person in self.caseload.people),
            )


def _busy(item: _Kept, span: Span) -> _Kept:
    return item if span in item.busy else item.model_copy(update={"busy": (*item.busy, span)})  # type: ignore[no-any-return]


def _with_events(plan: Plan, **fields: object) -> Plan:
    return plan.model_copy(update={"events": plan.events.model_copy(update=fields)})


def _passed_on(plan: Plan, change: PersonLeaves) -> Plan:
    """Give somebody's part in a plan to the successor from the day they leave."""
    if all(part.person != change.person for part in plan.participants) and (
        plan.handover is None or plan.handover.person != change.person
    ):
        return plan
    parts: list[Participant] = []
    theirs: list[Participant] = []
    handover = plan.handover
    participants = plan.participants
    if handover is not None and handover.person == change.person:
        if handover.date < change.date and all(part.person != change.person for part in participants):
            # Until they leave they are asked as the one who receives the plan.
            asked = Participant(person=change.person, level="invited", from_=handover.date)
            parts.append(asked.model_copy(update={"until": change.date - timedelta(days=1)}))
        successor, day = change.successor, max(handover.date, change.date)
        handover = None if successor is None else Handover(date=day, person=successor)
    for part in participants:
        if part.person != change.person:
            parts.append(part)
            continue
        begins = part.from_ or date.min
        if begins < change.date:
            until = change.date - timedelta(days=1)
            parts.append(part.model_copy(update={"until": min(part.until or until, until)}))
        if part.until is None or part.until >= change.date:
            theirs.append(part)
    for part in theirs if change.successor is not None else ():
        from_ = max(part.from_ or change.date, change.date)
        parts = _joined(parts, part.model_copy(update={"person": change.successor, "from_": from_}))
    return plan.model_copy(update={"participants": tuple(parts), "handover": handover})


def _joined(parts: list[Participant], new: Participant) -> list[Participant]:
    """Add a part; to one that the person has in the plan already, as a person has one only."""
    own = next((part for part in parts if part.person == new.person), None)
    if own is None:
        return [*parts, new]
    both = own.model_copy(
        update={
            "level": max(own.level, new.level, key=_STRENGTH.__getitem__),
            "from_": None if own.from_ is None or new.from_ is None else min(own.from_, new.from_),
            "until": None if own.until is None or new.until is None else max(own.until, new.until),
            "chairs": own.chairs or new.chairs,
            "meetings": tuple(dict.fromkeys((*own.meetings, *new.meetings)))
            if own.meetings and new.meetings
            else (),
        }
    )
    return [both if part.person == new.person else part for part in parts]


def _without(person: Person, change: PersonLeaves, gone: Span) -> Person:
    """Take somebody out of reach from a day on, and put the successor beside them where others name them."""
    update: dict[str, object] = {}
    successor = change.successor
    if person.id == change.person:
        update["busy"] = (*person.busy, gone)
        if successor is not None and successor not in person.deputies:
            update["deputies"] = (*person.deputies, successor)
    elif successor is not None:
        if change.person in person.deputies and successor not in (person.id, *person.deputies):
            update["deputies"] = (*person.deputies, successor)
        if person.line_manager == change.person and successor != person.id:
            update["line_manager"] = successor
    return person.model_copy(update=update) if update else person
