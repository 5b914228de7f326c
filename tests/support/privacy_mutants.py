"""Leaks on purpose: each is put in where the product decides what somebody sees, and has to be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import privacy_checks
import pytest

from calendars import itip
from calendars.components import plain
from service.delivery import addressees, changes, folder, letters, prepare
from service.output import events, ics_files, places, render
from solver.schema.caseload import Caseload

Check = Literal["files", "preview", "messages"]
Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutant:
    name: str
    by: Check
    """What has to find it."""
    patch: Patch


def _set(where: object, name: str, make: Callable[[Any], Any]) -> Patch:
    """A patch that puts something in place of a function or method, made from it."""
    return lambda patch: patch.setattr(where, name, make(getattr(where, name)))


def _every_place(usual: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
    return lambda caseload, _secrets: {
        one.id: plain(", ".join(filter(None, (one.name, one.address)))) for one in caseload.venues
    }


def _one_sitting(usual: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, meeting, *rest: usual(self, meeting.model_copy(update={"sittings": ()}), *rest)


def _whole_meeting(usual: Callable[..., Any]) -> Callable[..., Any]:
    return lambda meeting, mine, reference: (meeting.start, meeting.end)


def _never_remote(usual: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, meeting, mine: usual(self, meeting, ())


def _room_anyway(usual: Callable[..., Any]) -> Callable[..., Any]:
    def view(self: Any, meeting: Any, recipient: Any) -> Any:
        seen = usual(self, meeting, recipient)
        return seen and replace(seen, room=self._mailboxes.get(meeting.venue))

    return view


def _roles_anyway(usual: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, meeting, colleagues: tuple(one.role for one in colleagues)


def _new_time_in_cancel(usual: Callable[..., Any]) -> Callable[..., Any]:
    def find(caseload: Any, calendar: Any, *rest: Any, **more: Any) -> Any:
        found = usual(caseload, calendar, *rest, **more)
        now = {one.id: one for one in calendar.meetings}
        told = [_at(one, now.get(one.meeting)) for one in found.difference.changes]
        return replace(found, difference=replace(found.difference, changes=tuple(told)))

    return find


def _at(change: changes.Change, meeting: Any) -> changes.Change:
    if change.method == "REQUEST" or meeting is None:
        return change
    return replace(change, told=replace(change.told, start=meeting.start, end=meeting.end))


def _place_in_cancel(usual: Callable[..., Any]) -> Callable[..., Any]:
    return lambda change, title: [*usual(change, title), change.told.place]


def _named(usual: Callable[..., Any]) -> Callable[..., Any]:
    def attendee(invitee: itip.Invitee, **more: Any) -> Any:
        address = usual(invitee, **more)
        address.params["CN"] = "Somebody"
        return address

    return attendee


def _without_aliases(usual: Callable[..., Any]) -> Callable[..., Any]:
    def reached(caseload: Caseload, *rest: Any, **more: Any) -> Any:
        people = tuple(one.model_copy(update={"aliases": ()}) for one in caseload.people)
        return usual(caseload.model_copy(update={"people": people}), *rest, **more)

    return reached


def _next_folder(usual: Callable[..., Any]) -> Callable[..., Any]:
    def folders(recipients: Iterable[str]) -> dict[str, str]:
        known = tuple(dict.fromkeys(recipients))
        found = usual(known)
        return {one: found[other] for one, other in zip(known, (*known[1:], known[0]), strict=True)}

    return folders


MUTANTS = (
    Mutant("every place is told", "files", _set(render, "told_places", _every_place)),
    Mutant("every place is told by mail", "messages", _set(render, "told_places", _every_place)),
    Mutant("a place whose text names a secret is told", "files", _set(places, "_words", lambda usual: plain)),
    Mutant("a place is told only by its kind", "files", _set(places, "is_protected", lambda usual: lambda venue: False)),
    Mutant("colleagues of the other sitting", "files", _set(render.Renderer, "_colleagues", _one_sitting)),
    Mutant("colleagues of the other sitting, in mails", "messages", _set(render.Renderer, "_colleagues", _one_sitting)),
    Mutant("colleagues of the other sitting, in the preview", "preview", _set(render.Renderer, "_colleagues", _one_sitting)),
    Mutant("the time of both sittings", "files", _set(render, "_span", _whole_meeting)),
    Mutant("the time of both sittings, in mails", "messages", _set(render, "_span", _whole_meeting)),
    Mutant("the place to who is online", "messages", _set(render.Renderer, "_location", _never_remote)),
    Mutant("the room's mailbox to everybody", "messages", _set(render.Renderer, "view", _room_anyway)),
    Mutant("roles to every family", "files", _set(render.Renderer, "_roles", _roles_anyway)),
    Mutant("roles to every family, in mails", "messages", _set(render.Renderer, "_roles", _roles_anyway)),
    Mutant("families are told as professionals", "files",
           _set(render, "PROFESSIONAL_ROLES", lambda usual: usual | {"parent", "child", "carer", "family", "other"})),
    Mutant("who is absent is told", "files", _set(render, "PRESENT", lambda usual: usual | {"report", "absent"})),
    Mutant("who is absent is told by mail", "messages", _set(render, "PRESENT", lambda usual: usual | {"report", "absent"})),
    Mutant("a family's UID is the others'", "messages", _set(render, "uid", lambda usual: lambda *parts: usual(*parts[:3]))),
    Mutant("company in the team's file", "files", lambda patch: patch.setattr(
        ics_files, "event_of", lambda view, company=True: events.event_of(view))),
    Mutant("the new time in a CANCEL", "messages", _set(privacy_checks, "find_changes", _new_time_in_cancel)),
    Mutant("the place in a CANCEL", "messages", _set(letters, "_lines", _place_in_cancel)),
    Mutant("who it is for in the subject", "messages",
           _set(letters, "_subject", lambda usual: lambda change, title: f"{title} {change.recipient}")),
    Mutant("who it is for in the Message-ID", "messages",
           _set(letters, "message_id", lambda usual: lambda key, who, *rest, **more: f"<{who}.{rest[1]}@convene.example>")),
    Mutant("our own id of the meeting in the text", "messages",
           _set(letters, "_lines", lambda usual: lambda change, title: [*usual(change, title), change.meeting])),
    Mutant("a name beside an address", "messages", _set(itip, "_attendee", _named)),
    Mutant("a mailbox is one person's", "messages", _set(addressees, "_told", lambda usual: lambda *rest: frozenset())),
    Mutant("nobody answers for another", "messages", _set(prepare, "addressees", _without_aliases)),
    Mutant("the folder of somebody else", "messages", _set(folder, "_folders", _next_folder)),
    Mutant("no CANCEL to who was removed", "messages",
           _set(changes._Work, "gone", lambda usual: lambda self, before: None)),
    Mutant("no update where the place is withheld now", "messages",
           _set(changes, "told_of", lambda usual: lambda view: replace(usual(view), place=""))),
    Mutant("nothing is told to anybody", "files", _set(render.Renderer, "views", lambda usual: lambda *rest: ())),
    Mutant("nothing is sent to anybody", "messages", _set(addressees, "_views", lambda usual: lambda *rest: {})),
)  # fmt: skip


__all__ = ["MUTANTS", "Check", "Mutant"]
