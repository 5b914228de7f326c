"""Run by Alembic, in the transaction that `service.store.migrate` has begun."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from service.store.tables import Base

_LOCK = 7_305_211
"""Of PostgreSQL's advisory locks: of two processes that start at once, one migrates and the other waits."""

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=False)
context.run_migrations()
