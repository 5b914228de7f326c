"""What tasks that are done were done for. Marks that are there already stand, as they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("task_mark", sa.Column("made_for", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("task_mark", sa.Column("before", sa.JSON(none_as_null=True), nullable=True))
