"""Workers that break the rules on purpose, to show that the checker sees what comes of it."""

import asyncio
import os
from typing import Any, Final

import aiohttp

from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    BuyExpired,
    BuySent,
    BuySigned,
)
from buyqueue.events.values import ExpiryProof
from buyqueue.log.journal import Cursor, Journal
from tests.chaos.crash_points import CrashingJournal

VARIABLE: Final = "BAD_WORKER"
MOMENT_S: Final = 1.0


class HastyJournal(CrashingJournal):
    """Sends what it has signed as soon as it is written: it does not read back who was first."""

    async def append(self, event: Event) -> Cursor:
        cursor = await super().append(event)
        if isinstance(event, BuySigned):
            await send(event.transaction)
        return cursor


class ForgetfulJournal(CrashingJournal):
    """Calls a sent transaction expired after a moment: the next attempt needs no proof.

    NB: the moment is longer than a slot, or the next one would have the same blockhash and so the
    same signature.
    """

    async def append(self, event: Event) -> Cursor:
        cursor = await super().append(event)
        if isinstance(event, BuySent) and event.attempt == 1:
            await asyncio.sleep(MOMENT_S)
            proof = ExpiryProof(
                node="none", finalized_block_height=0, finalized_slot=0, searched_at_slot=0
            )
            stamp: dict[str, Any] = {
                "event_id": SystemClock().new_id(),
                "job_id": event.job_id,
                "occurred_at": event.occurred_at,
                "writer": event.writer,
            }
            await super().append(
                BuyExpired(
                    **stamp, attempt=1, signature=event.signature, last_valid_block_height=0,
                    proofs=(proof,),
                )
            )  # fmt: skip
        return cursor


JOURNALS: Final[dict[str, type[Journal]]] = {
    "": CrashingJournal,
    "hasty": HastyJournal,
    "forgetful": ForgetfulJournal,
}


async def send(transaction: str) -> None:
    """Hand the bytes to the nodes, as landing does."""
    options = {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "sendTransaction",
        "params": [transaction, options],
    }
    urls = os.environ["SOLANA_RPC_URL"].split(",")
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(session.post(url, json=body) for url in urls))
