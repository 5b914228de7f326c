"""One run: the horizon lived through day by day, and every meeting that can't be held as booked put elsewhere.

On each day something becomes known. What that makes impossible is rebooked at once, by what is known then and nothing else:
among all days of which everybody has notice enough, with everybody else's meetings where they are, in the order of
`solver.rebook.ranking` (fewest breach days first). Other meetings of the series move only where that saves breach days.
Meetings that were held stay, and so do pinned ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from solver.policy.model import Policy
from solver.rebook.ranking import Pass
from solver.rebook.seats import THERE, comers
from solver.rebook.telling import tracked
from solver.repair.disruption import LONG_NOTICE, SHORT_NOTICE
from solver.replan.focus import Focused
from solver.scale.extract import group_of
from solver.schema.base import FAMILY_ROLES, MeetingKind
from solver.schema.calendar import Attendee, Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.stress import FactKind, Late, Rates, Run
from solver.stress.diary import Diary
from solver.stress.draws import Fact
from solver.stress.rooms import other_room


class Trouble(NamedTuple):
    """Why a meeting can't be held as it is booked."""

    kind: FactKind
    subject: str


class Move(NamedTuple):
    """A meeting put elsewhere, or (``after`` is ``None``) not held."""

    day: date
    """On which that was decided."""
    meeting: str
    before: tuple[datetime, str] | None
    """Start and venue; ``None``: it is new in its series."""
    after: tuple[datetime, str] | None


@dataclass(frozen=True)
class Lived:
    """A run, and what it left.

    Attributes
    ----------
    run : Run
    lost : Counter of Trouble
        Times that a meeting couldn't be held as booked, by what was behind it.
    lost_kinds : Counter of MeetingKind
        The same, by the kind of meeting.
    kinds : Counter of MeetingKind
        Meetings required, by kind.
    meetings : tuple of Meeting
        As they were held in the end. Who chairs and takes the minutes isn't worked out.
    moves : tuple of Move
        What was decided, in order.
    """

    run: Run
    lost: Counter[Trouble]
    lost_kinds: Counter[MeetingKind]
    kinds: Counter[MeetingKind]
    meetings: tuple[Meeting, ...]
    moves: tuple[Move, ...]


class Simulation:
    """Runs of one calendar.

    Parameters
    ----------
    caseload : Caseload
        That the calendar was planned from.
    policy : Policy
    calendar : Calendar
    rates : Rates
        Of these only the notice for rebooking counts here.
    """

    def __init__(self, caseload: Caseload, policy: Policy, calendar: Calendar, rates: Rates) -> None:
        self.caseload = caseload
        self.policy = policy
        self.calendar = calendar
        self.notice = max(1, rates.rebook_notice_days)
        self.diary = Diary(caseload, policy, calendar)
        self.people = {person.id: person for person in caseload.people}
        self.family = {name: group_of(one.plans[0]) for name, one in self.diary.series.items()}
        self.quorum = {
            name: 0 if one.rule.quorum is None else one.rule.quorum.professionals
            for name, one in self.diary.series.items()
        }
        self.kinds = {name: one.kind for name, one in self.diary.series.items()}
        self.rooms: dict[str, tuple[str, ...]] = {}
        self.staff: dict[str, tuple[str, ...]] = {}
        for school in caseload.schools:
            here = school.site is not None
            self.rooms[school.id] = tuple(
                one.id
                for one in caseload.venues
                if here and one.site == school.site and one.kind != "virtual"
            )
            self.staff[school.id] = tuple(
                one.id
                for one in caseload.people
                if here and one.site == school.site and one.role in ("school", "early_years")
            )

    def run(self, number: int, facts: Sequence[Fact]) -> Lived:
        """Live through one run.

        Parameters
        ----------
        number : int
        facts : sequence of Fact
            All that happens, in the order in which it becomes known.
        """
        living = _Living(self)
        for today, known in groupby(facts, key=lambda fact: fact.known):
            living.day(today, tuple(known))
        return living.ended(number)


class _Living:
    """A run while it lasts."""

    def __init__(self, of: Simulation) -> None:
        self._of = of
        self._diary = of.diary.another()
        self._away: dict[str, dict[date, Trouble]] = defaultdict(dict)
        self._closed: dict[str, dict[date, Trouble]] = defaultdict(dict)
        self._cancelled: dict[str, set[date]] = defaultdict(set)
        self._unheld: dict[str, Late] = {
            one.series: _not_held(one.series, of.kinds[one.series], one.days, None)
            for one in of.calendar.breaches
            if one.meeting is None and one.series in of.kinds
        }
        self._gone: list[Late] = []
        self._behind: dict[str, Trouble] = {}
        self._lost: Counter[Trouble] = Counter()
        self._kinds: Counter[MeetingKind] = Counter()
        self._count: Counter[str] = Counter()
        self._moves: list[Move] = []

    def day(self, today: date, facts: Sequence[Fact]) -> None:
        """Take in what becomes known on a day, and rebook what that makes impossible."""
        for fact in facts:
            self._learn(fact)
        days = sorted({day for fact in facts for day in fact.days})
        todo = [meeting for day in days for _, meeting in self._diary.on_day(day)]
        for meeting in todo:
            if meeting.pinned:
                continue
            # Another one of its series may have moved it meanwhile.
            found = next(
                (one for one in self._diary.on_day(meeting.start.date()) if one[1].id == meeting.id), None
            )
            if found is None or found[1].start.date() < today:
                continue
            series, now = found
            trouble = self._trouble(series, now)
            if trouble is not None:
                self._lost[trouble] += 1
                self._kinds[now.kind] += 1
                self._count["lost"] += 1
                if trouble.kind not in ("room", "school") or not self._other_room(
                    series, now, today, trouble
                ):
                    self._rebook(series, now, today, trouble)
            else:
                self._without(series, now)

    def _learn(self, fact: Fact) -> None:
        of, trouble = self._of, Trouble(fact.kind, fact.subject)
        people: tuple[str, ...] = ()
        rooms: tuple[str, ...] = ()
        if fact.kind == "family":
            self._cancelled[fact.subject].update(fact.days)
        elif fact.kind == "room":
            rooms = (fact.subject,)
        elif fact.kind == "school":
            people, rooms = of.staff[fact.subject], of.rooms[fact.subject]
        else:
            people = (fact.subject,)
        for day in fact.days:
            for person in people:
                self._away[person].setdefault(day, trouble)
            for room in rooms:
                self._closed[room].setdefault(day, trouble)

    def _trouble(self, series: str, meeting: Meeting) -> Trouble | None:
        """Say why a meeting can't be held as it is, by what is known; ``None`` if it can."""
        day, of = meeting.start.date(), self._of
        if day in self._cancelled[of.family[series]]:
            return Trouble("family", of.family[series])
        closed = self._closed[meeting.venue].get(day)
        if closed is not None:
            return closed
        missing: list[Trouble] = []
        there = 0
        for entry in meeting.attendees:
            if entry.status not in THERE:
                continue
            away = self._away[entry.person].get(day)
            if away is not None and entry.level == "essential":
                return away
            if not self._is_family(entry.for_ or entry.person):
                there += away is None
                missing += [] if away is None else [away]
        return missing[0] if missing and there < of.quorum[series] else None

    def _is_family(self, person: str) -> bool:
        known = self._of.people.get(person)
        return known is None or known.role in FAMILY_ROLES

    def _without(self, series: str, meeting: Meeting) -> None:
        """Hold a meeting without those who can be missed."""
        day = meeting.start.date()
        entries = []
        for entry in meeting.attendees:
            if entry.status in THERE and day in self._away[entry.person]:
                self._count["absences"] += 1
                entries.append(self._absent(entry))
            else:
                entries.append(entry)
        if tuple(entries) != meeting.attendees:
            other = meeting.model_copy(update={"attendees": tuple(entries)})
            own = self._diary.meetings[series]
            self._diary.put(series, [other if one.id == meeting.id else one for one in own])

    def _absent(self, entry: Attendee) -> Attendee:
        person = entry.for_ or entry.person
        report = entry.level == "expected" and not self._is_family(person)
        return entry.model_copy(
            update={
                "person": person,
                "status": "report" if report else "absent",
                "for_": None,
                "remote": False,
            }
        )

    def _other_room(self, series: str, meeting: Meeting, today: date, trouble: Trouble) -> bool:
        """Hold a meeting that has lost its room in another one at its time, if that can be."""
        focused = self._look(series, today)
        own = self._diary.meetings[series]
        other = other_room(focused, own, next(i for i, one in enumerate(own) if one.id == meeting.id))
        if other is None:
            return False
        self._count["rooms"] += 1
        self._count["saved"] += other.breach_days == 0
        self._put(series, [other if one.id == meeting.id else one for one in own], today, trouble)
        return True

    def _look(self, series: str, today: date) -> Focused:
        """Compile a series with what is known by now."""
        return self._diary.look(
            series, today, self._away, self._closed, self._cancelled.get(self._of.family[series], ())
        )

    def _rebook(self, series: str, meeting: Meeting, today: date, trouble: Trouble) -> None:
        of, working = self._of, self._diary.working
        focused = self._look(series, today)
        own = self._diary.meetings[series]
        target = next(i for i, one in enumerate(own) if one.id == meeting.id)
        first = working.add_working_days(today, of.notice)
        actors = {person for info in focused.problem.blocks for person in info.actors}
        noticed = dict.fromkeys(sorted(actors), first)
        for person in actors & of.people.keys():
            days = of.people[person].notice_working_days
            if days:
                noticed[person] = max(first, working.add_working_days(today, days))

        def each(day: date) -> int:
            notice = working.working_days_between(today, day) if day > today else 0
            return next((points for days, points in SHORT_NOTICE if notice < days), LONG_NOTICE)

        look = Pass(
            focused, own, target, today=today, without=frozenset(), stay=False, noticed=noticed, booked=(), each=each
        )  # fmt: skip
        best = look.rank().best
        if not best:
            self._give_up(series, own[target], today, trouble)
            return
        decoded, kept, at = look.write(best[0])
        chain = list(tracked(own, decoded.meetings, kept, target, at))
        for j, position in enumerate(kept):
            if position >= 0 and own[position].start.date() <= today:
                chain[j] = own[position]
        self._count["saved"] += chain[at].breach_days == 0
        self._put(series, chain, today, trouble)
        self._unheld.pop(series, None)
        for missing in decoded.unheld:
            self._unheld[series] = _not_held(series, of.kinds[series], missing.days, trouble)

    def _put(self, series: str, chain: Sequence[Meeting], today: date, trouble: Trouble) -> None:
        """Put the meetings of a series where they are from now on, and count what that changes for whom."""
        before = {one.id: one for one in self._diary.meetings[series]}
        for meeting in chain:
            was = before.pop(meeting.id, None)
            if was is None or was.breach_days < meeting.breach_days:
                self._behind[meeting.id] = trouble
            if was is None or _slot(was) != _slot(meeting):
                self._moves.append(
                    Move(today, meeting.id, None if was is None else _slot(was), _slot(meeting))
                )
            if was is None or was.start != meeting.start:
                people = comers(meeting) if was is None else comers(meeting) | comers(was)
                self._count["moved"] += 1
                self._count["asked"] += len(people)
        for gone in before.values():
            self._moves.append(Move(today, gone.id, _slot(gone), None))
            self._count["asked"] += len(comers(gone))
        self._diary.put(series, chain)

    def _give_up(self, series: str, meeting: Meeting, today: date, trouble: Trouble) -> None:
        """Take a meeting out that can't be put anywhere within the horizon."""
        end, own = self._of.caseload.horizon.end, self._diary.meetings[series]
        self._put(series, [one for one in own if one.id != meeting.id], today, trouble)
        if meeting.window.due > end:
            self._count["past"] += 1
        else:
            days = (end - meeting.window.due).days + 1
            late = _not_held(series, self._of.kinds[series], days, trouble)
            self._gone.append(late.model_copy(update={"meeting": meeting.id}))

    def ended(self, number: int) -> Lived:
        """Count what was held when."""
        meetings = [one for own in self._diary.meetings.values() for one in own]
        meetings.sort(key=lambda one: (one.start, one.id))
        late = [
            Late(
                meeting=one.id,
                series=one.series,
                kind=one.kind,
                days=one.breach_days,
                held=True,
                cause=None if (why := self._behind.get(one.id)) is None else why.kind,
                subject=None if why is None else why.subject,
            )
            for one in meetings
            if one.breach_days
        ]
        missing = [*self._unheld.values(), *self._gone]
        kinds = Counter([one.kind for one in meetings] + [one.kind for one in missing])
        run = Run(
            run=number,
            required=len(meetings) + len(missing),
            in_time=len(meetings) - len(late),
            late=tuple(sorted([*late, *missing], key=lambda one: (one.series, one.meeting))),
            past_horizon=self._count["past"],
            lost=self._count["lost"],
            saved=self._count["saved"],
            moved=self._count["moved"],
            rooms_changed=self._count["rooms"],
            asked=self._count["asked"],
            absences=self._count["absences"],
        )
        return Lived(run, self._lost, self._kinds, kinds, tuple(meetings), tuple(self._moves))


def _slot(meeting: Meeting) -> tuple[datetime, str]:
    return meeting.start, meeting.venue


def _not_held(series: str, kind: MeetingKind, days: int, trouble: Trouble | None) -> Late:
    return Late(
        meeting=f"{series}.not-held",
        series=series,
        kind=kind,
        days=days,
        held=False,
        cause=None if trouble is None else trouble.kind,
        subject=None if trouble is None else trouble.subject,
    )
