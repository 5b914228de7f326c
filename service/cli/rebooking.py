"""What `convene rebook` does once it is known what was asked: options, the one accepted, or everything together."""

# ruff: noqa: PLC0415 - what searches is imported when there is something to rebook
from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.facts import Facts, with_progress
from service.cli.inputs import STDIN, BadInput, read_calendar
from service.cli.options_text import lines_of, missed_lines, repaired_lines

if TYPE_CHECKING:
    from service.progress import Progress
    from solver.rebook.options import Answer, Desk
    from solver.rebook.others import Others
    from solver.repair.repair import Repaired
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload
    from solver.schema.options import Missed

MOST_LISTED = 12
"""Meetings that can't stand whose options are worked out at once."""


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    caseload: str
    calendar: str
    meeting: str | None
    without: tuple[str, ...]
    accept: int | None
    revision: int | None
    together: bool
    seconds: float
    rounds: int | None
    shown: int
    as_json: bool
    output: Path | None
    at: datetime | None = None


class Rebooking:
    """Answers one request, and writes what it accepts."""

    def __init__(
        self, request: Request, facts: Facts, calendar: Calendar, today: date, *, edited: bool
    ) -> None:
        self.request = request
        self.told = edited or bool(facts.changes)
        self.facts = facts
        self.calendar = calendar
        self.today = today

    def run(self) -> int:
        """Answer; returns the exit code."""
        if self.request.together:
            return self._all_together()
        if self.request.meeting is None:
            return self._each()
        desk = self._desk()
        answer = self._options(desk, self.request.meeting)
        others = self._others(desk, answer)
        if self.request.accept is not None:
            return self._accepted(answer, others)
        if others is not None:
            from solver.rebook.others import with_others

            answer = with_others(answer, others)
        return self._show([answer], ())

    def _others(self, desk: Desk, answer: Answer) -> Others | None:
        """Look further where the meeting would be late, or can't be: others may move."""
        from solver.rebook.others import moving_others, needs_others
        from solver.repair.repair import RepairLimits

        if self.request.without or self.request.at or not needs_others(answer, self.calendar):
            return None
        if not self.request.as_json:
            click.echo(
                "Not in time with everybody else's meetings where they are; seeing which could move …",
                err=True,
            )
        # Rounds: what is accepted is what was shown.
        return moving_others(
            desk,
            answer.rebooking.meeting,
            stay=self._may_stay(answer.rebooking.meeting),
            now=datetime.now(UTC),
            limits=RepairLimits(rounds=self.request.rounds or 1),
        )

    def _may_stay(self, meeting: str) -> bool:
        """Whether it may be at its time, in another room or with others there."""
        return meeting not in self.facts.barred and (self.told or bool(self.request.without))

    def _desk(self) -> Desk:
        from solver.rebook.options import Desk
        from solver.rebook.scan import is_compiled

        if not is_compiled():
            click.echo("Compiling the search for this machine, once; a few seconds …", err=True)
        return Desk(self.facts.caseload, self.facts.policy, self.calendar, today=self.today)

    def _options(self, desk: Desk, meeting: str) -> Answer:
        from solver.rebook.options import CannotMoveError
        from solver.rebook.refusal import essential

        without = self.request.without
        stay = self._may_stay(meeting)
        try:
            for person in without:
                reason = essential(desk, meeting, person)
                if reason is not None:
                    with_them = desk.options(meeting, stay=stay, n=1).found
                    raise BadInput(_refused(reason.text, reason.sources, with_them))
            return desk.options(
                meeting,
                without=without,
                stay=stay,
                at=self.request.at,
                n=max(self.request.shown, self.request.accept or 0),
            )
        except CannotMoveError as error:
            known = [one.id for one in self.calendar.meetings]
            raise BadInput(with_hint(str(error), meeting, known)) from error
        except ValueError as error:
            raise BadInput(str(error).removesuffix(".")) from error

    def _missed(self) -> tuple[Missed, ...]:
        from solver.rebook.missed import missed_meetings

        facts = self.facts
        return missed_meetings(facts.caseload, facts.policy, self.calendar, facts.barred, self.today)

    def _each(self) -> int:
        from solver.rebook.missed import lacking_series

        missed = self._missed()
        desk = self._desk()
        answers = [self._options(desk, one.meeting) for one in missed[:MOST_LISTED]]
        return self._show(answers, missed, lacking_series(desk))

    def _show(self, answers: Sequence[Answer], missed: Sequence[Missed], lacking: Sequence[str] = ()) -> int:
        from solver.schema.options import Rebookings

        rebookings = tuple(one.rebooking for one in answers)
        if self.request.as_json:
            shown = Rebookings(
                options=rebookings[0].options if rebookings else (),
                rebookings=rebookings,
                missed=tuple(missed),
                lacking=tuple(lacking),
                today=self.today.isoformat(),
            )
            click.echo(shown.model_dump_json(by_alias=True, indent=1))
        else:
            if self.request.meeting is None:
                click.echo("\n".join(missed_lines(missed, MOST_LISTED, lacking)))
            for one in rebookings:
                click.echo(
                    "\n".join(lines_of(one, self.calendar, self.today, told=self.told, at=self.request.at))
                )
            self._how_to_accept(bool(lacking) or any(one.options for one in rebookings))
        return 0 if all(one.options for one in rebookings) else 1

    def _how_to_accept(self, possible: bool) -> None:
        if possible:
            how = "--together" if self.request.meeting is None else "--accept NUMBER"
            click.echo(
                f"\nTo make it so: the same command with {how} --today {self.today} --revision {self.calendar.revision}"
            )

    def _accepted(self, answer: Answer, others: Others | None) -> int:
        from solver.rebook.accept import RefusedError, accept

        facts, number = self.facts, self.request.accept or 0
        if others is not None:
            # It comes first, as it is in time.
            number -= 1
            if number == 0:
                return self._written(others.calendar, facts.caseload if facts.changes else None)
        if number > len(answer.found):
            count = len(answer.found) + int(others is not None)
            raise BadInput(
                f"There is no option {self.request.accept}: there {'is' if count == 1 else 'are'} {count}"
            )
        try:
            after = accept(
                facts.caseload, facts.policy, self.calendar, answer.found[number - 1], now=datetime.now(UTC)
            )
        except RefusedError as error:
            raise BadInput(self._also_missed(str(error))) from error
        return self._written(after, facts.caseload if facts.changes else None)

    def _also_missed(self, text: str) -> str:
        others = [one for one in self._missed() if one.meeting != self.request.meeting]
        if not others:
            return text.removesuffix(".")
        listed = ", ".join(one.meeting for one in others[:MOST_LISTED])
        more = f" and {len(others) - MOST_LISTED} more" if len(others) > MOST_LISTED else ""
        return (
            f"With these facts other meetings can't stand, either: {listed}{more}. "
            "Leave --meeting out to see them all, and give --together to rebook them together"
        )

    def _all_together(self) -> int:
        from solver.rebook.accept import RefusedError
        from solver.rebook.options import CannotMoveError
        from solver.rebook.together import rebook_together
        from solver.repair.repair import RepairLimits

        facts = self.facts
        limits = RepairLimits(seconds=self.request.seconds, rounds=self.request.rounds)

        def search(progress: Progress, stop: Callable[[], bool]) -> Repaired:
            return rebook_together(
                facts.caseload,
                facts.policy,
                self.calendar,
                now=datetime.now(UTC),
                today=self.today,
                barred=facts.barred,
                limits=limits,
                on_event=progress.on_event,
                stop=stop,
            )

        title = f"Rebooking for {facts.caseload.team.name}"
        try:
            done = with_progress(search, title, self.request.seconds, quiet=self.request.as_json)
        except (RefusedError, CannotMoveError) as error:
            raise BadInput(str(error).removesuffix(".")) from error
        if not self.request.as_json:
            click.echo("\n".join(repaired_lines(done)))
        return self._written(done.calendar, done.caseload)

    def _written(self, after: Calendar, caseload: Caseload | None) -> int:
        from service.cli.diff import difference_lines
        from service.output.files import OutputError
        from service.output.lock import replacing
        from service.output.plan_files import is_plan_of, write_beside
        from service.output.revisions import replace_revision
        from solver.replan.diff import diff_calendars

        request = self.request
        alone = nullcontext() if request.output is not None else replacing(Path(request.calendar))
        try:
            with alone:
                if request.output is None and read_calendar(request.calendar) != self.calendar:
                    raise BadInput(
                        f"{request.calendar} has been changed meanwhile: ask for the options again"
                    )
                paths = replace_revision(
                    after,
                    caseload,
                    calendar_path=None if request.calendar == STDIN else Path(request.calendar),
                    caseload_path=None if request.caseload == STDIN else Path(request.caseload),
                    output=request.output,
                    revision=self.calendar.revision,
                )
        except OutputError as error:
            raise BadInput(str(error)) from error
        shown: tuple[Path, ...] = ()
        if request.output is None and is_plan_of(Path(request.calendar)):
            try:
                shown = write_beside(
                    Path(request.calendar), caseload or self.facts.caseload, self.facts.policy, after
                )
            except OutputError as error:
                click.echo(
                    f"The report and the calendar files beside {request.calendar} are still those of revision "
                    f"{self.calendar.revision}: {error}.",
                    err=True,
                )
        diff = diff_calendars(self.calendar, after)
        if request.as_json:
            done = {
                "accepted": request.accept,
                "revision": after.revision,
                "changes": diff.model_dump(mode="json", by_alias=True),
                "written": [str(path) for path in (*paths.written, *shown)],
                "kept": [str(path) for path in paths.kept],
            }
            click.echo(json.dumps(done, indent=1))
        else:
            click.echo("\n".join([*difference_lines(diff), ""]))
            click.echo(f"Written  {', '.join(str(path) for path in (*paths.written, *shown))}")
            if paths.kept:
                click.echo(
                    f"Kept     {', '.join(str(path) for path in paths.kept)} (convene undo brings it back)"
                )
        return 1 if after.breaches else 0


def _refused(text: str, sources: Sequence[str], with_them: Sequence[object]) -> str:
    from service.words import moment
    from solver.rebook.options import Found

    cited = f" (rule attend.essential{''.join(f', {one}' for one in sources)})"
    possible = "Nothing is possible with them, either"
    for one in with_them:
        assert isinstance(one, Found)
        possible = (
            f"With them it could be on {moment(one.option.start)}, in {one.option.venue}; if they can't come at some "
            "time, say so with --busy, or with a change person_leaves that names who succeeds them"
        )
    return f"{text.removesuffix('.')}{cited}. {possible}"


def with_hint(text: str, meeting: str, known: Sequence[str]) -> str:
    """Complete a refusal of an unknown meeting with the id that may have been meant."""
    from solver.schema.faults import did_you_mean

    if meeting in known:
        return text.removesuffix(".")
    return f"{text} {did_you_mean(meeting, known, 'Give the id of a meeting of the calendar')}".removesuffix(
        "."
    )
