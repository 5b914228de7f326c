"""Fixtures of the service's tests."""

from __future__ import annotations

from stores import database_url, empty_url, postgres, sqlite_template, store

__all__ = ["database_url", "empty_url", "postgres", "sqlite_template", "store"]
