"""Plans as jobs: from being asked for to a revision, or to why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from faulty_child import SECRET
from job_cases import (
    Seen,
    ask_to_stop,
    asked,
    faulty_child,
    left_as_it_was,
    team,
    tiny,
    until,
    until_ended,
    working,
)
from solver_cases import lone, plan_of
from stores import NOON, Office, add_office

from service.jobs.handlers import handlers
from service.jobs.planning import Planning
from service.jobs.solving import Task
from service.jobs.work import AgainError
from service.settings import Settings
from service.store import webhooks
from service.store.audit import flaws
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import CaseloadVersion, Job, WebhookDelivery
from solver.schema.caseload import Caseload
from solver.schema.load import digest

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


@pytest.fixture(autouse=True)
def nothing_left(store: Store) -> Iterator[None]:
    """Whatever happened: no process and no file handle is left of it."""
    with left_as_it_was(store):
        yield


def faulty(what: str) -> dict[str, Any]:
    return {"plan": Planning(command=faulty_child(what))}


def numbered(seen: Seen) -> bool:
    """Whether events have numbers without gaps."""
    return [event.number for event in seen.events] == list(range(1, len(seen.events) + 1))


def test_a_plan_becomes_the_first_revision(store: Store, office: Office) -> None:
    calendar = asked(store, office, tiny(), rounds=30)
    with working(store):
        seen = until_ended(store, office, calendar)
    assert seen.states == ["preparing", "solving", "completed"]
    assert numbered(seen)
    assert seen.entry.revision == 1
    assert seen.entry.problem is None
    assert seen.entry.finished is not None
    assert (seen.job.state, seen.job.attempts) == ("done", 1)
    assert seen.incumbent is None
    document = seen.document()
    assert document["revision"] == 1
    assert document["status"] == "optimal"
    assert seen.entry.progress["cost"] == document["cost"]
    assert seen.events[-1].data["revision"] == 1
    with store.reading() as session:
        assert list(flaws(session, office.tenant)) == []


@pytest.mark.slow
def test_what_is_stopped_keeps_the_best(store: Store, office: Office) -> None:
    calendar = asked(store, office, team(), seconds=600.0)
    with working(store):
        until(lambda: Seen(store, office, calendar).incumbent is not None)
        ask_to_stop(store, office, calendar)
        seen = until_ended(store, office, calendar)
    assert seen.states == ["preparing", "solving", "stopped"]
    assert seen.document()["status"] == "stopped"
    assert seen.document()["meetings"]
    assert numbered(seen)
    assert [event.kind for event in seen.events].count("progress") > 0


def test_stopped_before_it_began_there_is_nothing(store: Store, office: Office) -> None:
    calendar = asked(store, office, tiny())
    ask_to_stop(store, office, calendar)
    with working(store):
        seen = until_ended(store, office, calendar)
    assert (seen.entry.state, seen.entry.revision) == ("stopped", 0)
    assert seen.entry.problem is not None
    assert seen.entry.problem["type"] == "urn:convene:problem:stopped-early"


@pytest.mark.slow
def test_a_search_that_does_not_stop_ends_with_what_was_kept(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.planning.STOPPING_SECONDS", 0.5)
    calendar = asked(store, office, tiny())
    with working(store, faulty("deaf")):
        until(lambda: Seen(store, office, calendar).incumbent is not None)
        ask_to_stop(store, office, calendar)
        seen = until_ended(store, office, calendar)
    assert (seen.entry.revision, seen.job.attempts) == (1, 1)


def test_a_caseload_that_cannot_be_planned_is_invalid(store: Store, office: Office) -> None:
    data = lone()
    data["people"][1]["name"] = SECRET
    data["plans"][0]["participants"] = [{"person": "nobody"}, {"person": "nobody-else"}]
    calendar = asked(store, office, json.dumps(data).encode())
    with working(store):
        seen = until_ended(store, office, calendar)
    assert (seen.entry.state, seen.entry.revision, seen.job.state) == ("invalid", 0, "done")
    problem = seen.entry.problem
    assert problem is not None
    assert problem["status"] == 422
    pointers = {error["pointer"] for error in problem["errors"]}
    assert {"#/plans/0/participants/0/person", "#/plans/0/participants/1/person"} <= pointers
    assert SECRET not in json.dumps(problem)


def test_what_cannot_be_held_is_a_result_with_an_explanation(store: Store, office: Office) -> None:
    data = lone()
    # The only social worker is never there.
    data["people"][0]["hours"] = {}
    data["plans"] = [plan_of(1, {"person": "sw-1", "level": "essential"}, {"person": "mother-1"})]
    calendar = asked(store, office, json.dumps(data).encode(), rounds=10)
    with working(store):
        seen = until_ended(store, office, calendar)
    assert (seen.entry.state, seen.entry.revision) == ("infeasible", 1)
    breach = seen.document()["breaches"][0]
    assert (breach["meeting"], breach["proved"]) == (None, True)
    assert breach["reasons"]
    assert seen.entry.problem is None


def test_an_error_in_the_search_fails_and_leaks_nothing(store: Store, office: Office) -> None:
    calendar = asked(store, office, tiny())
    with working(store, faulty("raises")):
        seen = until_ended(store, office, calendar)
    assert (seen.entry.state, seen.entry.revision) == ("failed", 0)
    assert (seen.job.state, seen.job.attempts) == ("failed", 1)
    problem = seen.entry.problem
    assert problem is not None
    assert problem["type"] == "urn:convene:problem:planning-failed"
    told = json.dumps([problem, seen.job.detail, *(event.data for event in seen.events)])
    assert "Robin" not in told
    assert "ValueError at faulty_child.py" in seen.job.detail


def test_what_it_may_take_is_as_it_was_set(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Task] = []

    def refused(task: Task, *_: object, **_more: object) -> None:
        taken.append(task)
        raise AgainError("not now")

    monkeypatch.setattr("service.jobs.planning.Solving", refused)
    calendar = asked(store, office, tiny(), most_attempts=1)
    with working(store, handlers(Settings(solve_memory_mb=1500, solve_threads=3))):
        until_ended(store, office, calendar)
    assert [(task.memory_mb, task.threads) for task in taken] == [(1500, 3)]


@pytest.mark.parametrize("fault", ["greedy", pytest.param("hungry", marks=pytest.mark.slow)])
def test_memory_is_bounded_and_told_as_such(store: Store, office: Office, fault: str) -> None:
    calendar = asked(store, office, tiny())
    with working(store, {"plan": Planning(command=faulty_child(fault), memory_mb=1500)}):
        seen = until_ended(store, office, calendar)
    assert seen.entry.state == "failed"
    assert seen.entry.problem is not None
    assert seen.entry.problem["type"] == "urn:convene:problem:planning-needs-memory"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "words"), [("no-room", "OSError at faulty_child.py"), ("killed", "was killed")]
)
def test_what_may_pass_is_tried_again_and_then_given_up(
    store: Store, office: Office, fault: str, words: str
) -> None:
    calendar = asked(store, office, tiny(), most_attempts=2)
    with working(store, faulty(fault)):
        seen = until_ended(store, office, calendar)
    assert seen.states == ["preparing", "solving", "queued", "preparing", "solving", "failed"]
    assert numbered(seen)
    assert (seen.job.state, seen.job.attempts) == ("failed", 2)
    assert seen.entry.problem is not None
    assert seen.entry.problem["type"] == "urn:convene:problem:planning-broken-off"
    assert words in seen.entry.problem["detail"]
    assert SECRET not in seen.entry.problem["detail"]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["found-then-killed", "found-then-raises"])
def test_what_was_found_before_it_broke_off_is_kept(store: Store, office: Office, fault: str) -> None:
    calendar = asked(store, office, tiny(), most_attempts=2)
    with working(store, faulty(fault)):
        seen = until_ended(store, office, calendar)
    assert (seen.entry.state, seen.entry.revision) == ("stopped", 1)
    assert seen.document()["meetings"]
    assert seen.entry.problem is not None
    assert "was kept" in seen.entry.problem["detail"]
    assert seen.incumbent is None


@pytest.mark.slow
def test_progress_is_told_now_and_then(store: Store, office: Office) -> None:
    calendar = asked(store, office, tiny(), rounds=5)
    with working(store, faulty("chatty")):
        seen = until_ended(store, office, calendar)
    told = [event for event in seen.events if event.kind == "progress"]
    assert 3 <= len(told) < 40
    assert seen.entry.state == "completed"
    assert numbered(seen)


@pytest.fixture
def before(store: Store, office: Office) -> str:
    """A calendar that stands."""
    calendar = asked(store, office, tiny(), rounds=10)
    with working(store):
        assert until_ended(store, office, calendar).entry.state == "completed"
    return calendar


@pytest.mark.slow
@pytest.mark.parametrize("fixed", [None, "2027-02-26"])
def test_planned_again_what_needn_t_move_stays(
    store: Store, office: Office, before: str, fixed: str | None
) -> None:
    standing = Seen(store, office, before).document()
    data = json.loads(tiny())
    first = standing["meetings"][0]
    # Another room, and the one of the first meeting is wanted for something else at that very time.
    data["venues"].append(data["venues"][0] | {"id": "room-2", "name": "room-2"})
    data["venues"][0]["busy"] = [{"start": first["start"][:16], "end": first["end"][:16]}]
    calendar = asked(store, office, json.dumps(data).encode(), rounds=10, previous=before, fixed_until=fixed)
    with working(store):
        seen = until_ended(store, office, calendar)
    assert seen.entry.state in ("completed", "infeasible")
    after = {one["id"]: one for one in seen.document()["meetings"]}
    assert seen.entry.revision == 1
    kept = [one for one in standing["meetings"] if after.get(one["id"], {}).get("start") == one["start"]]
    assert len(kept) >= len(standing["meetings"]) - 1
    assert (after[first["id"]]["venue"] == first["venue"]) == (fixed is not None)
    # It answers a caseload of its own, in which the meetings that stood are booked.
    (revision,) = seen.revisions
    assert revision.caseload_version != seen.entry.caseload_version
    with store.reading() as session:
        version = Scoped(session, office.system()).one(
            CaseloadVersion, CaseloadVersion.id == revision.caseload_version
        )
        assert version is not None
        assert digest(Caseload.model_validate_json(version.document)) == seen.document()["caseload"]["digest"]


def test_webhooks_are_told_of_the_end(store: Store, office: Office) -> None:
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        webhooks.add(scoped, "https://case.example/hook", ["calendar.completed"], at=NOON)
    calendar = asked(store, office, tiny(), rounds=5)
    with working(store):
        until_ended(store, office, calendar)
    with store.reading() as session:
        scoped = Scoped(session, office.system())
        (delivery,) = session.scalars(scoped.select(WebhookDelivery))
        (job,) = session.scalars(scoped.select(Job).where(Job.kind == "webhooks"))
    assert delivery.body["data"] == {"calendar": calendar, "state": "completed", "revision": 1}
    assert (delivery.state, job.state) == ("due", "queued")
