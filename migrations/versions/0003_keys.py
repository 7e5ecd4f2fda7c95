"""Keys that clients sealed, and remote signers.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("submissions", sa.Column("sealed_reference", sa.String(40)))
    op.create_unique_constraint(
        "submissions_sealed_reference", "submissions", ["user_id", "sealed_reference"]
    )
    op.add_column(
        "vault", sa.Column("kind", sa.String(16), nullable=False, server_default="service")
    )
    op.add_column("vault", sa.Column("user_id", sa.String(128)))
    op.add_column("vault", sa.Column("reference", sa.String(40)))
    op.add_column("vault", sa.Column("signer_id", sa.Uuid))
    op.alter_column("vault", "key_id", nullable=True)
    op.alter_column("vault", "ciphertext", nullable=True)
    op.create_table(
        "signers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("wallet", sa.String(44), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("config", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("signers_by_user", "signers", ["user_id", "id"])


def downgrade() -> None:
    """Go back to the one before. Open buys whose key the api did not seal lose their row."""
    op.drop_table("signers")
    op.execute("DELETE FROM vault WHERE kind <> 'service'")
    op.alter_column("vault", "ciphertext", nullable=False)
    op.alter_column("vault", "key_id", nullable=False)
    for column in ("signer_id", "reference", "user_id", "kind"):
        op.drop_column("vault", column)
    op.drop_constraint("submissions_sealed_reference", "submissions")
    op.drop_column("submissions", "sealed_reference")
