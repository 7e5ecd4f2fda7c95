"""A worker that begins at a mark, behind which a buy has ended: it sends nothing for it anew.

A zombie's quote and signature reach the log late, behind a request that came again. The whole log
ignores them; what the worker reads of it does not.
"""

import asyncio

import aiohttp
from solders.keypair import Keypair

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Completed, Order
from buyqueue.clock import SystemClock
from buyqueue.events.events import BuyQuoted, BuyRequested, BuySigned
from buyqueue.log.journal import Cursor
from buyqueue.tables import create_engine
from streams.chain.transactions import read_unsigned, with_signature
from streams.folding.low_water import LowWaterMarks
from streams.platforms.composing import create_jupiter_api
from streams.platforms.jupiter.platform import JupiterPlatform
from tests.controls import events as example
from tests.integration.desk import SOL, Desk
from tests.integration.test_worker import worker


async def zombies(desk: Desk, asked: BuyRequested, buyer: Keypair) -> tuple[BuyQuoted, BuySigned]:
    """Quote and sign the order as a worker does, with another transaction that can land."""
    clock = SystemClock()
    order = Order(
        asked.job_id, asked.user_id, asked.mint, asked.lamports - 1, asked.slippage_bps,
        asked.priority_fee_lamports, asked.platform, asked.wallet, asked.occurred_at,
    )  # fmt: skip
    async with aiohttp.ClientSession() as session:
        offer = await JupiterPlatform(create_jupiter_api(desk.settings, session, clock)).offer(
            order
        )
    unsigned = read_unsigned(offer.transaction, order.wallet)
    signed = with_signature(unsigned, bytes(buyer.sign_message(unsigned.message_bytes)))
    stamp = {"job_id": asked.job_id, "occurred_at": clock.now(), "writer": "worker/zombie"}
    quote = example.quoted().model_copy(update=stamp | {"event_id": clock.new_id()})
    return quote, BuySigned(
        event_id=clock.new_id(), causation_id=quote.event_id, attempt=1,
        signature=signed.signature, transaction=signed.base64,
        last_valid_block_height=offer.last_valid_block_height,
        searched_from=desk.chain.node.chain.bank("finalized").block.slot, **stamp,
    )  # fmt: skip


async def released(desk: Desk, asked: BuyRequested, buyer: Keypair) -> Cursor:
    """Append the request again, and on it what the zombie held back; answer where."""
    place = await desk.journal.append(asked)
    for event in await zombies(desk, asked, buyer):
        await desk.journal.append(event)
    return place


async def marked(desk: Desk, place: Cursor) -> None:
    engine = create_engine(desk.settings)
    await LowWaterMarks(engine).save({place.partition: place.offset})
    await engine.dispose()


async def sent_nothing(desk: Desk, asked: BuyRequested, buyer: Keypair, left: int) -> None:
    """Let a worker work from the mark until it gives up, and look at log and chain."""
    async with worker(desk.settings):
        await asyncio.sleep(2.0)
        history = await desk.by_now(asked.job_id)
        assert "BuyFailed" not in [event.type for event in history], "it is not proven yet"
        desk.chain.node.advance(250)
        await desk.until(asked.job_id, "BuyFailed")
        history = await desk.by_now(asked.job_id)
    assert left == desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())
    signatures = {event.signature for event in history if isinstance(event, BuySigned)}
    landed = [s for s in signatures if desk.chain.node.chain.bank("confirmed").record(s)]
    assert (2, 1) == (len(signatures), len(landed))
    assert isinstance(fold(history), Completed)


def lamports(desk: Desk, buyer: Keypair) -> int:
    return desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())


async def test_a_zombie_behind_a_repeat_after_the_end_is_not_sent(desk: Desk) -> None:
    job_id, buyer = await desk.request()
    async with worker(desk.settings):
        await desk.until(job_id, "BuyFinalized")
        while await desk.keys_kept(job_id):
            await asyncio.sleep(0.05)
    left = lamports(desk, buyer)
    desk.chain.node.chain.knobs.slot_ms = 400  # what was signed can land for long enough
    asked = desk.requested(job_id, str(buyer.pubkey()), SOL // 10)
    await marked(desk, await released(desk, asked, buyer))
    await sent_nothing(desk, asked, buyer, left)


async def test_a_zombie_behind_a_repeat_before_the_end_is_not_sent(desk: Desk) -> None:
    """The mark moved between the request and its repeat: another open buy began there."""
    job_id, buyer = await desk.request()
    desk.chain.node.chain.knobs.slot_ms = 400
    desk.chain.node.paused = True
    async with worker(desk.settings):
        await desk.until(job_id, "BuySent")
        asked = desk.requested(job_id, str(buyer.pubkey()), SOL // 10)
        place = await released(desk, asked, buyer)
        desk.chain.node.advance(40)
        await desk.until(job_id, "BuyFinalized")
        while await desk.keys_kept(job_id):
            await asyncio.sleep(0.05)
    left = lamports(desk, buyer)
    desk.chain.node.paused = False
    await marked(desk, place)
    await sent_nothing(desk, asked, buyer, left)
