"""Tasks and the figures of the past in the manager's report."""

from __future__ import annotations

from datetime import date
from html import unescape
from typing import Any

from made_calendars import made_calendar, made_policy, made_team

from service.report.render import render_report
from service.views.names import Names
from service.views.tasks import tasks_by_owner
from solver.schema.calendar import Calendar, HeldKpis, Task

POLICY = made_policy()
CASELOAD = made_team(6)
CALENDAR = made_calendar(CASELOAD, POLICY)
MEETING = CALENDAR.meetings[0]


def task(identity: str, owner: str, due: date, **more: Any) -> Task:
    data: dict[str, Any] = {
        "kind": "minutes",
        "meeting": MEETING.id,
        "source": "X1",
        "title": "Send <the> minutes",
    }
    return Task(id=identity, owner=owner, due=due, **(data | more))


def with_tasks(*tasks: Task, **more: Any) -> Calendar:
    return CALENDAR.model_copy(update={"tasks": tasks, **more})


def test_everybody_has_a_list_of_what_they_owe() -> None:
    parent = next(person.id for person in CASELOAD.people if person.role == "parent")
    calendar = with_tasks(
        task("a", "tm-1", date(2026, 12, 14), warn=date(2026, 12, 11)),
        task("b", "sw-1", date(2026, 12, 15), people=("hv-1", parent)),
        task("c", "sw-1", date(2027, 1, 4), meeting=None, plans=("plan-1", "plan-2"), date_from="convene"),
        task("d", "sw-1", date(2027, 1, 5), meeting=None),
    )
    worker, manager = tasks_by_owner(calendar, Names(CASELOAD))
    assert (worker.name, worker.role, manager.role) == ("Testworker Alder", "social worker", "team manager")
    first, second, third = worker.tasks
    assert (first.due, first.what) == ("Tue 15 Dec 2026", "Send <the> minutes (Testvisitor 1 and parent)")
    assert (first.meeting, second.meeting) == (MEETING.id, None)
    assert (second.where, second.own_date, third.where) == ("plan-1, plan-2", True, "Between meetings")
    assert (manager.tasks[0].remind, manager.tasks[0].own_date) == ("Fri 11 Dec 2026", False)


def test_the_page_shows_tasks_with_their_reminders_and_links_to_their_meetings() -> None:
    page = render_report(
        CASELOAD, POLICY, with_tasks(task("a", "sw-1", date(2026, 12, 14), warn=date(2026, 12, 11)))
    )
    section = page.partition('<h2 id="tasks">')[2].partition("</section>")[0]
    assert "Send &lt;the&gt; minutes" in section
    for text in ("Mon 14 Dec 2026", "Fri 11 Dec 2026", f'href="#m-{MEETING.id}"', "1 task", "<td>X1</td>"):
        assert text in section
    assert "No tasks." in render_report(CASELOAD, POLICY, CALENDAR)


def test_the_page_shows_no_name_of_a_family_member_who_owes_something() -> None:
    parent = next(person for person in CASELOAD.people if person.role == "parent")
    page = render_report(
        CASELOAD, POLICY, with_tasks(task("a", parent.id, date(2026, 12, 14), people=(parent.id,)))
    )
    assert parent.name not in unescape(page)
    assert "<summary>Parent: 1 task</summary>" in page


def test_the_past_is_shown_where_there_is_one() -> None:
    held = HeldKpis(
        meetings=12,
        in_timescale_percent=91.6,
        first_core_groups=3,
        first_core_groups_in_time_percent=66.6,
        slack_median_days=2.5,
        expected_attendance_percent=80.0,
        partner_attendance_percent={"Made-up Police": 71.4},
        child_attended_percent=None,
        outside_school_hours_percent=100.0,
        minutes_in_time_percent=58.3,
        notice_median_days=20.0,
        short_notice_percent=8.3,
    )
    kpis = CALENDAR.kpis.model_copy(
        update={"partner_attendance_percent": {"Made-up Health": 88.8}, "minutes_due": {"2027-01": 14}}
    )
    page = unescape(render_report(CASELOAD, POLICY, with_tasks(held_kpis=held, kpis=kpis))).replace(
        "\u00a0", " "
    )
    for text in (
        "Meetings that were held",
        "91.6 %",
        "58.3 %",
        "Made-up Police: expected places filled",
        "71.4 %",
        "Made-up Health",
        "88.8 %",
        "Minutes and records due in January 2027",
    ):
        assert text in page
    assert "Meetings that were held" not in render_report(CASELOAD, POLICY, CALENDAR)
