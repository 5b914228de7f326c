"""What every outward document shares: frozen models, clock times, and the field's closed word lists."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

DAY_MINUTES = 24 * 60


class Model(BaseModel):
    """A frozen part of an outward document. An unknown field is a fault, never ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


def parse_clock(value: Any) -> int:
    """Minutes after midnight of ``"HH:MM"`` (00:00 to 24:00)."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY_MINUTES:
        return value
    if isinstance(value, str) and len(value) == 5 and value[2] == ":":
        hour, minute = value[:2], value[3:]
        if hour.isdecimal() and minute.isdecimal() and int(minute) < 60:
            total = int(hour) * 60 + int(minute)
            if total <= DAY_MINUTES:
                return total
    raise ValueError('must be a time of day "HH:MM" from "00:00" to "24:00"')


def format_clock(minutes: int) -> str:
    """``"HH:MM"`` of minutes after midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


ClockTime = Annotated[
    int,
    BeforeValidator(parse_clock),
    PlainSerializer(format_clock, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-4]):[0-5][0-9]$", "examples": ["09:00"]}),
]
"""Wall-clock time as minutes after midnight; ``"HH:MM"`` in JSON."""


def _naive(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise ValueError("must be a local wall time without an offset, for example 2026-12-01T10:00")
    if value.second or value.microsecond:
        raise ValueError("must be a whole minute")
    return value


LocalTime = Annotated[
    datetime,
    AfterValidator(_naive),
    PlainSerializer(lambda value: value.strftime("%Y-%m-%dT%H:%M"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"}),
]
"""A local wall time in the caseload's zone; never carries an offset."""

Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Nation = Literal["ENG", "WLS", "SCT", "NIR"]
Role = Literal[
    "child", "parent", "carer", "family", "advocate", "interpreter", "social_worker", "team_manager",
    "senior_practitioner", "business_support", "conference_chair", "iro", "school", "early_years",
    "health_visitor", "school_nurse", "midwife", "police", "family_support", "therapist", "mental_health",
    "housing", "probation", "receiving_worker", "other",
]  # fmt: skip
FAMILY_ROLES: frozenset[str] = frozenset({"child", "parent", "carer", "family"})
Level = Literal["essential", "expected", "invited"]
Remote = Literal["yes", "no", "if_needed"]
SittingId = Literal["A", "B"]
VenueKind = Literal["office", "school", "nursery", "community", "family_home", "placement", "virtual"]
PRIVATE_KINDS: frozenset[str] = frozenset({"family_home", "placement", "virtual"})
"""Kinds that are private by nature, so they need no ``private`` feature."""
HOME_KINDS: frozenset[str] = frozenset({"family_home", "placement"})
"""Kinds used only by a plan that names the venue."""
PlanType = Literal["child_protection", "child_in_need", "looked_after"]
MeetingKind = Literal[
    "core_group", "cin_review", "care_team_meeting", "review_conference", "looked_after_review"
]
REVIEW_KINDS: dict[PlanType, MeetingKind] = {
    "child_protection": "review_conference",
    "looked_after": "looked_after_review",
}
"""Kinds of statutory review, by the type of plan that has them. Where a plan asks for it, its next one is planned too."""
ConcernKind = Literal["disagreement", "agency_concern", "plan_concern"]
"""A disagreement between agencies, a concern that one is not doing its part, or that the plan does not keep the child safe."""
Recipient = Literal[
    "social_worker",
    "team_manager",
    "line_manager",
    "conference_chair",
    "members",
    "agencies",
    "family",
    "child",
]
"""Whom something owed is for."""

Spans = tuple[tuple[ClockTime, ClockTime], ...]
Hours = dict[Weekday, Spans]


class Span(Model):
    """A stretch of local wall time in which somebody or some room is taken, end exclusive."""

    start: LocalTime
    end: LocalTime
    source: str | None = Field(default=None, min_length=1, max_length=120)
    """The file or address it was read from, by a name that gives no secret away: when the source is read again, what it gave
    before is replaced as a whole. ``None``: entered by hand."""


class DateRange(Model):
    """Dates, both inclusive."""

    start: date
    end: date


__all__ = [
    "DAY_MINUTES", "FAMILY_ROLES", "HOME_KINDS", "PRIVATE_KINDS", "REVIEW_KINDS", "WEEKDAYS", "ClockTime", "ConcernKind",
    "DateRange", "Hours",
    "Id", "Level", "LocalTime", "MeetingKind", "Model", "Nation", "PlanType", "Recipient", "Remote", "Role", "SittingId",
    "Span", "Spans",
    "VenueKind", "Weekday", "date", "datetime", "format_clock", "parse_clock", "timedelta",
]  # fmt: skip
