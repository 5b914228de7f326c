"""The calendar files of a plan: ``team.ics``, ``people/<id>.ics``, ``rooms/<id>.ics`` and ``tasks.ics``."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from calendars import components, ics
from service.output.events import event_of
from service.output.render import TEAM, Renderer, Room, TaskView
from solver.schema.calendar import Calendar, Task
from solver.schema.caseload import Caseload

PEOPLE: Final = "people"
ROOMS: Final = "rooms"
_SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_MARKED = re.compile(r"(?i:person)_.*_[0-9a-fA-F]{8}")
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")


def write_ics_files(
    directory: Path, caseload: Caseload, calendar: Calendar, *, key: bytes | None = None
) -> tuple[Path, ...]:
    """Write every calendar file of a plan.

    Parameters
    ----------
    directory
        The new, empty directory of this plan (see ``service.output.files``), so that no file of an earlier
        plan stays for somebody who has no meeting any more.
    caseload
        Whose meetings they are.
    calendar
        The calendar that answers it.
    key
        Secret of the UIDs and references (see ``service.output.identity``).

    Returns
    -------
    tuple of Path
        The files written: the team's, the tasks, and one for each person and each room with a meeting. A home, a
        placement and a confidential venue have none.

    Raises
    ------
    ValueError
        Where something cannot be written rightly (see ``calendars.ics``); no file has been written then.
    """
    contents = ics_files(caseload, calendar, key=key)
    for folder in (PEOPLE, ROOMS):
        (directory / folder).mkdir(parents=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return tuple(directory / name for name in contents)


def ics_files(caseload: Caseload, calendar: Calendar, *, key: bytes | None = None) -> dict[str, bytes]:
    """The content of each file by its path under the output directory, as `write_ics_files` writes it."""
    renderer = Renderer(caseload, calendar, key=key)
    zone = caseload.timezone
    contents = {
        # Who comes is left out of what a whole team shares.
        "team.ics": ics.publish((event_of(view, company=False) for view in renderer.views(TEAM)), zone=zone),
        "tasks.ics": tasks_file(renderer, calendar.tasks, zone=zone),
    }
    for person, name in file_names(person.id for person in caseload.people).items():
        if views := renderer.views(person):
            contents[f"{PEOPLE}/{name}.ics"] = ics.publish(map(event_of, views), zone=zone)
    for venue, name in file_names(venue.id for venue in caseload.venues).items():
        if views := renderer.views(Room(venue)):
            contents[f"{ROOMS}/{name}.ics"] = ics.publish(map(event_of, views), zone=zone)
    return contents


def tasks_file(renderer: Renderer, tasks: Iterable[Task], *, zone: str) -> bytes:
    """Tasks of a calendar as a file, by due date.

    Parameters
    ----------
    renderer
        Of the whole calendar.
    tasks
        All of its tasks, or some.
    zone
        The caseload's.
    """
    views = sorted((renderer.task(task) for task in tasks), key=lambda task: (task.due, task.uid))
    return ics.todos(map(_todo, views), zone=zone)


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """A file name without suffix for each id, told apart on every file system.

    An id is its own name unless it could be a path or a device (``con``), looks like a name made here, or
    differs from another's only in case: then one person's file would replace another's. Such an id gets a
    name with eight digits of its SHA-256.
    """
    ids = tuple(dict.fromkeys(ids))
    count = Counter(one.casefold() for one in ids)
    return {one: one if count[one.casefold()] == 1 and _is_safe(one) else _marked(one) for one in ids}


def _is_safe(name: str) -> bool:
    odd = len(name) > 80 or _DEVICE.fullmatch(name) or _MARKED.fullmatch(name)
    return not odd and _SAFE.fullmatch(name) is not None


def _marked(name: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40]
    return f"person_{kept}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _todo(view: TaskView) -> components.Todo:
    return components.Todo(
        uid=view.uid,
        sequence=view.sequence,
        stamp=view.stamp,
        due=view.due,
        summary=view.summary,
        description="\n".join(_notes(view)),
        remind=view.remind,
    )


def _notes(view: TaskView) -> Iterator[str]:
    if view.owner:
        yield f"Owner: {view.owner}"
    if view.own_date:
        yield "The date is Convene's own."


__all__ = ["PEOPLE", "ROOMS", "file_names", "ics_files", "tasks_file", "write_ics_files"]
