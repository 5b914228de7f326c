"""What is late, missing or an exception: for the whole team, or the plans of one social worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from service.access.rights import Reach, reach
from service.figures import series_kinds
from service.pages.addresses import meeting_path
from service.pages.team import TeamView
from service.views.attention import is_rule, meeting_words, unheld_words
from service.views.names import NO_WORKER, Names, natural
from service.words import count, opening, trial_words
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, Calendar, CalendarException, Meeting, Notice, Reason, Remedy
from solver.schema.caseload import Caseload, Plan

NOBODY: Final = "-"
"""Stands for plans without a social worker in the filter."""
Sort = Literal["pinned", "absent", "report"]


@dataclass(frozen=True, slots=True)
class Why:
    """Reasons, what would help, and how far that was looked into."""

    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    trials: str


@dataclass(frozen=True, slots=True)
class BreachRow:
    """A meeting after its due date, or none."""

    what: str
    path: str
    """The meeting's page; empty for one that isn't held."""
    due: date
    start: datetime | None
    days: int
    proved: bool
    sources: tuple[str, ...]
    worker: str
    why: Why


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """Somebody who is missing, or a rule that a pinned meeting breaks."""

    what: str
    path: str
    start: datetime | None
    who: str
    rule: str
    """That a pinned meeting breaks; empty for people."""
    says: str
    agree: str
    """Who has to agree to a report."""
    looked_into: bool
    worker: str
    why: Why


@dataclass(frozen=True, slots=True)
class Source:
    """What a source's id stands for."""

    id: str
    item: str
    document: str


@dataclass(frozen=True, slots=True)
class Attention:
    """All of the page."""

    summary: str
    breaches: tuple[BreachRow, ...]
    pinned: tuple[ExceptionRow, ...]
    absent: tuple[ExceptionRow, ...]
    reports: tuple[ExceptionRow, ...]
    notices: tuple[Notice, ...]
    sources: tuple[Source, ...]
    unseen: bool
    """Whether reasons are withheld from whoever looks."""
    own: bool
    """Whether it is about somebody's own plans alone."""
    workers: tuple[tuple[str, str], ...]
    worker: str

    @property
    def not_looked_into(self) -> int:
        """People missing for whom nobody has tried yet what would help."""
        return sum(not one.looked_into for one in (*self.absent, *self.reports))


def attention(view: TeamView, worker: str) -> Attention | None:
    """Put it together; ``None`` where there is no calendar.

    Parameters
    ----------
    view
    worker
        Id of a social worker, or `NOBODY`: of plans of theirs alone. Everything for any other text.
    """
    if view.standing is None or view.seen is None:
        return None
    calendar, caseload = view.seen, view.standing.caseload
    rows = _Rows(caseload, calendar, view.path)
    how_far = reach(view.who, "calendar.read")
    workers = rows.workers() if how_far is not Reach.OWN else ()
    worker = worker if worker in {value for value, _ in workers} else ""
    breaches = tuple(
        rows.breach(one)
        for one in sorted(calendar.breaches, key=lambda one: (one.due, natural(one.series)))
        if rows.is_of(rows.plans_of(one.meeting, one.series), worker)
    )
    sorted_out: dict[Sort, list[ExceptionRow]] = defaultdict(list)
    for one in sorted(calendar.exceptions, key=rows.when):
        if rows.is_of(rows.plans_of(one.meeting, ""), worker):
            sorted_out[_sort(one)].append(rows.exception(one))
    return Attention(
        summary=summary_words(breaches),
        breaches=breaches,
        pinned=tuple(sorted_out["pinned"]),
        absent=tuple(sorted_out["absent"]),
        reports=tuple(sorted_out["report"]),
        notices=() if worker else tuple(one for one in calendar.notices if one.text),
        sources=_sources(load_policy(caseload.authority), breaches, sorted_out.values(), calendar.notices),
        unseen=how_far is Reach.BARE,
        own=how_far is Reach.OWN,
        workers=workers,
        worker=worker,
    )


def summary_words(breaches: Iterable[BreachRow]) -> str:
    """How many there are, and how many are proved to be nobody's fault."""
    found = list(breaches)
    if not found:
        return "Every meeting is planned by its due date."
    late = sum(one.start is not None for one in found)
    missing, proved = len(found) - late, sum(one.proved for one in found)
    parts = (
        [f"{count(late, 'meeting')} {'is' if late == 1 else 'are'} later than the due date"] if late else []
    )
    if missing:
        parts.append(f"{count(missing, 'meeting')} that {'is' if missing == 1 else 'are'} due can’t be held")
    proof = (
        f"{'It isn’t' if len(found) == 1 else 'None of them is'} proved to be unavoidable."
        if not proved
        else f"{'It is' if len(found) == 1 else 'All of them are'} proved to be unavoidable."
        if proved == len(found)
        else f"{proved} of these {'is' if proved == 1 else 'are'} proved to be unavoidable."
    )
    return f"{' and '.join(parts)}. {proof}"


def _sort(one: CalendarException) -> Sort:
    return "pinned" if is_rule(one.kind) else "report" if one.kind == "report" else "absent"


class _Rows:
    """Makes rows of a calendar's breaches and exceptions."""

    def __init__(self, caseload: Caseload, calendar: Calendar, path: str) -> None:
        self._path, self._names = path, Names(caseload)
        self._plans: Mapping[str, Plan] = {plan.id: plan for plan in caseload.plans}
        self._groups: dict[str, list[str]] = defaultdict(list)
        for plan in caseload.plans:
            if plan.sibling_group:
                self._groups[plan.sibling_group].append(plan.id)
        self._meetings: Mapping[str, Meeting] = {one.id: one for one in calendar.meetings}
        self._kinds: Mapping[str, MeetingKind] = series_kinds(calendar)

    def plans_of(self, meeting: str | None, series: str) -> tuple[str, ...]:
        """The plans that something is about."""
        if meeting is not None and meeting in self._meetings:
            return self._meetings[meeting].plans
        # A series is called after its plan, or after the group of its plans (`solver.series.form_series`).
        name = series.rpartition(".")[0]
        return (name,) if name in self._plans else tuple(self._groups.get(name, ()))

    def workers(self) -> tuple[tuple[str, str], ...]:
        """Ids and names of social workers, and `NOBODY` where a plan has none."""
        found = {self._names.worker(plan) for plan in self._plans.values()}
        named = sorted(
            ((one, self._names.person(one)) for one in found if one), key=lambda one: natural(one[1])
        )
        return (*named, *([(NOBODY, NO_WORKER)] if None in found else []))

    def is_of(self, plans: Iterable[str], worker: str) -> bool:
        """Whether one of the plans is a social worker's; each is of nobody in particular."""
        if not worker:
            return True
        wanted = None if worker == NOBODY else worker
        return any(self._names.worker(self._plans[plan]) == wanted for plan in plans if plan in self._plans)

    def when(self, one: CalendarException) -> tuple[datetime, str]:
        """By date of the meeting."""
        meeting = self._meetings.get(one.meeting)
        return (meeting.start if meeting else datetime.max, one.meeting)

    def breach(self, one: Breach) -> BreachRow:
        meeting = self._meetings.get(one.meeting) if one.meeting else None
        return BreachRow(
            what=meeting_words(meeting) if meeting else unheld_words(one.series, self._kinds.get(one.series)),
            path=meeting_path(self._path, meeting.id) if meeting else "",
            due=one.due,
            start=meeting.start if meeting else None,
            days=one.days,
            proved=one.proved,
            sources=one.sources,
            worker=self._worker(self.plans_of(one.meeting, one.series)),
            why=Why(one.reasons, one.remedies, trial_words(one)),
        )

    def exception(self, one: CalendarException) -> ExceptionRow:
        meeting = self._meetings.get(one.meeting)
        return ExceptionRow(
            what=meeting_words(meeting) if meeting else one.meeting,
            path=meeting_path(self._path, one.meeting) if meeting else "",
            start=meeting.start if meeting else None,
            who=opening(self._names.person(one.person)) if one.person else "",
            rule=one.kind if is_rule(one.kind) else "",
            says=one.reason,
            agree=self._names.person(one.agree) if one.agree else "",
            looked_into=one.looked_into,
            worker=self._worker(self.plans_of(one.meeting, "")),
            why=Why(one.reasons, one.remedies, trial_words(one)),
        )

    def _worker(self, plans: Iterable[str]) -> str:
        found = (self._names.worker(self._plans[plan]) for plan in plans if plan in self._plans)
        return next((self._names.person(one) for one in found if one), "")


def _sources(
    policy: Policy,
    breaches: Iterable[BreachRow],
    exceptions: Iterable[Iterable[ExceptionRow]],
    notices: Iterable[Notice],
) -> tuple[Source, ...]:
    rows = list(breaches)
    whys = [one.why for one in rows] + [one.why for some in exceptions for one in some]
    named = {source for one in rows for source in one.sources}
    named |= {source for why in whys for reason in why.reasons for source in reason.sources}
    named |= {source for one in notices for source in one.sources}
    return tuple(
        Source(name, reference.item, reference.document or policy.source)
        for name, reference in policy.references.items()
        if name in named
    )


__all__ = ["NOBODY", "Attention", "attention", "summary_words"]
