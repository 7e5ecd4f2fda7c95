"""The lives of workers.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "worker_lives",
        sa.Column("writer", sa.String(32), primary_key=True),
        sa.Column("began_at", TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("seen_at", TIME, nullable=False, server_default=sa.func.now()),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("worker_lives")
