"""The policy language as data. A policy is a TOML file; every clause names the ledger items it comes from."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from solver.policy.clause import (
    NEXT_REVIEW,
    AnchorText,
    Clause,
    EventText,
    IntervalText,
    ReferenceText,
    Sources,
)
from solver.policy.meeting_clauses import (
    AttendanceClause,
    ChairClauses,
    ChildClause,
    ManagerClause,
    QuorumClause,
    ReviewDayClause,
    SchoolHoursClause,
    SlotClause,
    VenueClause,
)
from solver.policy.task_clauses import EscalationClause, TaskClause
from solver.schema.base import (
    Id,
    MeetingKind,
    Model,
    Nation,
    PlanType,
)


class WindowRule(Clause):
    """When a meeting falls due: section 3 of ``solver/RULES.md``.

    ``first`` counts from an event and ``later`` from the previous held meeting: they say when the next meeting is
    due. ``event`` says that one of the meetings, whichever it is, is in the window around an event.

    A rule may have several ``first`` windows: the first one that has an anchor the plan has is used.
    """

    applies: Literal["first", "later", "event"]
    anchor: tuple[AnchorText, ...] = ()
    """For ``first`` and ``event``: the events to count from, the first one the plan has."""
    direction: Literal["after", "before"] = "after"
    """``before`` (not for ``later``): the window ends on its anchor and opens before it. It is due ``minimum``
    before the event (absent: on the event's own day), and at the earliest ``maximum`` before it."""
    minimum: IntervalText | None = None
    target: IntervalText | None = None
    maximum: tuple[IntervalText, ...] = Field(min_length=1)
    """Limits that all hold: the earliest binds (counting back, the latest)."""
    also: bool = False
    """Whether it holds beside the other windows of its sort, the earliest binding, and not instead of them."""
    count_day_zero: bool | None = None
    """Whether the day counted from is day 1 and not day 0; absent: as the whole policy says."""
    effective_from: date | None = None
    effective_until: date | None = None
    """The days that it counts from, both inclusive: of two versions the one in force on that day applies."""

    @model_validator(mode="after")
    def _counts_from_something(self) -> WindowRule:
        if self.applies != "later" and not self.anchor:
            article = "a first" if self.applies == "first" else "an event"
            raise ValueError(
                f'{article} window has no anchor: add the event it counts from, such as ["initial_conference"]'
            )
        if self.applies == "later" and self.anchor:
            raise ValueError(
                "a later window counts from the previous meeting, not from an event: leave anchor out"
            )
        if self.applies == "later" and self.direction == "before":
            raise ValueError(
                'a later window never counts back: leave direction out, or say applies = "first" or "event"'
            )
        if self.applies == "first" and NEXT_REVIEW in self.anchor:
            raise ValueError(
                'a first window can\'t count from the next review: say applies = "event", or count from another event'
            )
        if self.applies == "event" and self.also:
            raise ValueError("an event window always holds beside the others: leave also out")
        start, end = self.effective_from, self.effective_until
        if start is not None and end is not None and end < start:
            raise ValueError(
                f"the window's last day is before its first, {start}: correct effective_until or effective_from"
            )
        return self


class MeetingRule(Clause):
    """One kind of meeting: its windows and who, where and how."""

    kind: MeetingKind
    name: str
    plan_types: tuple[PlanType, ...] = Field(min_length=1)
    once: bool = False
    """Whether there is one such meeting for a plan, and no later one. A plan's own interval still repeats it."""
    windows: tuple[WindowRule, ...] = ()
    """First and later windows. What the policy is silent on comes from the layer it extends."""
    attendance: tuple[AttendanceClause, ...] = ()
    slots: tuple[SlotClause, ...] = ()
    child: ChildClause | None = None
    manager: ManagerClause | None = None
    venue: VenueClause | None = None
    school_hours: SchoolHoursClause | None = None
    quorum: QuorumClause | None = None
    chairing: ChairClauses = ()
    not_on_review_day: ReviewDayClause | None = None
    tasks: tuple[TaskClause, ...] = ()


class KindDefaults(Model):
    """What a policy or a layer says of several kinds of meeting at once.

    It applies where a meeting of the kind is silent itself, and requires no meeting by itself.
    """

    kinds: tuple[MeetingKind, ...] = Field(min_length=1)
    windows: tuple[WindowRule, ...] = ()
    attendance: tuple[AttendanceClause, ...] = ()
    slots: tuple[SlotClause, ...] = ()
    child: ChildClause | None = None
    manager: ManagerClause | None = None
    venue: VenueClause | None = None
    school_hours: SchoolHoursClause | None = None
    quorum: QuorumClause | None = None
    chairing: ChairClauses = ()
    not_on_review_day: ReviewDayClause | None = None
    tasks: tuple[TaskClause, ...] = ()


class ReviewRule(Clause):
    """When a plan's statutory review is due: ``first`` from an event, ``later`` from the last review."""

    plan_type: PlanType
    name: str
    anchor: EventText
    first: tuple[IntervalText, ...] = Field(min_length=1)
    second: tuple[IntervalText, ...] = ()
    """From the first review to the second, where that differs from ``later``."""
    later: tuple[IntervalText, ...] = Field(min_length=1)


class Deadline(Clause):
    """A statutory deadline that is reported, not scheduled."""

    kind: Id
    title: str
    anchor: EventText
    due: tuple[IntervalText, ...] = Field(min_length=1)
    event: EventText | None = None
    """The event that must have happened by then."""


class Reading(Clause):
    """A ledger item this policy answers in another way than by a rule, in words."""

    text: str
    status: Literal["reported", "scored", "derived_task", "out_of_scope", "enforced"]
    by: Sources = ()
    """What does it: rules by id, ``score:<weight>``, ``task:<kind>``, ``kpi:<figure>``, a file; see ``coverage``."""


class WorkingDayChanges(Clause):
    """Days an authority adds to or removes from its nation's working days."""

    add: tuple[date, ...] = ()
    remove: tuple[date, ...] = ()


class Policy(Model):
    """A whole policy, with the statutory layer already under it."""

    id: Id
    name: str
    version: str
    effective_from: date
    source: str
    """The document."""
    edition: date | None = None
    """The date on the document, where it carries one."""
    nations: tuple[Nation, ...] = ("ENG",)
    extends: str | None = None
    meetings: tuple[MeetingRule, ...] = ()
    reviews: tuple[ReviewRule, ...] = ()
    review_meetings: tuple[MeetingRule, ...] = ()
    """Who, where and how of the reviews, one for each that has a rule. Filled in on loading: a policy writes them as
    ``meetings`` of a kind of review, which need no windows."""
    deadlines: tuple[Deadline, ...] = ()
    escalations: tuple[EscalationClause, ...] = ()
    working_days: WorkingDayChanges | None = None
    count_day_zero: bool = False
    """Whether meeting windows count the day they count from as day 1 (readings 1: some authorities do)."""
    precedence: Literal["own", "tightest"] = "own"
    """``own``: what the policy says of the first or the later meetings replaces the layer's word on them.
    ``tightest``: the layer's windows hold beside its own, and the earliest due date binds."""
    readings: tuple[Reading, ...] = ()
    defaults: tuple[KindDefaults, ...] = ()
    """What holds for several kinds of meeting, where the meeting itself is silent."""
    references: dict[str, ReferenceText] = Field(default_factory=dict)
    """What each id in ``sources`` stands for."""

    def meeting_for(self, plan_type: PlanType) -> MeetingRule | None:
        """The rule for the meetings of a plan of this type, or ``None`` where the policy is silent."""
        return next((rule for rule in self.meetings if plan_type in rule.plan_types), None)
