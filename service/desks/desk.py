"""What is done at a desk. Runs in a process of its own, which keeps the last calendars it has worked on."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from service.desks.asked import Ask, AskError, Made, Papers, PapersMissingError, Take
from service.desks.why import why_not, without_pin
from solver.explain.explainer import Explainer
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

_KEPT: Final = 4


@dataclass(frozen=True)
class _Case:
    caseload: Caseload
    policy: Policy
    calendar: Calendar
    loosened: str = ""
    """The meeting that is pinned, and taken as if it weren't."""


_cases: OrderedDict[str, _Case] = OrderedDict()
_desks: OrderedDict[tuple[str, str, str, str], Desk] = OrderedDict()
_explainers: OrderedDict[tuple[str, str, str, str], Explainer] = OrderedDict()


def options(name: str, papers: Papers | None, ask: Ask) -> bytes:
    """The options for a meeting, as the JSON of `solver.schema.options.Rebooking`.

    Raises
    ------
    PapersMissingError
    AskError
    """
    case = _changed(_case(name, papers), ask)
    found = _answer(_desk(name, case, ask), case, ask).rebooking
    if ask.at is not None and not found.options and not ask.without:
        reasons = why_not(_explainer(name, case, ask), ask, ask.at)
        found = found.model_copy(update={"reasons": reasons})
    return found.model_dump_json(by_alias=True).encode()


def explain(name: str, papers: Papers | None, asked: Ask) -> bytes:
    """Why a meeting is where it is, as the JSON of `solver.schema.explanation.MeetingExplanation`.

    Raises
    ------
    PapersMissingError
    AskError
    """
    case = _case(name, papers)
    if asked.meeting not in {one.id for one in case.calendar.meetings}:
        raise _unknown()
    try:
        told = _explainer(name, case, asked).meeting(asked.meeting)
    except KeyError as error:
        raise AskError("cannot_move", "It has no place in the caseload any more.") from error
    return told.model_dump_json(by_alias=True).encode()


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
    if ask.loosened:
        case = _loosened(case, ask.meeting)
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


def _loosened(case: _Case, meeting: str) -> _Case:
    """The papers with a meeting not pinned."""
    found = next((one for one in case.calendar.meetings if one.id == meeting), None)
    if found is None or not found.pinned:
        return case
    loose = found.model_copy(update={"pinned": False})
    meetings = tuple(loose if one is found else one for one in case.calendar.meetings)
    return replace(
        case,
        caseload=without_pin(case.caseload, found),
        calendar=case.calendar.model_copy(update={"meetings": meetings}),
        loosened=meeting,
    )


def _unknown() -> AskError:
    return AskError("unknown_meeting", "The calendar has no such meeting.")


def _key(name: str, case: _Case, ask: Ask) -> tuple[str, str, str, str]:
    """What a desk is kept under."""
    return name, str(ask.today), digest(case.caseload) if ask.changes else "", case.loosened


def _explainer(name: str, case: _Case, ask: Ask) -> Explainer:
    key = _key(name, case, ask)
    explainer = _explainers.get(key)
    if explainer is None:
        desk = _desk(name, case, ask)
        explainer = Explainer(case.caseload, case.policy, case.calendar, desk=desk)
        _explainers[key] = explainer
        if len(_explainers) > _KEPT:
            _explainers.popitem(last=False)
    _explainers.move_to_end(key)
    return explainer


def _desk(name: str, case: _Case, ask: Ask) -> Desk:
    key = _key(name, case, ask)
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
        raise _unknown()
    try:
        for person in ask.without:
            reason = essential(desk, ask.meeting, person)
            if reason is not None:
                raise AskError("essential", reason.text)
        barred = ask.meeting in not_standing(CHANGES.validate_python(list(ask.changes)))
        stay = not barred and bool(ask.changes or ask.without or ask.at)
        return desk.options(
            ask.meeting, without=ask.without, stay=stay, at=ask.at, venue=ask.venue, n=ask.most
        )
    except CannotMoveError as error:
        raise AskError("cannot_move", str(error)) from error
    except ValueError as error:
        raise AskError("no_option", str(error)) from error


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
