"""Which tasks are done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "task_mark",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("caseload", sa.String(length=128), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "team"], ["team.tenant", "team.id"], name=op.f("fk_task_mark_tenant_team")
        ),
        sa.PrimaryKeyConstraint("tenant", "team", "task", name=op.f("pk_task_mark")),
    )
