"""Whose a message is that is going to be signed.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "message_claims",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column(
            "claimed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Index("message_claims_by_age", "claimed_at"),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("message_claims")
