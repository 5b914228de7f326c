"""What a worker can do."""

from __future__ import annotations

from collections.abc import Mapping

from service.jobs.planning import Planning
from service.jobs.sending import Sending
from service.jobs.stressing import Stressing
from service.jobs.work import Handler
from service.settings import Settings
from service.webhooks.telling import Telling


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """The handler of each kind of job.

    Parameters
    ----------
    settings
        Of the service.
    """
    return {
        "plan": Planning(threads=settings.solve_threads, memory_mb=settings.solve_memory_mb),
        "stress": Stressing(memory_mb=settings.solve_memory_mb),
        "send": Sending(),
        "webhooks": Telling(allow_private=settings.allow_private),
    }


__all__ = ["handlers"]
