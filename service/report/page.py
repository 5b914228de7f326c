"""How the report's templates are filled: their environment, and the files that go into a page as they are."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.words import DASH, KIND_NAMES, costs_words, count, long_day, opening, percent
from solver.schema.base import MeetingKind


def _month(value: str) -> str:
    """``2026-11`` as November 2026."""
    return f"{date.fromisoformat(f'{value}-01'):%B %Y}"


def _kind_name(kind: MeetingKind | None) -> str:
    return opening(KIND_NAMES[kind]) if kind else "All"


def _whole(text: str) -> str:
    """The text with every percentage kept on one line."""
    return text.replace(" %", "\u00a0%")


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@cache
def environment() -> Environment:
    """The environment of all templates."""
    made = Environment(
        loader=PackageLoader("service.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(short=_short, whole=_whole, month=_month)
    made.globals.update(
        count=count,
        percent=percent,
        opening=opening,
        long_day=long_day,
        costs_words=costs_words,
        kind_name=_kind_name,
        dash=DASH,
    )
    return made


@cache
def text(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup(files("service.report").joinpath("templates", name).read_text(encoding="utf-8"))
