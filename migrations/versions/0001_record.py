"""Submissions, the vault, low-water marks and the projection.

Revision: 0001
Follows: nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

U64 = sa.Numeric(20, 0)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this revision."""
    _shared()
    _buys()
    _events()


def downgrade() -> None:
    """Go back to the one before."""
    for table in (
        "projection_offsets",
        "poison_records",
        "buy_events",
        "buys",
        "low_water_marks",
        "vault",
        "submissions",
    ):
        op.drop_table(table)


def _shared() -> None:
    op.create_table(
        "submissions",
        sa.Column("job_id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("order", JSONB, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("partition", sa.Integer),
        sa.Column("offset", sa.BigInteger),
        sa.UniqueConstraint("user_id", "idempotency_key", name="submissions_idempotency"),
    )
    op.create_index("submissions_by_user", "submissions", ["user_id", "job_id"])
    op.create_table(
        "vault",
        sa.Column("job_id", sa.Uuid, primary_key=True),
        sa.Column("wallet", sa.String(44), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "low_water_marks",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
    )


def _buys() -> None:
    op.create_table(
        "buys",
        sa.Column("job_id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("outcome_unknown", sa.Boolean, nullable=False),
        sa.Column("cancel_pending", sa.Boolean, nullable=False),
        sa.Column("finalized", sa.Boolean, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("phase", sa.Integer, nullable=False),
        sa.Column("mint", sa.String(44), nullable=False),
        sa.Column("wallet", sa.String(44), nullable=False),
        sa.Column("lamports", U64, nullable=False),
        sa.Column("platform", sa.Text),
        sa.Column("signature", sa.String(88)),
        sa.Column("last_valid_block_height", U64),
        sa.Column("slot", U64),
        sa.Column("lamports_spent", U64),
        sa.Column("tokens_received", U64),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("completed_at", TIME),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("progress", JSONB),
        sa.Column("result", JSONB),
    )
    op.create_index("buys_by_user", "buys", ["user_id", "job_id"])
    op.create_index("buys_by_status", "buys", ["status"])


def _events() -> None:
    op.create_table(
        "buy_events",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.String(128)),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("ignored", sa.Text),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("buy_events_by_job", "buy_events", ["job_id", "cursor"])
    op.create_index("buy_events_by_user", "buy_events", ["user_id", "partition", "cursor"])
    op.create_table(
        "poison_records",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "projection_offsets",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
    )
