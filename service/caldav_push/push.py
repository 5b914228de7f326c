"""Bringing a collection to what its owner's meetings are now, touching nothing else in it.

Nothing is remembered between two pushes: what stands in the collection says what is to be done, so a push that was cut off is
simply made again, and a second one does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from calendars.components import Event
from calendars.stored import (
    CalendarFileError,
    NotOneEventError,
    StoredObject,
    read_stored,
    same,
    stored,
)
from service.caldav_push.collection import (
    ChangedError,
    Collection,
    CollectionError,
    Held,
    NotAllowedError,
    UidTakenError,
)
from service.output.identity import is_ours

Action = Literal["created", "updated", "set back", "deleted", "kept", "invited", "blocked"]
"""``set back``: the owner had changed it. ``invited``: it is in the collection by an invite, which its owner's program and
the mails see to. ``blocked``: something that isn't ours stands in its place."""
SUFFIX: Final = ".ics"
_ROUNDS: Final = 4
"""How often what changed meanwhile is looked at again."""
_AT_ONCE: Final = 100
"""Objects read in one request."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meeting as it is to stand in the collection."""

    event: Event
    attendee: str | None
    """Mailbox of the owner; ``None``: a server must have nothing that it could schedule."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, or is to be done, about one meeting."""

    action: Action
    uid: str


@dataclass(frozen=True, slots=True)
class _Task:
    """A step with what it takes."""

    step: Step
    name: str
    data: bytes = b""
    etag: str | None = None


class PushStoppedError(Exception):
    """A push that ended half way. What was done stays, and the next one goes on from there.

    Attributes
    ----------
    steps
        What was done.
    """

    def __init__(self, cause: CollectionError, steps: tuple[Step, ...]) -> None:
        super().__init__(str(cause))
        self.steps = steps


def name_of(uid: str) -> str:
    """What the resource of a meeting is called."""
    return uid + SUFFIX


def push(
    collection: Collection, wanted: Iterable[Wanted], *, zone: str, key: bytes, dry_run: bool = False
) -> tuple[Step, ...]:
    """Create what is missing, update what has changed, delete what is gone, and touch nothing else.

    Parameters
    ----------
    collection
        Of the person whose meetings these are.
    wanted
        All meetings of theirs.
    zone
        IANA name of the zone the times are in.
    key
        Of the UIDs (`service.output.identity`): what it doesn't know again isn't ours.
    dry_run
        Only say what would be done.

    Returns
    -------
    tuple of Step
        One for each meeting that is or was ours, in the order of their UIDs.

    Raises
    ------
    CollectionError
        If nothing could be done at all.
    PushStoppedError
        If the server failed, or somebody kept changing the same object, half way.
    ValueError
        If a meeting can't be written, see `calendars.stored.stored`; nothing has been done then.
    """
    meetings = {one.event.uid: one for one in wanted}
    done: dict[str, Step] = {}
    wrote = False
    for _ in range(_ROUNDS):
        changed = False
        try:
            for task in _tasks(collection, meetings, zone, key):
                if not dry_run and task.step.action in {"created", "updated", "set back", "deleted"}:
                    try:
                        step = _apply(collection, task)
                    except ChangedError:
                        changed = True
                        continue
                    wrote = True
                else:
                    step = task.step
                if step.action != "kept" or step.uid not in done:
                    done[step.uid] = step
        except CollectionError as error:
            if not wrote:
                raise
            raise PushStoppedError(error, _in_order(done)) from error
        if not changed:
            return _in_order(done)
    raise PushStoppedError(
        CollectionError("somebody keeps changing the same meetings in the calendar"), _in_order(done)
    )


def _in_order(done: Mapping[str, Step]) -> tuple[Step, ...]:
    return tuple(done[uid] for uid in sorted(done))


def _tasks(collection: Collection, meetings: Mapping[str, Wanted], zone: str, key: bytes) -> list[_Task]:
    """What is to be done about each meeting, worked out before anything is done."""
    names = sorted(name for name in collection.etags() if _is_ours(name, key))
    there: dict[str, Held] = {}
    for start in range(0, len(names), _AT_ONCE):
        there |= collection.read(names[start : start + _AT_ONCE])
    tasks = [_missing(one, zone) for uid, one in meetings.items() if name_of(uid) not in there]
    found = (_task(name, held, meetings.get(_uid(name)), zone) for name, held in there.items())
    return sorted((*tasks, *(task for task in found if task)), key=lambda task: task.name)


def _is_ours(name: str, key: bytes) -> bool:
    return name.endswith(SUFFIX) and is_ours(key, _uid(name))


def _uid(name: str) -> str:
    return name.removesuffix(SUFFIX)


def _missing(one: Wanted, zone: str) -> _Task:
    uid = one.event.uid
    return _Task(Step("created", uid), name_of(uid), stored(one.event, zone=zone, attendee=one.attendee))


def _task(name: str, held: Held, one: Wanted | None, zone: str) -> _Task | None:
    uid = _uid(name)
    try:
        before: StoredObject | None = read_stored(held.data)
    except (CalendarFileError, NotOneEventError):
        before = None
    if before is None or before.uid != uid:
        # Of no meeting of ours: one of our tasks perhaps, which the owner put there.
        return _Task(Step("blocked", uid), name) if one else None
    if before.by_server:
        return _Task(Step("invited", uid), name)
    if one is None:
        return _Task(Step("deleted", uid), name, etag=held.etag)
    data = stored(one.event, zone=zone, attendee=one.attendee, before=before)
    now = read_stored(data)
    if same(before, now):
        return _Task(Step("kept", uid), name)
    own_change = before.edited and before.mark == now.mark
    return _Task(Step("set back" if own_change else "updated", uid), name, data, held.etag)


def _apply(collection: Collection, task: _Task) -> Step:
    if task.step.action == "deleted":
        collection.remove(task.name, task.etag or "")
        return task.step
    try:
        collection.write(task.name, task.data, task.etag)
    except UidTakenError:
        return Step("invited", task.step.uid)
    except NotAllowedError:
        # A server that takes no notice of SCHEDULE-AGENT lets an attendee change nothing; what isn't there any more has no
        # organiser. Cut off between the two, the next push creates it.
        if task.etag is None:
            raise
        collection.remove(task.name, task.etag)
        collection.write(task.name, task.data, None)
    return task.step


__all__ = ["SUFFIX", "Action", "PushStoppedError", "Step", "Wanted", "name_of", "push"]
