"""Logs: one JSON object a line, with ids, counts and times, and never a name, a body or a token.

Our own modules log through structlog what they name field by field. Of what other libraries log, from warnings on, it is told
which one and what type of exception it was, but for a few their words are left out: they may repeat anything.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

_QUIET: Final = ("uvicorn.access",)
"""Writes whole addresses; our own line of every request takes its place."""
_WORDS_OF: Final = ("uvicorn", "alembic")
"""Libraries whose words are about the service itself."""


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Write every log of this process as JSON.

    Parameters
    ----------
    stream
        Standard error if not given.
    level
        Of our own.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    out = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[*shared, _type_of_exception, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared, _without_words],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _type_of_exception,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = False
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.INFO)


def _without_words(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if not str(event.get("logger")).startswith(_WORDS_OF):
        event["event"] = "log"
    return event


def _type_of_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    kind = found[0] if isinstance(found, tuple) else type(found) if isinstance(found, BaseException) else None
    if kind is not None:
        event["error"] = kind.__name__
    return event


__all__ = ["configure"]
