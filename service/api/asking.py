"""Between the API and the desk: papers there, problems back."""

from __future__ import annotations

from typing import Final

from service.api.problems import Problem
from service.desks.asked import AskError, Papers
from service.desks.pool import BusyError
from service.store.calendars import Standing

_STATUS: Final = {"unknown_meeting": 404, "bad_change": 422}
_TYPES: Final = {"too_large": "calendar-too-large"}
"""Where a type of that name means something else."""
_TITLES: Final = {
    "unknown_meeting": "Not found",
    "cannot_move": "The meeting can't be moved",
    "bad_change": "A changed fact can't be used",
    "no_option": "There is no such option",
    "refused": "The calendar would break rules",
    "essential": "The meeting can't be held without them",
    "too_large": "The calendar is too large for this",
}


def papers_of(standing: Standing) -> Papers:
    """What the desk needs of a calendar."""
    revision = standing.revision
    return Papers(
        f"{revision.calendar}/{revision.number}/{revision.caseload_version}/{hash(revision.document)}",
        standing.version.document,
        revision.document,
    )


def ask_problem(error: AskError | BusyError) -> Problem:
    """Why the desk has no answer."""
    if isinstance(error, BusyError):
        return Problem(
            "urn:convene:problem:busy", "Busy", 503, "There was no answer in time. Nothing was changed: ask again.",
            headers={"Retry-After": "10"},
        )  # fmt: skip
    return Problem(
        f"urn:convene:problem:{_TYPES.get(error.kind, error.kind.replace('_', '-'))}",
        _TITLES[error.kind],
        _STATUS.get(error.kind, 409),
        f"{error.text} Nothing was changed.",
        extra={"errors": list(error.details)} if error.details else None,
    )


__all__ = ["ask_problem", "papers_of"]
