"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.types import Document, Moment

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    ${upgrades if upgrades else "pass"}
