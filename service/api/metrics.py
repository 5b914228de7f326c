"""Figures for those who run the service, in the format of Prometheus: counts and times, nobody's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from service.access.authentication import require
from service.api.context import Context, Here
from service.store import figures
from service.store.scope import Principal, Scoped, system

router = APIRouter(tags=["operation"])


@router.get("/metrics", response_class=Response)
def metrics(here: Here, who: Annotated[Principal, Depends(require("metrics.read"))]) -> Response:
    """Return the figures of the caller's authority: jobs, searches, gaps, invites, answers."""
    registry = CollectorRegistry()
    registry.register(_Figures(here, who))
    return Response(generate_latest(registry), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE_LATEST)


class _Figures(Collector):
    def __init__(self, here: Context, who: Principal) -> None:
        self._here, self._who = here, who

    def _sees(self, team: str) -> bool:
        return self._who.role == "admin" or self._who.sees_team(team)

    def collect(self) -> Iterator[Metric]:
        """What there is at this moment."""
        now = self._here.now()
        with self._here.store.reading() as session:
            found = figures.read(Scoped(session, system(self._who.tenant)), now)
        # The names of teams are told to those whose teams they are, and to who runs the service.
        gaps, breaches, opened = (
            {key: value for key, value in values.items() if self._sees(key[0])}
            for values in (found.gaps, found.breaches, found.open)
        )
        yield _by("convene_jobs", "Jobs by kind and state.", ("kind", "state"), found.jobs)
        waiting = GaugeMetricFamily(
            "convene_job_wait_seconds", "How long the oldest job that is due has waited."
        )
        waiting.add_metric((), found.oldest_seconds)
        yield waiting
        yield _by("convene_calendars", "Calendars by state.", ("state",), found.calendars)
        yield _by(
            "convene_calendar_gap_ratio",
            "Proven gap of the calendars that count, by team.",
            ("team",),
            gaps,
        )
        yield _by(
            "convene_calendar_breaches",
            "Breaches of the calendars that count, by team.",
            ("team",),
            breaches,
        )
        yield _by("convene_invites", "Invites by method and state.", ("method", "state"), found.messages)
        yield _by(
            "convene_answers", "Answers of those invited, by what they say.", ("status",), found.answers
        )
        yield _by(
            "convene_rebookings_open",
            "Meetings to look at again because of an answer, by team.",
            ("team",),
            opened,
        )


def _by(name: str, words: str, labels: tuple[str, ...], values: dict[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


__all__ = ["router"]
