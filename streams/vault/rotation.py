"""Moving sealed keys from older vault keys to the newest one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.errors import Refused
from buyqueue.tables import VAULT
from streams.vault.keyring import KeyRing
from streams.vault.ticket import OwnWallet, Remote, ticket_of

PAGE = 200


@dataclass(slots=True)
class Rotated:
    """How many rows there were of each sort."""

    moved: int = 0
    newest: int = 0
    """Already sealed to the newest key."""
    remote: int = 0
    """Rows of remote signers, and of users' own wallets, hold no key."""
    gone: int = 0
    """Their buy ended meanwhile."""
    unreadable: int = 0
    """Sealed to a key that is not here, or damaged; left as they are."""


async def rotate(engine: AsyncEngine, keys: KeyRing) -> Rotated:
    """Seal every row anew to the newest key, if it is not.

    Safe while buys run and while another rotation does: each row is locked while it is moved, and
    a worker that holds both keys opens it before and after. Doing it twice does nothing more.
    What is sealed to an older key afterwards, by an api that has not been told of the new one,
    needs another run.
    """
    counts = Rotated()
    after = UUID(int=0)
    while True:
        query = select(VAULT.c.job_id).where(VAULT.c.job_id > after).order_by(VAULT.c.job_id)
        async with engine.connect() as connection:
            page = (await connection.execute(query.limit(PAGE))).scalars().all()
        for job_id in page:
            # A transaction each: a worker that ends a buy never waits for more than one row.
            async with engine.begin() as connection:
                await _move(connection, job_id, keys, counts)
        if len(page) < PAGE:
            return counts
        after = page[-1]


async def _move(connection: AsyncConnection, job_id: UUID, keys: KeyRing, counts: Rotated) -> None:
    mine = VAULT.c.job_id == job_id
    row = (await connection.execute(select(VAULT).where(mine).with_for_update())).one_or_none()
    if row is None:
        counts.gone += 1
    elif row.key_id == keys.newest.key_id:
        counts.newest += 1
    else:
        try:
            ticket = ticket_of(row, row.user_id or "")
            if isinstance(ticket, Remote | OwnWallet):
                counts.remote += 1
                return
            secret = keys.open(ticket.sealed, ticket.purpose)
        except Refused:
            counts.unreadable += 1
            return
        try:
            sealed = keys.newest.seal_for(ticket.purpose, secret)
        finally:
            secret.wipe()
        values = {"key_id": sealed.key_id, "ciphertext": sealed.ciphertext}
        done = await connection.execute(
            update(VAULT).where(mine, VAULT.c.key_id == row.key_id).values(values)
        )
        counts.moved += done.rowcount
