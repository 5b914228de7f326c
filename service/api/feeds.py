"""Routes of the feeds: ``GET`` and ``HEAD`` of a calendar file, by a token in the address as programs can give no other."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response

from service.api.problems import BLANK, Problem
from service.feeds.answers import answer
from service.feeds.feed import Subject
from service.feeds.source import FeedSource, SourceError

RETRY_SECONDS: Final = 60
_TOKEN: Final = re.compile(r"(?i)(token=)[^&\s\"']*")


def feeds_router(source: FeedSource) -> APIRouter:
    """The feeds of people, teams and venues.

    Parameters
    ----------
    source
        Where calendars and tokens come from.

    Returns
    -------
    APIRouter
        To be included under the prefix of the API's version. Without a good token for just this feed every address answers
        with the 404 that an address without any feed has.
    """
    router = APIRouter(tags=["feeds"])

    def respond(request: Request, subject: Subject, token: str) -> Response:
        try:
            feed = source.feed(subject, token)
        except SourceError:
            raise Problem(
                BLANK,
                "Service unavailable",
                503,
                "The calendar can't be read just now: try again later.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            ) from None
        if feed is None:
            raise Problem(BLANK, "Not found", 404)
        made = answer(feed, request.headers)
        # The server leaves the body out of what it answers to HEAD, and has to know its length.
        return Response(made.body, status_code=made.status, headers=made.headers)

    def person(request: Request, person: str, token: str = "") -> Response:
        """The meetings of a person, as they may see them."""
        return respond(request, Subject("person", person), token)

    def team(request: Request, team: str, token: str = "") -> Response:
        """The meetings of a team."""
        return respond(request, Subject("team", team), token)

    def venue(request: Request, venue: str, token: str = "") -> Response:
        """The meetings in a room."""
        return respond(request, Subject("venue", venue), token)

    for path, endpoint in (
        ("/people/{person}/calendar.ics", person),
        ("/teams/{team}/calendar.ics", team),
        ("/venues/{venue}/calendar.ics", venue),
    ):
        router.add_api_route(path, endpoint, methods=["GET"], response_class=Response)
        router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
    return router


class WithoutTokens(logging.Filter):
    """Takes tokens out of what is logged; to be put on the log of requests, which writes whole addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its tokens."""
        record.msg = _without(record.msg)
        # The arguments stay what they are: those who write the line count on their number.
        if isinstance(record.args, Mapping):
            record.args = {name: _without(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(_without(value) for value in record.args)
        return True


def _without(value: object) -> object:
    text = str(value)
    return _TOKEN.sub(r"\1-", text) if "token=" in text.casefold() else value


__all__ = ["RETRY_SECONDS", "WithoutTokens", "feeds_router"]
