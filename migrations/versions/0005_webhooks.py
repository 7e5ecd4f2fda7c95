"""Webhooks.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.String(128)),
        sa.Column("url", sa.String(2_000), nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("old_secret", sa.LargeBinary),
        sa.Column("old_secret_until", TIME),
        sa.Column("cursors", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("lease_holder", sa.String(64)),
        sa.Column("lease_until", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", TIME),
        sa.Column("next_attempt_at", TIME),
        sa.Column("last_error", sa.String(200)),
        sa.Column("disabled_at", TIME),
        sa.Column("disabled_reason", sa.String(300)),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("webhooks_by_user", "webhooks", ["user_id", "id"])
    op.create_index("webhooks_by_lease", "webhooks", ["lease_holder"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("webhooks")
