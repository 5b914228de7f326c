"""Figures: the whole team's, the same for everybody, with their trend in pictures and in a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import office_cases
import pytest
from browsers import Browsing, checked
from page_views import NOW, view_for
from web_world import TENANT, World

from service.pages.figures_view import FOLLOWED, FiguresPage, figures_page
from service.pages.trend_chart import HEIGHT, LEFT, RIGHT, WIDTH, chart
from service.store.scope import Scoped, system
from service.store.trend import Point, trend
from solver.schema.calendar import HeldKpis, Kpis

pytestmark = pytest.mark.web
ZONE = NOW.tzinfo
PLANNED = office_cases.calendar(40).kpis


def points(*shares: float | None) -> list[Point]:
    return [
        Point("c", number, NOW + timedelta(days=3 * number), number == 0, changed(in_timescale_percent=share))
        for number, share in enumerate(shares)
    ]


def changed(**fields: object) -> Kpis:
    return PLANNED.model_copy(update=fields)


def page_of(role: str = "manager", some: list[Point] | None = None) -> FiguresPage:
    found = figures_page(view_for(role, 40, person="sw-2"), some or points(99.7))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_everybody_sees_the_same_counts() -> None:
    whole = page_of()
    for role in ("worker", "support", "auditor"):
        found = page_of(role)
        assert (found.tiles, found.kinds, found.histogram, found.lines) == (
            whole.tiles, whole.kinds, whole.histogram, whole.lines,
        )  # fmt: skip
    assert figures_page(view_for("manager", 0), []) is None


def test_a_figure_that_is_not_as_wanted_says_so() -> None:
    tiles = {tile.name: tile for tile in page_of().tiles}
    assert tiles["Late or not held"].missed
    assert tiles["Planned within timescale"].missed
    assert "10 working days" in tiles["First core groups in time"].wanted
    assert tiles["First core groups in time"].sources == ("X2",)
    assert not tiles["Children come"].wanted


def test_bins_add_up_and_the_longest_is_full() -> None:
    found = page_of()
    assert sum(one.meetings for one in found.histogram) == len(office_cases.calendar(40).meetings)
    assert max(one.length for one in found.histogram) == 100
    assert [one.name for one in found.histogram if one.tone == "tight"] == ["0, on the due date", "1", "2"]


def test_what_was_held_stands_beside_what_is_planned() -> None:
    held = HeldKpis(
        meetings=7, in_timescale_percent=85.7, first_core_groups=2, first_core_groups_in_time_percent=50.0,
        slack_median_days=1.5, expected_attendance_percent=None, partner_attendance_percent={"Police": 10.0},
        child_attended_percent=None, outside_school_hours_percent=None, minutes_in_time_percent=33.3,
        notice_median_days=12.0, short_notice_percent=0.0,
    )  # fmt: skip
    view = view_for("manager", 40)
    assert view.standing is not None
    calendar = office_cases.calendar(40).model_copy(update={"held_kpis": held})
    object.__setattr__(view.standing, "calendar", calendar)
    found = figures_page(view, points(99.7))
    assert found is not None
    lines = {line.name: line for line in found.lines}
    assert (found.held, lines["Meetings"].held, lines["Within timescale"].held) == (7, "7", "85.7 %")
    assert (lines["Minutes sent in time"].planned, lines["Minutes sent in time"].held) == ("–", "33.3 %")
    assert [(line.name, line.planned, line.held) for line in found.agencies] == [("Police", "–", "10.0 %")]


@pytest.mark.parametrize("shares", [(99.7,), (50.0, 60.0, 100.0), (100.0, None, 100.0, 98.0), (0.0, 0.0)])
def test_lines_lie_in_their_picture(shares: tuple[float | None, ...]) -> None:
    found = chart(FOLLOWED[0], points(*shares))
    assert found is not None
    assert len(found.dots) == sum(share is not None for share in shares)
    assert all(LEFT <= dot.x <= WIDTH - RIGHT and 0 <= dot.y <= HEIGHT for dot in found.dots)
    assert [dot.x for dot in found.dots] == sorted(dot.x for dot in found.dots)
    assert found.target is not None
    known = [
        (share, dot.y) for share, dot in zip([s for s in shares if s is not None], found.dots, strict=True)
    ]
    assert sorted(known, key=lambda one: one[0]) == sorted(known, key=lambda one: (-one[1], one[0]))
    assert len(found.paths) == (0 if len(shares) == 1 else 1)


def test_what_no_revision_has_is_not_drawn() -> None:
    assert chart(FOLLOWED[0], points(None, None)) is None
    (cells,) = [one.cells for one in page_of(some=points(None)).followed]
    assert cells[0] == "–"


def test_the_trend_has_the_last_revision_of_each_day(served: World) -> None:
    served.clock.at = datetime(2026, 12, 7, 9, tzinfo=UTC)
    entry = served.give(office_cases.caseload(3), office_cases.calendar(3), published=True)
    for day, breaches in ((7, 1), (8, 2), (8, 3), (9, 4)):
        served.clock.at = datetime(2026, 12, day, 10, tzinfo=UTC)
        calendar = office_cases.calendar(3)
        served.revise(
            entry,
            calendar.model_copy(update={"kpis": calendar.kpis.model_copy(update={"breaches": breaches})}),
        )
        served.clock.at += timedelta(hours=1)
    with served.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        assert ZONE is not None
        found = trend(scoped, "yew", ZONE)
        assert [(one.made.day, one.revision, one.kpis.breaches) for one in found] == [
            (7, 2, 1),
            (8, 4, 3),
            (9, 5, 4),
        ]
        assert [one.kpis.breaches for one in trend(scoped, "yew", ZONE, most=2)] == [3, 4]
        assert trend(scoped, "oak", ZONE) == ()


STATES = {
    "nothing yet": (0, "manager"),
    "one plan": (1, "manager"),
    "150 plans": (150, "worker"),
    "support": (40, "support"),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(served: World, browser: Browsing, state: str) -> None:
    plans, role = STATES[state]
    if plans:
        entry = served.give(office_cases.caseload(plans), office_cases.calendar(plans), published=True)
        served.clock.at += timedelta(days=2)
        served.revise(entry, office_cases.calendar(plans))
    with browser.page(served, f"{role}@yew.example") as (page, _):
        page.goto("/teams/yew/figures")
        checked(page)
        text = page.content()
        people = [person.name for person in office_cases.caseload(max(plans, 1)).people]
        assert not any(name in text for name in (*people, *office_cases.SECRETS, office_cases.FREE_TEXT))
        if plans:
            assert page.locator(".app-chart svg").count() >= 4
            assert page.locator("#trend-caption").locator("xpath=..").locator("tbody tr").count() == 2


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_only_tables_scroll_on_a_narrow_page(
    served: World, browser: Browsing, width: int, zoom: float
) -> None:
    served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, "manager@yew.example", width=width, zoom=zoom, scripts=True) as (page, _):
        page.goto("/teams/yew/figures")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert page.locator(".govuk-service-navigation").is_hidden()
        sizes = page.locator(".app-numbers .app-note").evaluate_all(
            "all => all.map(one => parseFloat(getComputedStyle(one).fontSize)"
            " <= parseFloat(getComputedStyle(one.parentElement).fontSize))"
        )
        assert sizes
        assert all(sizes), "a note in a table is no larger than what it is beside"
