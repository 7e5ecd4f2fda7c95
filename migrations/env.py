"""What alembic runs. The connection comes from `migrations.upgrade`, which holds the lock."""

from alembic import context

import projections.tables  # noqa: F401 - adds its tables to METADATA
from buyqueue.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # One transaction, begun there: a failed upgrade leaves the schema as it was.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
