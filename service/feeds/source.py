"""Where feeds come from: a small protocol, and the folder of a plan as one that keeps it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from service.feeds.feed import Feed, Subject, feed_of
from service.feeds.tokens import FolderTokens, TokenFileError
from service.output.render import Renderer

CASELOAD: Final = "caseload.json"
CALENDAR: Final = "calendar.json"


class SourceError(Exception):
    """There is a feed, but it can't be made just now. The text names nobody."""


class FeedSource(Protocol):
    """Whoever knows the calendars that stand, and the tokens of their feeds."""

    def feed(self, subject: Subject, token: str) -> Feed | None:
        """The feed of a subject for the holder of a token.

        Returns
        -------
        Feed or None
            ``None`` alike for an unknown subject, an unknown token, a revoked one and another feed's.

        Raises
        ------
        SourceError
            If the token is good and the feed can't be made.
        """


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What was read of the files when they had these times of change."""

    changed: tuple[int, ...]
    renderer: Renderer
    zone: str
    people: frozenset[str]
    venues: frozenset[str]
    team: str

    def has(self, subject: Subject) -> bool:
        if subject.kind == "team":
            return subject.id == self.team
        return subject.id in (self.people if subject.kind == "person" else self.venues)


class FolderSource:
    """The folder of one plan: ``caseload.json``, ``calendar.json`` and the tokens of `FolderTokens`.

    The files are read again when they change.

    Parameters
    ----------
    folder
        Where they are.
    key
        Secret of the UIDs and references (see ``service.output.identity``).
    """

    def __init__(self, folder: Path, *, key: bytes | None = None) -> None:
        self.tokens = FolderTokens(folder)
        self._paths = (folder / CASELOAD, folder / CALENDAR)
        self._key = key
        self._loaded: _Loaded | None = None

    def feed(self, subject: Subject, token: str) -> Feed | None:
        """See `FeedSource`."""
        try:
            # Before anything is looked at, so that nothing can be told from how long the answer takes.
            if not self.tokens.accepts(subject, token):
                return None
            loaded = self._load()
            if not loaded.has(subject):
                return None
            changed = datetime.fromtimestamp(max(loaded.changed) / 1e9, UTC)
            return feed_of(subject, loaded.renderer, zone=loaded.zone, last_modified=changed)
        except (OSError, ValueError, TokenFileError) as error:
            # What is wrong may be somebody's meeting, so the answer doesn't say.
            raise SourceError("the calendar can't be read") from error

    def _load(self) -> _Loaded:
        from solver.schema.calendar import Calendar  # noqa: PLC0415 - not before a feed is asked for
        from solver.schema.caseload import Caseload  # noqa: PLC0415

        changed = tuple(os.stat(path).st_mtime_ns for path in self._paths)  # noqa: PTH116 - of what a link leads to
        if self._loaded is None or self._loaded.changed != changed:
            caseload = Caseload.model_validate_json(self._paths[0].read_bytes())
            calendar = Calendar.model_validate_json(self._paths[1].read_bytes())
            if calendar.caseload.id != caseload.id:
                raise ValueError("the calendar is of another caseload")
            self._loaded = _Loaded(
                changed,
                Renderer(caseload, calendar, key=self._key),
                caseload.timezone,
                frozenset(person.id for person in caseload.people),
                frozenset(venue.id for venue in caseload.venues),
                caseload.team.id,
            )
        return self._loaded


__all__ = ["CALENDAR", "CASELOAD", "FeedSource", "FolderSource", "SourceError"]
