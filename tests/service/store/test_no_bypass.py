"""Every query goes through `service.store.scope`: no source outside the store and the queue makes one of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import service

ROOT: Final = Path(service.__file__).parent
ALLOWED: Final = ("store/", "jobs/queue.py", "delivery/ledger.py")
"""The last one is a file of its own, without accounts: the command line's."""
QUERIES: Final = frozenset(
    {"select", "text", "insert", "update", "delete", "literal_column", "table", "aliased"}
)
"""Names that make a query, from whichever module of SQLAlchemy."""
METHODS: Final = frozenset(
    {"get", "get_one", "query", "merge", "add", "add_all", "delete", "execute", "refresh"}
)
"""Of a session: what reads or writes a row by itself. `Session.scalars` and `Session.scalar` need a query."""
SESSIONS: Final = frozenset({"session", "connection", "engine"})


def bypasses(source: str) -> Iterator[tuple[int, str]]:
    """Where a module makes a query of its own, by line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sqlalchemy":
            yield from ((node.lineno, one.name) for one in node.names if one.name in QUERIES)
        elif isinstance(node, ast.Import):
            yield from (
                (node.lineno, one.name) for one in node.names if one.name.partition(".")[0] == "sqlalchemy"
            )
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = _last_name(node.func.value)
            if node.func.attr in METHODS and owner in SESSIONS:
                yield node.lineno, f"{owner}.{node.func.attr}"
            elif node.func.attr == "exec_driver_sql":
                yield node.lineno, "exec_driver_sql"


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.lstrip("_")


def modules() -> list[str]:
    found = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
    return [one for one in found if not one.startswith(ALLOWED)]


def test_no_module_makes_a_query_of_its_own() -> None:
    found = [
        f"{module}:{line}: {what}"
        for module in modules()
        for line, what in bypasses((ROOT / module).read_text(encoding="utf-8"))
    ]
    assert not found, "ask service.store.scope.Scoped, or write a repository in service/store"


def test_all_that_may_is_there() -> None:
    assert len(modules()) > 100
    assert all(any(ROOT.glob(f"{one}*")) or (ROOT / one).exists() for one in ALLOWED)


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select",
        "from sqlalchemy import and_, text as words",
        "from sqlalchemy.orm import aliased",
        "from sqlalchemy.sql.expression import table",
        "import sqlalchemy as sa\nsa.select(1)",
        "import sqlalchemy.orm",
        "session.get(Meeting, 1)",
        "scoped.session.query(Meeting)",
        "self._session.execute(statement)",
        "scoped.session.add(row)",
        "scoped.session.connection().execute(statement)",
        "store.engine.connect().exec_driver_sql('select 1')",
    ],
)
def test_a_bypass_is_seen(source: str) -> None:
    assert list(bypasses(source))


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import func",
        "from sqlalchemy.exc import OperationalError",
        "scoped.select(Meeting)",
        "scoped.add(row)",
        "session.scalars(scoped.select(Meeting))",
        "settings.get('select')",
    ],
)
def test_what_goes_through_the_scope_is_none(source: str) -> None:
    assert list(bypasses(source)) == []
