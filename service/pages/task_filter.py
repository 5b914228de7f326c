"""Which tasks are shown, from the address of the page: whose, of which kind, due when, done or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from service.pages.forms import Fault
from service.store.task_marks import Mark
from solver.schema.calendar import Task

SPAN: Final = timedelta(days=27)
"""Four weeks are shown, today's day and these."""
State = Literal["open", "late", "again", "done", "all"]
STATES: Final[dict[State, str]] = {
    "open": "Still to do",
    "late": "Overdue",
    "again": "Changed since done",
    "done": "Done",
    "all": "Done or not",
}
Group = Literal["day", "owner"]


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What is asked for."""

    owner: str = ""
    """Id; empty: everybody's."""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    """Both inclusive; ``None``: no bound."""
    state: State = "open"
    group: Group = "day"
    number: int = 1
    """Of the page, from 1."""
    plan: str = ""
    whole: bool = False
    """Whether all are on one page, as far as that goes."""

    def query(self, **changes: object) -> str:
        """The address's query for this, or for this with changes."""
        one = replace(self, **changes)  # type: ignore[arg-type]
        return urlencode(
            {
                "owner": one.owner, "kind": one.kind, "from": one.since or "", "until": one.until or "", "state": one.state,
                "group": one.group, **({"plan": one.plan} if one.plan else {}),
                **({"page": one.number} if one.number > 1 else {}), **({"whole": "yes"} if one.whole else {}),
            }
        )  # fmt: skip

    def takes(self, task: Task, marks: Mapping[str, Mark], today: date) -> bool:
        """Whether a task is to be shown."""
        return self.is_theirs(task) and self.is_then(task) and in_state(task, marks, today, self.state)

    def is_theirs(self, task: Task) -> bool:
        """Whether it is of the owner, the kind and the plan."""
        mine = self.owner in ("", task.owner) and self.kind in ("", task.kind)
        return mine and (not self.plan or self.plan in task.plans)

    def is_then(self, task: Task) -> bool:
        """Whether it is due between the dates."""
        return (self.since is None or self.since <= task.due) and (
            self.until is None or task.due <= self.until
        )


def in_state(task: Task, marks: Mapping[str, Mark], today: date, state: State) -> bool:
    """Whether a task is still to do, overdue, marked for what isn't so any more, or done."""
    mark = marks.get(task.id)
    done = mark is not None and mark.stands
    match state:
        case "all":
            return True
        case "done":
            return done
        case "again":
            return mark is not None and not mark.stands
        case "open":
            return not done
        case "late":
            return not done and task.due < today


def read_filter(
    query: Mapping[str, str], today: date, mine: str | None
) -> tuple[TaskFilter, tuple[Fault, ...]]:
    """Read what is asked for, and what is wrong with it.

    Parameters
    ----------
    query
        Of the address.
    today
        The next four weeks are shown where no dates are asked for.
    mine
        Whose tasks are shown where nobody is asked for; ``None``: everybody's.
    """
    faults: list[Fault] = []

    def day_of(name: str, default: date | None) -> date | None:
        text = query.get(name)
        if text is None:
            return default
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            faults.append(Fault(name, "Enter a date such as 2026-12-31"))
            return default

    state = query.get("state", "open")
    asked: State = state if state in STATES else "open"
    # Everything that is overdue, or was done, is of interest whenever it was due.
    near = asked not in ("late", "again", "done")
    since = day_of("from", today if near else None)
    until = day_of("until", today + SPAN if near else None)
    if since is not None and until is not None and until < since:
        faults.append(Fault("until", "The last date must be on or after the first"))
    page = query.get("page", "1")
    return (
        TaskFilter(
            owner=query.get("owner", mine or "").strip(),
            kind=query.get("kind", "").strip(),
            since=since,
            until=until,
            state=asked,
            group="owner" if query.get("group") == "owner" else "day",
            number=int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 6 else 1,
            plan=query.get("plan", "").strip(),
            whole=query.get("whole") == "yes",
        ),
        tuple(faults),
    )


__all__ = ["SPAN", "STATES", "Group", "State", "TaskFilter", "in_state", "read_filter"]
