"""Indexes for finding buys.

Revision: 0004
Follows: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.drop_index("buys_by_status", "buys")
    op.create_index("buys_by_status", "buys", ["status", "job_id"])
    op.create_index("buys_by_user_status", "buys", ["user_id", "status", "job_id"])
    op.create_index("buys_by_mint", "buys", ["mint", "job_id"])
    op.create_index("buys_by_signature", "buys", ["signature"])
    op.create_index("buys_by_end", "buys", ["completed_at"])


def downgrade() -> None:
    """Go back to the one before."""
    for name in ("buys_by_end", "buys_by_signature", "buys_by_mint", "buys_by_user_status"):
        op.drop_index(name, "buys")
    op.drop_index("buys_by_status", "buys")
    op.create_index("buys_by_status", "buys", ["status"])
