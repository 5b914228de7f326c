"""Which chains of meetings a caseload needs, who has a place at each, and which window each falls in.

Sections 2 and 3 of ``solver/RULES.md`` for the solver; the checker has its own reading of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from calendars.workdays import WorkingCalendar
from solver.policy.events import event_limits, next_of, next_review
from solver.policy.model import MeetingRule, Policy
from solver.policy.reviews import as_reviewed, review_rule
from solver.policy.windows import Limits, first_limits, later_limits, level_of, rule_for, working_calendar
from solver.schema.base import FAMILY_ROLES, REVIEW_KINDS, Level, MeetingKind, Remote, Role, SittingId
from solver.schema.caseload import BookedMeeting, Caseload, Person, Plan
from solver.slots import fill_slots, takes_part

_STRENGTH: dict[Level, int] = {"essential": 2, "expected": 1, "invited": 0}
_STRICTNESS: dict[Remote, int] = {"no": 2, "if_needed": 1, "yes": 0}


@dataclass(frozen=True)
class Place:
    """A seat at a meeting: whose it is and on what terms."""

    person: str
    role: Role
    level: Level
    remote: Remote
    sitting: SittingId | None = None
    child: bool = False
    others: tuple[str, ...] = ()
    """Who may stand in for the place's owner besides their own deputies: the others of their slot."""

    @property
    def family(self) -> bool:
        """Whether the place belongs to the family rather than to a professional."""
        return self.role in FAMILY_ROLES

    def stand_ins(self, person: Person | None) -> tuple[str, ...]:
        """Return who may fill the place if its owner doesn't: nobody but at an expected place.

        Parameters
        ----------
        person : Person or None
            The owner's record, which names their deputies.
        """
        if self.level != "expected":
            return ()
        return tuple(dict.fromkeys((*self.others, *(person.deputies if person is not None else ()))))


@dataclass(frozen=True)
class Series:
    """The chain of one kind of meeting for one plan or one sibling group.

    Attributes
    ----------
    previous : date or None
        The latest ``last_meeting`` of its plans.
    first : bool
        Whether the first meeting in the calendar is a *first* meeting of the kind.
    held : int
        Meetings held before this calendar; the next has number ``held + 1``.
    last_day : date
        The last day on which a meeting of the series can be, latest over its plans.
    events : tuple of tuple of Limits
        For each plan the windows around its events; no element where the rules have none.
    every_at_most : str or None
        The team's own interval for the kind.
    """

    id: str
    kind: MeetingKind
    rules: tuple[MeetingRule, ...]
    plans: tuple[Plan, ...]
    last_days: tuple[date, ...]
    minutes: int
    split: bool
    first: bool
    held: int
    previous: date | None
    last_day: date
    events: tuple[tuple[Limits, ...], ...] = ()
    every_at_most: str | None = None

    @property
    def rule(self) -> MeetingRule:
        """The meeting rule of the kind."""
        return self.rules[0]

    def changes(self) -> list[date]:
        """Return the dates from which the places at a meeting may differ, in order."""
        days = []
        for plan, rule, last in zip(self.plans, self.rules, self.last_days, strict=True):
            days.append(date.fromordinal(last.toordinal() + 1))
            for part in plan.participants:
                if part.from_ is not None:
                    days.append(part.from_)
                if part.until is not None:
                    days.append(date.fromordinal(part.until.toordinal() + 1))
            if plan.handover is not None:
                days.append(plan.handover.date)
            if rule.child is not None and rule.child.from_age is not None:
                days += [birthday(child.date_of_birth, rule.child.from_age) for child in plan.children]
        return sorted(days)

    def plans_on(self, day: date) -> tuple[Plan, ...]:
        """Return the plans that a meeting on this day serves."""
        return tuple(plan for plan, last in zip(self.plans, self.last_days, strict=True) if last >= day)


def birthday(born: date, age: int) -> date:
    """Return the day on which somebody is so many years old; born on 29 February, in other years on 1 March."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def held_before(plan: Plan) -> int:
    """Count the meetings of the plan's series that were held before this calendar."""
    if plan.events.held is not None:
        return plan.events.held
    return 1 if plan.events.last_meeting is not None else 0


def form_series(caseload: Caseload, policy: Policy) -> tuple[Series, ...]:
    """Every chain of meetings the caseload's plans need, in caseload order.

    Plans on whose type the policy is silent (and that bring no ``every_at_most``) and plans that ended before the
    horizon have none; ``solver.derive.notices`` says so.
    """
    groups: dict[tuple[str, MeetingKind], list[tuple[Plan, MeetingRule]]] = {}
    for plan in caseload.plans:
        if plan.ends is not None and plan.ends < caseload.horizon.start:
            continue
        for seen, rule in _meetings_of(plan, caseload, policy):
            groups.setdefault((plan.sibling_group or plan.id, rule.kind), []).append((seen, rule))
    series = []
    for (group, kind), members in groups.items():
        plans = tuple(plan for plan, _ in members)
        last_days = tuple(min(caseload.horizon.end, plan.ends or caseload.horizon.end) for plan in plans)
        previous = [plan.events.last_meeting for plan in plans if plan.events.last_meeting]
        series.append(
            Series(
                id=f"{group if len(plans) > 1 else plans[0].id}.{kind}",
                kind=kind,
                rules=tuple(rule for _, rule in members),
                plans=plans,
                last_days=last_days,
                minutes=max(plan.minutes for plan in plans),
                split=any(plan.split is not None for plan in plans),
                first=any(held_before(plan) == 0 for plan in plans),
                held=max(held_before(plan) for plan in plans),
                previous=max(previous) if previous else None,
                last_day=max(last_days),
                events=_events(members, caseload, policy),
                every_at_most=caseload.team.every_at_most.get(kind),
            )
        )
    return tuple(series)


def _meetings_of(plan: Plan, caseload: Caseload, policy: Policy) -> Iterator[tuple[Plan, MeetingRule]]:
    """Give the rules of a plan's meetings, its own and then its review, each with the plan as they see it."""
    rule = rule_for(plan, policy)
    if rule is not None:
        yield _of_kind(plan, rule.kind), rule
    if plan.schedule_review:
        start = caseload.horizon.start
        review = review_rule(plan, policy, start, working_calendar(caseload, policy))
        if review is not None:
            yield _of_kind(as_reviewed(plan, start), review.kind), review


def _of_kind(plan: Plan, kind: MeetingKind) -> Plan:
    """Return a plan without those whose part is in other meetings only."""
    if not any(part.meetings for part in plan.participants):
        return plan
    parts = tuple(part for part in plan.participants if not part.meetings or kind in part.meetings)
    return plan.model_copy(update={"participants": parts})


def _events(
    members: Sequence[tuple[Plan, MeetingRule]], caseload: Caseload, policy: Policy
) -> tuple[tuple[Limits, ...], ...]:
    if not any(window.applies == "event" for _, rule in members for window in rule.windows):
        return ()
    calendar = working_calendar(caseload, policy)
    start = caseload.horizon.start
    return tuple(event_limits(plan, rule, policy, start, calendar) for plan, rule in members)


def series_of(meeting: BookedMeeting, series: Sequence[Series]) -> int | None:
    """Index of the series a booked meeting belongs to: its own, else that of the first of its plans with one."""
    if meeting.series is not None:
        return next((s for s, one in enumerate(series) if one.id == meeting.series), None)
    for plan_id in meeting.plans:
        for s, one in enumerate(series):
            if meeting.kind in (None, one.kind) and any(plan.id == plan_id for plan in one.plans):
                return s
    return None


def next_limits(
    series: Series, previous: date | None, calendar: WorkingCalendar, *, imposing: bool = True
) -> Limits | None:
    """Find the window of the series' next meeting.

    Parameters
    ----------
    series : Series
    previous : date or None
        Day of the series' previous meeting in this calendar; ``None`` for the first one in it.
    calendar : WorkingCalendar
    imposing : bool
        Whether a plan whose due date lies past its own last day is left out, as it asks for no meeting. A pinned
        meeting that no plan asks for is measured by the windows of all.

    Returns
    -------
    Limits or None
        Of the plan whose due date comes first; ``None`` where no plan needs a further meeting.
    """
    best: Limits | None = None
    no_events: tuple[tuple[Limits, ...], ...] = ((),) * len(series.plans)
    for plan, rule, last, events in zip(
        series.plans, series.rules, series.last_days, series.events or no_events, strict=True
    ):
        since = previous or plan.events.last_meeting
        ordinary = (
            first_limits(plan, rule, calendar)
            if since is None
            else later_limits(plan, rule, since, calendar, team=series.every_at_most)
        )
        limits = next_of(ordinary, events, since, calendar, last_day=last if imposing else None)
        if limits is not None and (best is None or limits.due < best.due):
            best = limits
    return best


class Membership:
    """Who has a place at a meeting of a series, by day.

    Parameters
    ----------
    caseload : Caseload
    """

    def __init__(self, caseload: Caseload) -> None:
        self.people: Mapping[str, Person] = {person.id: person for person in caseload.people}
        self._manager = next((person for person in caseload.people if person.role == "team_manager"), None)

    def can_join_remotely(self, person: Person) -> bool:
        """Whether the person can take part remotely when the participant entry doesn't say."""
        return person.remote if person.remote is not None else person.role not in FAMILY_ROLES

    def places(self, series: Series, day: date, *, first: bool) -> tuple[Place, ...]:
        """Return the places at a meeting on a day, each person once, in the order of RULES section 2."""
        found: dict[str, Place] = {}

        def add(place: Place) -> None:
            other = found.get(place.person)
            if other is None:
                found[place.person] = place
                return
            found[place.person] = Place(
                person=place.person,
                role=other.role,
                level=max(other.level, place.level, key=_STRENGTH.__getitem__),
                remote=max(other.remote, place.remote, key=_STRICTNESS.__getitem__),
                sitting=other.sitting if other.sitting == place.sitting else None,
                child=other.child,
                others=tuple(dict.fromkeys((*other.others, *place.others))),
            )

        plans = series.plans_on(day)
        members = [
            (plan, rule) for plan, rule in zip(series.plans, series.rules, strict=True) if plan in plans
        ]
        slots = fill_slots(members, self.people, day)
        for plan, rule in members:
            self._add_plan(add, plan, rule, day, slots)
        clause = series.rule.manager
        if (
            clause is not None
            and self._manager is not None
            and (
                (first and clause.at == "first" and any(held_before(plan) == 0 for plan in plans))
                or any(plan.complex for plan in plans)
            )
            and not any(place.role == "team_manager" for place in found.values())
        ):
            add(self._place(self._manager, clause.level, None, None))
        return tuple(found.values())

    def _add_plan(
        self,
        add: Callable[[Place], None],
        plan: Plan,
        rule: MeetingRule,
        day: date,
        slots: Mapping[tuple[str, str], tuple[str, ...] | None],
    ) -> None:
        clause = rule.child
        for child in plan.children:
            if child.attends == "no":
                continue
            level: Level = level_of(rule, "child")
            if child.attends == "if_possible":
                age = None if clause is None else clause.from_age
                if age is not None and day < birthday(child.date_of_birth, age):
                    continue
                level = "invited" if clause is None else clause.level
            person = self.people.get(child.id)
            remote: Remote = "if_needed" if person is not None and self.can_join_remotely(person) else "no"
            add(Place(child.id, "child", level, remote, child.sitting, child=True))
        for part in plan.participants:
            others = slots.get((plan.id, part.person), ())
            if takes_part(part, day) and others is not None:
                person = self.people[part.person]
                level = part.level or _level_in(plan, rule, person.role)
                add(self._place(person, level, part.remote, part.sitting, others))
        if plan.handover is not None and plan.handover.date <= day:
            add(self._place(self.people[plan.handover.person], "invited", None, None))

    def _place(
        self,
        person: Person,
        level: Level,
        remote: Remote | None,
        sitting: SittingId | None,
        others: tuple[str, ...] = (),
    ) -> Place:
        if remote is None:
            remote = "if_needed" if self.can_join_remotely(person) else "no"
        return Place(person.id, person.role, level, remote, sitting, others=others)


def _level_in(plan: Plan, rule: MeetingRule, role: Role) -> Level:
    """How necessary a participant without a level of their own is."""
    for slot in rule.slots:
        if role in slot.roles:
            return slot.level
    instead = rule.child is not None and rule.child.instead == role
    if instead and all(child.attends == "yes" for child in plan.children):
        return "invited"
    return level_of(rule, role)


def provisional_after(
    plans: tuple[Plan, ...],
    policy: Policy,
    horizon_start: date,
    calendar: WorkingCalendar,
    kind: MeetingKind | None = None,
) -> date | None:
    """Find the day after which a meeting of these plans is provisional, or ``None``. A review never is.

    The latest over the plans of each plan's next review conference, after which the plan may end.
    """
    if kind in REVIEW_KINDS.values():
        return None
    reviews = []
    for plan in plans:
        review = next_review(plan, policy, horizon_start, calendar)
        if review is None:
            return None
        reviews.append(review)
    return max(reviews) if reviews else None
