"""What can be done about answers that a meeting can't stand with: options as `convene rebook` has them, and what was proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from service.words import count
from solver.explain.explainer import Explainer
from solver.policy.model import Policy
from solver.rebook.accept import RefusedError, accept
from solver.rebook.options import CannotMoveError, Desk, Found
from solver.rebook.others import moving_others, needs_others, with_others
from solver.rebook.refusal import essential
from solver.repair.repair import RepairLimits
from solver.replan.answers import PRESENT, next_revision, span_for
from solver.replan.changes import ChangesError, apply_changes
from solver.schema.calendar import Attendee, Calendar, Meeting, OpenRebooking, Score
from solver.schema.caseload import Caseload
from solver.schema.changes import PersonAway
from solver.schema.load import digest
from solver.schema.options import Option, Rebooking


@dataclass(frozen=True)
class Away:
    """Somebody who doesn't come, and the time that they were asked for. Local wall times."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Proposal:
    """Another time that somebody proposed, and what it would mean."""

    person: str
    start: datetime
    end: datetime
    option: Option | None
    """``None`` where it is not possible."""
    text: str
    """What it would cost, or why it is not possible."""

    @property
    def levels(self) -> Score:
        """Points by level more than now; empty where it is not possible."""
        return {} if self.option is None else self.option.levels


@dataclass(frozen=True)
class Delegation:
    """Somebody to be there instead, and whether the rules allow that."""

    person: str
    to: str | None
    allowed: bool
    text: str


@dataclass(frozen=True)
class Opening:
    """One meeting to look at again.

    Attributes
    ----------
    meeting
    because
        In the calendar's own words, one for each person.
    away
        Who doesn't come, whatever else: facts for `convene rebook`.
    rebooking
        The options; ``None`` where the meeting doesn't move.
    text
        Why it doesn't.
    """

    meeting: Meeting
    because: tuple[OpenRebooking, ...]
    away: tuple[Away, ...] = ()
    rebooking: Rebooking | None = None
    proposals: tuple[Proposal, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    text: str = ""


class Openings:
    """Works out what is open in one calendar.

    Parameters
    ----------
    caseload
        With the facts of now.
    policy
    calendar
        With the answers.
    today
        Nothing moves to it or to a day before.
    now
        For calendars that are tried.
    """

    def __init__(
        self, caseload: Caseload, policy: Policy, calendar: Calendar, *, today: date, now: datetime
    ) -> None:
        self._caseload = caseload
        self._policy = policy
        self._calendar = calendar
        self._today = today
        self._now = now
        self._people = {person.id: person for person in caseload.people}
        self._edited = calendar.caseload.digest != digest(caseload)

    def work_out(self, meeting_id: str, n: int) -> Opening:
        """Work out what can be done about one meeting that is open.

        Parameters
        ----------
        meeting_id : str
        n : int
            Most options.
        """
        meeting = next(one for one in self._calendar.meetings if one.id == meeting_id)
        because = tuple(one for one in self._calendar.rebookings if one.meeting == meeting_id)
        away = _away(meeting)
        try:
            facts = apply_changes(
                self._caseload, [PersonAway(person=one.person, start=one.start, end=one.end) for one in away]
            )
            desk = Desk(facts, self._policy, self._calendar, today=self._today)
            rebooking = self._options(desk, meeting, n, stay=bool(away) or self._edited)
        except (CannotMoveError, ChangesError) as error:
            return Opening(meeting, because, away, text=str(error))
        return Opening(
            meeting,
            because,
            away,
            rebooking,
            proposals=tuple(self._proposal(desk, meeting, one) for one in because if one.start is not None),
            delegations=tuple(
                self._delegation(meeting, entry)[0]
                for entry in meeting.attendees
                if entry.answer is not None and entry.answer.status == "delegated" and entry.status in PRESENT
            ),
        )

    def accept_delegations(self) -> tuple[Calendar, tuple[Delegation, ...]]:
        """Let those who were named come instead, where the rules allow it.

        Returns
        -------
        calendar : Calendar
            The next revision, checked; the one given, if nothing changes.
        decided : tuple of Delegation
            All that were open, each with whether it is accepted.
        """
        decided: list[Delegation] = []
        work = self
        for one in self._calendar.rebookings:
            meeting = next(other for other in work._calendar.meetings if other.id == one.meeting)
            places = [
                place for place in meeting.attendees if place.person == one.person and place.status in PRESENT
            ]
            for place in places if one.because == "delegated" else ():
                delegation, found = work._delegation(meeting, place)
                try:
                    after = None if found is None else work._accepted(found)
                except RefusedError as error:
                    delegation, after = replace(delegation, allowed=False, text=str(error)), None
                decided.append(delegation)
                if after is not None:
                    work = Openings(self._caseload, self._policy, after, today=self._today, now=self._now)
        if work is self:
            return self._calendar, tuple(decided)
        # However many were accepted, it is one revision.
        return next_revision(self._calendar, work._calendar), tuple(decided)

    def _accepted(self, found: Found) -> Calendar:
        return accept(self._caseload, self._policy, self._calendar, found, now=self._now)

    def _options(self, desk: Desk, meeting: Meeting, n: int, *, stay: bool) -> Rebooking:
        answer = desk.options(meeting.id, stay=stay, n=n)
        if needs_others(answer, self._calendar):
            others = moving_others(desk, meeting.id, stay=stay, now=self._now, limits=RepairLimits(rounds=1))
            if others is not None:
                answer = with_others(answer, others)
        found = answer.rebooking
        return found.model_copy(update={"options": found.options[:n]})

    def _proposal(self, desk: Desk, meeting: Meeting, opened: OpenRebooking) -> Proposal:
        start, end = opened.start, opened.end
        assert start is not None
        assert end is not None
        option, text = self._at(desk, meeting, start)
        if end - start != meeting.end - meeting.start:
            minutes = int((meeting.end - meeting.start).total_seconds() // 60)
            text += f" They propose another length; the meeting takes {minutes} minutes."
        return Proposal(opened.person, start, end, option, text)

    def _at(self, desk: Desk, meeting: Meeting, start: datetime) -> tuple[Option | None, str]:
        grid, horizon = self._caseload.grid_minutes, self._caseload.horizon
        if (start.hour * 60 + start.minute) % grid:
            return None, f"Meetings begin at a whole multiple of {grid} minutes."
        if start.date() <= self._today:
            return None, "Nothing is moved to today, or to a day that is past."
        if not horizon.start <= start.date() <= horizon.end:
            return None, f"It is outside the months that are planned, {horizon.start} to {horizon.end}."
        found = desk.options(meeting.id, at=start, n=1).found
        if found:
            return found[0].option, _company(found[0].option)
        told = Explainer(desk.caseload, self._policy, self._calendar).not_then(meeting.id, start, tries=0)
        if told.possible:
            return None, "It is too soon for somebody who has to be asked some days ahead."
        return None, " ".join([told.text, *(reason.text for reason in told.reasons)])

    def _delegation(self, meeting: Meeting, entry: Attendee) -> tuple[Delegation, Found | None]:
        """Whether somebody may come instead: at the same time in the same place, everybody else as they are."""
        to = entry.answer.to if entry.answer is not None else None
        holder = entry.for_ or entry.person
        person = self._people.get(holder)
        deputies = () if person is None else person.deputies

        def no(text: str) -> tuple[Delegation, None]:
            return Delegation(entry.person, to, False, text), None

        if to is None:
            return no(f"{entry.person} sends somebody who isn't in the caseload.")
        if to not in deputies:
            return no(f"{to} isn't named as a deputy of {holder}.")
        desk = Desk(self._caseload, self._policy, self._calendar, today=self._today)
        there = {one.person for one in meeting.attendees if one.for_ is None}
        others = {one for one in deputies if one != to and one not in there}
        try:
            reason = essential(desk, meeting.id, holder)
            if reason is not None:
                return no(reason.text)
            found = desk.options(
                meeting.id, without={entry.person, *others}, stay=True, at=meeting.start, n=1
            ).found
        except (CannotMoveError, ValueError) as error:
            return no(str(error))
        fits = [one for one in found if _stands_in(one.option, meeting, to, holder)]
        if not fits:
            return no(
                f"{to} can't be there for {holder} at that time in that place with everything else as it is."
            )
        return Delegation(entry.person, to, True, f"{to} may come for {holder}."), fits[0]


def _away(meeting: Meeting) -> tuple[Away, ...]:
    """Who has said that they don't come."""
    found = [
        Away(one.person, *span_for(meeting, one))
        for one in meeting.attendees
        if one.status in PRESENT and one.answer is not None and one.answer.status in ("declined", "delegated")
    ]
    return tuple(dict.fromkeys(found))


def _stands_in(option: Option, meeting: Meeting, to: str, holder: str) -> bool:
    """Whether somebody is there for somebody else, and nothing else about any meeting is otherwise."""
    there = [one for one in option.attendees if one.person == to and one.for_ == holder]
    return option.venue == meeting.venue and bool(there) and not (option.also or option.moves_others)


def _company(option: Option) -> str:
    """Who is asked, and who isn't there."""
    missing = [
        f"{one.person} comes for {one.for_}"
        if one.status == "deputy"
        else f"{one.person} {'sends a report' if one.status == 'report' else 'is not there'}"
        for one in option.attendees
        if one.status in ("deputy", "report", "absent")
    ]
    late = f" It would be {count(option.breach_days, 'day')} late." if option.breach_days else ""
    there = "; ".join(missing) if missing else "everybody comes"
    also = [*option.also, *option.moves_others]
    moves = f" It also moves {', '.join(one.meeting for one in also)}." if also else ""
    return f"{count(len(option.asked), 'person', 'people')} to ask; {there}.{late}{moves}"


def still_open(calendar: Calendar, today: date) -> tuple[OpenRebooking, ...]:
    """What is to be looked at again and isn't past, in the order of the meetings' start."""
    past = {one.id for one in calendar.meetings if one.start.date() < today}
    return tuple(one for one in calendar.rebookings if one.meeting not in past)


def open_meetings(calendar: Calendar, today: date) -> Sequence[str]:
    """The meetings that are."""
    return tuple(dict.fromkeys(one.meeting for one in still_open(calendar, today)))


__all__ = ["Away", "Delegation", "Opening", "Openings", "Proposal", "open_meetings", "still_open"]
