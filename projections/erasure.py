"""Erasing a user: everything of theirs that is not the record of what was bought.

NB: the log is that record, and it is never rewritten: it names the user by the id that the app
gave, and the wallet by its public key. The projection follows from it, so it keeps the same. The
submissions stay too: they are why an order that is repeated is not bought again.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.tables import (
    ABUSE_COUNTS,
    API_KEYS,
    REQUEST_RATES,
    SIGNERS,
    SUBMISSIONS,
    VAULT,
    WEBHOOKS,
)
from projections.sweep import ENDED
from projections.tables import BUY_EVENTS, BUYS_TABLE


class StillOpen(Exception):
    """The user has buys that are not over: erasing would take their signers away."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were deleted, and how many stay."""

    sealed_keys: int
    signers: int
    api_keys: int
    request_rates: int
    abuse_counts: int
    webhooks: int
    kept_submissions: int
    kept_buys: int
    kept_events: int


async def erase(engine: AsyncEngine, user_id: str) -> Erased:
    """Delete in one transaction; again, it finds nothing more.

    Raises StillOpen with the count, and then deletes nothing; what SQLAlchemy raises. An order that
    comes in meanwhile may fail for want of its signer; it buys nothing then.
    """
    mine = SUBMISSIONS.c.user_id == user_id
    name = f"user:{user_id}"
    async with engine.begin() as connection:
        await _require_none_open(connection, user_id)
        theirs = exists().where(SUBMISSIONS.c.job_id == VAULT.c.job_id, mine)
        keys_of_user = API_KEYS.c.user_id == user_id
        rate_names = select("key:" + API_KEYS.c.key_id).where(keys_of_user)
        subject = (ABUSE_COUNTS.c.subject == name) | ABUSE_COUNTS.c.subject.in_(rate_names)
        caller = (REQUEST_RATES.c.caller == name) | REQUEST_RATES.c.caller.in_(rate_names)
        abuse = await _delete(connection, ABUSE_COUNTS, subject)
        rates = await _delete(connection, REQUEST_RATES, caller)
        return Erased(
            sealed_keys=await _delete(connection, VAULT, theirs),
            signers=await _delete(connection, SIGNERS, SIGNERS.c.user_id == user_id),
            api_keys=await _delete(connection, API_KEYS, keys_of_user),
            request_rates=rates,
            abuse_counts=abuse,
            webhooks=await _delete(connection, WEBHOOKS, WEBHOOKS.c.user_id == user_id),
            kept_submissions=await _count(connection, SUBMISSIONS, mine),
            kept_buys=await _count(connection, BUYS_TABLE, BUYS_TABLE.c.user_id == user_id),
            kept_events=await _count(connection, BUY_EVENTS, BUY_EVENTS.c.user_id == user_id),
        )


async def _require_none_open(connection: AsyncConnection, user_id: str) -> None:
    buys = BUYS_TABLE.c
    running = (buys.user_id == user_id) & buys.status.not_in(ENDED)
    known = exists().where(buys.job_id == SUBMISSIONS.c.job_id)
    ticket = exists().where(VAULT.c.job_id == SUBMISSIONS.c.job_id)
    waiting = (SUBMISSIONS.c.user_id == user_id) & ~known & ticket
    still = await _count(connection, BUYS_TABLE, running)
    still += await _count(connection, SUBMISSIONS, waiting)
    if still:
        raise StillOpen(f"{still} buys of this user are not over")


async def _delete(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(table).where(which))).rowcount


async def _count(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(table).where(which)
    return int((await connection.execute(query)).scalar_one())
