"""A calendar tried out: every state of the page, and who is shown what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import office_cases
import pytest
from browsers import Browsing, checked
from page_views import NOW, view_for
from page_visitor import Visitor
from web_world import TENANT, World

from service.pages.stress_view import StressPage, stress_page
from service.store import stress_results
from service.store.scope import Role, Scoped, system
from service.store.tables import Job, StressResult
from solver.schema.stress import Cause, KindFigures, Late, Rates, Run, Spread, Stress, Stressed

pytestmark = pytest.mark.web
PATH = "/teams/yew/stress"
BEHIND = "sw-2"


@cache
def document(plans: int, revision: int = 1, late: bool = True) -> bytes:
    """A result of 20 runs by hand: in each the first meetings are late, the fewer the later the run."""
    calendar = office_cases.calendar(plans)

    def of(number: int) -> Run:
        late_ones = tuple(
            Late(
                meeting=one.id, series=one.series, kind=one.kind, days=3 + at, held=True,
                cause=None if at == 0 else "sick", subject=None if at == 0 else BEHIND,
            )
            for at, one in enumerate(calendar.meetings[: number % 9 if late else 0])
        )  # fmt: skip
        missing = Late(
            meeting="plan-1.core_group.not-held", series="plan-1.core_group", kind="core_group", days=90, held=False,
            cause="family", subject="plan-1",
        )  # fmt: skip
        found = (*late_ones, *((missing,) if late and number == 2 else ()))
        return Run(
            run=number, required=90, in_time=90 - len(found), late=found, past_horizon=0, lost=12, saved=9, moved=7,
            rooms_changed=2, asked=20, absences=5,
        )  # fmt: skip

    some = Spread(mean=4.25, low=1, high=8)
    own = Stressed(
        calendar=calendar.id, meetings=len(calendar.meetings), late_as_planned=1, in_time=some, in_time_percent=some,
        late=some, late_days=some, lost=some, moved=some, asked=some, saved_percent=81.5,
        late_by={"1-7": 2.0, "8-14": 0.5, "15-28": 0.0, "29+": 0.0, "not held": 0.1},
        kinds=(KindFigures(kind="core_group", planned=9, lost=1, late=0.5, late_days=3, in_time_percent=93.3),),
        causes=(
            Cause(kind="sick", subject=BEHIND, lost=2.5, late=0.5),
            Cause(kind="family", subject="plan-1", lost=1, late=0.2),
            Cause(kind="room", subject="refuge", lost=1, late=0.2),
        ),
        by_fact={"sick": 2.5, "family": 1.0}, slack={"0": 3}, runs=tuple(of(number) for number in range(1, 21)),
    )  # fmt: skip
    found = Stress(
        calendar=calendar.id, revision=revision, seed=1, rates=Rates(), stressed=own, breach_day=1000
    )
    return found.model_dump_json().encode()


def job_of(state: str, detail: str = "", revision: int = 1) -> Job:
    return Job(
        tenant="t", team="yew", kind="stress", subject="c", state=state, detail=detail, payload={"revision": revision},
        not_before=NOW, created=NOW, finished=None, worker=None, leased_until=None,
    )  # fmt: skip


def page_of(
    role: Role = "manager", job: Job | None = None, revision: int | None = 1, *, late: bool = True
) -> StressPage:
    result = None
    if revision is not None:
        result = StressResult(
            calendar="c", revision=revision, document=document(40, revision, late), created=NOW
        )
    found = stress_page(view_for(role, 40, person=BEHIND), job, result)
    assert found is not None
    return found


def test_states_follow_the_job_and_what_is_kept() -> None:
    assert stress_page(view_for("manager", 0), None, None) is None
    none = page_of(revision=None)
    assert (none.state, none.may_ask, none.open, none.found) == ("none", True, False, None)
    for state, name in (("queued", "waiting"), ("leased", "running")):
        found = page_of(job=job_of(state))
        assert (found.state, found.may_ask, found.open, found.found) == (name, False, True, None)
    failed = page_of(job=job_of("failed", "it took longer than it may"), revision=None)
    assert (failed.state, failed.may_ask, failed.detail) == ("failed", True, "it took longer than it may")
    done = page_of(job=job_of("done"))
    assert done.found is not None
    assert (done.state, done.may_ask, done.found.stale) == ("done", False, False)
    stale = page_of(revision=7)
    assert stale.found is not None
    assert (stale.may_ask, stale.found.stale) == (True, True)


def test_a_job_that_nobody_begins_is_told() -> None:
    view = view_for("manager", 40)
    assert not page_of(job=job_of("queued")).nobody
    later = stress_page(replace(view, now=NOW + timedelta(minutes=1)), job_of("queued"), None)
    assert later is not None
    assert later.nobody


def test_the_weakest_meetings_come_first_and_have_their_pages() -> None:
    found = page_of().found
    assert found is not None
    assert found.weak is not None
    assert [one.late for one in found.weak] == sorted((one.late for one in found.weak), reverse=True)
    first = office_cases.calendar(40).meetings[0]
    assert found.weak[0].path.endswith(f"/meetings/{first.id}")
    assert found.weak[0].planned_late
    missing = next(one for one in found.weak if not one.path)
    assert (missing.what, missing.start, missing.days) == ("Next core group, plan-1", None, "90")
    assert sum(times for _, times in found.spread) == found.runs == 20
    assert sum(bar.runs for bar in found.plot.halves[0].bars) == 20
    nothing = page_of(late=False).found
    assert nothing is not None
    assert (nothing.weak, nothing.spread) == ((), ((0, 20),))


@pytest.mark.parametrize("role", ["worker", "support"])
def test_figures_alone_for_those_who_do_not_see_the_whole_team(role: Role) -> None:
    found, whole = page_of(role).found, page_of("auditor").found
    assert found is not None
    assert whole is not None
    assert (found.weak, found.tables["causes"]) == (None, ())
    assert whole.weak
    assert whole.tables["causes"]
    assert (found.summary, found.spread) == (whole.summary, whole.spread)


def give(world: World, plans: int = 40, revision: int = 1) -> str:
    entry = world.give(office_cases.caseload(plans), office_cases.calendar(plans))
    with world.store.writing() as session:
        scoped = Scoped(session, system(TENANT))
        stress_results.keep(scoped, entry, 1, document(plans, revision), at=world.clock.now())
    return entry


def test_a_manager_asks_once_and_waits(served: World, visit: Callable[[str], Visitor]) -> None:
    served.give(office_cases.caseload(3), office_cases.calendar(3))
    manager, worker = visit("manager@yew.example"), visit("worker@yew.example")
    assert "Try the calendar out" in manager.get(PATH).text
    assert "Try the calendar out" not in worker.get(PATH).text
    fields = manager.hidden(PATH)
    for _ in range(2):
        assert manager.post(PATH, fields).status_code == 303
    with served.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        assert [job.kind for job in session.scalars(scoped.select(Job))] == ["stress"]
    text = manager.get(PATH).text
    assert "Waiting to begin" in text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert "Try the calendar out" not in text
    assert worker.post(PATH, worker.hidden(PATH)).status_code == 403


def test_what_runs_says_how_far_it_is_and_what_was_stopped_that_nothing_is_kept() -> None:
    job = job_of("leased")
    job.payload = {"revision": 1, "runs": 20}
    assert (page_of(job=job).done, page_of(job=job).runs) == (0, 20)
    stress_results.tell_runs(job, 10)
    running = page_of(job=job)
    assert (running.done, running.stopping, running.stopped) == (10, False, False)
    job.payload = {**job.payload, "stop": True}
    assert page_of(job=job).stopping
    job.state = "cancelled"
    stopped = page_of(job=job, revision=None)
    assert (stopped.state, stopped.stopped, stopped.may_ask) == ("none", True, True)
    assert not page_of(job=job).stopped, "what is known of this revision stands"


def test_a_manager_stops_it_and_nobody_else(served: World, visit: Callable[[str], Visitor]) -> None:
    served.give(office_cases.caseload(3), office_cases.calendar(3))
    manager, worker = visit("manager@yew.example"), visit("worker@yew.example")
    manager.post(PATH, manager.hidden(PATH))
    assert ">Stop</button>" in manager.get(PATH).text
    assert ">Stop</button>" not in worker.get(PATH).text
    assert worker.post(f"{PATH}/stop", worker.hidden(PATH)).status_code == 403
    assert "Waiting to begin" in manager.get(PATH).text
    for _ in range(2):
        assert manager.post(f"{PATH}/stop", manager.hidden(PATH)).status_code == 303
    text = manager.get(PATH).text
    assert "The last try, of revision 1, was stopped before its end. Nothing of it is kept." in text
    assert text.count("Try the calendar out</button>") == 1


def test_how_far_it_is_changes_while_the_button_keeps_the_focus(served: World, browser: Browsing) -> None:
    entry = served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto(PATH)
        page.get_by_role("button", name="Try the calendar out").click()
        page.get_by_role("heading", name="Waiting to begin").wait_for()

        def change(done: int) -> None:
            with served.store.writing() as session:
                job = stress_results.last_job(Scoped(session, system(TENANT)), entry)
                assert job is not None
                job.state = "leased"
                stress_results.tell_runs(job, done)

        change(5)
        page.get_by_text("5 of 20 runs done").wait_for()
        checked(page)
        page.get_by_role("button", name="Stop").focus()
        change(15)
        page.get_by_text("15 of 20 runs done").wait_for()
        assert page.get_by_role("progressbar").evaluate("one => one.value") == 15
        assert page.evaluate("document.activeElement.textContent") == "Stop"
        page.keyboard.press("Enter")
        page.get_by_text("It is being stopped. Nothing of it is kept.").wait_for()
        checked(page)
        assert page.get_by_role("button", name="Stop").count() == 0


def test_no_page_says_more_than_its_reader_may_know(served: World, visit: Callable[[str], Visitor]) -> None:
    give(served)
    name = next(one.name for one in office_cases.caseload(40).people if one.id == BEHIND)
    for role, shown in (("manager", True), ("auditor", True), ("worker", False), ("support", False)):
        text = visit(f"{role}@yew.example").get(PATH).text
        assert [one in text for one in (name, "/meetings/", "confidential venue: room lost")] == [
            shown
        ] * 3, role
        assert not any(secret in text for secret in (*office_cases.SECRETS, office_cases.FREE_TEXT))
    assert visit("manager@oak.example").get(PATH).status_code == 404


def test_what_was_tried_before_a_change_says_so(served: World, visit: Callable[[str], Visitor]) -> None:
    entry = give(served)
    served.revise(entry, office_cases.calendar(40))
    text = visit("manager@yew.example").get(PATH).text
    assert "This is of revision 1. The calendar has changed since: it is at revision 2 now." in text
    assert "Try the calendar out" in text


def test_a_result_is_accessible_narrow_and_printed(
    served: World, browser: Browsing, shots: Path | None
) -> None:
    give(served, 150)
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto(PATH)
        checked(page)
        assert page.locator(".app-stress__plot rect").count() >= 5
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if shots is not None:
                page.screenshot(path=shots / f"stress-{width}.png", full_page=True)
        checked(page)
        page.emulate_media(media="print")
        assert page.locator(".govuk-service-navigation").is_hidden()
        if shots is not None:
            page.screenshot(path=shots / "stress-printed.png", full_page=True)


def test_the_page_goes_on_by_itself_when_there_is_a_result(served: World, browser: Browsing) -> None:
    entry = served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto(PATH)
        checked(page)
        page.get_by_role("button", name="Try the calendar out").click()
        page.get_by_role("heading", name="Waiting to begin").wait_for()
        checked(page)
        with served.store.writing() as session:
            scoped = Scoped(session, system(TENANT))
            job = stress_results.last_job(scoped, entry)
            assert job is not None
            job.state = "done"
            stress_results.keep(scoped, entry, 1, document(40), at=served.clock.now())
        page.get_by_role("heading", name="The weakest meetings").wait_for(timeout=15_000)
