"""Why a meeting is to be elsewhere: the form that asks for options, and the changed facts that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final

from service.pages.forms import Fault, Form
from service.pages.meeting_at import At
from service.pages.move_form import date_of, time_of
from service.words import moment, opening

REASONS: Final = {
    "person": "Somebody can’t come then",
    "venue": "The room can’t be used then",
    "without": "It is to be held without somebody",
    "other": "It can’t be then for another reason",
    "look": "Nothing yet: just see what else there would be",
}
_FIELDS: Final = (
    "why", "person", "without",
    "from-day", "from-month", "from-year", "from-time", "until-day", "until-month", "until-year", "until-time",
)  # fmt: skip


@dataclass(frozen=True)
class Because:
    """What the form holds, and what it means."""

    fields: Mapping[str, str]
    changes: tuple[dict[str, Any], ...] = ()
    without: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def unfilled(at: At, why: str = "", person: str = "") -> Because:
    """The form as it begins: with the meeting's own day, all of it."""
    day = at.meeting.start
    parts = (("day", str(day.day)), ("month", str(day.month)), ("year", str(day.year)), ("time", ""))
    stretch = {f"{end}-{part}": value for end in ("from", "until") for part, value in parts}
    known = person if person in {one for one, _ in people_of(at)} else ""
    return Because({"why": why if why in REASONS else "", "person": known, "without": known, **stretch})


def filled(at: At, sent: Form) -> Because:
    """What was sent, with all that is wrong with it."""
    fields = {name: sent.get(name) for name in _FIELDS}
    why = fields["why"]
    people = {one for one, _ in people_of(at)}
    if why not in REASONS:
        return Because(fields, faults=(Fault("why", "Say why the meeting is to be elsewhere"),))
    if why == "other":
        return Because(fields, ({"kind": "meeting_cannot_stand", "meeting": at.meeting.id},))
    if why == "without":
        if fields["without"] not in people:
            return Because(fields, faults=(Fault("without", "Say who doesn’t come"),))
        return Because(fields, without=(fields["without"],))
    if why == "look":
        return Because(fields)
    faults = []
    if why == "person" and fields["person"] not in people:
        faults.append(Fault("person", "Say who can’t come"))
    start, end = _moment(fields, "from", faults), _moment(fields, "until", faults)
    if start is not None and end is not None and end <= start:
        faults.append(Fault("until-day", "The end must be after the beginning"))
    if faults or start is None or end is None:
        return Because(fields, faults=tuple(faults))
    span = {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}"}
    if why == "venue":
        return Because(fields, ({"kind": "venue_closed", "venue": at.meeting.venue, **span},))
    return Because(fields, ({"kind": "person_away", "person": fields["person"], **span},))


def people_of(at: At) -> list[tuple[str, str]]:
    """Those who have a record and come to it, or were to, with what they are called."""
    names, seen = at.sentences.names, dict.fromkeys(one.person for one in at.meeting.attendees)
    return [(one, opening(names.person(one))) for one in seen if one in names.people]


def because_words(at: At, request: Mapping[str, Any]) -> str:
    """Why options were asked for, in a sentence, from what is kept of the question."""
    names = at.sentences.names
    for change in request["changes"]:
        if change["kind"] == "meeting_cannot_stand":
            return "It can’t be when it is now."
        if change["kind"] in ("person_away", "venue_closed") and len(change["start"]) > 10:
            start, end = (datetime.fromisoformat(change[one]) for one in ("start", "end"))
            span = f"from {moment(start)} to {moment(end)}"
            if change["kind"] == "person_away":
                return f"{opening(names.person(change['person']))} can’t come {span}."
            return f"{opening(names.venue(change['venue']))} can’t be used {span}."
    if request["changes"]:
        return "Facts have changed."
    if request["without"]:
        return f"It is to be held without {at.sentences.people(request['without'])}."
    return "No reason was given."


def _moment(fields: Mapping[str, str], end: str, faults: list[Fault]) -> datetime | None:
    """The beginning or the end; without a time of day the whole day."""
    day = date_of(fields[f"{end}-day"], fields[f"{end}-month"], fields[f"{end}-year"])
    if day is None:
        faults.append(Fault(f"{end}-day", "The date must be a real date, such as 8 12 2026"))
    text = fields[f"{end}-time"]
    clock = time() if not text else time_of(text)
    if clock is None:
        faults.append(Fault(f"{end}-time", "The time must be like 14:00, or left out for the whole day"))
    if day is None or clock is None:
        return None
    whole = timedelta(days=1) if end == "until" and not text else timedelta()
    return datetime.combine(day, clock) + whole


__all__ = ["REASONS", "Because", "because_words", "filled", "people_of", "unfilled"]
