"""How many cases of a kind are tried by `.ci/run`, and how many more by `make test-deep`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def deep(case: Any, *more: Any) -> Any:
    """A case that only `make test-deep` tries."""
    return pytest.param(case, *more, marks=(pytest.mark.slow, pytest.mark.deep))


def first(number: int, cases: Sequence[Any]) -> list[Any]:
    """Cases for `parametrize`: the first few as they are, the others deep."""
    return [*cases[:number], *(deep(one) for one in cases[number:])]


__all__ = ["deep", "first"]
