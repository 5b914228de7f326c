"""The figures of the meetings that were held, from what the caseload says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from calendars.intervals import parse_interval
from solver.derive.kpis import agency_of
from solver.derive.shares import (
    MINUTES_KINDS,
    median_of,
    outside_school,
    partner_shares,
    share,
    short_notice,
)
from solver.derive.standing import Standing, participants_on
from solver.derive.task_dates import limit_after
from solver.policy.model import MeetingRule, Policy
from solver.policy.task_clauses import TaskClause
from solver.policy.windows import (
    first_limits,
    first_window,
    later_limits,
    level_of,
    rule_for,
    working_calendar,
)
from solver.schema.base import FAMILY_ROLES, REVIEW_KINDS
from solver.schema.calendar import HeldKpis
from solver.schema.caseload import Caseload, HeldMeeting, Plan
from solver.series import held_before


def held_kpis(caseload: Caseload, policy: Policy, held: Iterable[HeldMeeting]) -> HeldKpis:
    """Count the figures of meetings that were held.

    A meeting is late if it was held after its due date: the one it brings, else that of the policy, counted from its
    event for the first meeting of a plan and for any other from the one before it in the list. The first in the list
    is the plan's first meeting if the list holds as many as the caseload says were held. Where that gives no due
    date, as for a review that brings none, the meeting is in no share of those in time.

    A place was expected where the level of somebody with a part in the plan on that day, or of a child who attends, is
    ``expected``; it was filled if they or one of their deputies took part.

    Minutes are in time if they were sent by the first date that a task of the kinds minutes, record or send-minutes
    sets them in the policy; those that were never sent are late once that date lies before the horizon.

    Parameters
    ----------
    caseload : Caseload
        Whose plans and people they are.
    policy : Policy
        As the one in force then, too: the caseload knows of no other.
    held : iterable of HeldMeeting
        In any order.
    """
    history = _History(caseload, policy, tuple(sorted(held, key=lambda meeting: meeting.start)))
    known = [(meeting, due) for meeting in history.held if (due := history.due(meeting)) is not None]
    in_time = [_day(meeting) <= due for meeting, due in known]
    first = [
        on_time
        for (meeting, _), on_time in zip(known, in_time, strict=True)
        if history.is_first_core_group(meeting)
    ]
    places = [place for meeting in history.held for place in history.expected(meeting)]
    partners = [(agency, filled) for agency, filled in places if agency is not None]
    notices = [
        history.days.working_days_between(meeting.invited, _day(meeting))
        for meeting in history.held
        if meeting.invited is not None
    ]
    return HeldKpis(
        meetings=len(history.held),
        in_timescale_percent=share(in_time),
        first_core_groups=len(first),
        first_core_groups_in_time_percent=share(first),
        slack_median_days=median_of(
            history.days.working_days_between(_day(meeting), due) for meeting, due in known
        ),
        expected_attendance_percent=share(filled for _, filled in places),
        partner_attendance_percent=partner_shares(partners),
        child_attended_percent=share(
            child in meeting.attended for meeting in history.held for child in history.children(meeting)
        ),
        outside_school_hours_percent=share(history.clear_of_school()),
        minutes_in_time_percent=share(history.minutes()),
        notice_median_days=median_of(notices),
        short_notice_percent=short_notice(notices),
    )


def _day(meeting: HeldMeeting) -> date:
    return meeting.start.date()


class _History:
    """Meetings that were held, in order, with what the caseload and the policy say of them."""

    def __init__(self, caseload: Caseload, policy: Policy, held: tuple[HeldMeeting, ...]) -> None:
        self.held = held
        self.days = working_calendar(caseload, policy)
        self._standing = Standing.of(caseload, policy)
        self._listed: dict[tuple[str, str], list[HeldMeeting]] = {}
        for meeting in held:
            for plan in meeting.plans:
                self._listed.setdefault((plan, self._kind(meeting)), []).append(meeting)

    def _plans(self, meeting: HeldMeeting) -> list[Plan]:
        return [self._standing.plans[plan] for plan in meeting.plans]

    def _kind(self, meeting: HeldMeeting) -> str:
        rule = rule_for(self._plans(meeting)[0], self._standing.policy)
        return meeting.kind or (rule.kind if rule else "")

    def _rule(self, plan: Plan, meeting: HeldMeeting) -> MeetingRule | None:
        """What the policy says of a plan's meetings of this kind."""
        policy, kind = self._standing.policy, self._kind(meeting)
        rules = (rule_for(plan, policy), *policy.review_meetings)
        return next(
            (rule for rule in rules if rule and rule.kind == kind and plan.type in rule.plan_types), None
        )

    def is_first_core_group(self, meeting: HeldMeeting) -> bool:
        """Whether it is a core group, and the first of one of its plans."""
        is_first = any(self._is_first(plan, meeting) for plan in self._plans(meeting))
        return is_first and self._kind(meeting) == "core_group"

    def _is_first(self, plan: Plan, meeting: HeldMeeting) -> bool:
        listed = self._listed[plan.id, self._kind(meeting)]
        return listed[0] is meeting and len(listed) >= held_before(plan)

    def due(self, meeting: HeldMeeting) -> date | None:
        """By when a meeting was due: the earliest over its plans."""
        if meeting.due is not None:
            return meeting.due
        dues = (self._due_of(plan, meeting) for plan in self._plans(meeting))
        return min((due for due in dues if due is not None), default=None)

    def _due_of(self, plan: Plan, meeting: HeldMeeting) -> date | None:
        rule = self._rule(plan, meeting)
        if rule is None or rule.kind in REVIEW_KINDS.values():
            return None
        listed = self._listed[plan.id, rule.kind]
        place = next(at for at, one in enumerate(listed) if one is meeting)
        if place:
            team = self._standing.caseload.team.every_at_most.get(rule.kind)
            limits = later_limits(plan, rule, _day(listed[place - 1]), self.days, team=team)
            return limits.due if limits else None
        if self._is_first(plan, meeting) and first_window(plan, rule) is not None:
            return first_limits(plan, rule, self.days).due
        return None

    def expected(self, meeting: HeldMeeting) -> list[tuple[str | None, bool]]:
        """Each expected place: the agency of a professional, and whether it was filled."""
        found: dict[str, tuple[str | None, bool]] = {}
        for plan in self._plans(meeting):
            rule = self._rule(plan, meeting)
            for part in participants_on(plan, _day(meeting)):
                person = self._standing.people[part.person]
                if (part.level or level_of(rule, person.role)) == "expected":
                    agency = None if person.role in FAMILY_ROLES else agency_of(person)
                    came = not {person.id, *person.deputies}.isdisjoint(meeting.attended)
                    found[person.id] = (agency, came)
            for child in plan.children:
                if child.attends == "yes" and level_of(rule, "child") == "expected":
                    found[child.id] = (None, child.id in meeting.attended)
        return list(found.values())

    def children(self, meeting: HeldMeeting) -> list[str]:
        """Children whose plan says that they attend."""
        return [child.id for plan in self._plans(meeting) for child in plan.children if child.attends != "no"]

    def clear_of_school(self) -> Iterator[bool]:
        """Of each meeting that a pupil attended, whether it lay outside the school day."""
        for meeting in self.held:
            plans = self._plans(meeting)
            there = {
                child.school for plan in plans for child in plan.children if child.id in meeting.attended
            }
            schools = [school for school in self._standing.caseload.schools if school.id in there]
            if schools:
                minutes = max(plan.minutes for plan in plans)
                end = meeting.end or meeting.start + timedelta(minutes=minutes)
                yield outside_school(schools, meeting.start, end, self.days)

    def minutes(self) -> Iterator[bool]:
        """Of each meeting whose minutes were sent or should have been, whether they were in time."""
        for meeting in self.held:
            rule = self._rule(self._plans(meeting)[0], meeting)
            clauses = [clause for clause in rule.tasks if clause.kind in MINUTES_KINDS] if rule else []
            limits = [day for clause in clauses if (day := self._limit(clause, meeting)) is not None]
            if not limits:
                continue
            limit = min(limits)
            if meeting.minutes_sent is not None:
                yield meeting.minutes_sent <= limit
            elif limit < self._standing.caseload.horizon.start:
                yield False

    def _limit(self, clause: TaskClause, meeting: HeldMeeting) -> date | None:
        if clause.due is None:
            return None
        if clause.direction == "after":
            return limit_after((clause.due,), _day(meeting), self.days)
        later = (
            _day(other)
            for plan in meeting.plans
            for other in self._listed[plan, self._kind(meeting)]
            if _day(other) > _day(meeting)
        )
        following = min(later, default=None)
        if clause.direction != "before_next" or following is None:
            return None
        back = self.days.pull_back(parse_interval(clause.due).before(following, self.days))
        return max(_day(meeting), back)
