"""Tries what might help: the fact is changed, the series compiled anew with everybody else's meetings standing, and solved."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from solver.decode import Decoded
from solver.explain.chains import Chains, Row, levels_between, standing
from solver.explain.edits import Change
from solver.explain.words import counted, moment_words, opening
from solver.policy.model import Policy
from solver.problem.blocks import CompileError
from solver.replan.focus import Focus, Focused, place_of
from solver.schema.calendar import Meeting, Remedy, RemedyKind


@dataclass(frozen=True)
class Supposition:
    """What might be otherwise.

    Attributes
    ----------
    kind : RemedyKind
    ask : str
        What has to be done, as the first words of a sentence.
    ease : int
        The lower, the easier.
    change : callable or None
        To the small caseload.
    policy : Policy or None
        Another than the calendar's.
    people, venues : tuple of str
    moves : str or None
        Id of another series' meeting that is moved.
    slots : tuple of Meeting
        Where the meeting is to be, at one of these; none: wherever is best.
    back : int
        How many of the meetings right before it are booked again as well.
    """

    kind: RemedyKind
    ask: str
    ease: int
    change: Change | None = None
    policy: Policy | None = None
    people: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    moves: str | None = None
    slots: tuple[Meeting, ...] = ()
    back: int = 0


@dataclass(frozen=True)
class Tried:
    """A supposition that helps.

    Attributes
    ----------
    supposition : Supposition
    remedy : Remedy
    focused : Focused
        The small problem in which it was solved.
    decoded : Decoded
        The series in focus, as they would then be.
    """

    supposition: Supposition
    remedy: Remedy
    focused: Focused
    decoded: Decoded


@dataclass(frozen=True)
class Goal:
    """What a remedy has to achieve.

    Attributes
    ----------
    series : str
    number : int
        Of the meeting within its series in the calendar, from 0.
    helps : callable
        Whether the meeting as it would be is what was wanted.
    lateness : str
        Whether the series must have fewer breach points than now (``less``), no more (``same``), or may have any.
    """

    series: str
    number: int
    helps: Callable[[Meeting], bool]
    lateness: Literal["less", "same", "any"] = "less"


@dataclass
class Bench:
    """Tries suppositions about one calendar.

    Attributes
    ----------
    focus : Focus
    """

    focus: Focus
    _before: dict[tuple[str, ...], Decoded | None] = field(default_factory=dict)
    _series: dict[str, str] = field(default_factory=dict)

    def before(self, names: tuple[str, ...]) -> Decoded | None:
        """Write out some series as they are; ``None`` where they can't stand."""
        if names not in self._before:
            self._before[names] = standing(self.focus.on(names))
        return self._before[names]

    def series_of(self, meeting: str) -> str | None:
        """Return the series of one of the calendar's meetings."""
        if not self._series:
            self._series = {one.id: name for name, chain in self.focus.meetings.items() for one in chain}
        return self._series.get(meeting)

    def attempt(self, goal: Goal, one: Supposition) -> Tried | None:
        """Try a supposition; ``None`` where it doesn't help.

        First with the later meetings where they are, then with these going wherever is best.
        """
        other = None if one.moves is None else self.series_of(one.moves)
        if one.moves is not None and (other is None or other == goal.series):
            return None
        names = (goal.series,) if other is None else (goal.series, other)
        try:
            focused = self.focus.on(names, suppose=one.change, policy=one.policy)
        except CompileError:
            # One more room or deputy than can be planned for one meeting.
            return None
        for slot in one.slots or (None,):
            for stay in (True, False):
                found = self._solve(goal, one, focused, names, slot, stay=stay)
                if found is not None:
                    return found
        return None

    def _solve(
        self,
        goal: Goal,
        one: Supposition,
        focused: Focused,
        names: tuple[str, ...],
        slot: Meeting | None,
        *,
        stay: bool,
    ) -> Tried | None:
        chains = Chains(focused)
        s = focused.index(goal.series)
        today = focused.today.get(s)
        if today is None and stay:
            return None
        fixed = () if today is None else tuple(today[: goal.number - one.back])
        then = tuple(today[goal.number + 1 :]) if today is not None and stay else None
        moved = self._moved(focused, names, one.moves)
        if moved is None:
            return None
        t, rows, number = moved
        held = [(i, row) for i, row in enumerate(rows) if i != number]
        chains.hold(t, held)
        at = None
        if slot is not None:
            at = place_of(focused.problem, chains.commits, s, min(goal.number, 1), slot)
            if at is None:
                return None
        if not chains.put(s, fixed, at, then):
            return None
        chains.hold(t, held, -1)
        if one.moves is not None and not (
            chains.put(t, rows[:number], None, rows[number + 1 :]) or chains.put(t, rows[:number])
        ):
            return None
        decoded = chains.decoded()
        meetings = [meeting for meeting in decoded.meetings if meeting.series == goal.series]
        if len(meetings) <= goal.number:
            return None
        meeting = meetings[goal.number]
        if not goal.helps(meeting) or not self._no_later(goal, names, decoded):
            return None
        return Tried(one, self._remedy(goal, one, names, meeting, decoded), focused, decoded)

    def _moved(
        self, focused: Focused, names: tuple[str, ...], meeting: str | None
    ) -> tuple[int, tuple[Row, ...], int] | None:
        """Series, chain as it is and number in it of a meeting that moves; ``None`` where it can't stand as it is."""
        if meeting is None:
            return -1, (), -1
        t = focused.index(names[1])
        rows = focused.today.get(t)
        if rows is None:
            return None
        number = next(i for i, one in enumerate(self.focus.meetings[names[1]]) if one.id == meeting)
        return t, tuple(rows), number

    def _no_later(self, goal: Goal, names: tuple[str, ...], after: Decoded) -> bool:
        """Whether nothing is later for it; the series in question less late, where that is what is wanted."""
        for name in names:
            now, then = self._breach(name), _breach_points(after, (name,))
            own = goal.lateness if name == goal.series else "same"
            if (own == "same" and then > now) or (own == "less" and then >= now):
                return False
        return True

    def _breach(self, series: str) -> int:
        before = self.before((series,))
        return _breach_points(before, (series,)) if before is not None else 10**9

    def _remedy(
        self, goal: Goal, one: Supposition, names: tuple[str, ...], meeting: Meeting, after: Decoded
    ) -> Remedy:
        before = self.before(names)
        costs = {} if before is None else levels_between(before.objective, after.objective)
        chain = {(name, old.start, old.venue): old.id for name in names for old in self.focus.meetings[name]}
        known = set(chain.values())
        moved = [
            new
            for new in after.meetings
            if new.id != meeting.id and (new.series, new.start, new.venue) not in chain
        ]
        when = f"{moment_words(meeting.start)} in {meeting.venue}"
        late = f", {counted(meeting.breach_days, 'day')} late" if meeting.breach_days else ""
        then = f"it can then be held on {when}{late}"
        now = self.focus.meetings[goal.series][goal.number : goal.number + 1]
        if any((old.start, old.venue) == (meeting.start, meeting.venue) for old in now):
            then = f"it stays on {when}{late}"
        follow = "".join(
            f"; {new.id} {'moves to' if new.id in known else 'follows on'} {moment_words(new.start)} in {new.venue}"
            for new in moved[:3]
        ) + (f"; {len(moved) - 3} more move or follow" if len(moved) > 3 else "")
        return Remedy(
            kind=one.kind,
            text=f"{opening(one.ask)}: {then}{follow}.",
            people=one.people,
            venues=one.venues,
            meetings=tuple(new.id for new in moved if new.id in known),
            start=meeting.start,
            end=meeting.end,
            venue=meeting.venue,
            breach_days=meeting.breach_days,
            costs=costs,
        )


def _breach_points(decoded: Decoded, names: Collection[str]) -> int:
    held = sum(one.score["breach"] for one in decoded.meetings if one.series in names)
    return held + sum(one.points for one in decoded.unheld if one.series in names)


def easiest_first(found: list[Tried]) -> tuple[Remedy, ...]:
    """Rank what helps: in time before late, then what is easier to bring about, then what costs less."""
    found.sort(
        key=lambda one: (
            one.remedy.breach_days,
            one.supposition.ease,
            sum(one.remedy.costs.values()),
            one.remedy.start,
            one.remedy.text,
        )
    )
    return tuple(one.remedy for one in found)
