"""What operators are told of a calendar, beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("revision", sa.Column("counts", sa.JSON(none_as_null=True), nullable=True))
