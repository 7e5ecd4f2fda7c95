"""What it looks like when Postgres does not answer."""

from typing import Final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from buyqueue.errors import Code, Unavailable

DATABASE_ERRORS: Final = (
    # NB: with it the pool's own TimeoutError, which is neither a DBAPIError nor the builtin one.
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,  # and with it TimeoutError
)


def database_down(what: str, error: BaseException) -> Unavailable:
    """Answer what to raise: `what` was asked for, and never what the error says of its row."""
    return Unavailable(Code.DATABASE_UNAVAILABLE, f"{what}: {type(error).__name__}")
