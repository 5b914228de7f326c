"""What somebody owes because of a meeting or of an open concern: the task clauses of a policy."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from solver.policy.clause import Clause, IntervalText
from solver.schema.base import (
    ConcernKind,
    Id,
    Recipient,
)

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
