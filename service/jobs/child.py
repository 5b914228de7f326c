"""The process that solves: one plan, or one try of a calendar, then it ends.

It talks to its worker over one socket (`service.jobs.solving` is the other end) and knows of no database. It ends when its
worker does, however that ends: the kernel kills it (Linux), and the end of the socket ends it anywhere.
"""

# ruff: noqa: PLC0415 - the solver is imported once it is certain that the process ends with its worker
from __future__ import annotations

import json
import os
import sys
import threading
from datetime import date, datetime
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from service.jobs.bounded import end_with, limit
from service.jobs.work import place_of

if TYPE_CHECKING:
    from solver.events import ProgressEvent
    from solver.policy.model import Policy
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload
    from solver.schema.stress import Stress

STOP: Final = b"stop"
"""What the worker sends when the best so far is to be kept."""
TRANSIENT: Final = (OSError, EOFError)
"""No room on a disk, no more processes, a helper that died: another attempt may do better."""


class Talk:
    """The socket to the worker: frames from several threads, one after the other."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()

    def say(self, kind: str, *documents: bytes, **data: Any) -> None:
        """Send a header, and the documents that go with it."""
        header = {"kind": kind, "documents": len(documents), **data}
        with self._lock:
            for frame in (json.dumps(header).encode(), *documents):
                self._connection.send_bytes(frame)


def main(arguments: list[str]) -> None:
    """Solve what the worker asks for: ``FILE-DESCRIPTOR PARENT``."""
    descriptor, parent = (int(one) for one in arguments)
    end_with(parent)
    connection = Connection(descriptor)
    header = json.loads(connection.recv_bytes())
    task, documents = header["task"], {name: connection.recv_bytes() for name in header["documents"]}
    limit(task["memory_mb"], task["cpu_seconds"])
    stop = threading.Event()
    threading.Thread(target=_listen, args=(connection, stop), daemon=True).start()
    talk = Talk(connection)
    try:
        solve(task, documents, talk, stop)
    except MemoryError:
        talk.say("fault", what="memory", transient=False, place="")
    except Exception as error:
        talk.say("fault", what="error", transient=isinstance(error, TRANSIENT), place=place_of(error))
    # Threads of compiled code may still be at work, and an orderly end would wait for them.
    os._exit(0)


def solve(task: dict[str, Any], documents: dict[str, bytes], talk: Talk, stop: threading.Event) -> None:
    """Read the caseload, plan it, and tell what is found."""
    from service.jobs import warming
    from solver.policy import load_policy
    from solver.problem.blocks import CompileError
    from solver.schema.faults import CaseloadError
    from solver.schema.load import load_caseload

    try:
        caseload = load_caseload(documents["caseload"])
    except CaseloadError as error:
        talk.say("invalid", faults=[[one.path, one.problem, one.remedy] for one in error.faults])
        return
    if "calendar" not in documents:
        warming.ready(stop.is_set)
    talk.say("solving")
    policy = load_policy(caseload.authority)
    try:
        if "calendar" in documents:
            _try_out(task, documents, caseload, policy, talk)
        elif "before" in documents:
            _plan_again(task, documents, caseload, policy, talk, stop)
        else:
            _plan(task, documents, caseload, policy, talk, stop)
    except CompileError as error:
        # It counts, and names nobody.
        talk.say("beyond", text=str(error))


def _plan(
    task: dict[str, Any],
    documents: dict[str, bytes],
    caseload: Caseload,
    policy: Policy,
    talk: Talk,
    stop: threading.Event,
) -> None:
    from solver.plan import plan
    from solver.schema.calendar import Calendar

    start = documents.get("start")
    found = plan(
        caseload,
        policy,
        seconds=task["seconds"],
        seed=task["seed"],
        workers=task["threads"],
        deterministic=task["rounds"],
        now=datetime.fromisoformat(task["moment"]),
        on_event=lambda event: _tell(talk, event),
        on_best=lambda best: talk.say("best", _written(best), cost=best.cost),
        start=None if start is None else Calendar.model_validate_json(start),
        stop=stop.is_set,
    )
    talk.say("result", _written(found), cost=found.cost)


def _plan_again(
    task: dict[str, Any],
    documents: dict[str, bytes],
    caseload: Caseload,
    policy: Policy,
    talk: Talk,
    stop: threading.Event,
) -> None:
    from solver.plan import ONE_PIECE, plan
    from solver.repair.repair import RepairLimits, repair
    from solver.replan.answers import next_revision
    from solver.replan.booking import book_again
    from solver.schema.calendar import Calendar

    before = Calendar.model_validate_json(documents["before"])
    fixed = None if task["fixed_until"] is None else date.fromisoformat(task["fixed_until"])
    moment = datetime.fromisoformat(task["moment"])
    if len(caseload.plans) > ONE_PIECE:
        # In shards, what must move isn't singled out: meetings stay for the points that moving them costs.
        booked = book_again(caseload, policy, before, fixed_until=fixed).caseload
        found = plan(
            booked,
            policy,
            seconds=task["seconds"],
            seed=task["seed"],
            workers=task["threads"],
            deterministic=task["rounds"],
            now=moment,
            on_event=lambda event: _tell(talk, event),
            stop=stop.is_set,
        )
        calendar = next_revision(before, found)
    else:
        limits = RepairLimits(task["seconds"], task["rounds"], task["seed"], task["threads"])
        repaired = repair(
            caseload,
            policy,
            before,
            fixed_until=fixed,
            improve=task["improve"],
            limits=limits,
            now=moment,
            on_event=lambda event: _tell(talk, event),
            stop=stop.is_set,
        )
        calendar, booked = repaired.calendar, repaired.caseload
    talk.say("result", _written(calendar), _written(booked), cost=calendar.cost)


def _try_out(
    task: dict[str, Any], documents: dict[str, bytes], caseload: Caseload, policy: Policy, talk: Talk
) -> None:
    from solver.schema.calendar import Calendar
    from solver.stress.stress import stress

    calendar = Calendar.model_validate_json(documents["calendar"])
    found = stress(
        caseload, policy, calendar, runs=task["runs"], on_run=lambda _, done: talk.say("runs", done=done)
    )
    talk.say("result", _written(found))


def _written(document: Calendar | Caseload | Stress) -> bytes:
    return document.model_dump_json(by_alias=True).encode()


def _tell(talk: Talk, event: ProgressEvent) -> None:
    talk.say(
        "progress",
        progress={
            "seconds": round(event.seconds, 1),
            "phase": event.phase,
            "best": event.best,
            "cost": event.cost,
            "bound": event.bound,
            "gap": event.gap,
            "breaches": event.breaches,
        },
    )


def _listen(connection: Connection, stop: threading.Event) -> None:
    try:
        while connection.recv_bytes() == STOP:
            stop.set()
    except (EOFError, OSError):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
