"""Fixtures of the service's tests."""

from __future__ import annotations

from stores import database_url, empty_url, postgres, store

__all__ = ["database_url", "empty_url", "postgres", "store"]
