"""Who comes to a meeting, where and when it may be, who chairs: the clauses of a meeting but for its windows and tasks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from solver.policy.clause import Clause
from solver.schema.base import (
    FAMILY_ROLES,
    Id,
    Level,
    Role,
    VenueKind,
)


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
