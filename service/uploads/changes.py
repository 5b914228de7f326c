"""What a caseload that was uploaded would change, in words for whoever decides about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from service.views.names import Names, natural
from service.words import count, long_day
from solver.schema.base import FAMILY_ROLES, Model
from solver.schema.caseload import Caseload

_PLAN: Final = {
    "type": "kind of plan", "sibling_group": "siblings", "children": "children", "events": "dates of what has happened",
    "ends": "end", "complex": "complex or not", "every_at_most": "interval", "minutes": "length of meetings",
    "schedule_review": "review", "review_minutes": "length of the review", "participants": "who comes",
    "venue": "wishes about the venue", "times": "wishes about times", "split": "two sittings",
    "family_sees_roles": "what the family is told", "handover": "handover", "concerns": "concerns",
}  # fmt: skip
_PERSON: Final = {
    "name": "name", "role": "role", "agency": "agency", "email": "email", "aliases": "other mailboxes", "site": "site",
    "hours": "hours", "busy": "busy times", "deputies": "deputies", "line_manager": "line manager",
    "notice_working_days": "notice", "remote": "remote or not", "max_meetings_per_day": "meetings a day",
}  # fmt: skip
_VENUE: Final = {
    "name": "name", "kind": "kind", "site": "site", "address": "address", "email": "email", "capacity": "seats",
    "features": "features", "hours": "hours", "busy": "busy times", "confidential": "confidential or not",
}  # fmt: skip
_SCHOOL: Final = {
    "name": "name",
    "site": "site",
    "day": "day times",
    "terms": "terms",
    "closed": "closed days",
}
_SITE: Final = {"name": "name", "travel_minutes": "travel"}


@dataclass(frozen=True)
class Item:
    """Something that comes, goes or changes."""

    id: str
    name: str = ""
    """Where it may be named."""
    what: str = ""
    """What of it changes."""


@dataclass(frozen=True)
class Part:
    """One list of the caseload: its plans, its people."""

    title: str
    noun: str
    total: int
    added: tuple[Item, ...] = ()
    gone: tuple[Item, ...] = ()
    changed: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Value:
    """Something that there is once, before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """What would change."""

    first: bool
    """Whether there was no caseload before."""
    parts: tuple[Part, ...]
    values: tuple[Value, ...]
    """Those that change; for a first caseload all."""
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As it crosses between processes."""
        return asdict(self)


def from_json(data: dict[str, Any]) -> Changes:
    """Changes that were `as_json`."""

    def items(given: Iterable[dict[str, str]]) -> tuple[Item, ...]:
        return tuple(Item(**one) for one in given)

    parts = tuple(
        Part(
            one["title"],
            one["noun"],
            one["total"],
            items(one["added"]),
            items(one["gone"]),
            items(one["changed"]),
        )
        for one in data["parts"]
    )
    return Changes(
        data["first"], parts, tuple(Value(**one) for one in data["values"]), tuple(data["warnings"])
    )


def changes(before: Caseload | None, after: Caseload, today: date) -> Changes:
    """Compare a caseload with the one that the team has.

    Parameters
    ----------
    before
        ``None`` where the team has none yet.
    after
    today
        In the team's zone.
    """
    names = (None if before is None else Names(before), Names(after))

    def person(id_: str, which: Names | None) -> str:
        found = None if which is None else which.people.get(id_)
        if which is None or found is None:
            return ""
        name = which.person(id_)
        return name if found.role in FAMILY_ROLES else f"{name}, {found.role.replace('_', ' ')}"

    def venue(id_: str, which: Names | None) -> str:
        return "" if which is None else which.venue(id_)

    parts = (
        _part("Plans", "plan", _PLAN, "plans", before, after, lambda *_: "", names),
        _part("People", "person", _PERSON, "people", before, after, person, names),
        _part("Venues", "venue", _VENUE, "venues", before, after, venue, names),
        _part("Schools", "school", _SCHOOL, "schools", before, after, lambda *_: "", names),
        _part("Sites", "site", _SITE, "sites", before, after, lambda *_: "", names),
    )
    values = tuple(
        Value(what, "" if before is None else words(before), words(after))
        for what, words in _VALUES
        if before is None or words(before) != words(after)
    )
    return Changes(before is None, parts, values, tuple(_warnings(before, after, parts[0], today)))


_Named = Callable[[str, Names | None], str]


def _part(
    title: str,
    noun: str,
    fields: dict[str, str],
    collection: str,
    before: Caseload | None,
    after: Caseload,
    named: _Named,
    names: tuple[Names | None, Names],
) -> Part:
    old: dict[str, Model] = {} if before is None else {one.id: one for one in getattr(before, collection)}
    new: dict[str, Model] = {one.id: one for one in getattr(after, collection)}

    def items(ids: Iterable[str], which: Names | None) -> tuple[Item, ...]:
        return tuple(Item(one, named(one, which)) for one in sorted(ids, key=natural))

    differing = {
        one: _differing(old[one], new[one], fields) for one in old.keys() & new.keys() if old[one] != new[one]
    }
    return Part(
        title,
        noun,
        len(new),
        items(new.keys() - old.keys(), names[1]),
        items(old.keys() - new.keys(), names[0]),
        tuple(Item(one, named(one, names[1]), differing[one]) for one in sorted(differing, key=natural)),
    )


def _differing(old: Model, new: Model, fields: dict[str, str]) -> str:
    return ", ".join(
        words + _from_to(getattr(old, name), getattr(new, name))
        for name, words in fields.items()
        if getattr(old, name) != getattr(new, name)
    )


def _from_to(old: object, new: object) -> str:
    """What it was and will be, where that is a day or a number: a slip of the pen is seen here or nowhere."""
    if not all(
        one is None or (isinstance(one, date | int) and not isinstance(one, bool)) for one in (old, new)
    ):
        return ""
    before, after = (
        "none" if one is None else long_day(one) if isinstance(one, date) else f"{one}" for one in (old, new)
    )
    return f" (before: {before}, now: {after})"


def _horizon(caseload: Caseload) -> str:
    return f"{long_day(caseload.horizon.start)} to {long_day(caseload.horizon.end)}"


def _policy(caseload: Caseload) -> str:
    return caseload.authority if isinstance(caseload.authority, str) else "written out in the caseload"


def _booked(caseload: Caseload) -> str:
    pinned = sum(one.pinned for one in caseload.booked)
    return f"{len(caseload.booked)}" + (f", {pinned} of them pinned" if pinned else "")


_VALUES: Final[tuple[tuple[str, Callable[[Caseload], str]], ...]] = (
    ("Half-year", _horizon),
    ("Caseload ID", lambda one: one.id),
    ("Policy", _policy),
    ("Nation", lambda one: one.nation),
    ("Team’s name", lambda one: one.team.name),
    ("Team’s mailbox", lambda one: one.team.organiser.email),
    ("Team’s own intervals", lambda one: ", ".join(one.team.every_at_most.values()) or "none"),
    ("Closed days", lambda one: count(len(one.closures), "day")),
    ("Meetings start every", lambda one: count(one.grid_minutes, "minute")),
    ("Time zone", lambda one: one.timezone),
    ("Travel times between sites", lambda one: count(sum(map(len, one.travel.values())), "pair")),
    ("Booked meetings", _booked),
    ("Held meetings", lambda one: f"{len(one.held)}"),
)


def _warnings(before: Caseload | None, after: Caseload, plans: Part, today: date) -> Iterable[str]:
    """What passed the checks, and is worth a look all the same."""
    if before is not None and len(plans.gone) * 3 > len(before.plans):
        yield (
            f"{count(len(plans.gone), 'plan')} of {len(before.plans)} would be gone. Is this the whole caseload, and not "
            "a part of it?"
        )
    if not after.plans:
        yield "There is no plan in it: nothing would be planned."
    if after.horizon.end <= today:
        yield f"The half-year ended on {long_day(after.horizon.end)}: there is nothing left to plan."
    elif (after.horizon.end - today).days < 60:
        yield f"The half-year ends soon, on {long_day(after.horizon.end)}."
    if before is not None and after.horizon.start < before.horizon.start:
        yield f"The half-year would begin earlier than now, on {long_day(after.horizon.start)}."
    alone = [plan.id for plan in after.plans if not plan.participants]
    if alone:
        yield f"Nobody comes to the meetings of {_some(alone)}: the sheet Participants has no row for them."
    ended = [
        one.id for one in after.plans if one.ends is not None and one.ends < max(today, after.horizon.start)
    ]
    if ended:
        yield f"Already ended: {_some(ended)}. Nothing is planned for them."
    coming = {part.person for plan in after.plans for part in plan.participants}
    unmailed = [one for one in after.people if one.email is None and one.id in coming]
    if unmailed:
        yield f"{count(len(unmailed), 'person', 'people')} without an email address will be sent letters."
    idle = [one.id for one in after.people if one.id not in coming and one.role == "social_worker"]
    if idle:
        yield f"In no plan: {_some(idle)}, whose role is social worker."


def _some(ids: list[str], most: int = 5) -> str:
    found = sorted(ids, key=natural)
    if len(found) > most + 1:
        return ", ".join(found[:most]) + f" and {len(found) - most} more"
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else found[0]


__all__ = ["Changes", "Item", "Part", "Value", "changes", "from_json"]
