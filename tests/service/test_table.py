"""The figures by kind and the closing table."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from made_calendars import assemble, made_calendar, made_policy, made_team
from rich.console import Console

from service.figures import figures
from service.table import SHOWN_BREACHES, closing_json, print_closing_table
from service.words import count, gap_words, percent, slack_words
from solver.schema.base import MeetingKind
from solver.schema.calendar import Attendee, Breach, Calendar, CalendarException, Meeting, Status, Window

CASELOAD = made_team(10)
POLICY = made_policy()


def meeting(
    series: str, kind: MeetingKind, slack: int, late: int = 0, status: Status = "attending"
) -> Meeting:
    start = datetime(2027, 1, 12, 10)
    due = start.date() + timedelta(days=slack) if not late else start.date() - timedelta(days=late)
    return Meeting(
        id=f"{series}.1",
        series=series,
        kind=kind,
        plans=("plan-1",),
        number=1,
        start=start,
        end=start + timedelta(hours=1),
        venue="room-1",
        window=Window(earliest=date(2027, 1, 1), due=due, target=due),
        slack_days=slack,
        attendees=(Attendee(person="sw-1", level="expected", status=status),),
        breach_days=late,
    )


def breach(series: str, meeting_id: str | None, *, proved: bool) -> Breach:
    return Breach(series=series, meeting=meeting_id, due=date(2027, 1, 10), days=2, proved=proved)


def small() -> Calendar:
    meetings = [
        meeting("a.core_group", "core_group", 5, status="report"),
        meeting("b.core_group", "core_group", 0, late=2),
        meeting("c.core_group", "core_group", 2, status="deputy"),
        meeting("d.cin_review", "cin_review", 4),
    ]
    breaches = [
        breach("b.core_group", "b.core_group.1", proved=True),
        breach("e.core_group", None, proved=False),
    ]
    exceptions = [CalendarException(meeting="a.core_group.1", person="sw-1", kind="report", reason="away")]
    return assemble(CASELOAD, POLICY, meetings, breaches, exceptions)


def printed(calendar: Calendar, width: int = 80) -> str:
    stream = io.StringIO()
    written = [Path("out/report.html"), Path("out/people/sw-1.ics"), Path("out/people/sw-2.ics")]
    print_closing_table(Console(file=stream, width=width), "Oak Team", calendar, written)
    return stream.getvalue()


def test_figures_count_each_kind_and_what_is_not_held() -> None:
    (core, cin), total = figures(small())
    assert (core.kind, core.meetings, core.breaches, core.proved) == ("core_group", 3, 2, 1)
    # Three held and one not held are required; two of them are in time.
    assert core.in_time_percent == 50.0
    assert core.median_slack == 2.0
    assert (core.exceptions, core.reports, core.deputies) == (1, 1, 1)
    assert (cin.kind, cin.in_time_percent, cin.breaches, cin.median_slack) == ("cin_review", 100.0, 0, 4.0)
    assert (total.meetings, total.in_time_percent, total.breaches, total.median_slack) == (4, 60.0, 2, 3.0)


def test_a_kind_of_which_nothing_is_held_is_there() -> None:
    calendar = assemble(CASELOAD, POLICY, [], [breach("e.cin_review", None, proved=False)], [])
    (only,), total = figures(calendar)
    assert (only.kind, only.in_time_percent, only.median_slack) == ("cin_review", 0.0, None)
    assert total.breaches == 1


def test_nothing_to_count_is_a_dash_not_a_hundred_percent() -> None:
    by_kind, total = figures(assemble(CASELOAD, POLICY, [], [], []))
    assert by_kind == ()
    assert total.in_time_percent is None
    assert percent(total.in_time_percent) == "–"


def test_the_table_fits_a_narrow_terminal_and_says_what_matters() -> None:
    text = printed(small())
    assert max(map(len, text.splitlines())) <= 80
    for words in (
        "Core group",
        "CIN review",
        "All",
        "In timescale",
        "50.0 %",
        "60.0 %",
        "not held",
        "proved unavoidable",
    ):
        assert words in text
    assert "out/people/ (2 files)" in text
    assert "No calendar can be more than 1.3 % better." in text


def test_the_first_breaches_are_shown_with_reasons_and_the_rest_counted() -> None:
    calendar = made_calendar(CASELOAD, POLICY)
    one = next(item for item in calendar.breaches if item.reasons and item.remedies)
    assert one.reasons[0].text.split(";")[0] in " ".join(printed(calendar).split())
    many = calendar.model_copy(update={"breaches": (one,) * (SHOWN_BREACHES + 3)})
    text = printed(many, width=200)
    assert text.count("proved unavoidable)") == SHOWN_BREACHES
    assert "and 3 more" in text


def test_the_json_form_has_the_same_content() -> None:
    data = json.loads(json.dumps(closing_json("Oak Team", small(), [Path("out/report.html")])))
    assert [row["kind"] for row in data["kinds"]] == ["core_group", "cin_review"]
    assert data["kinds"][0]["breaches_proved"] == 1
    assert data["all"]["in_timescale_percent"] == 60.0
    assert data["kinds"][1]["first_core_groups_in_time_percent"] is None
    assert len(data["breaches"]) == 2
    assert data["written"] == ["out/report.html"]
    assert set(data["objective"]) == {
        "breach",
        "attendance",
        "family",
        "resilience",
        "stability",
        "convenience",
    }


@pytest.mark.parametrize(
    ("gap", "status", "words"),
    [
        (0.0121, "feasible", "No calendar can be more than 1.3 % better."),
        (0.012, "feasible", "No calendar can be more than 1.2 % better."),
        (0.00001, "stopped", "No calendar can be more than 0.1 % better."),
        (0.0, "feasible", "No calendar can be better."),
        (0.0, "optimal", "Proven optimal: no calendar can be better."),
    ],
)
def test_the_gap_in_words_is_never_less_than_the_gap(gap: float, status: str, words: str) -> None:
    assert gap_words(gap, status) == words


def test_percentages_round_down_so_that_100_means_all() -> None:
    assert percent(99.96, 1) == "99.9 %"
    assert percent(100.0, 1) == "100 %"
    assert percent(0.0) == "0 %"


def test_words_for_slack_and_numbers() -> None:
    assert slack_words(0, 0) == "on its due date"
    assert slack_words(1, 0) == "1 working day to spare"
    assert slack_words(0, 3) == "3 days late"
    assert count(1200, "breach", "breaches") == "1,200 breaches"
