"""The words about a meeting that leave: made from a view alone, so they hold nothing that its recipient may not see."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from service.output.places import SECURE
from service.output.render import MeetingView
from solver.schema.base import Role

_ROLES: Final[dict[Role, str]] = {"iro": "IRO", "early_years": "nursery or early years"}
NOT_HERE: Final = "The place isn't in this message: the team tells you where."


def description(view: MeetingView, *, company: bool = True) -> tuple[str, ...]:
    """What a calendar shows below the title of a meeting.

    Parameters
    ----------
    view
        Of its recipient.
    company
        Whether to say who else comes, as far as the view does.

    Returns
    -------
    tuple of str
        Lines.
    """
    lines = list(view.notes)
    if view.location == SECURE and view.part != "NON-PARTICIPANT":
        lines.append(NOT_HERE)
    if company and view.colleagues:
        named = (
            f"{colleague.name} ({role_words(colleague.role)})"
            if colleague.name
            else role_words(colleague.role)
            for colleague in view.colleagues
        )
        lines.append(f"With: {'; '.join(named)}.")
    if company and view.roles:
        lines.append(f"There: {', '.join(role_words(role) for role in view.roles)}.")
    return tuple(lines)


def span_words(start: datetime, end: datetime) -> str:
    """The time of a meeting in words, such as ``Tuesday 1 December 2026, 09:00 to 10:00``."""
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%A} {end.day} {end:%B %Y}, {end:%H:%M}"
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M} to {until}"


def role_words(role: Role) -> str:
    """What a role is called to those who may know it."""
    return _ROLES.get(role, role.replace("_", " "))


__all__ = ["NOT_HERE", "description", "role_words", "span_words"]
