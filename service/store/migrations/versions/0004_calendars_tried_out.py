"""What became of calendars that were tried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import Document, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "stress_result",
        sa.Column("calendar", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar", "revision"],
            ["revision.calendar", "revision.number"],
            name=op.f("fk_stress_result_calendar_revision"),
        ),
        sa.PrimaryKeyConstraint("calendar", "revision", name=op.f("pk_stress_result")),
    )
