"""A transaction that answers in time or says that Postgres is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.database import DATABASE_ERRORS
from buyqueue.errors import Code, Unavailable

STATEMENT_CLASSES: Final = ("21", "22", "23", "42", "44")
"""Of SQLSTATE: cardinality, data, constraint, syntax or access, check option."""


def blames_the_statement(error: Exception) -> bool:
    """Tell whether Postgres answered, and refused what it was asked."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return str(state)[:2] in STATEMENT_CLASSES


@asynccontextmanager
async def transaction(engine: AsyncEngine, timeout_s: float) -> AsyncIterator[AsyncConnection]:
    """Open a transaction; it is committed unless the block raises.

    Raises Unavailable(DATABASE_UNAVAILABLE) if Postgres does not answer; after the block began it
    is unknown whether anything was committed. What Postgres holds against a statement is a bug,
    and raised as it is.
    """
    try:
        async with asyncio.timeout(timeout_s), engine.begin() as connection:
            yield connection
    except DATABASE_ERRORS as error:
        if blames_the_statement(error):
            raise
        # NB: not chained: such an error's text repeats the statement's parameters.
        kind = type(error).__name__
        raise Unavailable(
            Code.DATABASE_UNAVAILABLE, f"The database did not answer ({kind}); try again"
        ) from None
