"""The policy language as data. A policy is a TOML file; every clause names the ledger items it comes from."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from calendars.intervals import parse_interval
from solver.schema.base import (
    FAMILY_ROLES,
    ConcernKind,
    Id,
    Level,
    MeetingKind,
    Model,
    Nation,
    PlanType,
    Recipient,
    Role,
    VenueKind,
)
from solver.schema.faults import did_you_mean, listed

EventName = Literal[
    "initial_conference",
    "strategy_discussion",
    "assessment_due",
    "plan_start",
    "became_looked_after",
    "last_review",
    "birth",
    "inquorate",
]
"""The dates of a plan that have a field of their own in the caseload's ``events``."""
NEXT_REVIEW: Final = "next_review"
"""The plan's next review, which follows from its dates and the policy: only event windows count from it."""
OTHER_EVENT: Final = "other:"
"""What an event of the authority's own begins with: ``other:court_hearing`` is ``events.other.court_hearing``."""
_OTHER_NAME: Final = re.compile(r"other:[A-Za-z0-9][A-Za-z0-9_.\-]*")


def _event(value: str) -> str:
    known = (*get_args(EventName), NEXT_REVIEW)
    if value in known or _OTHER_NAME.fullmatch(value):
        return value
    own = 'an event of your own begins with "other:", such as "other:court_hearing".'
    remedy = did_you_mean(value, known, f"It can be {listed(known)}; {own}")
    raise ValueError(f"this is not a word of the policy language: {remedy}")


def _dated_event(value: str) -> str:
    if value == NEXT_REVIEW:
        raise ValueError(
            'the next review is no date that a plan gives: only windows with applies = "event" can count from it'
        )
    return _event(value)


AnchorText = Annotated[str, AfterValidator(_event)]
"""An event that a window counts from: an `EventName`, ``next_review`` or ``other:<name>``."""
EventText = Annotated[str, AfterValidator(_dated_event)]
"""An event that the caseload gives: an `EventName` or ``other:<name>``."""


def _interval(value: str) -> str:
    parse_interval(value)
    return value


IntervalText = Annotated[str, AfterValidator(_interval)]
"""An interval in the words of the policy: "10 working days", "6 weeks", "3 months"."""
Sources = tuple[str, ...]
"""Ids of `policies/ledger.tsv`, or a statutory reference."""


class Clause(Model):
    """Anything a policy says: it carries its sources."""

    sources: Sources = Field(min_length=1)


class Reference(Model):
    """What an id in ``sources`` stands for: the document and the place in it."""

    item: str
    """The item, paragraph or heading, in a few words."""
    document: str = ""
    """The document; empty: the policy's own (filled in on loading)."""


def _reference(value: Any) -> Any:
    return {"item": value} if isinstance(value, str) else value


ReferenceText = Annotated[Reference, BeforeValidator(_reference)]
"""A reference, or just its item where the document is the policy's own."""


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


class AttendanceClause(Clause):
    """How necessary the named roles are."""

    roles: tuple[Role, ...] = Field(min_length=1)
    level: Level


class SlotClause(Clause):
    """A part that one of several roles plays: of those on the plan, ``count`` are expected, and any may stand in."""

    name: Id
    roles: tuple[Role, ...] = Field(min_length=1)
    level: Literal["expected"] = "expected"
    """Of the place; an essential or invited place can't be handed on, so a slot has no other level."""
    count: int = Field(default=1, ge=1, le=5)


class ChildClause(Clause):
    """From which age a child who may come is asked, and who comes instead."""

    from_age: int | None = Field(default=None, ge=1, le=18)
    """Years. A younger child who is down as ``if_possible`` is not asked; one down as ``yes`` always is."""
    level: Literal["expected", "invited"] = "invited"
    """Of a child who is down as ``if_possible`` and old enough. Of ``yes``, the attendance of children says."""
    instead: Literal["advocate"] | None = None
    """``advocate``: their own level counts where a child of the plan is not down as ``yes``, else they are invited."""


class ManagerClause(Clause):
    """When the team manager comes."""

    at: Literal["first", "complex"]
    level: Level = "expected"


class VenueClause(Clause):
    """Where the meeting may be."""

    kinds: tuple[VenueKind, ...] = ()
    features: tuple[str, ...] = ()


class ReviewDayClause(Clause):
    """No meeting on the day of a review of its plans, nor this near to it."""

    days_before: int = Field(default=0, ge=0, le=60)
    """Calendar days before the review that are kept free as well."""
    days_after: int = Field(default=0, ge=0, le=60)


class SchoolHoursClause(Clause):
    """A child who attends meets outside school hours, with this allowance to get there."""

    travel_minutes: int = Field(default=30, ge=0, le=180)
    wherever_possible: bool = False
    """Whether a meeting in a child's school hours is only scored, instead of never held."""


class QuorumClause(Clause):
    """The least number of professionals taking part."""

    professionals: int = Field(ge=1)


Runs = Literal["rota", Role]
"""Who chairs or takes the minutes: somebody of a role, or a professional in turn."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _clauses(value: Any) -> Any:
    if value is None:
        return ()
    return (value,) if isinstance(value, (dict, Clause)) else value


RunsText = Annotated[tuple[Runs, ...], BeforeValidator(_several), Field(min_length=1)]
"""One or several, in order of precedence; where none of them attends, a professional in turn."""


_NEVER_MINUTES: frozenset[str] = FAMILY_ROLES | {"advocate", "interpreter"}
_NEVER_CHAIRS: frozenset[str] = _NEVER_MINUTES | {"business_support"}


class ChairClause(Clause):
    """Who chairs and who takes minutes."""

    at: Literal["always", "first", "later", "complex"] = "always"
    """At which meetings: of several clauses, the first that applies to a meeting counts."""
    chair: RunsText = ("rota",)
    family_may_chair: bool = False
    minutes: RunsText = ("rota",)
    differ: bool = False

    @model_validator(mode="after")
    def _by_professionals(self) -> ChairClause:
        for job, roles, never in (
            ("chairs", self.chair_roles, _NEVER_CHAIRS),
            ("takes the minutes", self.minutes_roles, _NEVER_MINUTES),
        ):
            wrong = [role for role in roles if role in never]
            if wrong:
                raise ValueError(
                    f"nobody of role {wrong[0]} {job}: name a professional of the plan, or say family_may_chair"
                )
        return self

    @property
    def chair_roles(self) -> tuple[Role, ...]:
        """The roles of which the first that attends chairs."""
        return _before_rota(self.chair)

    @property
    def minutes_roles(self) -> tuple[Role, ...]:
        """The roles of which the first that attends takes the minutes."""
        return _before_rota(self.minutes)


def _before_rota(runs: tuple[Runs, ...]) -> tuple[Role, ...]:
    roles: list[Role] = []
    for one in runs:
        if one == "rota":
            break
        roles.append(one)
    return tuple(roles)


ChairClauses = Annotated[tuple[ChairClause, ...], BeforeValidator(_clauses)]
"""One clause, or several for different meetings."""


TaskCondition = Literal[
    "first",
    "later",
    "last_before_review",
    "complex",
    "child_absent",
    "parent_absent",
    "professional_absent",
    "remote",
    "interpreter",
    "late",
]
"""A meeting that a task comes from: the first or not the first, the last before a review, of a complex plan; one where a
child, a parent or a professional is not there themselves, somebody joins remotely, an interpreter has a place; one that
is late, or the next after one that was."""


def _conditions(value: Any) -> Any:
    if isinstance(value, str):
        return () if value == "always" else (value,)
    return value


class TaskClause(Clause):
    """A deadline that a meeting brings. ``due`` counts after the meeting, or before it."""

    kind: Id
    title: str
    owner: Literal["social_worker", "chair", "minutes", "team_manager", "agencies", "everyone", "absent"]
    """``agencies``: one of each; ``everyone``: each professional; ``absent``: each who is not there themselves."""
    recipients: tuple[Recipient, ...] = ()
    """Whom it is for. Tasks of one kind with other recipients are tasks of their own, each with its deadline."""
    direction: Literal["on", "after", "before", "before_next", "after_planning"] = "after"
    """On the day of the meeting, after it, back from it, back from the next meeting of the series, or from the first
    day planned: that is once for each owner, for all their meetings."""
    due: IntervalText | None = None
    """Absent only where ``direction`` is ``on``."""
    warn: IntervalText | None = None
    """Counted as ``due`` is: when to remind."""
    only: Annotated[tuple[TaskCondition, ...], BeforeValidator(_conditions)] = ()
    """One condition or several that all hold; absent or "always": at every meeting."""
    every: tuple[IntervalText, ...] = ()
    """Not at every meeting, but at the last one before one of these has passed since it was last done."""
    each_plan: bool = False
    """Where siblings meet jointly: one for each of their plans, each as if the meeting were of that plan alone."""
    names: Literal["missing", "remote", "next_meeting"] | None = None
    """What the task says of its meeting: who is expected and has sent nobody, who joins remotely, or when the next is."""
    date_from: Literal["source", "convene"] = "source"
    """``convene``: the source asks for the task without a date, and the date is Convene's own."""

    @model_validator(mode="after")
    def _due_unless_on_the_day(self) -> TaskClause:
        if (self.due is None) != (self.direction == "on"):
            raise ValueError(
                'a task needs due unless it is on the day: add due = "10 working days", or direction = "on"'
            )
        if self.every and self.direction != "on":
            raise ValueError('a task with every is due at the meeting: say direction = "on"')
        if self.each_plan and (self.every or self.direction == "after_planning"):
            raise ValueError("a task for each plan is one of a meeting: leave every and after_planning out")
        if self.direction == "after_planning" and (self.only or self.names):
            raise ValueError(
                "a task that counts from the day of planning is of no single meeting: leave only and names out"
            )
        return self


class EscalationClause(Clause):
    """By when an open concern of this kind is to be settled or taken further."""

    kind: ConcernKind
    title: str
    owner: Literal["social_worker", "team_manager"]
    due: tuple[IntervalText, ...] = Field(min_length=1)
    """From the day it was raised. All hold, and so does a date that the concern itself brings: the earliest binds."""
    date_from: Literal["source", "convene"] = "source"


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
