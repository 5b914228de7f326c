"""The manager's report: what it shows, what it never shows, and that it stands alone."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from made_calendars import assemble, made_calendar, made_policy, made_team

from calendars.workdays import WorkingCalendar
from service.report.render import render_report
from service.views.names import Names, natural
from service.views.timeline import build_timeline
from service.views.weeks import WIDTH, Weeks
from service.views.workload import build_workload, shade
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Calendar, CalendarException, PersonWorkload
from solver.schema.caseload import Caseload

VOID = {"meta", "br", "input", "col", "link", "img", "use", "path", "rect", "circle"}
POLICY = made_policy()
CASELOAD = made_team(40)
CALENDAR = made_calendar(CASELOAD, POLICY)
CAL = WorkingCalendar("ENG", closures=CASELOAD.closures)


class Page(HTMLParser):
    """Collects what the tests ask about, and holds that every element is closed in turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.text = ""
        self._open: list[str] = []
        self._tables: list[bool] = []
        self.uncaptioned = 0
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        attributes = dict(attrs)
        self.attributes.append((tag, attributes))
        if identity := attributes.get("id"):
            self.ids[identity] += 1
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self._tables.append(False)
        if tag == "caption":
            self._tables[-1] = True
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "table" and not self._tables.pop():
            self.uncaptioned += 1

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("style", "script"):
            self.text += data

    def having(self, tag: str, name: str) -> list[dict[str, str | None]]:
        """Attributes of the elements of this tag that have one of this name."""
        return [attributes for found, attributes in self.attributes if found == tag and name in attributes]

    def marks(self) -> list[str]:
        """Classes of the timeline's marks."""
        classes = [attributes["class"] or "" for attributes in self.having("a", "class")]
        return [one for one in classes if one.split()[0] == "m"]


HTML = render_report(CASELOAD, POLICY, CALENDAR)
PAGE = Page(HTML)


def words(text: str) -> str:
    return " ".join(text.split()).replace("\u00a0", " ")


# --- standing alone ------------------------------------------------------------------------------


def test_nothing_is_loaded_from_anywhere() -> None:
    assert not PAGE.tags.keys() & {"link", "img", "iframe", "object", "embed", "base", "video", "audio"}
    assert not any("src" in attributes for _, attributes in PAGE.attributes)
    assert not re.search(r"(?:https?:)?//[a-z]", re.sub(r"/\*.*?\*/", "", HTML))
    assert "@import" not in HTML
    assert re.findall(r"url\((.)", HTML) == ["#"] * HTML.count("url(")
    (rule,) = [a["content"] for a in PAGE.having("meta", "content") if a.get("http-equiv")]
    assert rule is not None
    assert rule.startswith("default-src 'none'")


def test_every_link_leads_somewhere_in_the_page() -> None:
    assert max(PAGE.ids.values()) == 1
    targets = [attributes["href"] for attributes in PAGE.having("a", "href")]
    targets += [attributes["href"] for attributes in PAGE.having("use", "href")]
    assert targets
    assert {target for target in targets if target and target.removeprefix("#") not in PAGE.ids} == set()


def test_without_script_the_filter_is_hidden_and_everything_else_is_there() -> None:
    (form,) = [attributes for tag, attributes in PAGE.attributes if tag == "form"]
    assert "hidden" in form
    plain = Page(re.sub(r"<script>.*?</script>", "", HTML, flags=re.DOTALL))
    assert len(plain.marks()) == len(PAGE.marks())


# --- accessible ----------------------------------------------------------------------------------


def test_landmarks_language_and_headings() -> None:
    assert PAGE.having("html", "lang")[0]["lang"] == "en-GB"
    assert (PAGE.tags["main"], PAGE.tags["header"], PAGE.tags["footer"], PAGE.tags["nav"]) == (1, 1, 1, 1)
    assert PAGE.headings[0] == 1
    assert PAGE.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(PAGE.headings, PAGE.headings[1:], strict=False))
    sections = {attributes["aria-labelledby"] for attributes in PAGE.having("section", "aria-labelledby")}
    assert sections <= PAGE.ids.keys()


def test_every_table_has_a_caption_and_every_heading_cell_a_scope() -> None:
    assert PAGE.uncaptioned == 0
    assert len(PAGE.having("th", "scope")) == PAGE.tags["th"]


def test_drawings_are_hidden_from_readers_and_their_content_is_in_text() -> None:
    assert len(PAGE.having("svg", "aria-hidden")) == PAGE.tags["svg"]
    text = words(PAGE.text)
    for meeting in CALENDAR.meetings:
        assert f"{meeting.start:%H:%M} to {meeting.end:%H:%M}" in text
    assert "Week of 7 December 2026" in text
    assert "Fri 25 bank holiday" in text


def test_state_is_told_by_shape_and_text_not_by_colour_alone() -> None:
    late = next(meeting for meeting in CALENDAR.meetings if meeting.breach_days)
    marks = Counter(one.split()[1] for one in PAGE.marks())
    assert marks["late"] == 1
    assert marks["unheld"] == 1
    assert marks["tight"] == sum(m.slack_days < 3 and not m.breach_days for m in CALENDAR.meetings)
    assert {"#ok", "#tight", "#late", "#unheld"} <= {a["href"] for a in PAGE.having("use", "href")}
    assert f"+{late.breach_days}" in PAGE.text
    assert f"{late.breach_days} days late" in PAGE.text


# --- complete ------------------------------------------------------------------------------------


def test_every_meeting_is_a_mark_and_a_line() -> None:
    assert len(PAGE.marks()) == len(CALENDAR.meetings) + 1  # and the one that is not held
    for meeting in CALENDAR.meetings:
        assert PAGE.ids[f"m-{meeting.id}"] == 1


def test_every_plan_has_a_row() -> None:
    ended = CASELOAD.plans[0].model_copy(update={"ends": CASELOAD.horizon.start - timedelta(days=3)})
    caseload = CASELOAD.model_copy(update={"plans": (ended, *CASELOAD.plans[1:])})
    calendar = made_calendar(caseload, POLICY, flaws=False)
    timeline = build_timeline(caseload, POLICY, calendar, Names(caseload), CAL)
    rows = [row for group in timeline.groups for row in group.rows]
    shown = {plan for row in rows for plan in row.plans.split(": ")[-1].split(", ")}
    assert shown == {plan.id for plan in caseload.plans}
    (none,) = [row for row in rows if row.none]
    assert none.none == "Ended 4 December 2026: no meetings."


def test_a_plan_on_which_the_policy_is_silent_says_so() -> None:
    policy = POLICY.model_copy(update={"meetings": POLICY.meetings[:1]})
    calendar = made_calendar(CASELOAD, policy, flaws=False)
    text = words(Page(render_report(CASELOAD, policy, calendar)).text)
    assert "No meetings: the policy sets none for child in need plans." in text


def test_breaches_come_with_reasons_sources_and_remedies() -> None:
    text = words(PAGE.text)
    assert "2 meetings miss their due dates." in text
    for breach in CALENDAR.breaches:
        for reason in breach.reasons:
            assert f"{reason.text} [{', '.join(reason.sources)}]" in text
        for remedy in breach.remedies:
            assert remedy.text in text
        assert not breach.looked_into or "Tried: 4 remedies, of which 1 helps; 1 more not tried." in text
    assert "Proved unavoidable" in text
    assert "Not proved" in text


def test_the_breached_series_head_their_workers_rows() -> None:
    timeline = build_timeline(CASELOAD, POLICY, CALENDAR, Names(CASELOAD), CAL)
    for group in timeline.groups:
        bad = [row.state in ("late", "unheld") for row in group.rows]
        assert bad == sorted(bad, reverse=True)
    assert {row.least for group in timeline.groups for row in group.rows} >= {"not held"}


def test_figures_proof_policy_and_notices_are_there() -> None:
    text = words(PAGE.text)
    for part in (
        "No calendar can be more than 1.3 % better.",
        f"{CALENDAR.cost:,}",
        f"{int(CALENDAR.bound):,}",
        "Made-up Borough, version 2026-09",
        "Every later one is within 28 days (4 weeks) of the one before it that was held.",
        "The policy says nothing of this plan's type.",
        "stands in for",
        "two sittings",
        "provisional",
        "pinned",
    ):
        assert part in text


def test_the_first_meeting_and_the_last_before_a_review_are_marked() -> None:
    assert "last before a review" not in words(PAGE.text)
    marked = CALENDAR.meetings[0].model_copy(update={"marks": ("first", "last_before_review")})
    calendar = CALENDAR.model_copy(update={"meetings": (marked, *CALENDAR.meetings[1:])})
    text = words(Page(render_report(CASELOAD, POLICY, calendar)).text)
    assert "first; last before a review" in text


def test_a_pinned_meeting_that_breaks_a_rule_is_owned_up_to() -> None:
    pinned = next(meeting for meeting in CALENDAR.meetings if meeting.pinned)
    broken = CalendarException(
        meeting=pinned.id, person="sw-1", kind="person.overlap", reason="In two places."
    )
    calendar = CALENDAR.model_copy(update={"exceptions": (broken, *CALENDAR.exceptions)})
    text = words(Page(render_report(CASELOAD, POLICY, calendar)).text)
    assert "1 pinned meeting breaks a rule; otherwise there are no conflicts." in text
    assert "Pinned meeting breaks a rule (person.overlap)" in text
    assert "Nobody and no room is in two places at once." not in text
    assert "Nobody and no room is in two places at once." in words(PAGE.text)


def test_without_breaches_the_verdict_is_plain() -> None:
    calendar = made_calendar(CASELOAD, POLICY, flaws=False, status="optimal")
    text = words(Page(render_report(CASELOAD, POLICY, calendar)).text)
    assert "Every meeting is planned by its due date." in text
    assert "Proven optimal: no calendar can be better." in text
    assert "miss" not in text.split("Needs attention", 1)[0]


def test_an_empty_caseload_has_a_report_too() -> None:
    caseload = CASELOAD.model_copy(update={"plans": ()})
    text = words(Page(render_report(caseload, POLICY, assemble(caseload, POLICY, [], [], []))).text)
    assert "No meetings are needed." in text


# --- private -------------------------------------------------------------------------------------


def test_no_address_no_family_name_no_protected_place() -> None:
    assert {"refuge", "home-1"} <= {meeting.venue for meeting in CALENDAR.meetings}
    assert "Hidden Street" not in HTML
    assert "Larch Refuge" not in HTML
    assert "confidential venue" in HTML
    assert "family home" in HTML
    assert "Z.Z." not in HTML
    for person in CASELOAD.people:
        shown = re.search(rf"\b{re.escape(person.name)}\b", PAGE.text) is not None
        assert not (shown and person.role in FAMILY_ROLES)
    assert "@" not in PAGE.text


def test_names_are_text_never_markup() -> None:
    team = CASELOAD.team.model_copy(update={"name": '<script>alert("1")</script>'})
    people = tuple(
        person.model_copy(update={"name": "<b>&'\"" + person.name})
        if person.role == "social_worker"
        else person
        for person in CASELOAD.people
    )
    caseload = CASELOAD.model_copy(update={"team": team, "people": people})
    page = Page(render_report(caseload, POLICY, CALENDAR))
    assert page.tags["script"] == 1
    assert page.tags["b"] == PAGE.tags["b"]
    assert '<script>alert("1")</script>' in page.text


# --- weeks, holidays, workload -------------------------------------------------------------------


def test_weeks_cover_the_horizon_and_leave_weekends_out() -> None:
    weeks = Weeks(date(2026, 12, 9), date(2027, 6, 6), CAL)
    assert weeks.first == date(2026, 12, 7)
    assert weeks.count == 26
    assert sum(month.weeks for month in weeks.months()) == 26
    assert weeks.position(date(2026, 12, 7), 0) == 0
    assert weeks.position(date(2026, 12, 11), 1) == WIDTH
    assert weeks.position(date(2026, 12, 12), 0) == WIDTH
    assert weeks.position(date(2026, 12, 14), 0) == WIDTH
    assert weeks.columns[2].closed == (3, 4)
    assert weeks.columns[2].closed_words == "Thu 24 closed, Fri 25 bank holiday"


def test_pieces_are_cut_at_the_columns_and_at_the_horizon() -> None:
    weeks = Weeks(date(2026, 12, 7), date(2026, 12, 27), CAL)
    assert list(weeks.pieces(-30, 60)) == [(0, 0, 50), (1, 0, 10)]
    assert list(weeks.pieces(110, 900)) == [(2, 10, 50)]
    assert list(weeks.pieces(50, 50)) == []
    assert list(weeks.pieces(400, 500)) == []


def test_school_holidays_are_shaded_where_all_of_a_rows_schools_are_closed() -> None:
    plans = tuple(plan for plan in CASELOAD.plans if plan.sibling_group)[:2]
    first, second = (plan.children[0] for plan in plans)
    apart = (
        plans[0].model_copy(update={"children": (first.model_copy(update={"school": "school-1"}),)}),
        plans[1].model_copy(update={"children": (second.model_copy(update={"school": "school-4"}),)}),
    )

    def shaded(caseload: Caseload) -> dict[int, float]:
        timeline = build_timeline(
            caseload, POLICY, assemble(caseload, POLICY, [], [], []), Names(caseload), CAL
        )
        (row,) = timeline.groups[0].rows
        return {
            index: sum(bar.width for bar in cell.bars if bar.kind == "school")
            for index, cell in enumerate(row.cells)
            if any(bar.kind == "school" for bar in cell.bars)
        }

    # School 1 has half-term in the week of 15 February (column 10), school 4 a week earlier: never both.
    together = shaded(CASELOAD.model_copy(update={"plans": apart}))
    alone = shaded(CASELOAD.model_copy(update={"plans": apart[:1]}))
    assert alone[10] == WIDTH
    assert 10 not in together
    assert together[3] == WIDTH


def test_workload_counts_those_who_take_part_and_only_professionals() -> None:
    weeks = Weeks(CALENDAR.horizon.start, CALENDAR.horizon.end, CAL)
    workload = build_workload(CALENDAR, Names(CASELOAD), weeks)
    rows = {row.name: row for row in (*workload.team, *workload.others)}
    asked: dict[str, PersonWorkload] = {entry.person: entry for entry in CALENDAR.workload}
    people = {person.id: person for person in CASELOAD.people}
    for person, entry in asked.items():
        if people[person].role in FAMILY_ROLES:
            assert people[person].name not in rows
        else:
            row = rows[people[person].name]
            assert row.total == sum(week.meetings for week in row.weeks) == entry.meetings
    assert [row.role for row in workload.team] == ["social worker"] * len(workload.team)
    assert sum(workload.meetings) == len(CALENDAR.meetings)


def test_shades_are_few_and_none_is_its_own() -> None:
    assert [shade(number) for number in (0, 1, 2, 3, 4, 5, 6, 7, 40)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_ids_sort_as_a_person_would() -> None:
    assert sorted(["plan-10", "plan-9", "7F3K", "family-2"], key=natural) == [
        "7F3K",
        "family-2",
        "plan-9",
        "plan-10",
    ]


@pytest.mark.parametrize("plans", [1, 150])
def test_reports_of_any_size_are_well_formed(plans: int) -> None:
    caseload = made_team(plans, seed=3)
    calendar: Calendar = made_calendar(caseload, POLICY)
    html = render_report(caseload, POLICY, calendar)
    assert len(Page(html).marks()) >= len(calendar.meetings)
    assert len(html) < 2_000_000
