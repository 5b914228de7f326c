"""What is done at a desk. Runs in a process of its own, which keeps the last calendars it has worked on."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from service.desks.asked import Ask, AskError, Made, Papers, PapersMissingError, Take
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.problem.blocks import CompileError
from solver.rebook.accept import RefusedError, accept
from solver.rebook.options import Answer, CannotMoveError, Desk, Found
from solver.rebook.refusal import essential
from solver.replan.changes import ChangesError, apply_changes, not_standing
from solver.schema.calendar import Calendar
from solver.schema.caseload import BookedAttendee, BookedMeeting, Caseload
from solver.schema.changes import CHANGES
from solver.schema.load import digest
from solver.schema.options import Rebooking

_KEPT: Final = 4
_SEVERAL: Final = 60
"""Options that are looked through for one at a venue."""


@dataclass(frozen=True)
class _Case:
    caseload: Caseload
    policy: Policy
    calendar: Calendar


_cases: OrderedDict[str, _Case] = OrderedDict()
_desks: OrderedDict[tuple[str, str, str], Desk] = OrderedDict()


def options(name: str, papers: Papers | None, ask: Ask) -> bytes:
    """The options for a meeting, as the JSON of `solver.schema.options.Rebooking`.

    Raises
    ------
    PapersMissingError
    AskError
    """
    case = _changed(_case(name, papers), ask)
    return _answer(_desk(name, case, ask), case, ask).rebooking.model_dump_json(by_alias=True).encode()


def take(name: str, papers: Papers | None, taken: Take) -> Made:
    """The calendar with an option taken.

    Raises
    ------
    PapersMissingError
    AskError
    """
    before = _case(name, papers)
    case = _changed(before, taken.ask)
    answer = _answer(_desk(name, case, taken.ask), case, taken.ask)
    found = next((one for one in answer.found if one.option.number == taken.number), None)
    if found is None:
        raise AskError("no_option", "There is no such option: ask for the options again.")
    caseload = _pinned(case, taken.ask.meeting, found) if taken.pin else case.caseload
    try:
        after = accept(caseload, case.policy, case.calendar, found, now=taken.now)
    except RefusedError as error:
        details = (
            ()
            if error.report is None
            else tuple({"rule": one.rule, "text": one.text} for one in error.report.violations)
        )
        raise AskError("refused", str(error), details) from error
    changed = digest(caseload) != digest(before.caseload)
    return Made(
        after.model_dump_json(by_alias=True).encode(),
        caseload.model_dump_json(by_alias=True).encode() if changed else None,
    )


def warm(name: str, papers: Papers) -> None:
    """Get ready for a calendar before anybody asks."""
    case = _case(name, papers)
    _desk(name, case, Ask("", case.caseload.horizon.start))


def _case(name: str, papers: Papers | None) -> _Case:
    known = _cases.get(name)
    if known is None:
        if papers is None:
            raise PapersMissingError
        caseload = Caseload.model_validate_json(papers.caseload)
        calendar = Calendar.model_validate_json(papers.calendar)
        known = _Case(caseload, load_policy(caseload.authority), calendar)
        _cases[name] = known
        if len(_cases) > _KEPT:
            _cases.popitem(last=False)
    _cases.move_to_end(name)
    return known


def _changed(case: _Case, ask: Ask) -> _Case:
    if not ask.changes:
        return case
    try:
        changed = apply_changes(case.caseload, CHANGES.validate_python(list(ask.changes)))
    except ValidationError as error:
        details = tuple(
            {"pointer": "/".join(("", "changes", *map(str, one["loc"]))), "detail": one["type"]}
            for one in error.errors()
        )
        raise AskError("bad_change", "A changed fact isn't as it must be.", details) from None
    except ChangesError as error:
        faults = tuple(
            {"pointer": f"/{fault.path}", "detail": f"{fault.problem} {fault.remedy}"}
            for fault in error.faults
        )
        raise AskError("bad_change", "A changed fact doesn't fit the caseload.", faults) from None
    return replace(case, caseload=changed)


def _desk(name: str, case: _Case, ask: Ask) -> Desk:
    key = (name, str(ask.today), digest(case.caseload) if ask.changes else "")
    desk = _desks.get(key)
    if desk is None:
        try:
            desk = Desk(case.caseload, case.policy, case.calendar, today=ask.today)
        except CompileError as error:
            raise AskError("too_large", str(error)) from error
        _desks[key] = desk
        if len(_desks) > _KEPT:
            _desks.popitem(last=False)
    _desks.move_to_end(key)
    return desk


def _answer(desk: Desk, case: _Case, ask: Ask) -> Answer:
    """The options, numbered as they are shown."""
    if ask.meeting not in {one.id for one in case.calendar.meetings}:
        raise AskError("unknown_meeting", "The calendar has no such meeting.")
    try:
        for person in ask.without:
            reason = essential(desk, ask.meeting, person)
            if reason is not None:
                raise AskError("essential", reason.text)
        barred = ask.meeting in not_standing(CHANGES.validate_python(list(ask.changes)))
        stay = not barred and bool(ask.changes or ask.without or ask.at)
        most = _SEVERAL if ask.venue is not None else ask.most
        found = desk.options(ask.meeting, without=ask.without, stay=stay, at=ask.at, n=most)
    except CannotMoveError as error:
        raise AskError("cannot_move", str(error)) from error
    except ValueError as error:
        raise AskError("no_option", str(error)) from error
    if ask.venue is None:
        return found
    there = tuple(one for one in found.found if one.option.venue == ask.venue)
    numbered = tuple(
        replace(one, option=one.option.model_copy(update={"number": number}))
        for number, one in enumerate(there, 1)
    )
    update: dict[str, Any] = {
        "options": tuple(one.option for one in numbered),
        "outcome": "options" if numbered else "none",
    }
    rebooking: Rebooking = found.rebooking.model_copy(update=update)
    return Answer(rebooking, numbered)


def _pinned(case: _Case, meeting: str, found: Found) -> Caseload:
    """The caseload with the meeting booked, and pinned, where the option has it."""
    before = next(one for one in case.calendar.meetings if one.id == meeting)
    option = found.option
    booked = BookedMeeting(
        id=meeting,
        series=before.series,
        kind=before.kind,
        plans=before.plans,
        start=option.start,
        end=option.end,
        venue=option.venue,
        pinned=True,
        attendees=tuple(BookedAttendee(person=one.person, sitting=one.sitting) for one in option.attendees),
        chair=before.chair,
        minutes=before.minutes,
    )
    rest = tuple(one for one in case.caseload.booked if one.id != meeting)
    return case.caseload.model_copy(update={"booked": (*rest, booked)})
