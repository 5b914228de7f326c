"""Mutants of the rule on tasks: one left out, one too many, and each thing that one says said wrongly."""

from __future__ import annotations

from datetime import date
from typing import Any

import policies
from breaking import breaks
from scenes import ONE, Scene

from solver.policy.task_clauses import EscalationClause, TaskClause
from solver.schema.calendar import Calendar


def clause(**fields: Any) -> TaskClause:
    whole = {"kind": "record", "title": "Write it up", "owner": "social_worker", "due": "5 working days"}
    return TaskClause(sources=policies.MADE_UP, **(whole | fields))


def owing(scene: Scene, *clauses: TaskClause, **fields: Any) -> Calendar:
    """The scene's calendar under a policy with these tasks; it passes the check."""
    scene.policy = policies.make_policy(policies.core_group(tasks=clauses or (clause(),)), **fields)
    calendar = scene.calendar()
    assert scene.check(calendar).ok
    return calendar


def with_first(calendar: Calendar, **changes: Any) -> Calendar:
    """The calendar with changes to the first task of plan 1's first meeting."""
    return calendar.model_copy(
        update={
            "tasks": tuple(
                task.model_copy(update=changes) if task.id.startswith(f"{ONE}.1/") else task
                for task in calendar.tasks
            )
        }
    )


@breaks("tasks", "1 1.1 -")
def a_task_left_out(scene: Scene) -> Calendar:
    calendar = owing(scene)
    return calendar.model_copy(
        update={"tasks": tuple(task for task in calendar.tasks if task.meeting != f"{ONE}.1")}
    )


@breaks("tasks", "1 1.1 -")
def a_task_that_nothing_asks_for(scene: Scene) -> Calendar:
    calendar = owing(scene)
    more = calendar.tasks[0].model_copy(update={"id": f"{ONE}.1/more", "meeting": f"{ONE}.1"})
    return calendar.model_copy(update={"tasks": (*calendar.tasks, more)})


@breaks("tasks", "1 1.1 -")
def due_a_day_later(scene: Scene) -> Calendar:
    """Five working days from Tue 12 January are Tue 19."""
    return with_first(owing(scene), due=date(2027, 1, 20))


@breaks("tasks", "1 1.1 -")
def due_a_day_sooner(scene: Scene) -> Calendar:
    return with_first(owing(scene), due=date(2027, 1, 18))


@breaks("tasks", "1 1.1 -")
def another_reminder(scene: Scene) -> Calendar:
    return with_first(owing(scene, clause(warn="3 days")), warn=date(2027, 1, 14))


@breaks("tasks", "1 1.1 -")
def no_reminder(scene: Scene) -> Calendar:
    return with_first(owing(scene, clause(warn="3 days")), warn=None)


@breaks("tasks", "1 1.1 -")
def another_owner(scene: Scene) -> Calendar:
    return with_first(owing(scene), owner="sw-2")


@breaks("tasks", "2 1.1 -")
def of_other_plans_and_for_others(scene: Scene) -> Calendar:
    return with_first(owing(scene, clause(recipients=("family",))), plans=("plan-2",), recipients=("child",))


@breaks("tasks", "1 1.1 -")
def the_one_who_is_missing_not_named(scene: Scene) -> Calendar:
    scene.meets[0].but["hv-1"] = "report"
    return with_first(owing(scene, clause(names="missing")), people=())


@breaks("tasks", "2 1.1 -")
def a_date_passed_off_as_the_sources_under_another_title(scene: Scene) -> Calendar:
    calendar = owing(scene, clause(date_from="convene"))
    return with_first(calendar, date_from="source", title="Have it written up")


@breaks("tasks", "1 - -", "1 - -")
def another_day_between_meetings(scene: Scene) -> Calendar:
    """Fifteen working days from 12 January end on 2 February, before the meeting on the 9th."""
    often = clause(kind="confirm", due=None, direction="on", every=("15 working days",))
    calendar = owing(scene, often)
    name = f"{ONE}/confirm/2027-02-02"
    assert name in {task.id for task in calendar.tasks}
    return calendar.model_copy(
        update={
            "tasks": tuple(
                task.model_copy(update={"id": f"{ONE}/confirm/2027-02-03", "due": date(2027, 2, 3)})
                if task.id == name
                else task
                for task in calendar.tasks
            )
        }
    )


@breaks("tasks", "1 - -")
def a_concern_that_is_forgotten(scene: Scene) -> Calendar:
    scene.plan(1)["concerns"] = [{"id": "c-1", "kind": "disagreement", "raised": "2027-01-05"}]
    settle = EscalationClause(
        kind="disagreement",
        title="Settle it",
        owner="social_worker",
        due=("5 working days",),
        sources=policies.MADE_UP,
    )
    calendar = owing(scene, escalations=(settle,))
    (task,) = [task for task in calendar.tasks if task.kind == "disagreement"]
    assert (task.due, task.owner) == (date(2027, 1, 12), "sw-1")
    return calendar.model_copy(
        update={"tasks": tuple(task for task in calendar.tasks if task.kind != "disagreement")}
    )
