"""Room for the digest of a reference, as a submission has it that was restored from the log.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.alter_column("submissions", "sealed_reference", type_=sa.String(80))


def downgrade() -> None:
    """Go back to the one before; restored references have no room there, nor a meaning."""
    op.execute("UPDATE submissions SET sealed_reference = NULL WHERE length(sealed_reference) > 40")
    op.alter_column("submissions", "sealed_reference", type_=sa.String(40))
