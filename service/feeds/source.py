"""Where feeds come from: a small protocol, which the service's database keeps (``service.api.granting``)."""

from __future__ import annotations

from typing import Protocol

from service.feeds.feed import Feed, Subject


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


__all__ = ["FeedSource", "SourceError"]
