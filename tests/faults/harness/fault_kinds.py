"""What can go wrong, each once, and how it is put right again."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from fault_mail import MISDEEDS
from fault_processes import kill, solving_children, wait_for
from fault_world import World

Fault = Callable[[World, random.Random], bool]
"""Does it and undoes it; whether it came to pass."""


def server_killed(world: World, chance: random.Random) -> bool:
    world.restart(world.server)
    return True


def worker_killed(world: World, chance: random.Random) -> bool:
    world.restart(world.worker)
    return True


def worker_ended(world: World, chance: random.Random) -> bool:
    with world.lock:
        world.worker.end()
        world.worker.start()
    return True


def child_killed(world: World, chance: random.Random) -> bool:
    found: list[int] = []

    def look() -> bool:
        found[:] = solving_children(world.run, world.worker.pid)
        return bool(found)

    try:
        wait_for(look, 6, "a search")
    except TimeoutError:
        return False
    time.sleep(chance.uniform(0, 2.5))
    return kill(found[0])


def killed_while_sending(world: World, chance: random.Random) -> bool:
    done = threading.Event()

    def now() -> None:
        kill(world.worker.pid)
        done.set()

    for _ in range(chance.randrange(3)):
        world.post.misdeeds.append("nothing")
    world.post.killing = now
    came = done.wait(6)
    world.post.killing = None
    if came:
        world.restart(world.worker)
    return came


def mail_misbehaves(world: World, chance: random.Random) -> bool:
    world.post.misdeeds.extend(chance.choices(MISDEEDS, k=chance.randint(1, 4)))
    return True


def database_stopped(world: World, chance: random.Random) -> bool:
    return _stopped(world, chance, signal.SIGINT)


def database_crashed(world: World, chance: random.Random) -> bool:
    return _stopped(world, chance, signal.SIGQUIT)


def _stopped(world: World, chance: random.Random, how: signal.Signals) -> bool:
    with world.lock:
        world.database.stop(how)
        time.sleep(chance.uniform(0.1, 1.5))
        world.database.up()
    return True


def disk_full(world: World, chance: random.Random) -> bool:
    with world.lock:
        world.database.disk.fill()
        time.sleep(chance.uniform(0.3, 2))
        world.database.disk.free()
        time.sleep(0.2)
        world.database.up()
    return True


def clock_back(world: World, chance: random.Random) -> bool:
    world.set_clock(-chance.choice((5, 120, 3600, 90_000)))
    return True


def receiver_fails(world: World, chance: random.Random) -> bool:
    world.receiver.failing += chance.randint(1, 4)
    return True


KINDS: Final[dict[str, Fault]] = {
    "server killed": server_killed,
    "worker killed": worker_killed,
    "worker asked to end": worker_ended,
    "solving child killed": child_killed,
    "worker killed in the middle of a mail": killed_while_sending,
    "mail server misbehaves": mail_misbehaves,
    "database stopped (fast)": database_stopped,
    "database stopped (immediate)": database_crashed,
    "disk full": disk_full,
    "clock stepped back": clock_back,
    "webhook receiver fails": receiver_fails,
}
WHILE_PLANNING: Final = (
    "solving child killed", "worker killed", "worker asked to end", "server killed", "database stopped (fast)",
    "database stopped (immediate)", "disk full", "clock stepped back",
)  # fmt: skip
WHILE_ASKING: Final = (
    "server killed", "server killed", "server killed", "database stopped (fast)", "database stopped (immediate)", "disk full",
    "clock stepped back", "webhook receiver fails",
)  # fmt: skip
WHILE_PUBLISHING: Final = (
    "server killed", "server killed", "worker killed", "worker killed in the middle of a mail",
    "worker killed in the middle of a mail", "mail server misbehaves", "mail server misbehaves", "database stopped (fast)",
    "database stopped (immediate)", "disk full", "clock stepped back", "webhook receiver fails",
)  # fmt: skip
GENTLE: Final = frozenset({
    "solving child killed", "mail server misbehaves", "database stopped (fast)", "database stopped (immediate)",
    "clock stepped back", "webhook receiver fails", "worker asked to end", "disk full",
})  # fmt: skip
"""The server lives through these: what it has open and in memory can be compared."""


STEPS_OF_TIME: Final = frozenset({
    "clock stepped back", "worker killed", "solving child killed", "mail server misbehaves", "server killed",
})  # fmt: skip


def possible(world: World, names: tuple[str, ...]) -> list[str]:
    """Those of some kinds that can be done here."""
    return [
        one
        for one in names
        if (world.database.can_stop or not one.startswith("database"))
        and (world.database.disk.can_be_full or one != "disk full")
        and (world.can_set_clock or not one.startswith("clock"))
        and not (world.can_set_clock and one == "worker asked to end")
    ]


@contextmanager
def at_fault(world: World, name: str | None, delay: float, seed: int) -> Iterator[None]:
    """Have something go wrong some seconds after the beginning of what is done meanwhile; all is well at its end."""
    if name is None:
        yield
        return
    chance = random.Random(seed)
    failed: list[BaseException] = []

    def happen() -> None:
        time.sleep(delay)
        try:
            if KINDS[name](world, chance):
                world.counts.fault(name)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=happen, name=name)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        if failed:
            raise failed[0]
