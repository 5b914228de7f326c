"""Feeds of one plan's folder: the routes and other people's programs are tested with them, without a database."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from service.feeds.feed import Feed, Subject, feed_of
from service.feeds.source import SourceError
from service.output.render import Renderer
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

CASELOAD: Final = "caseload.json"
CALENDAR: Final = "calendar.json"


@dataclass
class Tokens:
    """Tokens, for as long as the test lasts."""

    good: set[tuple[Subject, str]] = field(default_factory=set)

    def issue(self, subject: Subject) -> str:
        token = secrets.token_urlsafe(32)
        self.good.add((subject, token))
        return token

    def revoke(self, subject: Subject) -> int:
        gone = {one for one in self.good if one[0] == subject}
        self.good -= gone
        return len(gone)


class FolderSource:
    """``caseload.json`` and ``calendar.json`` of a folder, as they are when a feed is asked for."""

    def __init__(self, folder: Path, *, key: bytes | None = None) -> None:
        self.tokens = Tokens()
        self._paths = (folder / CASELOAD, folder / CALENDAR)
        self._key = key

    def feed(self, subject: Subject, token: str) -> Feed | None:
        """See `FeedSource`."""
        if (subject, token) not in self.tokens.good:
            return None
        try:
            caseload = Caseload.model_validate_json(self._paths[0].read_bytes())
            calendar = Calendar.model_validate_json(self._paths[1].read_bytes())
        except (OSError, ValueError) as error:
            raise SourceError("the calendar can't be read") from error
        there = {
            "person": {one.id for one in caseload.people},
            "team": {caseload.team.id},
            "venue": {one.id for one in caseload.venues},
        }
        if subject.id not in there[subject.kind]:
            return None
        changed = max(os.stat(path).st_mtime for path in self._paths)  # noqa: PTH116 - of what a link leads to
        return feed_of(
            subject,
            Renderer(caseload, calendar, key=self._key),
            zone=caseload.timezone,
            last_modified=datetime.fromtimestamp(changed, UTC),
        )
