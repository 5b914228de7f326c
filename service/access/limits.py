"""How much anybody may ask for: requests a minute, octets of a body, searches at a time and seconds of search a day."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.api.problems import Problem
from service.store.quota import lock_quota, usage
from service.store.scope import Scoped

MOST_KNOWN: Final = 20_000
"""Accounts and addresses that are told apart in memory; the one unseen for longest is forgotten first."""
DAY: Final = timedelta(days=1)
JOB_SECONDS: Final = 60
"""After which it is worth asking again whether a search has ended."""


class Rates:
    """Token buckets: a minute's worth at once, and from then on as many as there are seconds for.

    They are in this process's memory and belong to its event loop: behind N processes somebody may ask up to N times as
    much, which bounds the work of each process all the same.

    Parameters
    ----------
    a_minute
    clock
        Seconds that never go back.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float]) -> None:
        self._capacity, self._each = float(a_minute), a_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Count a request; returns 0, or after how many seconds there is room for it."""
        now = self._clock()
        left, since = self._buckets.pop(who, (self._capacity, now))
        left = min(self._capacity, left + (now - since) * self._each)
        wait = 0 if left >= 1 else max(1, math.ceil((1 - left) / self._each))
        self._buckets[who] = (left if wait else left - 1, now)
        if len(self._buckets) > MOST_KNOWN:
            self._buckets.popitem(last=False)
        return wait


def address_of(host: str | None) -> str:
    """What is counted as one address: an IPv4 address, or the /64 that one subscriber of IPv6 has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """How much of the workers' time an authority may have."""

    most_jobs: int
    """That wait or run."""
    most_seconds_a_day: float
    """Of search, asked for within 24 hours."""


def allow_solve(scoped: Scoped, limits: SolveLimits, seconds: float, now: datetime) -> None:
    """See that a search may be queued. To be called in the transaction that queues it.

    Parameters
    ----------
    scoped
        Writing. What counts is the whole authority's, whatever its principal sees.
    limits
    seconds
        Of search that are asked for.
    now
        Aware.

    Raises
    ------
    Problem
        429, saying when to ask again, and nothing of what others asked for.
    """
    tenant = scoped.principal.tenant
    # Requests at the same time would each see room for itself.
    lock_quota(scoped.session, tenant)
    used = usage(scoped.session, tenant, now - DAY)
    if used.waiting >= limits.most_jobs:
        detail = f"The authority has {limits.most_jobs} searches waiting or running, which is the limit."
        raise too_many(JOB_SECONDS, detail)
    if used.seconds + seconds > limits.most_seconds_a_day:
        wait = JOB_SECONDS if used.oldest is None else (used.oldest + DAY - now).total_seconds()
        detail = (
            f"The authority may have {limits.most_seconds_a_day:.0f} seconds of search within 24 hours, and this would "
            "be more."
        )
        raise too_many(max(1, math.ceil(wait)), detail)


def too_many(seconds: int, detail: str) -> Problem:
    """The answer to what there is no room for now."""
    return Problem(
        "urn:convene:problem:too-many-requests",
        "Too many requests",
        429,
        detail,
        headers={"Retry-After": str(seconds)},
    )


__all__ = ["Rates", "SolveLimits", "address_of", "allow_solve", "too_many"]
