"""Trying a calendar out as a job: from being asked for to a result that is kept, or to why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faulty_child import SECRET
from job_cases import faulty_child, left_as_it_was, tiny, until, working
from solver_cases import lone, planned
from stores import NOON, Office, add_calendar, add_office

from service.api.context import Context
from service.api.problems import Problem
from service.api.trying import RUNS, ask_to_stop_trying, ask_to_try
from service.jobs.handlers import handlers
from service.jobs.stressing import MOST_RUNS, Stressing
from service.settings import Settings
from service.store import calendars, stress_results
from service.store.audit import flaws
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import Job
from solver.schema.calendar import Calendar
from solver.schema.stress import Stress

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


@pytest.fixture(autouse=True)
def nothing_left(store: Store) -> Iterator[None]:
    with left_as_it_was(store):
        yield


@cache
def document() -> Calendar:
    return planned(lone(), rounds=5)


def standing(store: Store, office: Office, revisions: int = 1, team: str | None = None) -> str:
    """A calendar with so many revisions: its id."""
    entry = add_calendar(store, office, tiny(), team=team)
    for _ in range(revisions):
        revise(store, office, entry.id)
    return entry.id


def revise(store: Store, office: Office, calendar: str) -> None:
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        entry = calendars.find(scoped, calendar, lock=True)
        assert entry is not None
        entry.state = "completed"
        calendars.add_revision(scoped, entry, document(), entry.caseload_version, reason="moved", at=NOON)


def ask(store: Store, office: Office, calendar: str, **settings: Any) -> bool:
    here = cast("Context", SimpleNamespace(settings=Settings(**settings), now=lambda: NOON))
    with store.writing() as session:
        return ask_to_try(here, Scoped(session, office.principal("manager", office.teams[0])), calendar)


def jobs(store: Store, office: Office) -> list[Job]:
    with store.reading() as session:
        return list(session.scalars(Scoped(session, office.system()).select(Job)))


def ended(store: Store, office: Office) -> Job:
    until(lambda: jobs(store, office)[0].state in ("done", "failed"))
    (job,) = jobs(store, office)
    return job


def result(store: Store, office: Office, calendar: str) -> tuple[int, Stress] | None:
    with store.reading() as session:
        row = stress_results.kept(Scoped(session, office.system()), calendar)
        return None if row is None else (row.revision, Stress.model_validate_json(row.document))


def test_how_far_it_is_is_told_and_what_came_of_it_kept_for_the_revision(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    keep = stress_results.tell_runs

    def noted(job: Job, runs: int) -> None:
        keep(job, runs)
        done.append(stress_results.runs_done(job))

    monkeypatch.setattr(stress_results, "tell_runs", noted)
    calendar = standing(store, office, 2)
    assert ask(store, office, calendar)
    with working(store, handlers(Settings())):
        job = ended(store, office)
    assert (job.state, job.attempts) == ("done", 1)
    assert done == [0, 5, 10, 15, 20]
    found = result(store, office, calendar)
    assert found is not None
    revision, told = found
    assert (revision, told.revision, len(told.stressed.runs), told.comparison) == (2, 2, RUNS, None)
    assert not ask(store, office, calendar), "the same would come of it"
    with store.reading() as session:
        assert list(flaws(session, office.tenant)) == []
    revise(store, office, calendar)
    assert ask(store, office, calendar)


def test_asking_twice_is_one_job(store: Store, office: Office) -> None:
    calendar = standing(store, office)
    assert [ask(store, office, calendar), ask(store, office, calendar)] == [True, False]
    revise(store, office, calendar)
    assert not ask(store, office, calendar), "one at a time of a calendar"
    assert len(jobs(store, office)) == 1
    assert not ask(store, office, "another")
    assert not ask(store, office, add_calendar(store, office, tiny()).id), "there is nothing to try"


def test_it_counts_for_the_limits_of_the_authority(store: Store, office: Office) -> None:
    first, second = standing(store, office), standing(store, office)
    assert ask(store, office, first, most_jobs=1)
    for limits, words in (({"most_jobs": 1}, "1 searches"), ({"most_seconds_a_day": 100}, "100 seconds")):
        with pytest.raises(Problem) as refused:
            ask(store, office, second, **limits)
        assert refused.value.status == 429
        assert words in (refused.value.detail or "")
    assert ask(store, office, second, most_jobs=2)


def test_a_result_takes_the_place_of_the_one_before(store: Store, office: Office) -> None:
    calendar, other = standing(store, office, 2), standing(store, office)
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        for which, revision in ((calendar, 1), (other, 1), (calendar, 2), (calendar, 2)):
            stress_results.keep(scoped, which, revision, b"{}", at=NOON)
    with store.reading() as session:
        scoped = Scoped(session, office.system())
        kept = [stress_results.kept(scoped, which) for which in (calendar, other)]
        assert [one and one.revision for one in kept] == [2, 1]


@pytest.mark.parametrize(
    ("fault", "attempts", "words"),
    [
        ("killed", 3, "was killed"),
        ("raises", 1, "an error in the service"),
        ("greedy", 1, "more memory"),
        ("no-room", 3, "error of the machine"),
    ],
)
def test_what_goes_wrong_is_bounded_and_told(
    store: Store, office: Office, fault: str, attempts: int, words: str
) -> None:
    calendar = standing(store, office)
    ask(store, office, calendar)
    with working(store, {"stress": Stressing(command=faulty_child(fault))}):
        job = ended(store, office)
    assert (job.state, job.attempts) == ("failed", attempts)
    assert words in job.detail
    assert SECRET not in job.detail
    assert result(store, office, calendar) is None
    assert ask(store, office, calendar), "it may be tried again"


@pytest.mark.parametrize("fault", ["hangs", "busy"])
def test_what_takes_too_long_is_killed(store: Store, office: Office, fault: str) -> None:
    ask(store, office, standing(store, office))
    with working(store, {"stress": Stressing(command=faulty_child(fault), most_seconds=3)}):
        job = ended(store, office)
    assert (job.state, job.attempts) == ("failed", 1)
    assert "longer than it may" in job.detail


def test_a_worker_that_ends_gives_it_back(store: Store, office: Office) -> None:
    ask(store, office, standing(store, office))
    with working(store, {"stress": Stressing(command=faulty_child("hangs"))}):
        until(lambda: jobs(store, office)[0].state == "leased")
    (job,) = jobs(store, office)
    assert (job.state, job.attempts) == ("queued", 0)


def stop(store: Store, office: Office, calendar: str) -> bool:
    here = cast("Context", SimpleNamespace(settings=Settings(), now=lambda: NOON))
    with store.writing() as session:
        return ask_to_stop_trying(
            here, Scoped(session, office.principal("manager", office.teams[0])), calendar
        )


def test_one_that_waits_is_stopped_at_once(store: Store, office: Office) -> None:
    calendar = standing(store, office)
    assert not stop(store, office, calendar), "there is none"
    ask(store, office, calendar)
    assert stop(store, office, calendar)
    (job,) = jobs(store, office)
    assert (job.state, job.finished) == ("cancelled", NOON)
    assert not stop(store, office, calendar)
    assert ask(store, office, calendar, most_jobs=1), "it leaves its place to another one"
    with store.reading() as session:
        assert list(flaws(session, office.tenant)) == []


def test_one_that_runs_is_stopped_by_its_worker(store: Store, office: Office) -> None:
    calendar, other = standing(store, office), standing(store, office)
    ask(store, office, calendar)
    with working(store, {"stress": Stressing(command=faulty_child("hangs"))}):
        until(lambda: jobs(store, office)[0].state == "leased")
        assert not stop(store, office, other)
        assert stop(store, office, calendar)
        until(lambda: jobs(store, office)[0].state == "cancelled")
    (job,) = jobs(store, office)
    assert (job.worker, job.leased_until) == (None, None)
    assert job.finished is not None
    assert result(store, office, calendar) is None


def test_one_asked_to_stop_that_comes_back_is_not_begun_again(store: Store, office: Office) -> None:
    ask(store, office, calendar := standing(store, office))
    with working(store, {"stress": Stressing(command=faulty_child("hangs"))}):
        until(lambda: jobs(store, office)[0].state == "leased")
    with store.writing() as session:
        (job,) = session.scalars(Scoped(session, office.system()).select(Job)).all()
        job.payload = {**job.payload, "stop": True}
    with working(store, handlers(Settings())):
        until(lambda: jobs(store, office)[0].state == "cancelled")
    assert result(store, office, calendar) is None


def test_runs_are_bounded_and_what_is_gone_is_not_tried(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    def refused(task: Any, *_: object, **_more: object) -> None:
        taken.append(task.runs)
        raise ValueError

    monkeypatch.setattr("service.jobs.stressing.Solving", refused)
    monkeypatch.setattr("service.api.trying.RUNS", 10**6)
    ask(store, office, standing(store, office))
    with working(store, {"stress": Stressing()}):
        ended(store, office)
    assert set(taken) == {MOST_RUNS}
    with store.writing() as session:
        for job in session.scalars(Scoped(session, office.system()).select(Job)):
            job.state, job.payload, job.attempts = "queued", {**job.payload, "revision": 9}, 0
    with working(store, {"stress": Stressing()}):
        assert ended(store, office).state == "done"
    assert set(taken) == {MOST_RUNS}
